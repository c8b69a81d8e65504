#pragma once
// The three calls of io_uring, taken from the program wherever it makes them: a seccomp filter
// turns them into a signal, at which they are answered.

#include <cstdint>
#include <string>

namespace ringproof::sim::exec {

struct call;

/// In the upper half of mmap(2)'s descriptor: the call is ours and passes.
inline constexpr std::uint64_t ours = std::uint64_t{0x72696e67} << 32U;

/// From now on, in all threads, and for good. Empty, or why it cannot be.
/// \param answering  what the kernel would have answered
[[nodiscard]] std::string install_trap(long (*answering)(const call&));

}  // namespace ringproof::sim::exec
