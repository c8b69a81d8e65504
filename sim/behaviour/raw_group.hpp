#pragma once
// A buffer ring as plain memory, and the slab behind it: what a behaviour's statements on groups
// work with.

#include <fmt/format.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include <ringproof/abi.hpp>

#include "sim/behaviour/describe.hpp"
#include "sim/behaviour/raw_ring.hpp"

namespace ringproof::sim {

/// Does not own its memory; the performer unmaps everything at the end.
struct raw_group_memory {
    static constexpr std::size_t buffer_size = 4096;
    static constexpr std::size_t buffer_count = 16;

    std::uint32_t id = 0;
    std::uint32_t entries = 0;
    std::span<std::byte> ring;
    std::span<std::byte> slab;
    std::uint16_t tail = 0;     ///< of what was staged
    std::uint16_t next_id = 0;  ///< for add()

    [[nodiscard]] bool usable() const noexcept { return !ring.empty() && entries > 0; }

    [[nodiscard]] abi::io_uring_buf& slot(std::uint64_t index) const noexcept {
        return reinterpret_cast<abi::io_uring_buf*>(ring.data())[index % entries];
    }
    /// Buffers with the same remainder share their memory.
    [[nodiscard]] std::span<std::byte> buffer(std::uint64_t bid) const noexcept {
        return slab.subspan(bid % buffer_count * buffer_size, buffer_size);
    }

    /// Fills the next slot field by field: slot 0's last word is the tail (ABI-02).
    void stage(std::uint16_t bid, std::uint32_t length, std::uint64_t address) noexcept {
        abi::io_uring_buf& next = slot(tail++);
        next.addr = address;
        next.len = length;
        next.bid = bid;
    }
    void publish() const noexcept {
        std::atomic_ref(slot(0).resv).store(tail, std::memory_order::release);
    }

    /// "addr=b0+30 len=34 bid=0 resv=0"
    [[nodiscard]] std::string describe_slot(std::uint64_t index) const {
        const abi::io_uring_buf& it = slot(index);
        const std::uint64_t start = address_of(slab.data());
        std::string place = it.addr == 0 ? "null" : "elsewhere";
        if (const std::uint64_t at = it.addr - start; at < slab.size()) {
            place = fmt::format("b{}+{}", at / buffer_size, at % buffer_size);
        }
        return fmt::format("addr={} len={} bid={} resv={}", place, it.len, it.bid, it.resv);
    }
};

}  // namespace ringproof::sim
