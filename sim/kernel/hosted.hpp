#pragma once
// Requests that never meet a provided buffer, so that no trace has them, but somebody's program
// (host.hpp). What io_uring makes of them is here; what the system does for them is the host's.

#include <cstdint>

#include <ringproof/abi.hpp>

#include "sim/kernel/kbuf.hpp"

namespace ringproof::sim {

struct machine;
struct request;
struct ring_context;

/// Opcodes that nobody else in the house has a name for.
namespace hosted_op {
inline constexpr std::uint8_t renameat = 35;
inline constexpr std::uint8_t unlinkat = 36;
inline constexpr std::uint8_t mkdirat = 37;
inline constexpr std::uint8_t symlinkat = 38;
inline constexpr std::uint8_t linkat = 39;
inline constexpr std::uint8_t msg_ring = 40;
inline constexpr std::uint8_t ftruncate = 55;  // 6.9
inline constexpr std::uint8_t bind = 56;       // 6.11
inline constexpr std::uint8_t listen = 57;     // 6.11
}  // namespace hosted_op

/// Whether requests of that opcode are served where there is a host.
[[nodiscard]] constexpr bool is_hosted(std::uint8_t opcode) noexcept {
    switch (opcode) {
        case abi::ioring_op_fsync:
        case abi::ioring_op_read_fixed:
        case abi::ioring_op_write_fixed:
        case abi::ioring_op_poll_add:
        case abi::ioring_op_poll_remove:
        case abi::ioring_op_sync_file_range:
        case abi::ioring_op_sendmsg:
        case abi::ioring_op_timeout_remove:
        case abi::ioring_op_link_timeout:
        case abi::ioring_op_connect:
        case abi::ioring_op_fallocate:
        case abi::ioring_op_openat:
        case abi::ioring_op_files_update:
        case abi::ioring_op_statx:
        case abi::ioring_op_fadvise:
        case abi::ioring_op_madvise:
        case abi::ioring_op_openat2:
        case abi::ioring_op_epoll_ctl:
        case abi::ioring_op_socket:
        case hosted_op::renameat:
        case hosted_op::unlinkat:
        case hosted_op::mkdirat:
        case hosted_op::symlinkat:
        case hosted_op::linkat:
        case hosted_op::msg_ring:
        case hosted_op::ftruncate:
        case hosted_op::bind:
        case hosted_op::listen:
            return true;
        default:
            return false;
    }
}

/// Whether requests of that opcode are served at all.
[[nodiscard]] bool serves(const machine& in, std::uint8_t opcode) noexcept;

/// Of those that is_hosted(): whether they act on the file of their descriptor.
[[nodiscard]] bool hosted_needs_file(std::uint8_t opcode) noexcept;

/// The opcode's own checks: 0 or -errno (prepare.hpp). \pre is_hosted()
int prepare_hosted(request& fresh, const abi::io_uring_sqe& sqe);

/// One attempt (issue.hpp). \pre is_hosted(), and its file is found
int issue_hosted(request& attempted, attempt how);

/// FILES_UPDATE: how many slots it has changed, or -errno.
int update_files_of(request& asking);

/// Puts a descriptor that a request made into the registered files, where its SQE asks for that,
/// and closes it. The request's result: the descriptor, the slot, or -errno.
int settle_descriptor(request& maker, int fd);

/// Whether the descriptor of a request that makes one goes into the registered files, and with
/// which of its flags it cannot: 0 or -EINVAL.
int check_slot(const request& maker, std::uint32_t descriptor_flags) noexcept;

/// Which of `ready` has to do with those events of poll(2).
[[nodiscard]] std::uint8_t readiness_of(std::uint32_t events) noexcept;

// By opcode, each in the file that is named after it.
int prepare_poll_add(request& fresh);  // poll_requests.cpp
int prepare_poll_remove(request& fresh);
int issue_poll_add(request& attempted);
int issue_poll_remove(request& attempted);
int prepare_link_timeout(request& fresh, const abi::io_uring_sqe& sqe);  // timer_requests.cpp
int prepare_timeout_remove(request& fresh);
int issue_timeout_remove(request& attempted);
int prepare_fixed(request& fresh);  // fixed_buffers.cpp

/// A request that begins is limited by the link timeout behind it, if there is one.
void arm_guard(request& guarded);
/// It has ended: so does what limited it.
void disarm_guard(request& guarded);
/// The time of a link timeout is over: what it limits is cancelled.
void run_expired_guard(request& guard);

// Registered buffers: fixed_buffers.cpp.
int register_buffers(ring_context& ring, std::uint64_t argument, std::uint32_t count);
int register_buffers2(ring_context& ring, std::uint64_t argument, std::uint32_t size);
int update_buffers(ring_context& ring, std::uint64_t argument, std::uint32_t size);
int unregister_buffers(ring_context& ring);

}  // namespace ringproof::sim
