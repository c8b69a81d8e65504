#pragma once
// Films in the Trace Event Format, for ui.perfetto.dev and chrome://tracing. An event takes one
// microsecond of a time that is no clock's: the n-th event happens at n.
//
// A film is a process. Its threads are the trace's operations, the application, the kernel and the
// peer, a slice for each event; requests, buffers and leases are asynchronous slices, buffers one
// for each owner in turn; what a ring holds, what is in flight and what waits in the completion
// queue are counters; an arrow leads from a completion's posting to its handling.

#include <span>
#include <string>

#include "sim/report/film.hpp"

namespace ringproof::sim {

[[nodiscard]] std::string to_perfetto(std::span<const film> films);

}  // namespace ringproof::sim
