#pragma once
// Requests as values: each function returns the submission entry that asks for what its name says.
// Pure: nothing is queued until uring::push(). Memory that a request points to (buffers, headers,
// addresses, timeouts) must stay until its last completion, unless a function says otherwise.

#include <cstddef>
#include <cstdint>
#include <span>

#include <ringproof/abi.hpp>
#include <ringproof/ids.hpp>

struct msghdr;
struct sockaddr;
struct iovec;

namespace ringproof {

/// What a request works on: a descriptor, or a slot of the ring's registered files.
struct file {
    constexpr file(int descriptor) noexcept : number(descriptor) {}
    constexpr file(file_slot slot) noexcept
        : number(static_cast<std::int32_t>(to_number(slot))), registered(true) {}

    std::int32_t number;
    bool registered = false;
};

/// What most receives leave alone. Zero means: no limit.
struct receive_options {
    std::uint32_t size_limit = 0;     ///< bytes a transfer takes at most; multishot since 6.17
    std::uint32_t total_limit = 0;    ///< bytes a multishot takes in all; 6.17 (MSH-04)
    std::uint32_t message_flags = 0;  ///< MSG_*; not MSG_WAITALL with multishot (MSH-02)
    bool poll_first = false;  ///< wait before the first try, and take no buffer before (SEL-05)
    bool bundle = false;      ///< fill several buffers with one completion; 6.10
    bool async = false;       ///< run on a worker thread: takes its buffer at once (SEL-08)
};

namespace requests {

namespace detail {

inline std::uint64_t address(const void* pointer) noexcept {
    return static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(pointer));
}

constexpr abi::io_uring_sqe make(abi::io_uring_op op, file target, user_data user) noexcept {
    abi::io_uring_sqe sqe{};
    sqe.opcode = op;
    sqe.flags = target.registered ? abi::iosqe_fixed_file : std::uint8_t{0};
    sqe.fd = target.number;
    sqe.user_data = to_number(user);
    return sqe;
}

inline abi::io_uring_sqe transfer(abi::io_uring_op op, file target, const void* from,
                                  std::size_t size, std::uint64_t offset, user_data user) noexcept {
    abi::io_uring_sqe sqe = make(op, target, user);
    sqe.addr = address(from);
    sqe.len = static_cast<std::uint32_t>(size);
    sqe.off = offset;
    return sqe;
}

constexpr void select_from(abi::io_uring_sqe& sqe, group_id group) noexcept {
    sqe.flags |= abi::iosqe_buffer_select;
    sqe.buf_index = to_number(group);
}

constexpr void apply(abi::io_uring_sqe& sqe, const receive_options& options) noexcept {
    sqe.op_flags = options.message_flags;
    if (options.poll_first) sqe.ioprio |= abi::ioring_recvsend_poll_first;
    if (options.bundle) sqe.ioprio |= abi::ioring_recvsend_bundle;
    if (options.async) sqe.flags |= abi::iosqe_async;
}

}  // namespace detail

/// "From where the file stands", for reads and writes of files without or with a position.
inline constexpr std::uint64_t current_position = ~std::uint64_t{0};

/// Does nothing, and completes.
[[nodiscard]] constexpr abi::io_uring_sqe nop(user_data user) noexcept {
    return detail::make(abi::ioring_op_nop, -1, user);
}

[[nodiscard]] inline abi::io_uring_sqe read(file from, std::span<std::byte> into,
                                            std::uint64_t offset, user_data user) noexcept {
    return detail::transfer(abi::ioring_op_read, from, into.data(), into.size(), offset, user);
}

[[nodiscard]] inline abi::io_uring_sqe write(file to, std::span<const std::byte> from,
                                             std::uint64_t offset, user_data user) noexcept {
    return detail::transfer(abi::ioring_op_write, to, from.data(), from.size(), offset, user);
}

[[nodiscard]] inline abi::io_uring_sqe readv(file from, std::span<const iovec> into,
                                             std::uint64_t offset, user_data user) noexcept {
    return detail::transfer(abi::ioring_op_readv, from, into.data(), into.size(), offset, user);
}

[[nodiscard]] inline abi::io_uring_sqe writev(file to, std::span<const iovec> from,
                                              std::uint64_t offset, user_data user) noexcept {
    return detail::transfer(abi::ioring_op_writev, to, from.data(), from.size(), offset, user);
}

/// Reads into part of registered buffer `index`.
[[nodiscard]] inline abi::io_uring_sqe read_fixed(file from, std::span<std::byte> into,
                                                  std::uint16_t index, std::uint64_t offset,
                                                  user_data user) noexcept {
    auto sqe =
        detail::transfer(abi::ioring_op_read_fixed, from, into.data(), into.size(), offset, user);
    sqe.buf_index = index;
    return sqe;
}

/// Writes from part of registered buffer `index`.
[[nodiscard]] inline abi::io_uring_sqe write_fixed(file to, std::span<const std::byte> from,
                                                   std::uint16_t index, std::uint64_t offset,
                                                   user_data user) noexcept {
    auto sqe =
        detail::transfer(abi::ioring_op_write_fixed, to, from.data(), from.size(), offset, user);
    sqe.buf_index = index;
    return sqe;
}

/// Completes after `time`, with -ETIME, or with 0 after `count` other completions, if not 0.
[[nodiscard]] inline abi::io_uring_sqe timeout(const abi::kernel_timespec& time, user_data user,
                                               std::uint32_t count = 0) noexcept {
    auto sqe = detail::transfer(abi::ioring_op_timeout, -1, &time, 1, count, user);
    return sqe;
}

/// Cancels the request whose user data is `target`: completes with 0, or -ENOENT, or -EALREADY. The
/// target still completes by itself, with -ECANCELED or with what it had done (ERR-09, ERR-10).
[[nodiscard]] constexpr abi::io_uring_sqe cancel(user_data target, user_data user) noexcept {
    abi::io_uring_sqe sqe = detail::make(abi::ioring_op_async_cancel, -1, user);
    sqe.addr = to_number(target);
    return sqe;
}

/// Cancels everything on the ring: completes with the number of requests found. Linux 5.19.
[[nodiscard]] constexpr abi::io_uring_sqe cancel_all(user_data user) noexcept {
    abi::io_uring_sqe sqe = detail::make(abi::ioring_op_async_cancel, -1, user);
    sqe.op_flags = abi::ioring_async_cancel_any | abi::ioring_async_cancel_all;
    return sqe;
}

/// Closes a descriptor, or empties a slot of the registered files.
[[nodiscard]] constexpr abi::io_uring_sqe close(file target, user_data user) noexcept {
    abi::io_uring_sqe sqe =
        detail::make(abi::ioring_op_close, target.registered ? 0 : target.number, user);
    // A slot is named in file_index, one based, and the fixed-file flag is refused.
    if (target.registered) sqe.file_index = static_cast<std::uint32_t>(target.number) + 1;
    return sqe;
}

}  // namespace requests

}  // namespace ringproof
