#pragma once
// What Linux has and the model does not, in one place, each with its reason. Nothing of this ever
// pretends to succeed: requests complete with -EOPNOTSUPP, setup and registration refuse with
// -EINVAL as a kernel without the feature would, and the probe says "not supported". Where there is
// a host (host.hpp) much of it is served all the same: hosted.hpp, some flags and registrations.

#include <cstdint>
#include <string_view>

#include <ringproof/abi.hpp>

namespace ringproof::sim {

/// io_uring_setup flags that the model knows; others are -EINVAL.
inline constexpr std::uint32_t modelled_setup_flags = abi::ioring_setup_sqpoll |
    abi::ioring_setup_sq_aff | abi::ioring_setup_cqsize | abi::ioring_setup_clamp |
    abi::ioring_setup_r_disabled | abi::ioring_setup_submit_all | abi::ioring_setup_coop_taskrun |
    abi::ioring_setup_taskrun_flag | abi::ioring_setup_single_issuer |
    abi::ioring_setup_defer_taskrun;

/// One thing that is missing.
struct unsupported_feature {
    std::string_view what;
    std::string_view why;
};

inline constexpr unsupported_feature unsupported_features[] = {
    {"SENDMSG, SEND_ZC, SENDMSG_ZC", "they never select buffers (SEL-01); SEND covers the peers"},
    {"SEND with a destination address", "every modelled datagram socket is connected"},
    {"READ_FIXED, WRITE_FIXED, RECVSEND_FIXED_BUF", "registered buffers never meet a buffer ring"},
    {"POLL_ADD, POLL_REMOVE", "readiness is modelled for the requests that transfer"},
    {"LINK_TIMEOUT, TIMEOUT_REMOVE", "a plain TIMEOUT and ASYNC_CANCEL cover the timed cases"},
    {"URING_CMD", "no modelled file has commands"},
    {"ACCEPT into a fixed slot", "accepted descriptors are ordinary ones"},
    {"CONNECT, SOCKET, OPENAT and other requests that make or name files", "the world opens files"},
    {"NOP with flags", "they exist to test the kernel's own plumbing"},
    {"pwrite in the middle of a file", "the world's files are for reading; writing appends"},
    {"RWF_* other than RWF_NOWAIT", "they change durability or placement, not buffers"},
    {"REGISTER_EVENTFD", "the world has no eventfds; a host has, and there it works (host.hpp)"},
    {"control messages", "no modelled socket produces any"},
    {"personalities, resource tags, restrictions", "they do not touch buffers"},
    {"IOPOLL, SQE128, CQE32, CQE_MIXED, NO_MMAP, NO_SQARRAY, ATTACH_WQ", "other ring layouts"},
    {"IORING_ENTER_EXT_ARG_REG, signal masks", "no signals and no registered waits are modelled"},
};

/// Whether requests of that opcode are modelled.
[[nodiscard]] constexpr bool is_modelled(std::uint8_t opcode) noexcept {
    switch (opcode) {
        case abi::ioring_op_nop:
        case abi::ioring_op_readv:
        case abi::ioring_op_writev:
        case abi::ioring_op_recvmsg:
        case abi::ioring_op_timeout:
        case abi::ioring_op_accept:
        case abi::ioring_op_async_cancel:
        case abi::ioring_op_close:
        case abi::ioring_op_read:
        case abi::ioring_op_write:
        case abi::ioring_op_send:
        case abi::ioring_op_recv:
        case abi::ioring_op_provide_buffers:
        case abi::ioring_op_remove_buffers:
        case abi::ioring_op_shutdown:
        case abi::ioring_op_read_multishot:
            return true;
        default:
            return false;
    }
}

}  // namespace ringproof::sim
