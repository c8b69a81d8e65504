// What requests say of a time; LINK_TIMEOUT, which limits the request before it in its chain, and
// TIMEOUT_REMOVE. Matches the rest of io_uring/timeout.c.

#include <algorithm>
#include <cerrno>
#include <utility>

#include "sim/kernel/cancel.hpp"
#include "sim/kernel/flow.hpp"
#include "sim/kernel/hosted.hpp"
#include "sim/kernel/issue.hpp"
#include "sim/kernel/machine.hpp"
#include "sim/kernel/prepare.hpp"
#include "sim/kernel/scheduler.hpp"
#include "sim/kernel/timeouts.hpp"

namespace ringproof::sim {

namespace {

constexpr std::uint32_t changes = 1U << 1U;           // IORING_TIMEOUT_UPDATE
constexpr std::uint32_t clocks = 3U << 2U;            // BOOTTIME | REALTIME
constexpr std::uint32_t etime_is_success = 1U << 5U;  // IORING_TIMEOUT_ETIME_SUCCESS
constexpr std::uint32_t changes_guard = 1U << 4U;     // IORING_LINK_TIMEOUT_UPDATE

request* guard_of(const request& guarded) noexcept {
    request* next = guarded.next_link;
    return next != nullptr && next->opcode == abi::ioring_op_link_timeout ? next : nullptr;
}

request* find_timer(ring_context& ring, std::uint64_t user_data, std::uint8_t opcode) noexcept {
    request* found = nullptr;
    ring.table.visit_timers_of(user_data, [&found, opcode](request& each) {
        if (each.opcode == opcode) found = &each;
        return found == nullptr;
    });
    return found;
}

}  // namespace

int read_interval(request& fresh, std::uint64_t address) {
    abi::kernel_timespec time{};
    if (!fresh.ring->in->memory.copy_in(&time, address, sizeof time)) return -EFAULT;
    if (time.tv_sec < 0 || time.tv_nsec < 0) return -EINVAL;
    constexpr std::int64_t seconds_max = 9'000'000'000;  // what 64 bits of nanoseconds hold
    const auto seconds = static_cast<std::uint64_t>(std::min(time.tv_sec, seconds_max));
    fresh.interval = seconds * 1'000'000'000U + static_cast<std::uint64_t>(time.tv_nsec);
    return 0;
}

// Matches io_timeout_prep().
int prepare_timeout(request& fresh, const abi::io_uring_sqe& sqe) {
    std::uint32_t known = abi::ioring_timeout_abs | clocks | etime_is_success;
    if (fresh.ring->in->version().has_timeout_multishot) known |= abi::ioring_timeout_multishot;
    if (sqe.addr3 != 0 || sqe.pad2 != 0) return -EINVAL;
    if (fresh.group != 0 || fresh.len != 1 || fresh.file_index != 0) return -EINVAL;
    const std::uint32_t flags = fresh.op_flags;
    if ((flags & ~known) != 0 || (flags & clocks) == clocks) return -EINVAL;
    constexpr std::uint32_t both = abi::ioring_timeout_abs | abi::ioring_timeout_multishot;
    if ((flags & both) == both) return -EINVAL;
    if (const int refused = read_interval(fresh, fresh.addr); refused != 0) return refused;
    if ((flags & abi::ioring_timeout_multishot) != 0) {
        fresh.facts |= fact::multishot;
        fresh.repeats = static_cast<std::uint32_t>(fresh.off);
    }
    return 0;
}

int prepare_link_timeout(request& fresh, const abi::io_uring_sqe& sqe) {
    const request* last = fresh.ring->chain_head == nullptr ? nullptr : fresh.ring->chain_tail;
    if (fresh.off != 0) return -EINVAL;
    if (const int refused = prepare_timeout(fresh, sqe); refused != 0) return refused;
    if (fresh.is(fact::multishot)) return -EINVAL;
    return last == nullptr || last->opcode == abi::ioring_op_link_timeout ? -EINVAL : 0;
}

void arm_guard(request& guarded) {
    request* guard = guard_of(guarded);
    if (guard == nullptr || guard->in_table || guard->is(fact::failed)) return;
    guard->guards = &guarded;
    set_expiry(*guard);
    guard->ring->table.add_timer(*guard);
    ++guard->ring->timers;
}

void disarm_guard(request& guarded) {
    request* guard = guard_of(guarded);
    if (guard == nullptr || !guard->in_table) return;
    guarded.next_link = std::exchange(guard->next_link, nullptr);
    guard->guards = nullptr;
    if (guard->work != task::none) return;  // its time came first
    guard->ring->table.remove(*guard);
    --guard->ring->timers;
    guard->res = -ECANCELED;
    queue_task(*guard, task::complete);
}

void run_expired_guard(request& guard) {
    ring_context& ring = *guard.ring;
    --ring.timers;
    int found = 0;
    if (request* guarded = std::exchange(guard.guards, nullptr)) {
        guarded->next_link = std::exchange(guard.next_link, nullptr);
        found = cancel(ring, {.user_data = guarded->user_data}, -1, false);
    }
    guard.res = found != 0 ? found : -ETIME;
    complete(guard);
}

int prepare_timeout_remove(request& fresh) {
    constexpr std::uint32_t known = changes | changes_guard | clocks | abi::ioring_timeout_abs;
    if (fresh.is(fact::fixed_file | fact::buffer_select)) return -EINVAL;
    if (fresh.group != 0 || fresh.len != 0 || fresh.file_index != 0) return -EINVAL;
    if ((fresh.op_flags & (changes | changes_guard)) == 0) return fresh.op_flags == 0 ? 0 : -EINVAL;
    if ((fresh.op_flags & ~known) != 0 || (fresh.op_flags & clocks) == clocks) return -EINVAL;
    return read_interval(fresh, fresh.off);
}

int issue_timeout_remove(request& attempted) {
    const bool guard = (attempted.op_flags & changes_guard) != 0;
    request* found = find_timer(*attempted.ring, attempted.addr,
                                guard ? abi::ioring_op_link_timeout : abi::ioring_op_timeout);
    if (found == nullptr) return -ENOENT;
    if (found->work != task::none || found->cancelled) return -EALREADY;
    attempted.res = 0;
    if ((attempted.op_flags & (changes | changes_guard)) == 0) {
        found->cancelled = true;
        queue_task(*found, task::expired);
        return issued::done;
    }
    constexpr std::uint32_t mode = abi::ioring_timeout_abs | clocks;
    found->off = 0;  // it counts completions no more
    found->op_flags = (found->op_flags & ~mode) | (attempted.op_flags & mode);
    found->interval = attempted.interval;
    set_expiry(*found);
    return issued::done;
}

}  // namespace ringproof::sim
