#pragma once
// What happens to a request between its attempts: start, wait, go to a worker, complete, and hand
// on to the next of its link chain. Matches the middle of io_uring/io_uring.c.

#include <cstdint>

#include "sim/kernel/request.hpp"

namespace ringproof::sim {

struct ring_context;

/// Attempts a request and sees to whatever the attempt answers (the kernel's io_queue_sqe).
void start(request& starting);

/// The same on an io-wq worker: selections commit at once, and a file that cannot be waited for
/// may be blocked on (io_wq_submit_work).
void run_on_worker(request& starting);

/// Runs one item of task work.
void run_task(request& queued);

/// Completes a request with the result it carries.
void complete(request& finished);

/// Completes a request as failed, with what it still holds (rule ERR-01).
void fail(request& failing, int res);

/// Sends a chain or a lone request on its way when it may not start at once: as a failure, behind
/// a drain, or to a worker (io_queue_sqe_fallback).
void start_indirectly(request& head);

/// Lets the requests behind a drain go that may.
void release_drained(ring_context& ring);

}  // namespace ringproof::sim
