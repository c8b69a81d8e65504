#pragma once
// Some kernel, for code that cannot be a template: a handle with a table of calls.

#include <cstddef>
#include <cstdint>
#include <span>

#include <ringproof/kernel.hpp>

#include "sim/simulation/observed_memory.hpp"

namespace ringproof::sim {

/// Satisfies `kernel`. Refers to another one, which must outlive it.
class any_kernel {
public:
    using memory_type = observed_memory;

    /// A kernel whose memory is not observed is taken to be on the hardware's memory.
    template <kernel Real>
        requires(!std::same_as<Real, any_kernel>)
    explicit any_kernel(Real& real) noexcept : real_(&real), calls_(&calls_of<Real>) {
        if constexpr (std::same_as<typename Real::memory_type, observed_memory>) {
            memory_ = real.memory();
        }
    }

    result<int> setup(std::uint32_t entries, abi::io_uring_params& params) noexcept {
        return calls_->setup(real_, entries, params);
    }
    result<unsigned> enter(int fd, std::uint32_t to_submit, std::uint32_t min_complete,
                           std::uint32_t flags, const void* argument, std::size_t size) noexcept {
        return calls_->enter(real_, fd, to_submit, min_complete, flags, argument, size);
    }
    result<unsigned> register_(int fd, std::uint32_t opcode, void* argument,
                               std::uint32_t count) noexcept {
        return calls_->register_(real_, fd, opcode, argument, count);
    }
    result<std::span<std::byte>> map(int fd, std::size_t size, std::uint64_t offset) noexcept {
        return calls_->map(real_, fd, size, offset);
    }
    result<std::span<std::byte>> map_anonymous(const memory_request& wanted) noexcept {
        return calls_->map_anonymous(real_, wanted);
    }
    result<void> unmap(std::span<std::byte> memory) noexcept {
        return calls_->unmap(real_, memory);
    }
    result<void> close(int fd) noexcept { return calls_->close(real_, fd); }
    [[nodiscard]] caller_id caller() const noexcept { return calls_->caller(real_); }
    [[nodiscard]] std::size_t page_size() const noexcept { return calls_->page_size(real_); }
    [[nodiscard]] observed_memory memory() const noexcept { return memory_; }

private:
    struct calls {
        result<int> (*setup)(void*, std::uint32_t, abi::io_uring_params&) noexcept;
        result<unsigned> (*enter)(void*, int, std::uint32_t, std::uint32_t, std::uint32_t,
                                  const void*, std::size_t) noexcept;
        result<unsigned> (*register_)(void*, int, std::uint32_t, void*, std::uint32_t) noexcept;
        result<std::span<std::byte>> (*map)(void*, int, std::size_t, std::uint64_t) noexcept;
        result<std::span<std::byte>> (*map_anonymous)(void*, const memory_request&) noexcept;
        result<void> (*unmap)(void*, std::span<std::byte>) noexcept;
        result<void> (*close)(void*, int) noexcept;
        caller_id (*caller)(void*) noexcept;
        std::size_t (*page_size)(void*) noexcept;
    };

    /// A call of `Real` behind a pointer to nothing in particular.
    template <class Real, auto Member>
    struct forward;
    template <class Real, class Result, class... Arguments,
              Result (Real::*Member)(Arguments...) noexcept>
    struct forward<Real, Member> {
        static Result call(void* real, Arguments... with) noexcept {
            return (static_cast<Real*>(real)->*Member)(with...);
        }
    };
    template <class Real, class Result, Result (Real::*Member)() const noexcept>
    struct forward<Real, Member> {
        static Result call(void* real) noexcept {
            return (static_cast<const Real*>(real)->*Member)();
        }
    };

    template <class Real>
    static constexpr calls calls_of{
        &forward<Real, &Real::setup>::call,         &forward<Real, &Real::enter>::call,
        &forward<Real, &Real::register_>::call,     &forward<Real, &Real::map>::call,
        &forward<Real, &Real::map_anonymous>::call, &forward<Real, &Real::unmap>::call,
        &forward<Real, &Real::close>::call,         &forward<Real, &Real::caller>::call,
        &forward<Real, &Real::page_size>::call};

    void* real_;
    const calls* calls_;
    observed_memory memory_{};
};

static_assert(kernel<any_kernel>);

}  // namespace ringproof::sim
