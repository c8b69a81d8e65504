// The kernel's numbers under the names that programs in C know. Source:
// include/uapi/linux/io_uring.h.

#include <array>

#include "sim/emit/prelude.hpp"

namespace ringproof::sim::emitting {

namespace {

constexpr bool young = true;

constexpr auto all = std::to_array<constant>({
    {"SYS_io_uring_setup", "425"},
    {"SYS_io_uring_enter", "426"},
    {"SYS_io_uring_register", "427"},
    {"IORING_OP_NOP", "0"},
    {"IORING_OP_READV", "1"},
    {"IORING_OP_WRITEV", "2"},
    {"IORING_OP_READ_FIXED", "4"},
    {"IORING_OP_WRITE_FIXED", "5"},
    {"IORING_OP_POLL_ADD", "6"},
    {"IORING_OP_RECVMSG", "10"},
    {"IORING_OP_SENDMSG", "9"},
    {"IORING_OP_TIMEOUT", "11"},
    {"IORING_OP_ACCEPT", "13"},
    {"IORING_OP_ASYNC_CANCEL", "14"},
    {"IORING_OP_LINK_TIMEOUT", "15"},
    {"IORING_OP_CONNECT", "16"},
    {"IORING_OP_CLOSE", "19"},
    {"IORING_OP_READ", "22"},
    {"IORING_OP_WRITE", "23"},
    {"IORING_OP_SEND", "26"},
    {"IORING_OP_RECV", "27"},
    {"IORING_OP_PROVIDE_BUFFERS", "31"},
    {"IORING_OP_REMOVE_BUFFERS", "32"},
    {"IORING_OP_SHUTDOWN", "34"},
    {"IORING_OP_READ_MULTISHOT", "49", young},
    {"IOSQE_FIXED_FILE", "(1U << 0)"},
    {"IOSQE_IO_DRAIN", "(1U << 1)"},
    {"IOSQE_IO_LINK", "(1U << 2)"},
    {"IOSQE_ASYNC", "(1U << 4)"},
    {"IOSQE_BUFFER_SELECT", "(1U << 5)"},
    {"IOSQE_CQE_SKIP_SUCCESS", "(1U << 6)"},
    {"IORING_RECVSEND_POLL_FIRST", "(1U << 0)"},
    {"IORING_RECV_MULTISHOT", "(1U << 1)"},
    {"IORING_RECVSEND_BUNDLE", "(1U << 4)", young},
    {"IORING_ACCEPT_MULTISHOT", "(1U << 0)"},
    {"IORING_ASYNC_CANCEL_ANY", "(1U << 2)"},
    {"IORING_CQE_F_BUFFER", "(1U << 0)"},
    {"IORING_CQE_F_MORE", "(1U << 1)"},
    {"IORING_CQE_F_SOCK_NONEMPTY", "(1U << 2)"},
    {"IORING_CQE_F_BUF_MORE", "(1U << 4)", young},
    {"IORING_SETUP_SQPOLL", "(1U << 1)"},
    {"IORING_SETUP_CQSIZE", "(1U << 3)"},
    {"IORING_SETUP_R_DISABLED", "(1U << 6)"},
    {"IORING_SETUP_SUBMIT_ALL", "(1U << 7)"},
    {"IORING_SETUP_COOP_TASKRUN", "(1U << 8)"},
    {"IORING_SETUP_TASKRUN_FLAG", "(1U << 9)"},
    {"IORING_SETUP_SINGLE_ISSUER", "(1U << 12)"},
    {"IORING_SETUP_DEFER_TASKRUN", "(1U << 13)"},
    {"IORING_OFF_SQ_RING", "0"},
    {"IORING_OFF_SQES", "0x10000000"},
    {"IORING_OFF_PBUF_RING", "0x80000000ULL", young},
    {"IORING_OFF_PBUF_SHIFT", "16", young},
    {"IORING_SQ_NEED_WAKEUP", "(1U << 0)"},
    {"IORING_SQ_CQ_OVERFLOW", "(1U << 1)"},
    {"IORING_SQ_TASKRUN", "(1U << 2)"},
    {"IORING_ENTER_GETEVENTS", "(1U << 0)"},
    {"IORING_ENTER_SQ_WAKEUP", "(1U << 1)"},
    {"IORING_ENTER_EXT_ARG", "(1U << 3)"},
    {"IORING_REGISTER_FILES_UPDATE", "6"},
    {"IORING_REGISTER_ENABLE_RINGS", "12"},
    {"IORING_REGISTER_FILES2", "13"},
    {"IORING_REGISTER_PBUF_RING", "22"},
    {"IORING_UNREGISTER_PBUF_RING", "23"},
    {"IORING_REGISTER_PBUF_STATUS", "26", young},
    {"IOU_PBUF_RING_MMAP", "1", young},
    {"IOU_PBUF_RING_INC", "2", young},
});

}  // namespace

std::span<const constant> constants() noexcept { return all; }

}  // namespace ringproof::sim::emitting
