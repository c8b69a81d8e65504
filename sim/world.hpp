#pragma once
// Everything around a kernel that a trace needs: descriptors and, at their far ends, peers that
// send, read, finish, reset and connect. The Linux world is made of real sockets, pipes and files;
// the model's world lives inside the model. The application holds a descriptor; the world keeps the
// peer that belongs to it.

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>

#include <ringproof/kernel.hpp>

namespace ringproof::sim {

/// What kind of file a descriptor is. The order is part of the trace format.
enum class channel_kind : std::uint8_t { tcp, unix_stream, udp, unix_datagram, pipe, file };

inline constexpr unsigned channel_kind_count = 6;

/// True where one write of the peer is one message, and 0 bytes are a message too.
[[nodiscard]] constexpr bool keeps_messages(channel_kind kind) noexcept {
    return kind == channel_kind::udp || kind == channel_kind::unix_datagram;
}

/// A kernel and its surroundings. Errors are errno, as in kernel.hpp.
template <class World>
concept world = kernel<typename World::kernel_type> &&
    requires(World& w, int fd, channel_kind kind, std::span<const std::byte> out,
             std::span<std::byte> in, std::chrono::nanoseconds time) {
        { w.kernel() } noexcept -> std::same_as<typename World::kernel_type&>;

        /// A new connected channel: the application's descriptor. A pipe's is its reading end; a
        /// file's is open for reading, at its start.
        { w.open(kind) } -> std::same_as<result<int>>;

        /// A regular file that can be written and not read.
        { w.open_write_only() } -> std::same_as<result<int>>;

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

        /// A listening TCP-like socket of the application.
        { w.listen() } -> std::same_as<result<int>>;

        /// A peer connects to the listener and waits to be accepted.
        { w.connect(fd) } -> std::same_as<result<void>>;

        /// The kernel accepted the listener's oldest waiting peer as a descriptor (the second one);
        /// from now on it is a channel of kind tcp.
        { w.accepted(fd, fd) } -> std::same_as<result<void>>;

        /// Time passes: virtual on the model, a real wait on Linux.
        { w.pass(time) } -> std::same_as<void>;
    };

}  // namespace ringproof::sim
