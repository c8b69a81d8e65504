#include "sim/kernel/poll.hpp"

#include "sim/kernel/host.hpp"
#include "sim/kernel/hosted.hpp"
#include "sim/kernel/issue.hpp"
#include "sim/kernel/machine.hpp"
#include "sim/kernel/scheduler.hpp"

namespace ringproof::sim {

namespace {

constexpr std::uint16_t retries_max = 128;  // APOLL_MAX_RETRY

// The latest waiter stands in front (rules MSH-13, MSH-14), exclusive ones behind all others, in
// their own order: as the kernel adds wait-queue entries.
void stand_in_line(open_file& file, request& waiting) noexcept {
    // Deferred work that runs backwards turns the line round once more, so that the first is first.
    const profile& version = waiting.ring->in->version();
    const bool turned = version.deferred_work_lifo && waiting.ring->defers();
    const bool in_front = !waiting.exclusive && (version.last_waiter_first || turned);
    waiting.armed = true;
    waiting.wait_before = in_front ? nullptr : file.last_waiter;
    waiting.wait_after = in_front ? file.first_waiter : nullptr;
    (waiting.wait_before == nullptr ? file.first_waiter : waiting.wait_before->wait_after) =
        &waiting;
    (waiting.wait_after == nullptr ? file.last_waiter : waiting.wait_after->wait_before) = &waiting;
}

}  // namespace

armed arm(request& waiting) {
    const bool asks = waiting.opcode == abi::ioring_op_poll_add;
    const std::uint8_t mask = asks ? readiness_of(waiting.op_flags) : waits_for(waiting.opcode);
    if (mask == 0 || !waiting.file->can_poll()) return armed::refused;
    waiting.facts |= fact::polled;
    waiting.waits_for = mask;
    if (host_files* outside = waiting.file->outside) outside->watch(*waiting.file);
    const bool is_ready = asks ? waiting.file->outside->events(*waiting.file, waiting.op_flags) != 0
                               : (waiting.file->poll() & mask) != 0;
    // Ready, yet every attempt would block: from some point on it waits for a change.
    if (is_ready && !waiting.is(fact::multishot) && ++waiting.retries <= retries_max) {
        return armed::ready;
    }
    waiting.ring->note(event_kind::armed, waiting.user_data);
    if (!waiting.in_table) waiting.ring->table.add_poll(waiting);
    if (!waiting.armed) stand_in_line(*waiting.file, waiting);
    if (is_ready && waiting.is(fact::multishot)) {
        ++waiting.wakes;
        queue_task(waiting, task::woken);
    }
    return armed::waiting;
}

void disarm(request& waiting) noexcept {
    if (!waiting.armed) return;
    open_file& file = *waiting.file;
    waiting.armed = false;
    (waiting.wait_before == nullptr ? file.first_waiter : waiting.wait_before->wait_after) =
        waiting.wait_after;
    (waiting.wait_after == nullptr ? file.last_waiter : waiting.wait_after->wait_before) =
        waiting.wait_before;
}

void wake(open_file& file, std::uint8_t mask) {
    request* next = nullptr;
    for (request* each = file.first_waiter; each != nullptr; each = next) {
        next = each->wait_after;
        if ((each->waits_for & mask) == 0) continue;
        const bool asks = each->opcode == abi::ioring_op_poll_add;
        if (asks && file.outside->events(file, each->op_flags) == 0) continue;  // others are ready
        const bool last = each->exclusive;
        ++each->wakes;
        if (!each->is(fact::multishot)) disarm(*each);
        each->ring->note(event_kind::woken, each->user_data);
        if (each->work == task::none) queue_task(*each, task::woken);
        if (last) break;
    }
}

}  // namespace ringproof::sim
