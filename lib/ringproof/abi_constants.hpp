#pragma once
// The kernel's numbers for io_uring, under the kernel's names. Each line that is younger than 5.19
// says which mainline version brought it. Source: include/uapi/linux/io_uring.h.

#include <cstdint>

namespace ringproof::abi {

// Opcodes (sqe->opcode).
enum io_uring_op : std::uint8_t {
    IORING_OP_NOP = 0,
    IORING_OP_READV = 1,
    IORING_OP_WRITEV = 2,
    IORING_OP_FSYNC = 3,
    IORING_OP_READ_FIXED = 4,
    IORING_OP_WRITE_FIXED = 5,
    IORING_OP_POLL_ADD = 6,
    IORING_OP_POLL_REMOVE = 7,
    IORING_OP_SYNC_FILE_RANGE = 8,
    IORING_OP_SENDMSG = 9,
    IORING_OP_RECVMSG = 10,
    IORING_OP_TIMEOUT = 11,
    IORING_OP_TIMEOUT_REMOVE = 12,
    IORING_OP_ACCEPT = 13,
    IORING_OP_ASYNC_CANCEL = 14,
    IORING_OP_LINK_TIMEOUT = 15,
    IORING_OP_CONNECT = 16,
    IORING_OP_FALLOCATE = 17,
    IORING_OP_OPENAT = 18,
    IORING_OP_CLOSE = 19,
    IORING_OP_FILES_UPDATE = 20,
    IORING_OP_STATX = 21,
    IORING_OP_READ = 22,
    IORING_OP_WRITE = 23,
    IORING_OP_FADVISE = 24,
    IORING_OP_MADVISE = 25,
    IORING_OP_SEND = 26,
    IORING_OP_RECV = 27,
    IORING_OP_OPENAT2 = 28,
    IORING_OP_EPOLL_CTL = 29,
    IORING_OP_SPLICE = 30,
    IORING_OP_PROVIDE_BUFFERS = 31,
    IORING_OP_REMOVE_BUFFERS = 32,
    IORING_OP_TEE = 33,
    IORING_OP_SHUTDOWN = 34,
    IORING_OP_SOCKET = 45,
    IORING_OP_URING_CMD = 46,
    IORING_OP_SEND_ZC = 47,         // 6.0
    IORING_OP_SENDMSG_ZC = 48,      // 6.1
    IORING_OP_READ_MULTISHOT = 49,  // 6.7
};

// sqe->flags.
inline constexpr std::uint8_t IOSQE_FIXED_FILE = 1U << 0;
inline constexpr std::uint8_t IOSQE_IO_DRAIN = 1U << 1;
inline constexpr std::uint8_t IOSQE_IO_LINK = 1U << 2;
inline constexpr std::uint8_t IOSQE_IO_HARDLINK = 1U << 3;
inline constexpr std::uint8_t IOSQE_ASYNC = 1U << 4;
inline constexpr std::uint8_t IOSQE_BUFFER_SELECT = 1U << 5;
inline constexpr std::uint8_t IOSQE_CQE_SKIP_SUCCESS = 1U << 6;

// sqe->ioprio of recv, recvmsg, send and accept.
inline constexpr std::uint16_t IORING_RECVSEND_POLL_FIRST = 1U << 0;
inline constexpr std::uint16_t IORING_RECV_MULTISHOT = 1U << 1;  // 6.0
inline constexpr std::uint16_t IORING_RECVSEND_FIXED_BUF = 1U << 2;
inline constexpr std::uint16_t IORING_SEND_ZC_REPORT_USAGE = 1U << 3;
inline constexpr std::uint16_t IORING_RECVSEND_BUNDLE = 1U << 4;  // 6.10
inline constexpr std::uint16_t IORING_ACCEPT_MULTISHOT = 1U << 0;
inline constexpr std::uint16_t IORING_ACCEPT_DONTWAIT = 1U << 1;    // 6.10
inline constexpr std::uint16_t IORING_ACCEPT_POLL_FIRST = 1U << 2;  // 6.10

// Timeout and cancel flags (sqe->op_flags).
inline constexpr std::uint32_t IORING_TIMEOUT_ABS = 1U << 0;
inline constexpr std::uint32_t IORING_TIMEOUT_MULTISHOT = 1U << 6;  // 6.4
inline constexpr std::uint32_t IORING_ASYNC_CANCEL_ALL = 1U << 0;
inline constexpr std::uint32_t IORING_ASYNC_CANCEL_FD = 1U << 1;
inline constexpr std::uint32_t IORING_ASYNC_CANCEL_ANY = 1U << 2;
inline constexpr std::uint32_t IORING_ASYNC_CANCEL_FD_FIXED = 1U << 3;  // 6.0

// cqe->flags. With IORING_CQE_F_BUFFER the upper 16 bits are the buffer id.
inline constexpr std::uint32_t IORING_CQE_F_BUFFER = 1U << 0;
inline constexpr std::uint32_t IORING_CQE_F_MORE = 1U << 1;
inline constexpr std::uint32_t IORING_CQE_F_SOCK_NONEMPTY = 1U << 2;
inline constexpr std::uint32_t IORING_CQE_F_NOTIF = 1U << 3;
inline constexpr std::uint32_t IORING_CQE_F_BUF_MORE = 1U << 4;  // 6.12
inline constexpr unsigned IORING_CQE_BUFFER_SHIFT = 16;

// io_uring_setup flags.
inline constexpr std::uint32_t IORING_SETUP_IOPOLL = 1U << 0;
inline constexpr std::uint32_t IORING_SETUP_SQPOLL = 1U << 1;
inline constexpr std::uint32_t IORING_SETUP_SQ_AFF = 1U << 2;
inline constexpr std::uint32_t IORING_SETUP_CQSIZE = 1U << 3;
inline constexpr std::uint32_t IORING_SETUP_CLAMP = 1U << 4;
inline constexpr std::uint32_t IORING_SETUP_ATTACH_WQ = 1U << 5;
inline constexpr std::uint32_t IORING_SETUP_R_DISABLED = 1U << 6;
inline constexpr std::uint32_t IORING_SETUP_SUBMIT_ALL = 1U << 7;
inline constexpr std::uint32_t IORING_SETUP_COOP_TASKRUN = 1U << 8;
inline constexpr std::uint32_t IORING_SETUP_TASKRUN_FLAG = 1U << 9;
inline constexpr std::uint32_t IORING_SETUP_SQE128 = 1U << 10;
inline constexpr std::uint32_t IORING_SETUP_CQE32 = 1U << 11;
inline constexpr std::uint32_t IORING_SETUP_SINGLE_ISSUER = 1U << 12;  // 6.0
inline constexpr std::uint32_t IORING_SETUP_DEFER_TASKRUN = 1U << 13;  // 6.1

// io_uring_params.features.
inline constexpr std::uint32_t IORING_FEAT_SINGLE_MMAP = 1U << 0;
inline constexpr std::uint32_t IORING_FEAT_NODROP = 1U << 1;
inline constexpr std::uint32_t IORING_FEAT_SUBMIT_STABLE = 1U << 2;
inline constexpr std::uint32_t IORING_FEAT_RW_CUR_POS = 1U << 3;
inline constexpr std::uint32_t IORING_FEAT_FAST_POLL = 1U << 5;
inline constexpr std::uint32_t IORING_FEAT_POLL_32BITS = 1U << 6;
inline constexpr std::uint32_t IORING_FEAT_SQPOLL_NONFIXED = 1U << 7;
inline constexpr std::uint32_t IORING_FEAT_EXT_ARG = 1U << 8;
inline constexpr std::uint32_t IORING_FEAT_NATIVE_WORKERS = 1U << 9;
inline constexpr std::uint32_t IORING_FEAT_RSRC_TAGS = 1U << 10;
inline constexpr std::uint32_t IORING_FEAT_CQE_SKIP = 1U << 11;
inline constexpr std::uint32_t IORING_FEAT_LINKED_FILE = 1U << 12;
inline constexpr std::uint32_t IORING_FEAT_REG_REG_RING = 1U << 13;     // 6.3
inline constexpr std::uint32_t IORING_FEAT_RECVSEND_BUNDLE = 1U << 14;  // 6.10
inline constexpr std::uint32_t IORING_FEAT_MIN_TIMEOUT = 1U << 15;      // 6.12

// mmap offsets of a ring fd, and words the kernel keeps in the rings.
inline constexpr std::uint64_t IORING_OFF_SQ_RING = 0;
inline constexpr std::uint64_t IORING_OFF_CQ_RING = 0x8000000;
inline constexpr std::uint64_t IORING_OFF_SQES = 0x10000000;
inline constexpr std::uint64_t IORING_OFF_PBUF_RING = 0x80000000;
inline constexpr unsigned IORING_OFF_PBUF_SHIFT = 16;
inline constexpr std::uint32_t IORING_SQ_NEED_WAKEUP = 1U << 0;
inline constexpr std::uint32_t IORING_SQ_CQ_OVERFLOW = 1U << 1;
inline constexpr std::uint32_t IORING_SQ_TASKRUN = 1U << 2;

// io_uring_enter flags.
inline constexpr std::uint32_t IORING_ENTER_GETEVENTS = 1U << 0;
inline constexpr std::uint32_t IORING_ENTER_SQ_WAKEUP = 1U << 1;
inline constexpr std::uint32_t IORING_ENTER_SQ_WAIT = 1U << 2;
inline constexpr std::uint32_t IORING_ENTER_EXT_ARG = 1U << 3;
inline constexpr std::uint32_t IORING_ENTER_REGISTERED_RING = 1U << 4;

// io_uring_register opcodes and flags.
inline constexpr unsigned IORING_REGISTER_BUFFERS = 0;
inline constexpr unsigned IORING_UNREGISTER_BUFFERS = 1;
inline constexpr unsigned IORING_REGISTER_FILES = 2;
inline constexpr unsigned IORING_UNREGISTER_FILES = 3;
inline constexpr unsigned IORING_REGISTER_FILES_UPDATE = 6;
inline constexpr unsigned IORING_REGISTER_PROBE = 8;
inline constexpr unsigned IORING_REGISTER_ENABLE_RINGS = 12;
inline constexpr unsigned IORING_REGISTER_FILES2 = 13;
inline constexpr unsigned IORING_REGISTER_RING_FDS = 20;
inline constexpr unsigned IORING_UNREGISTER_RING_FDS = 21;
inline constexpr unsigned IORING_REGISTER_PBUF_RING = 22;
inline constexpr unsigned IORING_UNREGISTER_PBUF_RING = 23;
inline constexpr unsigned IORING_REGISTER_SYNC_CANCEL = 24;  // 6.0
inline constexpr unsigned IORING_REGISTER_PBUF_STATUS = 26;  // 6.8
inline constexpr std::uint32_t IORING_RSRC_REGISTER_SPARSE = 1U << 0;
inline constexpr std::uint16_t IOU_PBUF_RING_MMAP = 1;  // 6.4
inline constexpr std::uint16_t IOU_PBUF_RING_INC = 2;   // 6.12
inline constexpr std::uint16_t IO_URING_OP_SUPPORTED = 1U << 0;

}  // namespace ringproof::abi
