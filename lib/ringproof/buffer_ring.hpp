#pragma once
// The bare provided-buffer ring: two operations, nothing checked beyond assertions. Most programs
// want buffer_group, which knows who holds what.

#include <bit>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <span>

#include <ringproof/abi.hpp>
#include <ringproof/ids.hpp>
#include <ringproof/shared_memory.hpp>

namespace ringproof {

/// The application's half of one provided-buffer ring. The application writes entries and moves
/// the tail; the kernel reads entries and moves a head that never appears in shared memory.
///
/// Staging and publishing are two steps so that a batch costs one release store. From publish() on
/// a buffer is the kernel's; it is the application's again when a completion names its id.
/// One owner, no locks, no allocation, no system call, no failure.
/// Source: io_uring_provided_buffers(7), rules ABI-01, ABI-02, RNG-01. Linux 5.19.
template <shared_memory Memory>
class buffer_ring {
public:
    buffer_ring() noexcept = default;

    /// \param entries  the ring's memory, at the start of a page: a power of two of entries, at
    /// most
    ///                 32768. The tail that it holds is taken over.
    buffer_ring(Memory memory, std::span<abi::io_uring_buf> entries) noexcept
        : memory_(memory),
          entries_(entries.data()),
          byte_mask_(static_cast<std::uint32_t>(entries.size() - 1) * entry_size),
          tail_staged_(memory_.load_relaxed(&entries_[0].resv)) {
        assert(std::has_single_bit(entries.size()) && entries.size() <= 32768);
    }

    /// Fills the next slot; the kernel cannot see it yet. Matches io_uring_buf_ring_add(3), but the
    /// ring keeps the offset, so a caller cannot stage two buffers into one slot.
    /// \param buffer  bytes the kernel may overwrite until it hands `id` back; at most 2^32 - 1.
    /// \param id      what a completion will call this buffer; in the ring at most once.
    /// \pre           fewer than slot_count() buffers are staged or with the kernel.
    void stage(std::span<std::byte> buffer, buffer_id id) noexcept {
        // Field by field, never as a whole: in slot 0 the fourth field is the published tail. And
        // every field each time: an incremental ring's kernel has rewritten addr and len (INC-02).
        // Both ends of the step first, and the mask in bytes: said so, GCC needs no copies.
        const std::uint16_t tail = tail_staged_;
        const auto next = static_cast<std::uint16_t>(tail + 1);
        abi::io_uring_buf& entry = *at_offset(std::uint32_t{tail} * entry_size & byte_mask_);
        const auto address = reinterpret_cast<std::uintptr_t>(buffer.data());
        memory_.store_plain(&entry.addr, static_cast<std::uint64_t>(address));
        memory_.store_plain(&entry.len, static_cast<std::uint32_t>(buffer.size()));
        memory_.store_plain(&entry.bid, to_number(id));
        tail_staged_ = next;
    }

    /// Shows the kernel all that was staged. Matches io_uring_buf_ring_advance(3).
    void publish() noexcept { memory_.store_release(&entries_[0].resv, tail_staged_); }

    /// Where the next buffer goes.
    [[nodiscard]] slot_index next_slot() const noexcept { return slot_of(tail_staged_); }

    /// The slot that a free-running position means.
    [[nodiscard]] slot_index slot_of(std::uint16_t position) const noexcept {
        return static_cast<slot_index>(position & mask());
    }

    /// Free-running, 16 bits: wraps at 65536, not at slot_count(). Staged, and visible.
    [[nodiscard]] std::uint16_t tail_staged() const noexcept { return tail_staged_; }
    [[nodiscard]] std::uint16_t tail_published() const noexcept {
        return memory_.load_relaxed(&entries_[0].resv);
    }

    /// Entries published and not yet consumed, for a kernel head as head_kernel() reports it. A
    /// full ring has slot_count() of them, which is why the positions run free (RNG-02).
    [[nodiscard]] std::uint16_t available(std::uint16_t head_kernel) const noexcept {
        return static_cast<std::uint16_t>(tail_published() - head_kernel);
    }

    /// The entry in a slot, as it is now: what an incremental kernel has left of it (INC-02).
    [[nodiscard]] std::span<std::byte> entry(slot_index slot) const noexcept {
        const abi::io_uring_buf& it = entries_[to_number(slot)];
        return {reinterpret_cast<std::byte*>(memory_.load_plain(&it.addr)),
                memory_.load_plain(&it.len)};
    }

    [[nodiscard]] std::uint16_t mask() const noexcept {
        return static_cast<std::uint16_t>(byte_mask_ / entry_size);
    }
    [[nodiscard]] std::size_t slot_count() const noexcept { return std::size_t{mask()} + 1; }

private:
    static constexpr std::uint32_t entry_size = sizeof(abi::io_uring_buf);

    [[nodiscard]] abi::io_uring_buf* at_offset(std::uint32_t bytes) const noexcept {
        return reinterpret_cast<abi::io_uring_buf*>(reinterpret_cast<std::byte*>(entries_) + bytes);
    }

    [[no_unique_address]] Memory memory_{};
    abi::io_uring_buf* entries_ = nullptr;
    std::uint32_t byte_mask_ = 0;
    std::uint16_t tail_staged_ = 0;
};

}  // namespace ringproof
