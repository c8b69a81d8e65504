#include "sim/kernel/enter.hpp"

#include <algorithm>
#include <cerrno>

#include "sim/kernel/completions.hpp"
#include "sim/kernel/host.hpp"
#include "sim/kernel/lifetime.hpp"
#include "sim/kernel/machine.hpp"
#include "sim/kernel/scheduler.hpp"
#include "sim/kernel/submission.hpp"
#include "sim/kernel/timeouts.hpp"

namespace ringproof::sim {

namespace {

constexpr std::uint32_t abs_timer = 1U << 5U;  // IORING_ENTER_ABS_TIMER, 6.12
constexpr std::uint32_t no_iowait = 1U << 7U;  // IORING_ENTER_NO_IOWAIT, 6.15
constexpr std::uint32_t known_flags = abi::ioring_enter_getevents | abi::ioring_enter_sq_wakeup |
    abi::ioring_enter_sq_wait | abi::ioring_enter_ext_arg | abi::ioring_enter_registered_ring;
constexpr std::uint32_t feat_no_iowait = 1U << 17U;  // IORING_FEAT_NO_IOWAIT
constexpr std::uint64_t never = ~std::uint64_t{0};
constexpr std::size_t signal_set_size = 8;
// A hostile SQ tail keeps an SQPOLL thread busy for ever, and nobody wiser.
constexpr std::uint32_t turns_max = 1U << 16U;

struct wait_limits {
    std::uint64_t deadline = never;  ///< -ETIME from here on
    std::uint64_t min_wait_end = 0;  ///< until here all events are wanted, then one is enough
    bool has_signals = false;
    std::uint64_t signals = 0;  ///< the mask to wait with
};

std::uint64_t later(std::uint64_t now, std::uint64_t by) noexcept {
    return by >= never - now ? never - 1 : now + by;
}

int find_ring(machine& in, const enter_call& call, ring_context*& found) {
    if ((call.flags & abi::ioring_enter_registered_ring) != 0) {
        const auto at = std::ranges::find(in.registered, in.caller, &registered_rings::owner);
        if (at == in.registered.end() || call.fd < 0 || call.fd >= 16) return -EINVAL;
        found = at->rings[call.fd];
        return found == nullptr ? -EBADF : 0;
    }
    // Whether a program still has a number open costs a question; not of one that has just put
    // something into the ring's queue.
    if (in.outside != nullptr && call.to_submit != 0) {
        for (const auto& ring : in.rings) {
            if (ring->fd != call.fd || pending_submissions(*ring) == 0) continue;
            found = ring.get();
            return 0;
        }
    }
    return in.find_ring(call.fd, found);
}

bool is_foreign(const ring_context& ring) noexcept {
    return ring.has_submitter && ring.submitter != ring.in->caller;
}

int read_signals(machine& in, std::uint64_t at, std::uint64_t size, wait_limits& limits) {
    if (size != signal_set_size) return -EINVAL;
    limits.has_signals = true;
    return in.memory.copy_in(&limits.signals, at, signal_set_size) ? 0 : -EFAULT;
}

// The argument is a signal mask, or with EXT_ARG a structure with a timeout in it.
int read_limits(machine& in, const enter_call& call, wait_limits& limits) {
    const auto at = static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(call.argument));
    if ((call.flags & abi::ioring_enter_ext_arg) == 0) {
        if (at == 0) return 0;
        return read_signals(in, at, call.argument_size, limits);
    }
    abi::io_uring_getevents_arg extended{};
    if (call.argument_size != sizeof extended) return -EINVAL;
    if (!in.memory.copy_in(&extended, at, sizeof extended)) return -EFAULT;
    if (extended.min_wait_usec != 0) {
        if ((in.version().features & abi::ioring_feat_min_timeout) == 0) return -EINVAL;
        limits.min_wait_end = later(in.now, std::uint64_t{extended.min_wait_usec} * 1000);
    }
    const int refused =
        extended.sigmask == 0 ? 0 : read_signals(in, extended.sigmask, extended.sigmask_sz, limits);
    if (extended.ts == 0 || refused != 0) return refused;
    abi::kernel_timespec time{};
    if (!in.memory.copy_in(&time, extended.ts, sizeof time)) return -EFAULT;
    constexpr std::int64_t seconds_max = 9'000'000'000;
    const auto seconds = std::clamp<std::int64_t>(time.tv_sec, 0, seconds_max);
    const auto rest = std::clamp<std::int64_t>(time.tv_nsec, 0, 999'999'999);
    const auto span =
        static_cast<std::uint64_t>(seconds) * 1'000'000'000U + static_cast<std::uint64_t>(rest);
    limits.deadline = (call.flags & abs_timer) != 0 ? std::max(span, in.now) : later(in.now, span);
    return 0;
}

void run_own_work(ring_context& ring, std::uint32_t wanted) {
    if (ring.defers()) {
        run_deferred_work(ring, wanted);
    } else if (!ring.poller.exists) {
        run_task_work(ring);
    }
}

// The same where time passes by itself.
int sleep_outside(ring_context& ring, const wait_limits& limits, std::uint64_t limit) {
    machine& in = *ring.in;
    const int answer = in.outside->time.sleep(ring, std::min(next_timer(in), limit),
                                              limits.has_signals ? &limits.signals : nullptr);
    in.now = in.outside->time.now();
    fire_due_timers(in);
    return answer == 0 && in.now >= limits.deadline ? -ETIME : answer;
}

// Nobody can run: time goes on, or the wait is over. 0: look again.
int let_time_pass(ring_context& ring, const wait_limits& limits) {
    machine& in = *ring.in;
    const std::uint64_t timer = next_timer(in);
    const std::uint64_t limit = limits.min_wait_end > in.now
        ? std::min(limits.min_wait_end, limits.deadline)
        : limits.deadline;
    if (in.outside != nullptr) return sleep_outside(ring, limits, limit);
    const std::uint64_t event = in.around == nullptr ? never : in.around->next_event();
    if (timer == never && limit == never && event == never) return -EDEADLK;
    if (event != never && event <= std::min(timer, limit)) {
        in.now = std::max(in.now, event);
        in.around->happen();
        return 0;
    }
    if (timer <= limit) {
        in.now = std::max(in.now, timer);
        fire_due_timers(in);
        return 0;
    }
    in.now = std::max(in.now, limit);
    return limit == limits.deadline ? -ETIME : 0;
}

// A worker on a busy machine may take longer than an application cares to wait.
bool outlasted_by_workers(ring_context& ring, const wait_limits& limits) {
    machine& in = *ring.in;
    if (ring.workers.empty() || limits.deadline == never || next_timer(in) <= limits.deadline) {
        return false;
    }
    if (in.choice.choose(2, "a wait ends before its workers do") == 0) return false;
    in.now = std::max(in.now, limits.deadline);
    return true;
}

// Matches io_cqring_wait().
int wait_for(ring_context& ring, std::uint32_t wanted, wait_limits limits) {
    machine& in = *ring.in;
    wanted = std::min(wanted, ring.cq_entries);
    if (ring.defers() && is_foreign(ring)) return -EEXIST;  // RUN-06
    offer_to_workers(ring);
    run_own_work(ring, wanted);
    flush_overflow(ring);
    if (unread_completions(ring) >= wanted) return 0;
    const std::uint32_t target = model_memory::load_relaxed(ring.words.cq_head) + wanted;
    const std::uint32_t fired = ring.timeouts_fired;
    int ended = -EDEADLK;
    for (std::uint32_t turn = 0; turn < turns_max || in.outside != nullptr; ++turn) {
        if (outlasted_by_workers(ring, limits)) {
            ended = -ETIME;
            break;
        }
        const bool ran = run_anything(in);
        run_own_work(ring, wanted);
        flush_overflow(ring);
        if (std::exchange(ring.dropped, false)) return -EBADR;  // OVF-09
        if (static_cast<std::int32_t>(ring.cq_tail - target) >= 0) return 0;
        if (ring.timeouts_fired != fired) return 0;
        const bool one_is_enough = limits.min_wait_end != 0 && in.now >= limits.min_wait_end;
        if (one_is_enough && unread_completions(ring) != 0) return 0;
        if (ran) continue;
        if (const int over = let_time_pass(ring, limits); over != 0) {
            ended = over;
            break;
        }
        turn = 0;  // whoever lets time pass does not go round in circles
    }
    if (ended == -EDEADLK) return ended;
    return unread_completions(ring) == 0 ? ended : 0;
}

int submit(ring_context& ring, const enter_call& call) {
    if (ring.poller.exists) {
        if ((call.flags & abi::ioring_enter_sq_wakeup) != 0) run_poller(ring, true);
        // Waits until there is room; the thread makes it in one turn if it is awake.
        if ((call.flags & abi::ioring_enter_sq_wait) != 0 &&
            pending_submissions(ring) == ring.sq_entries) {
            run_poller(ring, false);
            if (pending_submissions(ring) == ring.sq_entries) return -EDEADLK;
        }
        return static_cast<int>(std::min<std::uint32_t>(call.to_submit, 0x7fffffff));
    }
    if (call.to_submit == 0) return 0;
    if (is_foreign(ring)) return -EEXIST;  // RUN-06
    return submit_pending(ring, call.to_submit);
}

int enter_ring(ring_context& ring, const enter_call& call) {
    const int submitted = submit(ring, call);
    if (submitted < 0) return submitted;
    // Fewer than asked: the call returns without looking at the completions.
    if (static_cast<std::uint32_t>(submitted) != call.to_submit && !ring.poller.exists) {
        return submitted;
    }
    if ((call.flags & abi::ioring_enter_getevents) == 0) return submitted;
    // Once behind the submission and once more before it waits: two batches.
    if (submitted > 0 && ring.defers()) {
        offer_to_workers(ring);
        run_deferred_work(ring, call.min_complete);
    }
    wait_limits limits;
    int waited = read_limits(*ring.in, call, limits);
    if (waited == 0) waited = wait_for(ring, call.min_complete, limits);
    return submitted != 0 ? submitted : waited;
}

}  // namespace

std::uint32_t enter_flags_of(const profile& version) noexcept {
    std::uint32_t known = known_flags;  // the two newer ones came with a feature bit
    if ((version.features & abi::ioring_feat_min_timeout) != 0) known |= abs_timer;
    if ((version.features & feat_no_iowait) != 0) known |= no_iowait;
    return known;
}

int enter(machine& in, const enter_call& call) {
    if ((call.flags & ~in.enter_flags) != 0) return -EINVAL;
    ring_context* ring = nullptr;
    if (const int refused = find_ring(in, call, ring); refused != 0) return refused;
    if (ring->disabled) return -EBADFD;
    if (in.hung) return -EDEADLK;
    ++ring->references;  // the call may close the ring's own descriptor
    if (in.outside != nullptr) {
        in.now = in.outside->time.now();
        in.outside->files.wake_ready();
        fire_due_timers(in);
    }
    const int answer = enter_ring(*ring, call);
    at_kernel_exit(in);
    drop_ring(*ring);
    return in.hung ? -EDEADLK : answer;
}

void pass_time(machine& in, std::uint64_t nanoseconds) {
    const std::uint64_t until = later(in.now, nanoseconds);
    for (std::uint64_t next = next_timer(in); next <= until; next = next_timer(in)) {
        in.now = std::max(in.now, next);
        after_world_action(in);
    }
    in.now = until;
    after_world_action(in);
}

}  // namespace ringproof::sim
