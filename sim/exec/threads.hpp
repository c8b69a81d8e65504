#pragma once
// What we keep of each thread of the program: who it is, and how it is woken.

#include <ringproof/ids.hpp>

namespace ringproof::sim::exec {

/// The calling thread's, as the model knows it.
[[nodiscard]] caller_id this_thread() noexcept;

/// An eventfd of the calling thread's own; -1 when there is none to be had.
[[nodiscard]] int bell_of_this_thread() noexcept;

/// In the child of a fork: its one thread is another one than it was.
void forget_this_thread() noexcept;

/// Calls that at the end of each thread that has asked who it is. Once, before the first does.
void at_thread_end(void (*ended)(caller_id)) noexcept;

/// Rings a bell, and silences one.
void ring_bell(int bell) noexcept;
void silence_bell(int bell) noexcept;

/// A new bell under a number of ours; -1: there is none to be had.
[[nodiscard]] int make_bell() noexcept;

}  // namespace ringproof::sim::exec
