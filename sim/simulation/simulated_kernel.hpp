#pragma once
// The model, with its world going on inside `enter`: what an application under simulation runs on.

#include <cstddef>
#include <cstdint>
#include <span>

#include <ringproof/kernel.hpp>

#include "sim/simulation/observed_memory.hpp"
#include "sim/simulation/simulation.hpp"

namespace ringproof::sim {

/// Satisfies `kernel`. `enter` runs peers and faults in virtual time until completions are due or
/// the call's own limit passes. When nothing can ever happen again, and when the run's budget is
/// gone, a call that would have to wait answers EDEADLK, and the application should leave its loop.
/// Descriptors of accepted connections are closed with close() here, or by a request.
class simulated_kernel {
public:
    using memory_type = observed_memory;

    /// \param inside  must outlive this
    explicit simulated_kernel(simulation& inside) noexcept : inside_(&inside) {}

    result<int> setup(std::uint32_t entries, abi::io_uring_params& params) noexcept {
        return inside_->setup(entries, params);
    }
    result<unsigned> enter(int fd, std::uint32_t to_submit, std::uint32_t min_complete,
                           std::uint32_t flags, const void* argument,
                           std::size_t argument_size) noexcept {
        return inside_->enter(fd, to_submit, min_complete, flags, argument, argument_size);
    }
    result<unsigned> register_(int fd, std::uint32_t opcode, void* argument,
                               std::uint32_t count) noexcept {
        return inside_->register_(fd, opcode, argument, count);
    }
    result<std::span<std::byte>> map(int fd, std::size_t size, std::uint64_t offset) noexcept {
        return inside_->map(fd, size, offset);
    }
    result<std::span<std::byte>> map_anonymous(const memory_request& wanted) noexcept {
        return inside_->map_anonymous(wanted);
    }
    result<void> unmap(std::span<std::byte> memory) noexcept { return inside_->unmap(memory); }
    result<void> close(int fd) noexcept { return inside_->close(fd); }
    [[nodiscard]] caller_id caller() const noexcept { return inside_->model().caller(); }
    [[nodiscard]] std::size_t page_size() const noexcept { return sim::page_size; }
    [[nodiscard]] observed_memory memory() const noexcept { return observed_memory(inside_); }

private:
    simulation* inside_;
};

static_assert(kernel<simulated_kernel>);

}  // namespace ringproof::sim
