#include "sim/kernel/hosted.hpp"

#include <cerrno>
#include <fcntl.h>

#include "sim/kernel/completions.hpp"
#include "sim/kernel/host.hpp"
#include "sim/kernel/issue.hpp"
#include "sim/kernel/machine.hpp"
#include "sim/kernel/prepare.hpp"
#include "sim/kernel/unsupported.hpp"

namespace ringproof::sim {

namespace {

constexpr std::uint32_t any_slot = ~std::uint32_t{0};  // IORING_FILE_INDEX_ALLOC

int settled(request& attempted, int res) noexcept {
    if (res < 0) return res;
    attempted.res = res;
    return issued::done;
}

// Matches io_connect(): what goes on is waited for, and its error asked for in the end.
int issue_connect(request& attempted) {
    open_file& file = *attempted.file;
    host_calls& calls = attempted.ring->in->outside->calls;
    if (attempted.done != 0) {
        if ((file.poll() & ready::out) == 0) return issued::retry;
        const int error = calls.pending_error(file);
        // A socket learns that it is connected by being asked once more.
        if (error == 0) (void)calls.connect(file, attempted.addr, attempted.off);
        return settled(attempted, error);
    }
    const int answer = calls.connect(file, attempted.addr, attempted.off);
    if (answer != -EINPROGRESS) return settled(attempted, answer);
    attempted.done = 1;
    return issued::retry;
}

// IORING_MSG_DATA; descriptors are not sent.
int issue_message(request& attempted) {
    constexpr std::uint32_t passes_flags = 1U << 1U;  // IORING_MSG_RING_FLAGS_PASS
    machine& in = *attempted.ring->in;
    ring_context* to = in.ring_at(attempted.fd);
    if (to == nullptr) return in.is_open(attempted.fd) ? -EBADFD : -EBADF;
    const bool passes = (attempted.op_flags & passes_flags) != 0;
    if (attempted.addr != 0 || (attempted.op_flags & ~passes_flags) != 0) return -EINVAL;
    if (attempted.file_index != 0 && !passes) return -EINVAL;
    if (to->disabled) return -EBADFD;
    post_message(*to,
                 {.user_data = attempted.off,
                  .res = static_cast<std::int32_t>(attempted.len),
                  .flags = attempted.file_index});
    return settled(attempted, 0);
}

bool all_zero(const request& fresh) noexcept { return fresh.group == 0 && fresh.file_index == 0; }

int prepare_descriptor(request& fresh, std::uint32_t flags) noexcept {
    if (fresh.group != 0) return -EINVAL;
    if (fresh.is(fact::fixed_file)) return -EBADF;
    return check_slot(fresh, flags);
}

int prepare_openat2(request& fresh) {
    std::uint64_t flags = 0;
    if (fresh.len < 24) return -EINVAL;  // struct open_how
    if (!fresh.ring->in->memory.copy_in(&flags, fresh.off, sizeof flags)) return -EFAULT;
    return prepare_descriptor(fresh, static_cast<std::uint32_t>(flags));
}

}  // namespace

bool serves(const machine& in, std::uint8_t opcode) noexcept {
    return is_modelled(opcode) || (in.outside != nullptr && is_hosted(opcode));
}

bool hosted_needs_file(std::uint8_t opcode) noexcept {
    switch (opcode) {
        case abi::ioring_op_fsync:
        case abi::ioring_op_read_fixed:
        case abi::ioring_op_write_fixed:
        case abi::ioring_op_poll_add:
        case abi::ioring_op_sync_file_range:
        case abi::ioring_op_sendmsg:
        case abi::ioring_op_connect:
        case abi::ioring_op_fallocate:
        case abi::ioring_op_fadvise:
        case hosted_op::ftruncate:
        case hosted_op::bind:
        case hosted_op::listen:
            return true;
        default:
            return false;
    }
}

int check_slot(const request& maker, std::uint32_t descriptor_flags) noexcept {
    if (maker.file_index == 0) return 0;
    if (maker.is(fact::multishot) && maker.file_index != any_slot) return -EINVAL;
    return (descriptor_flags & O_CLOEXEC) != 0 ? -EINVAL : 0;
}

int prepare_hosted(request& fresh, const abi::io_uring_sqe& sqe) {
    switch (fresh.opcode) {
        case abi::ioring_op_read_fixed:
        case abi::ioring_op_write_fixed:
            return fresh.ioprio != 0 ? -EINVAL : prepare_fixed(fresh);
        case abi::ioring_op_sendmsg:
            return prepare_send_message(fresh);
        case abi::ioring_op_poll_add:
            return prepare_poll_add(fresh);
        case abi::ioring_op_poll_remove:
            return prepare_poll_remove(fresh);
        case abi::ioring_op_link_timeout:
            return prepare_link_timeout(fresh, sqe);
        case abi::ioring_op_timeout_remove:
            return prepare_timeout_remove(fresh);
        case abi::ioring_op_fsync:
            return fresh.addr == 0 && all_zero(fresh) && fresh.op_flags <= 1 ? 0 : -EINVAL;
        case abi::ioring_op_connect:
            return fresh.len == 0 && fresh.op_flags == 0 && all_zero(fresh) ? 0 : -EINVAL;
        case abi::ioring_op_files_update:
            if (fresh.is(fact::fixed_file | fact::buffer_select)) return -EINVAL;
            return fresh.op_flags == 0 && fresh.file_index == 0 && fresh.len != 0 ? 0 : -EINVAL;
        case abi::ioring_op_openat:
            return prepare_descriptor(fresh, fresh.op_flags);
        case abi::ioring_op_openat2:
            return prepare_openat2(fresh);
        case abi::ioring_op_socket:
            if (fresh.addr != 0 || fresh.op_flags != 0 || fresh.group != 0) return -EINVAL;
            return check_slot(fresh, static_cast<std::uint32_t>(fresh.off));
        case hosted_op::msg_ring:
            return fresh.group != 0 ? -EINVAL : 0;
        default:
            return fresh.group != 0 ? -EINVAL : 0;
    }
}

int issue_hosted(request& attempted, attempt how) {
    switch (attempted.opcode) {
        case abi::ioring_op_read_fixed:
            return issue_read(attempted, how);
        case abi::ioring_op_write_fixed:
            return issue_write(attempted, how);
        case abi::ioring_op_sendmsg:
            return issue_send(attempted, how);
        case abi::ioring_op_poll_add:
            return issue_poll_add(attempted);
        case abi::ioring_op_poll_remove:
            return issue_poll_remove(attempted);
        case abi::ioring_op_timeout_remove:
            return issue_timeout_remove(attempted);
        case abi::ioring_op_connect:
            return issue_connect(attempted);
        case abi::ioring_op_files_update:
            return settled(attempted, update_files_of(attempted));
        case hosted_op::msg_ring:
            return issue_message(attempted);
        case abi::ioring_op_openat:
        case abi::ioring_op_openat2:
        case abi::ioring_op_socket: {
            const int fd = attempted.ring->in->outside->calls.perform(attempted);
            return settled(attempted, settle_descriptor(attempted, fd));
        }
        default:
            return settled(attempted, attempted.ring->in->outside->calls.perform(attempted));
    }
}

}  // namespace ringproof::sim
