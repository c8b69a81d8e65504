#pragma once
// Everything around a kernel that a trace needs: descriptors and, at their far ends, peers that
// send, read, finish, reset and connect. The Linux world is made of real sockets, pipes and files;
// the model's world lives inside the model. The application holds a descriptor; the world keeps the
// peer that belongs to it.

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include <ringproof/kernel.hpp>

namespace ringproof::sim {

/// What kind of file a descriptor is. The order is part of the trace format.
enum class channel_kind : std::uint8_t { tcp, unix_stream, udp, unix_datagram, pipe, file };

inline constexpr unsigned channel_kind_count = 6;

/// True where one write of the peer is one message, and 0 bytes are a message too.
[[nodiscard]] constexpr bool keeps_messages(channel_kind kind) noexcept {
    return kind == channel_kind::udp || kind == channel_kind::unix_datagram;
}

/// Memory that a program may lay a buffer, or a ring of buffers, into.
enum class memory_kind : std::uint8_t {
    shared,        ///< anonymous, the same for a forked child
    memory_file,   ///< a file in memory, mapped shared
    private_file,  ///< the same, mapped private: written pages are copies
    read_only,
    write_only,
    cut,  ///< whole pages, and behind them nothing
};

/// Another task of the program: a forked child, or a thread.
enum class task_kind : std::uint8_t { child, thread };

/// A kernel and its surroundings. Errors are errno, as in kernel.hpp.
template <class World>
concept world = kernel<typename World::kernel_type> &&
    requires(World& w, int fd, channel_kind kind, std::span<const std::byte> out,
             std::span<std::byte> in, std::chrono::nanoseconds time, memory_kind memory,
             task_kind task, std::size_t size, std::uint64_t u64,
             const std::function<std::string()>& body) {
        { w.kernel() } noexcept -> std::same_as<typename World::kernel_type&>;

        /// A new connected channel: the application's descriptor. A pipe's is its reading end; a
        /// file's is open for reading, at its start.
        { w.open(kind) } -> std::same_as<result<int>>;

        /// A regular file, or a pipe's other end, that can be written and not read.
        { w.open_write_only(kind) } -> std::same_as<result<int>>;

        /// The file that is always empty and cannot be waited for: /dev/null.
        { w.open_null() } -> std::same_as<result<int>>;

        /// Gives the descriptor O_NONBLOCK.
        { w.set_nonblocking(fd) } -> std::same_as<result<void>>;

        /// The peer writes (a file grows): bytes accepted, which may be fewer; EAGAIN when the
        /// channel is full, EPIPE when nobody reads. Returns when the bytes can be received.
        { w.send(fd, out) } -> std::same_as<result<std::size_t>>;

        /// The peer reads what the application has sent: EAGAIN when there is nothing, 0 at its
        /// end.
        { w.receive(fd, in) } -> std::same_as<result<std::size_t>>;

        /// The peer ends its writing; what it sent before can still be received.
        { w.finish(fd) } -> std::same_as<result<void>>;

        /// The peer goes away at once: a TCP reset, elsewhere a close.
        { w.reset(fd) } -> std::same_as<result<void>>;

        /// The application closes its descriptor with close(2), behind the ring's back.
        { w.close(fd) } -> std::same_as<result<void>>;

        /// The same; but the far end stays within reach, by the negative number returned.
        { w.leave(fd) } -> std::same_as<result<int>>;

        /// A listening TCP-like socket of the application.
        { w.listen() } -> std::same_as<result<int>>;

        /// A peer connects to the listener and waits to be accepted.
        { w.connect(fd) } -> std::same_as<result<void>>;

        /// The kernel accepted the listener's oldest waiting peer as a descriptor (the second one);
        /// from now on it is a channel of kind tcp.
        { w.accepted(fd, fd) } -> std::same_as<result<void>>;

        /// Time passes: virtual on the model, a real wait on Linux.
        { w.pass(time) } -> std::same_as<void>;

        /// Memory of that kind, as much as is asked for. It goes back with unmap().
        { w.map_memory(memory, size) } -> std::same_as<result<std::span<std::byte>>>;

        /// A ring's memory (descriptor, size, offset), in such a way that forked children have it.
        { w.map_for_all(fd, size, u64) } -> std::same_as<result<std::span<std::byte>>>;

        /// The program has fresh zeroes there: by MADV_DONTNEED, or by a mapping over the old one.
        { w.discard(in) } -> std::same_as<result<void>>;
        { w.replace(in) } -> std::same_as<result<void>>;

        /// Another task runs this and ends; what it returned. What a child stores into private
        /// memory, variables too, nobody else sees.
        { w.in_task(task, body) } -> std::same_as<std::string>;

        /// From now on this many bytes of memory may be locked, without any privilege.
        { w.limit_locked_memory(u64) } -> std::same_as<result<void>>;
    };

}  // namespace ringproof::sim
