#include "sim/kernel/completions.hpp"

#include <algorithm>
#include <cerrno>

#include "sim/kernel/host.hpp"
#include "sim/kernel/machine.hpp"
#include "sim/kernel/ring_context.hpp"

namespace ringproof::sim {

namespace {

// More than any program can mean; beyond it the completion is lost, as without memory (OVF-09).
constexpr std::size_t overflow_max = std::size_t{1} << 20U;

bool has_room(const ring_context& ring) noexcept {
    // The application may store anything into its head; more than full is full.
    const std::uint32_t queued = ring.cq_tail - model_memory::load_relaxed(ring.words.cq_head);
    return std::min(queued, ring.cq_entries) < ring.cq_entries;
}

void store(ring_context& ring, const abi::io_uring_cqe& posted) noexcept {
    const std::uint32_t at = ring.cq_tail & (ring.cq_entries - 1);
    abi::io_uring_cqe* slot = &ring.words.cqes[at << ring.cqe_shift];
    model_memory::store_plain(slot, posted);
    if (ring.cqe_shift != 0) model_memory::store_plain(slot + 1, abi::io_uring_cqe{});
    model_memory::store_release(ring.words.cq_tail, ++ring.cq_tail);
}

void overflow(ring_context& ring, const abi::io_uring_cqe& posted) {
    if (ring.overflow.size() >= overflow_max) {
        ring.dropped = true;
        const std::uint32_t lost = model_memory::load_relaxed(ring.words.cq_overflow);
        model_memory::store_relaxed(ring.words.cq_overflow, lost + 1);
        return;
    }
    ring.overflow.push(posted);
    if (!ring.overflowing) {
        ring.overflowing = true;
        set_sq_flag(ring, abi::ioring_sq_cq_overflow, true);
    }
    ring.note(event_kind::overflowed, posted.user_data, posted.res, posted.flags);
    tell_events(ring);
}

}  // namespace

void tell_events(ring_context& ring) noexcept {
    constexpr std::uint32_t disabled = 1;  // IORING_CQ_EVENTFD_DISABLED
    if (ring.events == nullptr) return;
    if ((model_memory::load_relaxed(ring.words.cq_flags) & disabled) != 0) return;
    ring.events->outside->signal(*ring.events);
}

bool post_more(request& armed, std::int64_t res, std::uint32_t flags) {
    ring_context& ring = *armed.ring;
    const abi::io_uring_cqe posted{armed.user_data, static_cast<std::int32_t>(res),
                                   flags | abi::ioring_cqe_f_more};
    if (ring.overflowing || !has_room(ring)) {
        if (!ring.in->version().multishot_may_overflow) return false;
        overflow(ring, posted);
        return true;
    }
    store(ring, posted);
    ring.note(event_kind::posted, posted.user_data, posted.res, posted.flags);
    tell_events(ring);
    return true;
}

void post_message(ring_context& ring, const abi::io_uring_cqe& posted) {
    if (ring.overflowing || !has_room(ring)) {
        overflow(ring, posted);
        return;
    }
    store(ring, posted);
    ring.note(event_kind::posted, posted.user_data, posted.res, posted.flags);
    tell_events(ring);
}

void post_last(request& finished) {
    finished.ring->starved += finished.res == -ENOBUFS ? 1 : 0;
    const abi::io_uring_cqe posted{finished.user_data, finished.res, finished.flags};
    post_message(*finished.ring, posted);
}

void flush_overflow(ring_context& ring) {
    if (!ring.overflowing || ring.in->hung) return;
    const bool may_swap = ring.in->version().bugs.overflow_flush_reorders;
    while (!ring.overflow.empty() && has_room(ring)) {
        // BUG-25: others post while the lock is not held.
        const bool swaps = may_swap && ring.overflow.size() > 1 &&
            ring.in->choice.choose(2, "rescheduled while the overflow list moves") != 0;
        if (swaps) std::swap(ring.overflow[0], ring.overflow[1]);
        store(ring, ring.overflow.front());
        ring.overflow.pop();
    }
    if (!ring.overflow.empty()) return;
    ring.overflowing = false;
    set_sq_flag(ring, abi::ioring_sq_cq_overflow, false);
}

std::uint32_t unread_completions(const ring_context& ring) noexcept {
    return ring.cq_tail - model_memory::load_relaxed(ring.words.cq_head);
}

void set_sq_flag(ring_context& ring, std::uint32_t flag, bool on) noexcept {
    const std::uint32_t before = model_memory::load_relaxed(ring.words.sq_flags);
    const std::uint32_t after = on ? before | flag : before & ~flag;
    if (after != before) model_memory::store_relaxed(ring.words.sq_flags, after);
}

}  // namespace ringproof::sim
