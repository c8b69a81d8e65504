#pragma once
// io_uring_enter(2): submit, then wait. Time is virtual: a wait in which nobody can run jumps to
// the next timer, and one that nothing can ever end answers -EDEADLK, where Linux would sleep.

#include <cstddef>
#include <cstdint>

namespace ringproof::sim {

struct machine;

struct enter_call {
    int fd = -1;
    std::uint32_t to_submit = 0;
    std::uint32_t min_complete = 0;
    std::uint32_t flags = 0;
    const void* argument = nullptr;
    std::size_t argument_size = 0;
};

/// Requests taken, or -errno.
int enter(machine& in, const enter_call& call);

/// Virtual time passes, with everything that becomes due on the way.
void pass_time(machine& in, std::uint64_t nanoseconds);

}  // namespace ringproof::sim
