#pragma once
// The queue in which the application moves the head: completions come out here.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include <ringproof/abi.hpp>
#include <ringproof/completion.hpp>
#include <ringproof/shared_memory.hpp>

namespace ringproof {

/// The application's half of the completion queue. Reading copies a completion out; advancing
/// stores the head with release, after which the kernel may overwrite what was read.
/// One owner, no locks, no allocation, no system call. Source: io_uring(7). Linux 5.1.
template <shared_memory Memory>
class completion_queue {
public:
    completion_queue() noexcept = default;

    /// \param ring  the mapping at IORING_OFF_CQ_RING, or the shared one of
    /// IORING_FEAT_SINGLE_MMAP.
    completion_queue(Memory memory, std::span<std::byte> ring,
                     const abi::io_uring_params& params) noexcept
        : memory_(memory),
          head_(word(ring, params.cq_off.head)),
          tail_(word(ring, params.cq_off.tail)),
          cqes_(reinterpret_cast<abi::io_uring_cqe*>(ring.data() + params.cq_off.cqes)),
          mask_(params.cq_entries - 1) {
        head_read_ = memory_.load_relaxed(head_);
    }

    /// Completions that can be read now. The acquire makes the kernel's writes to them, and to the
    /// buffers that they name, visible.
    [[nodiscard]] std::uint32_t ready() const noexcept {
        return memory_.load_acquire(tail_) - head_read_;
    }

    /// The `offset`-th unread completion. \pre offset < ready()
    [[nodiscard]] completion read(std::uint32_t offset) const noexcept {
        return completion::from(memory_.load_plain(cqes_ + ((head_read_ + offset) & mask_)));
    }

    /// The next unread completion, if there is one.
    [[nodiscard]] std::optional<completion> peek() const noexcept {
        if (ready() == 0) return std::nullopt;
        return read(0);
    }

    /// Hands `count` entries back to the kernel. \pre count <= ready()
    void advance(std::uint32_t count) noexcept {
        head_read_ += count;
        memory_.store_release(head_, head_read_);
    }

    [[nodiscard]] std::uint32_t size() const noexcept { return mask_ + 1; }

private:
    static std::uint32_t* word(std::span<std::byte> ring, std::uint32_t offset) noexcept {
        return reinterpret_cast<std::uint32_t*>(ring.data() + offset);
    }

    [[no_unique_address]] Memory memory_{};
    std::uint32_t* head_ = nullptr;  // we move it
    std::uint32_t* tail_ = nullptr;  // the kernel moves it
    abi::io_uring_cqe* cqes_ = nullptr;
    std::uint32_t mask_ = 0;
    std::uint32_t head_read_ = 0;  // free-running
};

}  // namespace ringproof
