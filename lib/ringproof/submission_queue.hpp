#pragma once
// The queue in which the application moves the tail: requests go in here.

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include <ringproof/abi.hpp>
#include <ringproof/shared_memory.hpp>

namespace ringproof {

/// The application's half of the submission queue. Staging writes a request where the kernel does
/// not look yet; publishing stores the tail with release, after which the kernel may read it.
/// One owner, no locks, no allocation, no system call. Source: io_uring(7). Linux 5.1.
template <shared_memory Memory>
class submission_queue {
public:
    submission_queue() noexcept = default;

    /// \param ring  the mapping at IORING_OFF_SQ_RING; \param requests  the one at IORING_OFF_SQES.
    submission_queue(Memory memory, std::span<std::byte> ring, std::span<std::byte> requests,
                     const abi::io_uring_params& params) noexcept
        : memory_(memory),
          head_(word(ring, params.sq_off.head)),
          tail_(word(ring, params.sq_off.tail)),
          flags_(word(ring, params.sq_off.flags)),
          sqes_(reinterpret_cast<abi::io_uring_sqe*>(requests.data())),
          entries_(params.sq_entries) {
        // Entry i of the index array always names request i, so it is written once.
        auto* array = word(ring, params.sq_off.array);
        for (std::uint32_t i = 0; i < entries_; ++i) memory_.store_plain(array + i, i);
        tail_staged_ = tail_counted_ = memory_.load_relaxed(tail_);
    }

    /// Copies a request into the next free entry. False when the queue is full; nothing changed.
    [[nodiscard]] bool stage(const abi::io_uring_sqe& request) noexcept {
        if (tail_staged_ - memory_.load_acquire(head_) >= entries_) return false;
        memory_.store_plain(sqes_ + (tail_staged_ & (entries_ - 1)), request);
        ++tail_staged_;
        return true;
    }

    /// Shows the kernel all that was staged.
    void publish() noexcept { memory_.store_release(tail_, tail_staged_); }

    /// How many requests were staged since this was asked last.
    unsigned count_fresh() noexcept {
        return tail_staged_ - std::exchange(tail_counted_, tail_staged_);
    }

    /// Requests staged or published that the kernel has not taken.
    [[nodiscard]] std::uint32_t pending() const noexcept {
        return tail_staged_ - memory_.load_acquire(head_);
    }

    /// Requests that stage() would still take.
    [[nodiscard]] std::uint32_t space() const noexcept { return entries_ - pending(); }

    /// IORING_SQ_NEED_WAKEUP, IORING_SQ_CQ_OVERFLOW, IORING_SQ_TASKRUN, as the kernel set them.
    [[nodiscard]] std::uint32_t flags() const noexcept { return memory_.load_relaxed(flags_); }

    /// After publish(), under SQPOLL: true when the kernel's thread sleeps and must be woken. The
    /// fence keeps this load from passing the tail's store; without it both sides can miss each
    /// other and the request waits for ever (a store-buffering race, liburing issue 541).
    [[nodiscard]] bool needs_wakeup() noexcept {
        memory_.fence();
        return (flags() & abi::ioring_sq_need_wakeup) != 0;
    }

    [[nodiscard]] std::uint32_t size() const noexcept { return entries_; }

private:
    static std::uint32_t* word(std::span<std::byte> ring, std::uint32_t offset) noexcept {
        return reinterpret_cast<std::uint32_t*>(ring.data() + offset);
    }

    [[no_unique_address]] Memory memory_{};
    std::uint32_t* head_ = nullptr;   // the kernel moves it
    std::uint32_t* tail_ = nullptr;   // we move it
    std::uint32_t* flags_ = nullptr;  // the kernel sets it
    abi::io_uring_sqe* sqes_ = nullptr;
    std::uint32_t entries_ = 0;      // a power of two
    std::uint32_t tail_staged_ = 0;  // free-running
    std::uint32_t tail_counted_ = 0;
};

}  // namespace ringproof
