#pragma once
// A kernel with a mistake of its caller's in front of it: what a program leaves out of its calls is
// left out here, so that a sound program makes the mistake.

#include <cstdint>

#include <ringproof/kernel.hpp>

namespace ringproof::testing {

enum class mistake : std::uint8_t { never_wakes_poller, never_submits };

/// Satisfies `kernel` whenever the one behind it does, which must outlive it.
template <kernel Real>
class meddling_kernel {
public:
    using memory_type = typename Real::memory_type;

    meddling_kernel(Real& real, mistake which) noexcept : real_(&real), which_(which) {}

    result<int> setup(std::uint32_t entries, abi::io_uring_params& params) noexcept {
        return real_->setup(entries, params);
    }
    result<unsigned> enter(int fd, std::uint32_t to_submit, std::uint32_t min_complete,
                           std::uint32_t flags, const void* argument, std::size_t size) noexcept {
        if (which_ == mistake::never_wakes_poller) flags &= ~abi::ioring_enter_sq_wakeup;
        if (which_ == mistake::never_submits) to_submit = 0;
        return real_->enter(fd, to_submit, min_complete, flags, argument, size);
    }
    result<unsigned> register_(int fd, std::uint32_t opcode, void* argument,
                               std::uint32_t count) noexcept {
        return real_->register_(fd, opcode, argument, count);
    }
    result<std::span<std::byte>> map(int fd, std::size_t size, std::uint64_t offset) noexcept {
        return real_->map(fd, size, offset);
    }
    result<std::span<std::byte>> map_anonymous(const memory_request& wanted) noexcept {
        return real_->map_anonymous(wanted);
    }
    result<void> unmap(std::span<std::byte> memory) noexcept { return real_->unmap(memory); }
    result<void> close(int fd) noexcept { return real_->close(fd); }
    [[nodiscard]] caller_id caller() const noexcept { return real_->caller(); }
    [[nodiscard]] std::size_t page_size() const noexcept { return real_->page_size(); }
    [[nodiscard]] memory_type memory() const noexcept { return real_->memory(); }

private:
    Real* real_;
    mistake which_;
};

}  // namespace ringproof::testing
