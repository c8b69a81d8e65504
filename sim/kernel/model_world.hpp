#pragma once
// The model's surroundings: far ends of its sockets, pipes and files, inside the model. The front
// door that satisfies `world`. Whatever a peer does may interrupt the application's task at once
// or be noticed later; that is a choice (scheduler.hpp).

#include <chrono>
#include <cstddef>
#include <span>

#include "sim/kernel/model_kernel.hpp"
#include "sim/world.hpp"

namespace ringproof::sim {

class model_world {
public:
    using kernel_type = model_kernel;

    explicit model_world(model_kernel& kernel) noexcept : kernel_(&kernel) {}

    [[nodiscard]] model_kernel& kernel() noexcept { return *kernel_; }

    result<int> open(channel_kind kind);
    result<std::size_t> send(int fd, std::span<const std::byte> bytes);
    result<std::size_t> receive(int fd, std::span<std::byte> bytes);
    result<void> finish(int fd);
    result<void> reset(int fd);
    result<void> close(int fd);
    result<int> listen();
    result<void> connect(int listener);
    result<void> accepted(int listener, int fd);
    void pass(std::chrono::nanoseconds time);

    // Beyond the concept.

    /// A regular file that is open for writing only.
    result<int> open_write_only();

    /// shutdown(2) by the application itself.
    result<void> shut_down(int fd, int how);

private:
    result<int> install(open_file& file);

    model_kernel* kernel_;
};

static_assert(world<model_world>);

}  // namespace ringproof::sim
