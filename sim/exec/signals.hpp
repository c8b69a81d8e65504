#pragma once
// SIGSYS is ours; the program's own calls about it are answered in signals.cpp.

#include <csignal>

namespace ringproof::sim::exec {

/// sigaction(2) by the C library's function, also for SIGSYS: 0, or -1 and errno.
int set_signal_handler(int number, const struct sigaction& wanted) noexcept;

/// The answer as it is. Whoever goes beyond RLIMIT_FSIZE gets a signal as well, but not for a
/// request: it is taken back. All signals are blocked while a call is answered.
long without_size_signal(long answer) noexcept;

}  // namespace ringproof::sim::exec
