#pragma once
// What can be refused, and how an expected failure travels. The kernel's own errors stay errno in
// std::system_category(); everything that this library refuses by itself is an errc, one enumerator
// for each reason, because "invalid argument" helps nobody at three in the morning.

#include <expected>
#include <system_error>
#include <type_traits>

namespace ringproof {

/// Why this library, not the kernel, refused. message() says what to do about it.
enum class errc {
    // Arguments, refused before any system call.
    entries_not_power_of_two = 1,  ///< ring entries must be a power of two
    entries_out_of_range,          ///< ring entries must be 1 .. 32768 (rules REG-06, REG-07)
    buffer_size_out_of_range,      ///< a buffer must have 1 .. 2^31 - 1 bytes
    storage_too_large,             ///< entries times buffer size does not fit in memory
    storage_too_small,             ///< the caller's memory is shorter than entries * buffer size
    group_in_use,                  ///< this ring already has a group of that id (rule REG-13)
    min_left_needs_incremental,    ///< min_left without an incremental ring (rule REG-16)
    unsupported,                   ///< the running kernel lacks a feature that was asked for
    // Who may call.
    wrong_thread,  ///< the object belongs to another thread
    forked_child,  ///< the object belongs to the process this one was forked from
    ring_closed,   ///< the uring of this group, lease or receiver is gone
    group_closed,  ///< the group was closed; its buffers are no longer with any kernel
    // Giving buffers back.
    foreign_buffer,  ///< no buffer of this group has that id
    not_leased,      ///< that buffer is not with the application: returned twice, or never taken
    // What a completion said.
    no_buffer,             ///< the completion carries no buffer
    stale_completion,      ///< it names a buffer that the kernel does not hold
    length_beyond_buffer,  ///< it claims more bytes than were offered
    not_incremental,       ///< it promises more of a buffer (F_BUF_MORE) on a ring that never does
    malformed_message,     ///< a recvmsg header does not fit the bytes that it came with
    // Requests.
    submission_queue_full,  ///< submit first; nothing was queued
    silent_request,         ///< it asks for no completion (IOSQE_CQE_SKIP_SUCCESS)
    already_armed,          ///< this receiver's request is still running
    no_free_buffer,         ///< arming now would only bring -ENOBUFS (rule SEL-03)
    requests_in_flight,     ///< the kernel may still write to this memory; drain first
    starving,               ///< -ENOBUFS again and again although buffers are free
};

/// The category of errc: name "ringproof".
[[nodiscard]] const std::error_category& error_category() noexcept;

[[nodiscard]] std::error_code make_error_code(errc code) noexcept;

/// A value, or why there is none.
template <class T>
using result = std::expected<T, std::error_code>;

/// For `return fail(errc::wrong_thread);`
[[nodiscard]] inline std::unexpected<std::error_code> fail(errc code) noexcept {
    return std::unexpected(make_error_code(code));
}

/// For `return fail(EINVAL);`: an errno, positive.
[[nodiscard]] inline std::unexpected<std::error_code> fail(int errno_value) noexcept {
    return std::unexpected(std::error_code(errno_value, std::system_category()));
}

/// True when `error` is the kernel's `errno_value` (positive).
[[nodiscard]] inline bool is_errno(const std::error_code& error, int errno_value) noexcept {
    return error.value() == errno_value && error.category() == std::system_category();
}

}  // namespace ringproof

template <>
struct std::is_error_code_enum<ringproof::errc> : std::true_type {};
