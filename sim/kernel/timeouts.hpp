#pragma once
// TIMEOUT requests in virtual time: they end when their time has come, or when as many completions
// as they asked for were posted. Matches io_uring/timeout.c.

#include <cstdint>

namespace ringproof::sim {

struct machine;
struct request;
struct ring_context;

/// Sets when a timer is over, from what its SQE said.
void set_expiry(request& timer) noexcept;

/// Queues the task work of every timer that is due.
void fire_due_timers(machine& in);

/// When the next timer of any ring fires; all ones: none is armed.
[[nodiscard]] std::uint64_t next_timer(const machine& in) noexcept;

/// Task work of an expired timer.
void run_expired(request& expired);

/// Ends those that waited for a number of completions.
void flush_counted_timeouts(ring_context& ring);

}  // namespace ringproof::sim
