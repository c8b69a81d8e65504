#pragma once
// The running Linux with real descriptors around it: TCP and UDP over loopback, Unix socket pairs,
// pipes, files in memory. Together with linux_kernel this is the other side of every comparison.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <ringproof/linux_kernel.hpp>

#include "sim/world.hpp"

namespace ringproof::sim {

/// Satisfies `world`. Belongs to one thread. Peers never block. Descriptors that are still open at
/// the end are closed, TCP ones by a reset so that no port waits in TIME_WAIT.
///
/// Making one sets SIGPIPE to ignored for the process: a peer that writes to a pipe whose reader is
/// gone must get EPIPE and nothing else.
class linux_world {
public:
    using kernel_type = linux_kernel;

    linux_world();
    linux_world(const linux_world&) = delete;
    linux_world& operator=(const linux_world&) = delete;
    ~linux_world();

    linux_kernel& kernel() noexcept { return kernel_; }

    result<int> open(channel_kind kind);
    result<int> open_write_only(channel_kind kind = channel_kind::file);
    result<int> open_null();
    result<void> set_nonblocking(int fd);
    result<std::size_t> send(int fd, std::span<const std::byte> bytes);
    result<std::size_t> receive(int fd, std::span<std::byte> into);
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
    result<void> replace(std::span<std::byte> memory);
    std::string in_task(task_kind kind, const std::function<std::string()>& body);

    /// Takes CAP_IPC_LOCK from the thread; clear() gives it back.
    result<void> limit_locked_memory(std::uint64_t bytes);

    /// Lets the machine deliver what loopback still carries: a busy or slow one leaves packets to a
    /// thread of the kernel, and where a request of a ring takes them at once, nothing tells it.
    void settle();

    /// What send() answered, call by call: bytes, or -errno. Emptied by clear().
    [[nodiscard]] std::span<const std::int64_t> writes() const noexcept { return writes_; }

    /// Closes every descriptor, so that the next case starts with an empty world.
    void clear() noexcept;

private:
    /// What stands at the far end of one of the application's descriptors.
    struct far_end {
        int peer = -1;
        channel_kind kind = channel_kind::tcp;
        bool open = false;
        bool finished = false;
        std::uint16_t port = 0;     // of a listener, host order
        std::deque<int> waiting{};  // peers that connected to it and were not accepted yet
    };

    result<std::size_t> write(int fd, std::span<const std::byte> bytes);
    far_end* find(int fd) noexcept;
    result<int> adopt(int fd, int peer, channel_kind kind);
    result<int> open_tcp();
    result<int> open_udp();
    result<int> open_unix(int type, channel_kind kind);
    result<int> open_pipe();
    result<int> open_file();

    linux_kernel kernel_;
    int listener_ = -1;  // behind open(tcp)
    std::uint16_t port_ = 0;
    std::vector<far_end> ends_;  // by descriptor
    std::vector<std::int64_t> writes_;
    std::vector<int> orphans_;   // peers of descriptors that were closed; they stay as they are
    std::vector<far_end> left_;  // far ends of descriptors that were left, from first_left down
    std::optional<std::uint64_t> locked_bytes_;  // what may be locked when nothing limits it

    static constexpr int first_left = -1000;
};

static_assert(world<linux_world>);

}  // namespace ringproof::sim
