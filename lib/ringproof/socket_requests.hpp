#pragma once
// Requests for sockets and for provided buffers: accept, send, receive. See requests.hpp for how
// requests work as values.

#include <cstddef>
#include <cstdint>
#include <span>

#include <ringproof/requests.hpp>

namespace ringproof::requests {

/// Accepts one connection; `res` is its descriptor. With SOCK_CLOEXEC and the like in `flags`.
[[nodiscard]] inline abi::io_uring_sqe accept(file listener, user_data user,
                                              std::uint32_t flags = 0) noexcept {
    abi::io_uring_sqe sqe = detail::make(abi::ioring_op_accept, listener, user);
    sqe.op_flags = flags;
    return sqe;
}

/// Accepts one connection and stores its peer's address. Both pointers must stay until completion.
[[nodiscard]] inline abi::io_uring_sqe accept(file listener, sockaddr* address, std::uint32_t* size,
                                              user_data user, std::uint32_t flags = 0) noexcept {
    abi::io_uring_sqe sqe = accept(listener, user, flags);
    sqe.addr = detail::address(address);
    sqe.off = detail::address(size);
    return sqe;
}

/// Accepts connections until it completes without F_MORE. Linux 5.19.
[[nodiscard]] inline abi::io_uring_sqe accept_multishot(file listener, user_data user,
                                                        std::uint32_t flags = 0) noexcept {
    abi::io_uring_sqe sqe = accept(listener, user, flags);
    sqe.ioprio |= abi::ioring_accept_multishot;
    return sqe;
}

/// shutdown(2): SHUT_RD, SHUT_WR or SHUT_RDWR.
[[nodiscard]] constexpr abi::io_uring_sqe shutdown(file socket, int how, user_data user) noexcept {
    abi::io_uring_sqe sqe = detail::make(abi::ioring_op_shutdown, socket, user);
    sqe.len = static_cast<std::uint32_t>(how);
    return sqe;
}

/// Sends from memory of the caller, which must stay until the completion.
[[nodiscard]] inline abi::io_uring_sqe send(file socket, std::span<const std::byte> from,
                                            std::uint32_t message_flags, user_data user) noexcept {
    auto sqe = detail::transfer(abi::ioring_op_send, socket, from.data(), from.size(), 0, user);
    sqe.op_flags = message_flags;
    return sqe;
}

/// Sends the group's next buffer, or with `bundle` all that are published. Takes them whatever
/// happens, also when it fails (SND-06). `size` 0: the whole buffer. Linux 6.10; size since 6.12.
[[nodiscard]] constexpr abi::io_uring_sqe send(file socket, group_id from, user_data user,
                                               bool bundle = false,
                                               std::uint32_t size = 0) noexcept {
    abi::io_uring_sqe sqe = detail::make(abi::ioring_op_send, socket, user);
    detail::select_from(sqe, from);
    sqe.len = size;
    if (bundle) sqe.ioprio |= abi::ioring_recvsend_bundle;
    return sqe;
}

/// Receives into memory of the caller.
[[nodiscard]] inline abi::io_uring_sqe recv(file socket, std::span<std::byte> into,
                                            std::uint32_t message_flags, user_data user) noexcept {
    auto sqe = detail::transfer(abi::ioring_op_recv, socket, into.data(), into.size(), 0, user);
    sqe.op_flags = message_flags;
    return sqe;
}

/// Receives once, into the group's next buffer. Linux 5.19.
[[nodiscard]] constexpr abi::io_uring_sqe recv(file socket, group_id into, user_data user,
                                               const receive_options& options = {}) noexcept {
    abi::io_uring_sqe sqe = detail::make(abi::ioring_op_recv, socket, user);
    detail::select_from(sqe, into);
    detail::apply(sqe, options);
    sqe.len = options.size_limit;
    return sqe;
}

/// Receives again and again until it completes without F_MORE (MSH-01). Linux 6.0.
[[nodiscard]] constexpr abi::io_uring_sqe recv_multishot(
    file socket, group_id into, user_data user, const receive_options& options = {}) noexcept {
    abi::io_uring_sqe sqe = recv(socket, into, user, options);
    sqe.ioprio |= abi::ioring_recv_multishot;
    sqe.file_index = options.total_limit;
    return sqe;
}

/// Receives one message. `header` and what it points to must stay until the completion.
[[nodiscard]] inline abi::io_uring_sqe recvmsg(file socket, msghdr& header,
                                               std::uint32_t message_flags,
                                               user_data user) noexcept {
    auto sqe = detail::transfer(abi::ioring_op_recvmsg, socket, &header, 1, 0, user);
    sqe.op_flags = message_flags;
    return sqe;
}

/// Receives one message into the group's next buffer; name and control data go to `header`'s areas,
/// and its one iovec, if there is one, limits the length (LEN-05).
[[nodiscard]] inline abi::io_uring_sqe recvmsg(file socket, msghdr& header, group_id into,
                                               user_data user,
                                               const receive_options& options = {}) noexcept {
    abi::io_uring_sqe sqe = recvmsg(socket, header, 0, user);
    detail::select_from(sqe, into);
    detail::apply(sqe, options);
    return sqe;
}

/// Receives messages, each behind a header inside its buffer: see message.hpp. Of `header` only the
/// two area sizes matter. Linux 6.0.
[[nodiscard]] inline abi::io_uring_sqe recvmsg_multishot(
    file socket, msghdr& header, group_id into, user_data user,
    const receive_options& options = {}) noexcept {
    abi::io_uring_sqe sqe = recvmsg(socket, header, into, user, options);
    sqe.ioprio |= abi::ioring_recv_multishot;
    return sqe;
}

/// Reads once, into the group's next buffer. A file that cannot poll takes the buffer whatever
/// happens (SEL-09). `size` 0: as much as the buffer holds. Linux 5.19.
[[nodiscard]] constexpr abi::io_uring_sqe read(file from, group_id into, std::uint64_t offset,
                                               user_data user, std::uint32_t size = 0) noexcept {
    abi::io_uring_sqe sqe = detail::make(abi::ioring_op_read, from, user);
    detail::select_from(sqe, into);
    sqe.off = offset;
    sqe.len = size;
    return sqe;
}

/// As read(), by way of one iovec: its length is the limit, its address is ignored (LEN-04).
[[nodiscard]] inline abi::io_uring_sqe readv(file from, const iovec& limit, group_id into,
                                             std::uint64_t offset, user_data user) noexcept {
    auto sqe = detail::transfer(abi::ioring_op_readv, from, &limit, 1, offset, user);
    detail::select_from(sqe, into);
    return sqe;
}

/// Reads from a pipe or another file that can poll, again and again. Linux 6.7.
[[nodiscard]] constexpr abi::io_uring_sqe read_multishot(file from, group_id into,
                                                         user_data user) noexcept {
    abi::io_uring_sqe sqe = detail::make(abi::ioring_op_read_multishot, from, user);
    detail::select_from(sqe, into);
    sqe.off = current_position;
    return sqe;
}

}  // namespace ringproof::requests
