#pragma once
// The three calls of io_uring, taken from the program wherever it makes them: a seccomp filter
// turns them into a signal, at which they are answered.

#include <string>

namespace ringproof::sim::exec {

struct call;

/// From now on, in all threads, and for good. Empty, or why it cannot be.
/// \param answering  what the kernel would have answered
[[nodiscard]] std::string install_trap(long (*answering)(const call&));

}  // namespace ringproof::sim::exec
