#pragma once
// A completion, decoded: flag bits into names.

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <system_error>

#include <ringproof/abi.hpp>
#include <ringproof/ids.hpp>

namespace ringproof {

/// One completion, copied out of the queue: it stays valid when the queue moves on. Everything in
/// it is what the kernel said, unchecked; buffer_group checks.
struct completion {
    user_data user{};
    std::int32_t res = 0;     ///< bytes, a descriptor, 0, or a negated errno
    std::uint32_t flags = 0;  ///< IORING_CQE_F_*

    [[nodiscard]] static constexpr completion from(const abi::io_uring_cqe& cqe) noexcept {
        return {static_cast<user_data>(cqe.user_data), cqe.res, cqe.flags};
    }

    /// The buffer that it hands over. Set for errors too, on some kernels: take it whenever it is
    /// there, whatever `res` is (rules ERR-01, ERR-02).
    [[nodiscard]] constexpr std::optional<buffer_id> buffer() const noexcept {
        if ((flags & abi::ioring_cqe_f_buffer) == 0) return std::nullopt;
        return static_cast<buffer_id>(flags >> abi::ioring_cqe_buffer_shift);
    }

    /// More completions of this request will come. Clear is the only sign of its end (MSH-01).
    [[nodiscard]] constexpr bool more() const noexcept {
        return (flags & abi::ioring_cqe_f_more) != 0;
    }

    /// The kernel goes on filling the same buffer. Incremental rings only; Linux 6.12 (INC-01).
    [[nodiscard]] constexpr bool buffer_more() const noexcept {
        return (flags & abi::ioring_cqe_f_buf_more) != 0;
    }

    /// The socket had more to read after this transfer. Its absence proves nothing (CQE-08).
    [[nodiscard]] constexpr bool socket_nonempty() const noexcept {
        return (flags & abi::ioring_cqe_f_sock_nonempty) != 0;
    }

    /// Bytes transferred; 0 for an error.
    [[nodiscard]] constexpr std::size_t bytes() const noexcept {
        return res > 0 ? static_cast<std::size_t>(res) : 0;
    }

    /// The kernel's error; empty when `res` is not negative.
    [[nodiscard]] std::error_code error() const noexcept {
        if (res >= 0) return {};
        // A broken kernel may say INT32_MIN, whose negation is no int.
        const std::int32_t number = res == std::numeric_limits<std::int32_t>::min() ? res : -res;
        return {number, std::system_category()};
    }

    friend bool operator==(const completion&, const completion&) = default;
};

}  // namespace ringproof
