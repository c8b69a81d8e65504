#include "sim/kernel/flow.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "sim/kernel/completions.hpp"
#include "sim/kernel/host.hpp"
#include "sim/kernel/hosted.hpp"
#include "sim/kernel/issue.hpp"
#include "sim/kernel/machine.hpp"
#include "sim/kernel/poll.hpp"
#include "sim/kernel/scheduler.hpp"
#include "sim/kernel/timeouts.hpp"

namespace ringproof::sim {

namespace {

constexpr std::size_t spare_room_max = 128;  // IO_ALLOC_CACHE_MAX

// The rest of a failed chain completes with -ECANCELED, or with its own preparation error.
void fail_links(request& failed) {
    const bool silent = failed.is(fact::skip_link_cqes);
    request* next = std::exchange(failed.next_link, nullptr);
    while (next != nullptr) {
        request& each = *next;
        next = std::exchange(each.next_link, nullptr);
        if (!each.is(fact::failed)) each.res = -ECANCELED;
        each.flags = 0;
        each.facts = silent ? each.facts | fact::cqe_skip : each.facts & ~fact::cqe_skip;
        queue_task(each, task::complete);
    }
}

void hand_on(request& finished) {
    disarm_guard(finished);
    if (finished.next_link == nullptr) return;
    if (finished.is(fact::failed) && !finished.is(fact::hardlink)) {
        fail_links(finished);
    } else {
        request* next = std::exchange(finished.next_link, nullptr);
        queue_task(*next, task::submit);
    }
}

std::size_t chain_length(const request& head) noexcept {
    std::size_t length = 0;
    for (const request* each = &head; each != nullptr; each = each->next_link) ++length;
    return length;
}

bool is_net(std::uint8_t opcode) noexcept {
    return opcode == abi::ioring_op_recv || opcode == abi::ioring_op_recvmsg ||
        opcode == abi::ioring_op_send || opcode == abi::ioring_op_sendmsg;
}

void keep_spare_room(request& finished) {
    ring_context& ring = *finished.ring;
    if (!is_net(finished.opcode) || ring.spare_room.size() >= spare_room_max) return;
    if (finished.segment_room == 0 && ring.spare_room.empty()) return;
    ring.spare_room.push_back(finished.segment_room);
}

// The last look at a request: its file and its place go back.
void retire(request& finished) {
    ring_context& ring = *finished.ring;
    if (finished.file != nullptr) ring.in->drop(*std::exchange(finished.file, nullptr));
    --ring.outstanding;
    ring.requests.give(&finished);
    if (ring.draining) release_drained(ring);
}

bool takes_bytes(std::uint8_t opcode) noexcept {
    return opcode == abi::ioring_op_recv || opcode == abi::ioring_op_recvmsg ||
        opcode == abi::ioring_op_read || opcode == abi::ioring_op_read_multishot;
}

void finish(request& finished) {
    ring_context& ring = *finished.ring;
    if (finished.file != nullptr && takes_bytes(finished.opcode)) {
        finished.file->told = {true, finished.res, finished.flags};
    }
    disarm(finished);
    ring.table.remove(finished);
    if (!finished.is(fact::cqe_skip)) post_last(finished);
    hand_on(finished);
    retire(finished);
    flush_counted_timeouts(ring);
}

// A multishot in task work: as long as its file is ready. Matches io_poll_check_events(). `looks`:
// nothing tells that the file is ready now, so it is asked.
void run_woken_multishot(request& woken, bool looks) {
    std::uint32_t wakes = std::exchange(woken.wakes, 0);
    for (;;) {
        // One wake-up is believed; several are looked at again (MSH-09).
        if ((looks || wakes != 1) && (woken.file->poll() & woken.waits_for) == 0) return;
        const int answer = issue(woken, {.nonblock = true, .rewoken = true});
        if (answer == issued::done) {
            complete(woken);
            return;
        }
        if (answer == issued::requeue) {
            woken.wakes += wakes;  // none of them is done with
            queue_task(woken, task::requeued);
            return;
        }
        if (answer != issued::retry) {
            fail(woken, answer);
            return;
        }
        // Several wake-ups may have been data and the end; the end wakes nobody again (BUG-24).
        const bool may_have_ended = wakes > 1 && woken.file->hung_up() &&
            !woken.ring->in->version().bugs.misses_end_on_wake_race;
        if (woken.wakes == 0 && !may_have_ended) return;
        wakes = std::max(std::exchange(woken.wakes, 0), 1U);
        looks = true;
        // Between two transfers a worker may take the next buffer; never where only the submitter
        // touches the ring.
        if (!woken.ring->defers()) offer_to_workers(*woken.ring);
    }
}

void run_woken(request& woken, bool looks) {
    if (woken.cancelled || has_exited(*woken.ring, woken.submitter)) {
        fail(woken, -ECANCELED);
    } else if (woken.is(fact::multishot)) {
        run_woken_multishot(woken, looks);
    } else {
        woken.wakes = 0;
        disarm(woken);
        woken.ring->table.remove(woken);
        if (woken.is(fact::force_async)) {
            queue_worker(woken);
        } else {
            start(woken);
        }
    }
}

// A poll that finds no memory leaves a request to io-wq, but never one that goes on.
bool is_punted(const request& waiting) {
    machine& in = *waiting.ring->in;
    return in.options.punts && !waiting.is(fact::multishot) &&
        in.choice.choose(2, "a wait goes to io-wq", waiting.user_data) != 0;
}

// A worker may come to it when the program has closed the number.
void keep_file(request& waiting) noexcept {
    open_file* file = waiting.file;
    if (file != nullptr && file->outside != nullptr) file->outside->keep(*file);
}

void see_to(request& started, int answer) {
    if (answer == issued::done) {
        complete(started);
    } else if (answer == issued::retry && !started.is(fact::nowait) && is_punted(started)) {
        keep_file(started);
        queue_worker(started);
    } else if (answer == issued::retry && !started.is(fact::nowait)) {
        switch (arm(started)) {
            case armed::waiting:
                break;
            case armed::ready:
                queue_task(started, task::submit);
                break;
            case armed::refused:
                keep_file(started);
                queue_worker(started);
                break;
        }
    } else if (answer < 0) {
        fail(started, answer);
    }
}

// What may run on a worker at all; false: it was seen to. Matches the multishot part of
// io_wq_submit_work() (rules SEL-11, MSH-17): of those that poll on their own account, not of a
// POLL_ADD or a timeout that goes on.
bool may_run_on_worker(request& starting) {
    if (!starting.is(fact::multishot) || waits_for(starting.opcode) == 0) return true;
    const profile_bugs& bugs = starting.ring->in->version().bugs;
    const bool reads = starting.opcode == abi::ioring_op_read_multishot;
    const bool receives = starting.opcode == abi::ioring_op_recv;
    if (!starting.file->can_poll()) {
        starting.res = -EBADFD;
        queue_task(starting, task::fail);
    } else if (reads && bugs.downgraded_read_drops_buffer) {
        // Linux does so with files that cannot be read without blocking. None is modelled; any
        // file stands for them.
        starting.facts &= ~fact::multishot;
        return true;
    } else if (receives && bugs.group_lost_on_worker) {
        return true;  // BUG-06 is of a time when workers ran them
    } else {
        arm(starting);
    }
    return false;
}

void complete_from_worker(request& finished) {
    // Only the submitter posts to a ring with DEFER_TASKRUN.
    if (finished.ring->defers()) {
        queue_task(finished, task::complete);
    } else {
        complete(finished);
    }
}

bool find_file_for_worker(request& starting) {
    return waits_for(starting.opcode) == 0 || assign_file(starting);
}

}  // namespace

void start(request& starting) {
    arm_guard(starting);
    see_to(starting, issue(starting, {.nonblock = true}));
}

void run_on_worker(request& starting) {
    arm_guard(starting);
    if (!find_file_for_worker(starting)) {
        starting.res = -EBADF;
        queue_task(starting, task::fail);
        return;
    }
    if (!may_run_on_worker(starting)) return;
    const int answer = issue(starting, {.nonblock = true, .on_worker = true});
    if (answer == issued::done) {
        complete_from_worker(starting);
        return;
    }
    if (answer == issued::pending) return;
    if (answer == issued::retry && !starting.is(fact::nowait)) {
        const armed how = arm(starting);
        if (how == armed::waiting) return;
        if (how == armed::ready) {  // POLL_FIRST: now it has been polled
            queue_worker(starting);
            return;
        }
    }
    starting.res = answer;
    queue_task(starting, task::fail);
}

void run_task(request& queued) {
    switch (std::exchange(queued.work, task::none)) {
        case task::woken:
            run_woken(queued, false);
            break;
        case task::requeued:
            run_woken(queued, true);
            break;
        case task::submit:
            if (has_exited(*queued.ring, queued.submitter)) {
                fail(queued, -ECANCELED);
            } else if (queued.is(fact::force_async)) {
                queue_worker(queued);
            } else {
                start(queued);
            }
            break;
        case task::complete:
            complete(queued);
            break;
        case task::fail:
            fail(queued, queued.res);
            break;
        case task::expired:
            run_expired(queued);
            break;
        case task::none:
            break;
    }
}

void complete(request& finished) {
    keep_spare_room(finished);
    finish(finished);
}

void fail(request& failing, int res) {
    set_failed(failing);
    failing.flags = put(failing, nullptr, res);
    // A receive or send that was under way reports what it has done so far (ERR-09).
    failing.res =
        is_net(failing.opcode) && failing.done != 0 ? static_cast<std::int32_t>(failing.done) : res;
    finish(failing);
}

void start_indirectly(request& head) {
    ring_context& ring = *head.ring;
    if (head.is(fact::failed)) {
        head.facts = (head.facts & ~fact::hardlink) | fact::link;
        fail(head, head.res);
    } else if (ring.draining) {
        head.facts |= fact::drained;
        ring.outstanding -= chain_length(head);
        ring.deferred.push(&head);
        release_drained(ring);
    } else {
        queue_worker(head);
    }
}

void release_drained(ring_context& ring) {
    while (!ring.deferred.empty()) {
        request* first = ring.deferred.first();
        // A drain waits for all before it; those behind it only for the drain to start.
        if (first->is(fact::drain) && ring.outstanding != 0) return;
        ring.deferred.pop();
        first->facts &= ~fact::drained;
        ring.outstanding += chain_length(*first);
        queue_task(*first, task::submit);
    }
    ring.draining = false;
}

}  // namespace ringproof::sim
