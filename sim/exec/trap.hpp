#pragma once
// The three calls of io_uring, taken from the program wherever it makes them: a seccomp filter
// turns them into a signal, at which they are answered.

#include <string>

namespace ringproof::sim::exec {

class server;

/// From now on, in all threads, and for good. Empty, or why it cannot be.
/// \param answering  who answers; for as long as the process lives
[[nodiscard]] std::string install_trap(server& answering);

}  // namespace ringproof::sim::exec
