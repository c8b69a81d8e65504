#pragma once
// What a recvmsg multishot leaves in a provided buffer: a header, the peer's address, control data,
// and then the payload.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include <ringproof/abi.hpp>
#include <ringproof/error.hpp>

namespace ringproof {

/// One received message, as views into the buffer it came in: valid as long as that buffer is held.
struct message {
    std::span<std::byte> name;     ///< the peer's address, cut to the area that was offered
    std::span<std::byte> control;  ///< control messages; walk them with CMSG_FIRSTHDR(3)
    std::span<std::byte> payload;  ///< what was received of the datagram
    std::uint32_t flags = 0;       ///< MSG_*, as recvmsg(2) returns them in msg_flags
    std::size_t name_size = 0;     ///< the address' real size; may be more than name.size()
    /// The datagram's real size; more than payload.size() only if MSG_TRUNC was asked for (ABI-11).
    std::size_t payload_size = 0;

    // MSG_TRUNC and MSG_CTRUNC, whose header belongs to system calls.
    static constexpr std::uint32_t flag_truncated = 0x20;
    static constexpr std::uint32_t flag_control_truncated = 0x08;

    /// The datagram did not fit; what is missing is lost.
    [[nodiscard]] bool truncated() const noexcept { return (flags & flag_truncated) != 0; }
    [[nodiscard]] bool control_truncated() const noexcept {
        return (flags & flag_control_truncated) != 0;
    }
    [[nodiscard]] bool name_truncated() const noexcept { return name_size > name.size(); }
};

/// Bytes of a buffer that are not payload, for areas of these sizes. A smaller buffer ends the
/// request with -EFAULT, and one of exactly this size leaves no payload (rule MSH-16).
[[nodiscard]] constexpr std::size_t message_overhead(std::size_t name_area,
                                                     std::size_t control_area) noexcept {
    return sizeof(abi::io_uring_recvmsg_out) + name_area + control_area;
}

/// Takes the bytes of one completion of a recvmsg multishot apart (ABI-10, ABI-11). Looks at
/// nothing outside `bytes`, whatever they say; copies nothing but the header; needs no alignment.
///
/// \param bytes         the `res` bytes that the completion reported, from the buffer's start.
/// \param name_area     msg_namelen of the header that was submitted.
/// \param control_area  msg_controllen of the header that was submitted.
/// Errors: malformed_message when `bytes` is too short for the areas, when the control data claims
/// to be longer than its area, or when the payload's size and MSG_TRUNC contradict the bytes.
[[nodiscard]] inline result<message> parse_message(std::span<std::byte> bytes,
                                                   std::size_t name_area,
                                                   std::size_t control_area) noexcept {
    abi::io_uring_recvmsg_out header;
    if (bytes.size() < sizeof header) return fail(errc::malformed_message);
    std::memcpy(&header, bytes.data(), sizeof header);
    const std::span<std::byte> areas = bytes.subspan(sizeof header);
    // Compared one by one: the sum of two areas could wrap.
    if (name_area > areas.size() || control_area > areas.size() - name_area) {
        return fail(errc::malformed_message);
    }
    if (header.controllen > control_area) return fail(errc::malformed_message);

    message found;
    found.name = areas.first(std::min<std::size_t>(header.namelen, name_area));
    found.control = areas.subspan(name_area, header.controllen);
    found.payload = areas.subspan(name_area + control_area);
    found.flags = header.flags;
    found.name_size = header.namelen;
    found.payload_size = header.payloadlen;
    // A payload is as long as the kernel says, except that a cut one may tell its former length.
    if (found.payload_size < found.payload.size()) return fail(errc::malformed_message);
    if (found.payload_size > found.payload.size() && !found.truncated()) {
        return fail(errc::malformed_message);
    }
    return found;
}

}  // namespace ringproof
