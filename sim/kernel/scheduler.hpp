#pragma once
// Whose step is next. The agents are the application (outside), task work, the SQPOLL thread, the
// io-wq workers and the clock. Whatever Linux leaves open is asked of the choices; the first
// alternative is always "at once", so the canonical run completes everything as soon as it can.
//
//   default          task work runs when the task is interrupted: right after a world action, or
//                    at its next kernel entry (rule RUN-01)
//   COOP_TASKRUN     at the next kernel entry
//   DEFER_TASKRUN    when the submitter enters with GETEVENTS (rule RUN-02)
//   SQPOLL           in the thread, which runs by its own will (rule RUN-03)

#include <cstdint>

#include <ringproof/ids.hpp>

#include "sim/kernel/request.hpp"

namespace ringproof::sim {

struct machine;
struct ring_context;

/// Queues task work; shows it in the SQ flags where the ring asked for that.
void queue_task(request& queued, task what);

/// Gives a request to io-wq.
void queue_worker(request& queued);

/// True when that caller's thread has ended: its task work only cancels (rule MSH-19).
[[nodiscard]] bool has_exited(const ring_context& ring, caller_id submitter) noexcept;

/// Something outside happened: timers, interrupts, the thread and the workers may get their turn.
void after_world_action(machine& in);

/// The application runs without entering the kernel: what happens meanwhile.
void between_instructions(machine& in);

/// The application is about to leave the kernel: what always runs then, and what may.
void at_kernel_exit(machine& in);

/// An occasion for io-wq: any of its work may run now, or wait for another one.
void offer_to_workers(ring_context& ring);

/// One batch of a DEFER_TASKRUN ring's work, on behalf of an enter that wants `wanted` events.
void run_deferred_work(ring_context& ring, std::uint32_t wanted);

/// All task work of a ring that does not defer.
void run_task_work(ring_context& ring);

/// One turn of the SQPOLL thread; wakes it first when told to.
void run_poller(ring_context& ring, bool wake_up);

/// Lets anything run that can; false: nothing could.
bool run_anything(machine& in);

}  // namespace ringproof::sim
