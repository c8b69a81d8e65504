#pragma once
// What Linux has and the model does not, in one place, each with its reason. Nothing of this ever
// pretends to succeed: requests complete with -EOPNOTSUPP, setup and registration refuse with
// -EINVAL as a kernel without the feature would, and the probe says "not supported".

#include <cstdint>
#include <string_view>

#include <ringproof/abi.hpp>

namespace ringproof::sim {

/// io_uring_setup flags that the model knows; others are -EINVAL.
inline constexpr std::uint32_t modelled_setup_flags = abi::IORING_SETUP_SQPOLL |
    abi::IORING_SETUP_SQ_AFF | abi::IORING_SETUP_CQSIZE | abi::IORING_SETUP_CLAMP |
    abi::IORING_SETUP_R_DISABLED | abi::IORING_SETUP_SUBMIT_ALL | abi::IORING_SETUP_COOP_TASKRUN |
    abi::IORING_SETUP_TASKRUN_FLAG | abi::IORING_SETUP_SINGLE_ISSUER |
    abi::IORING_SETUP_DEFER_TASKRUN;

/// One thing that is missing.
struct unsupported_feature {
    std::string_view what;
    std::string_view why;
};

inline constexpr unsupported_feature unsupported_features[] = {
    {"PROVIDE_BUFFERS, REMOVE_BUFFERS",
     "legacy groups are not rings; rules LEG-* are not modelled"},
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
    {"control messages", "no modelled socket produces any"},
    {"personalities, resource tags, restrictions", "they do not touch buffers"},
    {"IOPOLL, SQE128, CQE32, CQE_MIXED, NO_MMAP, NO_SQARRAY, ATTACH_WQ", "other ring layouts"},
    {"IORING_ENTER_EXT_ARG_REG, signal masks", "no signals and no registered waits are modelled"},
};

/// Whether requests of that opcode are modelled.
[[nodiscard]] constexpr bool is_modelled(std::uint8_t opcode) noexcept {
    switch (opcode) {
        case abi::IORING_OP_NOP:
        case abi::IORING_OP_READV:
        case abi::IORING_OP_WRITEV:
        case abi::IORING_OP_RECVMSG:
        case abi::IORING_OP_TIMEOUT:
        case abi::IORING_OP_ACCEPT:
        case abi::IORING_OP_ASYNC_CANCEL:
        case abi::IORING_OP_CLOSE:
        case abi::IORING_OP_READ:
        case abi::IORING_OP_WRITE:
        case abi::IORING_OP_SEND:
        case abi::IORING_OP_RECV:
        case abi::IORING_OP_SHUTDOWN:
        case abi::IORING_OP_READ_MULTISHOT:
            return true;
        default:
            return false;
    }
}

/// The last opcode of the newest profile (7.3: URING_CMD128).
inline constexpr std::uint8_t last_opcode = 64;

}  // namespace ringproof::sim
