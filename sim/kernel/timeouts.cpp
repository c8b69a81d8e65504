#include "sim/kernel/timeouts.hpp"

#include <cerrno>

#include "sim/kernel/completions.hpp"
#include "sim/kernel/flow.hpp"
#include "sim/kernel/hosted.hpp"
#include "sim/kernel/issue.hpp"
#include "sim/kernel/machine.hpp"
#include "sim/kernel/scheduler.hpp"

namespace ringproof::sim {

namespace {

constexpr std::uint32_t etime_is_success = 1U << 5U;

bool is_running(const request& each) noexcept { return each.work == task::none && !each.cancelled; }

bool counts(const request& timer) noexcept { return timer.off != 0 && !timer.is(fact::multishot); }

}  // namespace

void set_expiry(request& timer) noexcept {
    const bool absolute = (timer.op_flags & abi::ioring_timeout_abs) != 0;
    const std::uint64_t now = timer.ring->in->now;
    timer.expires = absolute                           ? timer.interval
        : timer.interval > ~std::uint64_t{0} - 1 - now ? ~std::uint64_t{0} - 1
                                                       : now + timer.interval;
}

int issue_timeout(request& timer) {
    ring_context& ring = *timer.ring;
    set_expiry(timer);
    timer.target = ring.cq_tail - ring.timeouts_fired + static_cast<std::uint32_t>(timer.off);
    ring.table.add_timer(timer);
    ++ring.timers;
    return issued::pending;
}

void fire_due_timers(machine& in) {
    for (const auto& ring : in.rings) {
        if (ring->timers == 0) continue;
        for (;;) {  // the earliest first; of equal ones the one that was armed first
            request* due = nullptr;
            for (request* each = ring->table.timers().first(); each != nullptr;
                 each = each->table_after) {
                if (!is_running(*each) || each->expires > in.now) continue;
                if (due == nullptr || each->expires < due->expires) due = each;
            }
            if (due == nullptr) break;
            const bool limits = due->opcode == abi::ioring_op_link_timeout;
            if (!limits) ++ring->timeouts_fired;
            if (!limits && (due->op_flags & etime_is_success) == 0 && !due->is(fact::multishot)) {
                set_failed(*due);
            }
            due->res = -ETIME;
            queue_task(*due, task::expired);
        }
    }
}

std::uint64_t next_timer(const machine& in) noexcept {
    std::uint64_t earliest = ~std::uint64_t{0};
    for (const auto& ring : in.rings) {
        if (ring->timers == 0) continue;
        for (request* each = ring->table.timers().first(); each != nullptr;
             each = each->table_after) {
            if (is_running(*each)) earliest = std::min(earliest, each->expires);
        }
    }
    return earliest;
}

void run_expired(request& expired) {
    if (expired.opcode == abi::ioring_op_link_timeout) return run_expired_guard(expired);
    ring_context& ring = *expired.ring;
    const bool repeats = expired.is(fact::multishot) && !expired.cancelled &&
        (expired.off == 0 || (expired.repeats != 0 && --expired.repeats != 0));
    if (repeats && post_more(expired, -ETIME, 0)) {
        // From the time of its completion, so that no finite wait fires endlessly.
        expired.expires = ring.in->now + std::max<std::uint64_t>(expired.interval, 1);
        return;
    }
    --ring.timers;
    if (expired.cancelled) {
        fail(expired, -ECANCELED);
    } else {
        complete(expired);
    }
}

void flush_counted_timeouts(ring_context& ring) {
    if (ring.timers == 0) return;
    const std::uint32_t position = ring.cq_tail - ring.timeouts_fired;
    request* next = nullptr;
    for (request* each = ring.table.timers().first(); each != nullptr; each = next) {
        next = each->table_after;
        if (!is_running(*each) || !counts(*each)) continue;
        if (static_cast<std::int32_t>(position - each->target) < 0) continue;
        ++ring.timeouts_fired;
        each->res = 0;
        queue_task(*each, task::expired);
    }
}

}  // namespace ringproof::sim
