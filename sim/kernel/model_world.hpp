#pragma once
// The model's surroundings: far ends of its sockets, pipes and files, inside the model. The front
// door that satisfies `world`. Whatever a peer does may interrupt the application's task at once
// or be noticed later; that is a choice (scheduler.hpp).

#include <chrono>
#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "sim/kernel/model_kernel.hpp"
#include "sim/kernel/scheduler.hpp"
#include "sim/world.hpp"

namespace ringproof::sim {

class model_world {
public:
    using kernel_type = model_kernel;

    explicit model_world(model_kernel& kernel) noexcept : kernel_(&kernel) {}

    [[nodiscard]] model_kernel& kernel() noexcept { return *kernel_; }

    result<int> open(channel_kind kind);
    result<int> open_write_only(channel_kind kind = channel_kind::file);
    result<int> open_null();
    result<void> set_nonblocking(int fd);
    result<std::size_t> send(int fd, std::span<const std::byte> bytes);
    result<std::size_t> receive(int fd, std::span<std::byte> bytes);
    result<void> finish(int fd);
    result<void> reset(int fd);
    result<void> close(int fd);
    result<int> leave(int fd);
    result<int> listen();
    result<void> connect(int listener);
    result<void> accepted(int listener, int fd);
    void pass(std::chrono::nanoseconds time);
    result<std::span<std::byte>> map_memory(memory_kind kind, std::size_t size);
    result<std::span<std::byte>> map_for_all(int fd, std::size_t size, std::uint64_t offset);
    result<void> discard(std::span<std::byte> memory);
    result<void> replace(std::span<std::byte> memory) { return discard(memory); }
    std::string in_task(task_kind kind, const std::function<std::string()>& body);
    result<void> limit_locked_memory(std::uint64_t bytes);

    // Beyond the concept.

    /// A moment in which the application computes: workers go on, and a timer may interrupt it.
    void let_others_run() { between_instructions(kernel_->inside()); }

    /// From now on each write of a peer brings what this says, in order: bytes, or -errno. How much
    /// a socket holds is not io_uring's to say, and differs from machine to machine. The numbers
    /// must outlive this.
    void impose_writes(std::span<const std::int64_t> results) noexcept { imposed_ = results; }

    // The same by the file itself, for who knows its far ends by that.
    result<std::size_t> send(open_file& file, std::span<const std::byte> bytes);
    result<std::size_t> receive(open_file& file, std::span<std::byte> bytes);
    result<void> finish(open_file& file);
    result<void> reset(open_file& file);

    /// connect(), by whose far end the new connection is then reached, accepted or not.
    result<open_file*> knock(int listener);

    /// shutdown(2) by the application itself.
    result<void> shut_down(int fd, int how);

private:
    result<int> install(open_file& file);
    open_file* far_end_of(int fd);
    std::int64_t write(open_file& file, std::span<const std::byte> bytes);

    static constexpr int first_left = -1000;

    model_kernel* kernel_;
    std::vector<open_file*> left_;  // by numbers from first_left down
    std::uint32_t tasks_ = 1;       // that there were, the first one included
    std::span<const std::int64_t> imposed_;
};

static_assert(world<model_world>);

}  // namespace ringproof::sim
