#pragma once
// A buffer ring filled by hand: slots, tail and buffers as plain memory.

#include <atomic>
#include <initializer_list>

#include "tests/sim/kernel/raw_ring.hpp"

namespace ringproof::testing {

struct group_options {
    std::uint16_t id = 1;
    std::uint32_t entries = 8;
    std::uint16_t flags = 0;
    std::uint32_t min_left = 0;
};

template <class System>
class raw_group {
public:
    static constexpr std::size_t buffer_size_max = 4096;

    explicit raw_group(raw_ring<System>& ring, const group_options& wanted = {})
        : ring_(&ring), options_(wanted) {
        const bool mapped = (wanted.flags & abi::iou_pbuf_ring_mmap) != 0;
        const std::size_t size = wanted.entries * sizeof(abi::io_uring_buf);
        if (!mapped) memory_ = kernel().map_anonymous({.size = size}).value();
        buffers_ = kernel().map_anonymous({.size = buffers_count * buffer_size_max}).value();
        abi::io_uring_buf_reg reg{.ring_addr = address_of(memory_.data()),
                                  .ring_entries = wanted.entries,
                                  .bgid = wanted.id,
                                  .flags = wanted.flags,
                                  .min_left = wanted.min_left,
                                  .resv = {}};
        answer = ring.register_with(abi::ioring_register_pbuf_ring, &reg, 1);
        if (answer == 0 && mapped) {
            const std::uint64_t offset =
                abi::ioring_off_pbuf_ring | std::uint64_t{wanted.id} << abi::ioring_off_pbuf_shift;
            memory_ = kernel().map(ring.fd, size, offset).value();
        }
    }
    raw_group(const raw_group&) = delete;
    raw_group& operator=(const raw_group&) = delete;
    ~raw_group() {
        (void)close();
        if (!memory_.empty()) (void)kernel().unmap(memory_);
        (void)kernel().unmap(buffers_);
    }

    /// Unregisters.
    int close() {
        abi::io_uring_buf_reg reg{};
        reg.bgid = options_.id;
        return ring_->register_with(abi::ioring_unregister_pbuf_ring, &reg, 1);
    }

    abi::io_uring_buf& slot(std::size_t index) {
        return reinterpret_cast<abi::io_uring_buf*>(memory_.data())[index];
    }
    std::byte* buffer(std::size_t id) {
        return buffers_.data() + id % buffers_count * buffer_size_max;
    }
    std::span<std::byte> memory() { return memory_; }
    std::span<std::byte> buffers() { return buffers_; }

    /// The first bytes of a buffer, as text.
    std::string_view text(std::size_t id, std::size_t size, std::size_t from = 0) {
        return {reinterpret_cast<const char*>(buffer(id)) + from, size};
    }

    /// Fills the next slot, field by field: slot 0's last word is the tail (ABI-02).
    void stage(std::uint16_t id, std::uint32_t length, std::uint64_t address) {
        auto& next = slot(tail_ & (options_.entries - 1));
        next.addr = address;
        next.len = length;
        next.bid = id;
        ++tail_;
    }
    void stage(std::uint16_t id, std::uint32_t length = 64) {
        stage(id, length, address_of(buffer(id)));
    }

    void publish() { publish(tail_); }
    void publish(std::uint16_t tail) {
        tail_ = tail;
        std::atomic_ref(slot(0).resv).store(tail, std::memory_order::release);
    }

    /// Publishes buffers 0, 1, ... of these lengths.
    void add(std::initializer_list<std::uint32_t> lengths) {
        for (const std::uint32_t length : lengths) stage(next_id_++, length);
        publish();
    }
    void add(std::size_t count, std::uint32_t length) {
        for (; count != 0; --count) stage(next_id_++, length);
        publish();
    }

    /// The kernel's head, or a negated errno.
    int head() {
        abi::io_uring_buf_status status{};
        status.buf_group = options_.id;
        const int refused = ring_->register_with(abi::ioring_register_pbuf_status, &status, 1);
        return refused != 0 ? refused : static_cast<int>(status.head);
    }

    std::uint16_t tail() const { return tail_; }
    std::uint16_t id() const { return options_.id; }

    int answer = 0;  ///< of the registration

private:
    static constexpr std::size_t buffers_count = 16;

    auto& kernel() { return ring_->kernel(); }

    raw_ring<System>* ring_;
    group_options options_;
    std::span<std::byte> memory_;
    std::span<std::byte> buffers_;
    std::uint16_t tail_ = 0;
    std::uint16_t next_id_ = 0;
};

template <class System>
raw_group(raw_ring<System>&) -> raw_group<System>;
template <class System>
raw_group(raw_ring<System>&, group_options) -> raw_group<System>;

}  // namespace ringproof::testing
