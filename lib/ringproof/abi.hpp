#pragma once
// The kernel's side of io_uring, spelled as the kernel spells it: structures, with every offset
// checked below. Numbers (opcodes, flags) are in abi_constants.hpp. Nothing here is an idiom of
// ours, and nothing needs <linux/io_uring.h>: a distribution's headers may be older than the
// kernel. Source: include/uapi/linux/io_uring.h, io_uring_setup(2), io_uring_enter(2),
// io_uring_register(2).

#include <cstddef>
#include <cstdint>

#include <ringproof/abi_constants.hpp>

namespace ringproof::abi {

/// One request. Unions are flattened to the widest name this library uses; the comment lists the
/// other readings.
struct io_uring_sqe {
    std::uint8_t opcode;
    std::uint8_t flags;
    std::uint16_t ioprio;    // recv and send keep IORING_RECV_MULTISHOT, ... here
    std::int32_t fd;         // or an index into the registered files
    std::uint64_t off;       // addr2
    std::uint64_t addr;      // buffer, msghdr, iovec, timespec or the user_data to cancel
    std::uint32_t len;       // bytes, or a count (iovec, timespec)
    std::uint32_t op_flags;  // msg_flags, rw_flags, accept_flags, timeout_flags, cancel_flags
    std::uint64_t user_data;
    std::uint16_t buf_index;  // buf_group when IOSQE_BUFFER_SELECT is set
    std::uint16_t personality;
    std::uint32_t file_index;  // splice_fd_in, optlen (total limit of a multishot recv, 6.17)
    std::uint64_t addr3;
    std::uint64_t pad2;
};

/// One completion.
struct io_uring_cqe {
    std::uint64_t user_data;
    std::int32_t res;
    std::uint32_t flags;
};

struct io_sqring_offsets {
    std::uint32_t head;
    std::uint32_t tail;
    std::uint32_t ring_mask;
    std::uint32_t ring_entries;
    std::uint32_t flags;
    std::uint32_t dropped;
    std::uint32_t array;
    std::uint32_t resv1;
    std::uint64_t user_addr;
};

struct io_cqring_offsets {
    std::uint32_t head;
    std::uint32_t tail;
    std::uint32_t ring_mask;
    std::uint32_t ring_entries;
    std::uint32_t overflow;
    std::uint32_t cqes;
    std::uint32_t flags;
    std::uint32_t resv1;
    std::uint64_t user_addr;
};

struct io_uring_params {
    std::uint32_t sq_entries;
    std::uint32_t cq_entries;
    std::uint32_t flags;
    std::uint32_t sq_thread_cpu;
    std::uint32_t sq_thread_idle;  // milliseconds
    std::uint32_t features;
    std::uint32_t wq_fd;
    std::uint32_t resv[3];
    io_sqring_offsets sq_off;
    io_cqring_offsets cq_off;
};

/// One entry of a provided-buffer ring. In entry 0 `resv` is the ring's tail (rule ABI-02).
struct io_uring_buf {
    std::uint64_t addr;
    std::uint32_t len;
    std::uint16_t bid;
    std::uint16_t resv;
};

struct io_uring_buf_reg {
    std::uint64_t ring_addr;
    std::uint32_t ring_entries;
    std::uint16_t bgid;
    std::uint16_t flags;     // IOU_PBUF_RING_*; reserved before 6.4
    std::uint32_t min_left;  // reserved before 7.1 and its backports
    std::uint32_t resv[5];
};

struct io_uring_buf_status {
    std::uint32_t buf_group;
    std::uint32_t head;  // written by the kernel: free-running, 16 bits wide
    std::uint32_t resv[8];
};

/// Precedes the payload of each recvmsg multishot completion, inside the provided buffer.
struct io_uring_recvmsg_out {
    std::uint32_t namelen;
    std::uint32_t controllen;
    std::uint32_t payloadlen;
    std::uint32_t flags;
};

struct io_uring_getevents_arg {
    std::uint64_t sigmask;
    std::uint32_t sigmask_sz;
    std::uint32_t min_wait_usec;
    std::uint64_t ts;
};

struct io_uring_rsrc_register {
    std::uint32_t nr;
    std::uint32_t flags;
    std::uint64_t resv2;
    std::uint64_t data;
    std::uint64_t tags;
};

struct io_uring_rsrc_update {
    std::uint32_t offset;
    std::uint32_t resv;
    std::uint64_t data;  // address of int32_t[nr_args]
};

struct io_uring_rsrc_update2 {  // ring fds are registered with io_uring_rsrc_update
    std::uint32_t offset;
    std::uint32_t resv;
    std::uint64_t data;
    std::uint64_t tags;
    std::uint32_t nr;
    std::uint32_t resv2;
};

struct io_uring_sync_cancel_reg {
    std::uint64_t addr;
    std::int32_t fd;
    std::uint32_t flags;
    std::int64_t timeout_sec;  // -1, -1: no limit
    std::int64_t timeout_nsec;
    std::uint8_t opcode;
    std::uint8_t pad[7];
    std::uint64_t pad2[3];
};

struct io_uring_probe_op {
    std::uint8_t op;
    std::uint8_t resv;
    std::uint16_t flags;
    std::uint32_t resv2;
};

struct io_uring_probe {
    std::uint8_t last_op;
    std::uint8_t ops_len;
    std::uint16_t resv;
    std::uint32_t resv2[3];
    io_uring_probe_op ops[64];
};

struct kernel_timespec {
    std::int64_t tv_sec;
    std::int64_t tv_nsec;
};

static_assert(sizeof(io_uring_sqe) == 64);
static_assert(offsetof(io_uring_sqe, off) == 8 && offsetof(io_uring_sqe, addr) == 16);
static_assert(offsetof(io_uring_sqe, len) == 24 && offsetof(io_uring_sqe, op_flags) == 28);
static_assert(offsetof(io_uring_sqe, user_data) == 32 && offsetof(io_uring_sqe, buf_index) == 40);
static_assert(offsetof(io_uring_sqe, file_index) == 44 && offsetof(io_uring_sqe, addr3) == 48);
static_assert(sizeof(io_uring_cqe) == 16 && offsetof(io_uring_cqe, res) == 8);
static_assert(sizeof(io_sqring_offsets) == 40 && sizeof(io_cqring_offsets) == 40);
static_assert(sizeof(io_uring_params) == 120 && offsetof(io_uring_params, sq_off) == 40);
static_assert(sizeof(io_uring_buf) == 16 && offsetof(io_uring_buf, len) == 8);
static_assert(offsetof(io_uring_buf, bid) == 12 && offsetof(io_uring_buf, resv) == 14);
static_assert(sizeof(io_uring_buf_reg) == 40 && offsetof(io_uring_buf_reg, bgid) == 12);
static_assert(offsetof(io_uring_buf_reg, min_left) == 16);
static_assert(sizeof(io_uring_buf_status) == 40 && offsetof(io_uring_buf_status, head) == 4);
static_assert(sizeof(io_uring_recvmsg_out) == 16);
static_assert(sizeof(io_uring_getevents_arg) == 24 && offsetof(io_uring_getevents_arg, ts) == 16);
static_assert(sizeof(io_uring_rsrc_register) == 32 && sizeof(io_uring_rsrc_update) == 16);
static_assert(sizeof(io_uring_rsrc_update2) == 32 && sizeof(io_uring_sync_cancel_reg) == 64);
static_assert(sizeof(io_uring_probe) == 16 + 64 * 8 && sizeof(kernel_timespec) == 16);

}  // namespace ringproof::abi
