#pragma once
// The kernel's numbers for io_uring, under the kernel's names in lower case: in upper case they are
// macros of <linux/io_uring.h>, and that header may be included before this one. Each line that is
// younger than 5.19 says which mainline version brought it. Source: include/uapi/linux/io_uring.h.

#include <cstdint>

namespace ringproof::abi {

// Opcodes (sqe->opcode).
enum io_uring_op : std::uint8_t {
    ioring_op_nop = 0,
    ioring_op_readv = 1,
    ioring_op_writev = 2,
    ioring_op_fsync = 3,
    ioring_op_read_fixed = 4,
    ioring_op_write_fixed = 5,
    ioring_op_poll_add = 6,
    ioring_op_poll_remove = 7,
    ioring_op_sync_file_range = 8,
    ioring_op_sendmsg = 9,
    ioring_op_recvmsg = 10,
    ioring_op_timeout = 11,
    ioring_op_timeout_remove = 12,
    ioring_op_accept = 13,
    ioring_op_async_cancel = 14,
    ioring_op_link_timeout = 15,
    ioring_op_connect = 16,
    ioring_op_fallocate = 17,
    ioring_op_openat = 18,
    ioring_op_close = 19,
    ioring_op_files_update = 20,
    ioring_op_statx = 21,
    ioring_op_read = 22,
    ioring_op_write = 23,
    ioring_op_fadvise = 24,
    ioring_op_madvise = 25,
    ioring_op_send = 26,
    ioring_op_recv = 27,
    ioring_op_openat2 = 28,
    ioring_op_epoll_ctl = 29,
    ioring_op_splice = 30,
    ioring_op_provide_buffers = 31,
    ioring_op_remove_buffers = 32,
    ioring_op_tee = 33,
    ioring_op_shutdown = 34,
    ioring_op_socket = 45,
    ioring_op_uring_cmd = 46,
    ioring_op_send_zc = 47,         // 6.0
    ioring_op_sendmsg_zc = 48,      // 6.1
    ioring_op_read_multishot = 49,  // 6.7
};

// sqe->flags.
inline constexpr std::uint8_t iosqe_fixed_file = 1U << 0;
inline constexpr std::uint8_t iosqe_io_drain = 1U << 1;
inline constexpr std::uint8_t iosqe_io_link = 1U << 2;
inline constexpr std::uint8_t iosqe_io_hardlink = 1U << 3;
inline constexpr std::uint8_t iosqe_async = 1U << 4;
inline constexpr std::uint8_t iosqe_buffer_select = 1U << 5;
inline constexpr std::uint8_t iosqe_cqe_skip_success = 1U << 6;

// sqe->ioprio of recv, recvmsg, send and accept.
inline constexpr std::uint16_t ioring_recvsend_poll_first = 1U << 0;
inline constexpr std::uint16_t ioring_recv_multishot = 1U << 1;  // 6.0
inline constexpr std::uint16_t ioring_recvsend_fixed_buf = 1U << 2;
inline constexpr std::uint16_t ioring_send_zc_report_usage = 1U << 3;
inline constexpr std::uint16_t ioring_recvsend_bundle = 1U << 4;  // 6.10
inline constexpr std::uint16_t ioring_accept_multishot = 1U << 0;
inline constexpr std::uint16_t ioring_accept_dontwait = 1U << 1;    // 6.10
inline constexpr std::uint16_t ioring_accept_poll_first = 1U << 2;  // 6.10

// Timeout and cancel flags (sqe->op_flags).
inline constexpr std::uint32_t ioring_timeout_abs = 1U << 0;
inline constexpr std::uint32_t ioring_timeout_multishot = 1U << 6;  // 6.4
inline constexpr std::uint32_t ioring_async_cancel_all = 1U << 0;
inline constexpr std::uint32_t ioring_async_cancel_fd = 1U << 1;
inline constexpr std::uint32_t ioring_async_cancel_any = 1U << 2;
inline constexpr std::uint32_t ioring_async_cancel_fd_fixed = 1U << 3;  // 6.0

// cqe->flags. With IORING_CQE_F_BUFFER the upper 16 bits are the buffer id.
inline constexpr std::uint32_t ioring_cqe_f_buffer = 1U << 0;
inline constexpr std::uint32_t ioring_cqe_f_more = 1U << 1;
inline constexpr std::uint32_t ioring_cqe_f_sock_nonempty = 1U << 2;
inline constexpr std::uint32_t ioring_cqe_f_notif = 1U << 3;
inline constexpr std::uint32_t ioring_cqe_f_buf_more = 1U << 4;  // 6.12
inline constexpr unsigned ioring_cqe_buffer_shift = 16;

// io_uring_setup flags.
inline constexpr std::uint32_t ioring_setup_iopoll = 1U << 0;
inline constexpr std::uint32_t ioring_setup_sqpoll = 1U << 1;
inline constexpr std::uint32_t ioring_setup_sq_aff = 1U << 2;
inline constexpr std::uint32_t ioring_setup_cqsize = 1U << 3;
inline constexpr std::uint32_t ioring_setup_clamp = 1U << 4;
inline constexpr std::uint32_t ioring_setup_attach_wq = 1U << 5;
inline constexpr std::uint32_t ioring_setup_r_disabled = 1U << 6;
inline constexpr std::uint32_t ioring_setup_submit_all = 1U << 7;
inline constexpr std::uint32_t ioring_setup_coop_taskrun = 1U << 8;
inline constexpr std::uint32_t ioring_setup_taskrun_flag = 1U << 9;
inline constexpr std::uint32_t ioring_setup_sqe128 = 1U << 10;
inline constexpr std::uint32_t ioring_setup_cqe32 = 1U << 11;
inline constexpr std::uint32_t ioring_setup_single_issuer = 1U << 12;  // 6.0
inline constexpr std::uint32_t ioring_setup_defer_taskrun = 1U << 13;  // 6.1

// io_uring_params.features.
inline constexpr std::uint32_t ioring_feat_single_mmap = 1U << 0;
inline constexpr std::uint32_t ioring_feat_nodrop = 1U << 1;
inline constexpr std::uint32_t ioring_feat_submit_stable = 1U << 2;
inline constexpr std::uint32_t ioring_feat_rw_cur_pos = 1U << 3;
inline constexpr std::uint32_t ioring_feat_fast_poll = 1U << 5;
inline constexpr std::uint32_t ioring_feat_poll_32bits = 1U << 6;
inline constexpr std::uint32_t ioring_feat_sqpoll_nonfixed = 1U << 7;
inline constexpr std::uint32_t ioring_feat_ext_arg = 1U << 8;
inline constexpr std::uint32_t ioring_feat_native_workers = 1U << 9;
inline constexpr std::uint32_t ioring_feat_rsrc_tags = 1U << 10;
inline constexpr std::uint32_t ioring_feat_cqe_skip = 1U << 11;
inline constexpr std::uint32_t ioring_feat_linked_file = 1U << 12;
inline constexpr std::uint32_t ioring_feat_reg_reg_ring = 1U << 13;     // 6.3
inline constexpr std::uint32_t ioring_feat_recvsend_bundle = 1U << 14;  // 6.10
inline constexpr std::uint32_t ioring_feat_min_timeout = 1U << 15;      // 6.12

// mmap offsets of a ring fd, and words the kernel keeps in the rings.
inline constexpr std::uint64_t ioring_off_sq_ring = 0;
inline constexpr std::uint64_t ioring_off_cq_ring = 0x8000000;
inline constexpr std::uint64_t ioring_off_sqes = 0x10000000;
inline constexpr std::uint64_t ioring_off_pbuf_ring = 0x80000000;
inline constexpr unsigned ioring_off_pbuf_shift = 16;
inline constexpr std::uint32_t ioring_sq_need_wakeup = 1U << 0;
inline constexpr std::uint32_t ioring_sq_cq_overflow = 1U << 1;
inline constexpr std::uint32_t ioring_sq_taskrun = 1U << 2;

// io_uring_enter flags.
inline constexpr std::uint32_t ioring_enter_getevents = 1U << 0;
inline constexpr std::uint32_t ioring_enter_sq_wakeup = 1U << 1;
inline constexpr std::uint32_t ioring_enter_sq_wait = 1U << 2;
inline constexpr std::uint32_t ioring_enter_ext_arg = 1U << 3;
inline constexpr std::uint32_t ioring_enter_registered_ring = 1U << 4;

// io_uring_register opcodes and flags.
inline constexpr unsigned ioring_register_buffers = 0;
inline constexpr unsigned ioring_unregister_buffers = 1;
inline constexpr unsigned ioring_register_files = 2;
inline constexpr unsigned ioring_unregister_files = 3;
inline constexpr unsigned ioring_register_files_update = 6;
inline constexpr unsigned ioring_register_probe = 8;
inline constexpr unsigned ioring_register_enable_rings = 12;
inline constexpr unsigned ioring_register_files2 = 13;
inline constexpr unsigned ioring_register_ring_fds = 20;
inline constexpr unsigned ioring_unregister_ring_fds = 21;
inline constexpr unsigned ioring_register_pbuf_ring = 22;
inline constexpr unsigned ioring_unregister_pbuf_ring = 23;
inline constexpr unsigned ioring_register_sync_cancel = 24;  // 6.0
inline constexpr unsigned ioring_register_pbuf_status = 26;  // 6.8
inline constexpr std::uint32_t ioring_rsrc_register_sparse = 1U << 0;
inline constexpr std::uint16_t iou_pbuf_ring_mmap = 1;  // 6.4
inline constexpr std::uint16_t iou_pbuf_ring_inc = 2;   // 6.12
inline constexpr std::uint16_t io_uring_op_supported = 1U << 0;

}  // namespace ringproof::abi
