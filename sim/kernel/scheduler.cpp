#include "sim/kernel/scheduler.hpp"

#include <algorithm>

#include "sim/kernel/completions.hpp"
#include "sim/kernel/flow.hpp"
#include "sim/kernel/machine.hpp"
#include "sim/kernel/submission.hpp"
#include "sim/kernel/timeouts.hpp"

namespace ringproof::sim {

namespace {

constexpr std::uint32_t choices_max = 256;  // the most that one question may offer

bool tells_pending(const ring_context& ring) noexcept {
    return ring.has(abi::ioring_setup_taskrun_flag);
}

bool interrupts(const ring_context& ring) noexcept {
    return !ring.has(abi::ioring_setup_coop_taskrun) && !ring.defers() && !ring.poller.exists;
}

void show_pending(ring_context& ring, bool pending) noexcept {
    if (tells_pending(ring)) set_sq_flag(ring, abi::ioring_sq_taskrun, pending);
}

// Runs up to `most` items of a queue.
std::size_t run_items(work_queue& queue, std::size_t most) {
    std::size_t ran = 0;
    while (!queue.empty() && ran < most) {
        run_task(*queue.pop());
        ++ran;
    }
    return ran;
}

void reverse(work_queue& queue) noexcept {
    work_queue turned;
    while (!queue.empty()) turned.push(queue.take(queue.size() - 1));
    queue = turned;
}

bool now_or_later(machine& in, const char* what, std::uint64_t subject = 0) {
    return in.choice.choose(2, what, subject) == 0;
}

}  // namespace

void queue_task(request& queued, task what) {
    ring_context& ring = *queued.ring;
    queued.work = what;
    ring.task_work.push(&queued);
    // Its owner is to come for it; but an eventfd does not wake itself.
    if (ring.defers() && !is_same(queued.file, ring.events)) tell_events(ring);
    show_pending(ring, true);
}

void queue_worker(request& queued) { queued.ring->workers.push(&queued); }

bool has_exited(const ring_context& ring, caller_id submitter) noexcept {
    return std::ranges::find(ring.in->exited, submitter) != ring.in->exited.end();
}

void offer_to_workers(ring_context& ring) {
    // Workers are threads: while one runs, another may, and whoever waited is asked again.
    for (bool ran = true; ran && !ring.workers.empty();) {
        ran = false;
        // What one does may take others out of the line: a cancel that runs here.
        for (std::size_t left = ring.workers.size(); left > 0 && !ring.workers.empty(); --left) {
            request* each = ring.workers.pop();
            if (now_or_later(*ring.in, "io-wq now or later", each->user_data)) {
                run_on_worker(*each);
                ran = true;
            } else {
                ring.workers.push(each);
            }
        }
    }
}

void run_task_work(ring_context& ring) {
    while (!ring.task_work.empty()) run_task(*ring.task_work.pop());
    show_pending(ring, false);
}

// Matches __io_run_local_work(): what the last batch left over goes first, then what is queued
// now, at most a batch of it; again while that brought fewer events than wanted.
void run_deferred_work(ring_context& ring, std::uint32_t wanted) {
    const profile& version = ring.in->version();
    const std::size_t most = std::max<std::size_t>(version.deferred_work_batch, wanted);
    std::size_t events = 0;
    while (!ring.task_work.empty() || !ring.retry_work.empty()) {
        std::size_t ran = run_items(ring.retry_work, most);
        if (ring.retry_work.empty()) {
            std::swap(ring.retry_work, ring.task_work);
            if (version.deferred_work_lifo) reverse(ring.retry_work);
            ran += run_items(ring.retry_work, most - std::min(ran, most));
        }
        events += ran;
        if (events >= wanted) break;
    }
    show_pending(ring, !ring.task_work.empty() || !ring.retry_work.empty());
}

void run_poller(ring_context& ring, bool wake_up) {
    sq_thread& thread = ring.poller;
    if (!thread.exists || ring.disabled) return;
    machine& in = *ring.in;
    if (wake_up || !ring.task_work.empty()) {
        if (thread.asleep) thread.last_busy = in.now;
        thread.asleep = false;
    }
    if (thread.asleep) return;
    const bool busy = pending_submissions(ring) != 0 || !ring.task_work.empty();
    (void)submit_pending(ring, ring.sq_entries);
    run_task_work(ring);
    if (busy) thread.last_busy = in.now;
    if (in.now - thread.last_busy < thread.idle_ns) {
        set_sq_flag(ring, abi::ioring_sq_need_wakeup, false);
        return;
    }
    // The flag first, then one more look: the application does it the other way round.
    set_sq_flag(ring, abi::ioring_sq_need_wakeup, true);
    model_memory::fence();
    thread.asleep = pending_submissions(ring) == 0;
    if (!thread.asleep) run_poller(ring, true);
}

void after_world_action(machine& in) {
    fire_due_timers(in);
    for (std::size_t i = 0; i < in.rings.size(); ++i) {
        ring_context& ring = *in.rings[i];
        const bool at_once = in.options.peers_share_task;
        const bool may_run = at_once ? !ring.defers() && !ring.poller.exists : interrupts(ring);
        if (!ring.task_work.empty() && may_run &&
            (at_once || now_or_later(in, "interrupt now or later"))) {
            run_task_work(ring);
        }
        if (ring.poller.exists && now_or_later(in, "SQPOLL thread now or later")) {
            run_poller(ring, false);
        }
        offer_to_workers(ring);
    }
}

void between_instructions(machine& in) {
    for (std::size_t i = 0; i < in.rings.size(); ++i) {
        ring_context& ring = *in.rings[i];
        offer_to_workers(ring);
        if (ring.task_work.empty() || ring.defers() || ring.poller.exists) continue;
        // COOP_TASKRUN only does without an interrupt of its own; any other serves as well.
        const bool runs = interrupts(ring) || !now_or_later(in, "no interrupt, or one by chance");
        if (runs) run_task_work(ring);
    }
}

void at_kernel_exit(machine& in) {
    for (std::size_t i = 0; i < in.rings.size(); ++i) {
        ring_context& ring = *in.rings[i];
        offer_to_workers(ring);  // they may have begun while the rest was submitted
        // Returning to user space runs task work; with DEFER_TASKRUN there is none to run.
        if (!ring.defers() && !ring.poller.exists) run_task_work(ring);
        if (ring.poller.exists && now_or_later(in, "SQPOLL thread now or later")) {
            run_poller(ring, false);
        }
        offer_to_workers(ring);
        if (interrupts(ring)) run_task_work(ring);  // what the workers left for it
    }
}

bool run_anything(machine& in) {
    bool ran = false;
    for (std::size_t i = 0; i < in.rings.size(); ++i) {
        ring_context& ring = *in.rings[i];
        if (!ring.workers.empty()) {
            const auto count =
                static_cast<std::uint32_t>(std::min<std::size_t>(ring.workers.size(), choices_max));
            run_on_worker(*ring.workers.take(in.choice.choose(count, "which io-wq work")));
            ran = true;
        }
        if (ring.poller.exists &&
            (!ring.task_work.empty() || (!ring.poller.asleep && pending_submissions(ring) != 0))) {
            run_poller(ring, false);
            ran = true;
        } else if (!ring.defers() && !ring.task_work.empty()) {
            run_task_work(ring);
            ran = true;
        }
    }
    return ran;
}

}  // namespace ringproof::sim
