#pragma once
// A kernel with a mistake of its caller's in front of it: what a program leaves out of its calls is
// left out here, so that a sound program makes the mistake.

#include <cstddef>
#include <cstdint>

#include <ringproof/kernel.hpp>

namespace ringproof::testing {

enum class mistake : std::uint8_t { never_wakes_poller, never_submits };

/// Satisfies `kernel` as the one that it is made of, a handle that can be copied.
template <kernel Real>
class meddling_kernel : public Real {
public:
    meddling_kernel(const Real& real, mistake which) noexcept : Real(real), which_(which) {}

    result<unsigned> enter(int fd, std::uint32_t to_submit, std::uint32_t min_complete,
                           std::uint32_t flags, const void* argument, std::size_t size) noexcept {
        if (which_ == mistake::never_wakes_poller) flags &= ~abi::ioring_enter_sq_wakeup;
        if (which_ == mistake::never_submits) to_submit = 0;
        return Real::enter(fd, to_submit, min_complete, flags, argument, size);
    }

private:
    mistake which_;
};

}  // namespace ringproof::testing
