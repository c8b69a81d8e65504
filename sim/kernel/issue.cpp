#include "sim/kernel/issue.hpp"

#include <cerrno>

#include "sim/kernel/completions.hpp"
#include "sim/kernel/host.hpp"
#include "sim/kernel/hosted.hpp"
#include "sim/kernel/machine.hpp"
#include "sim/kernel/poll.hpp"

namespace ringproof::sim {

namespace {

bool needs_file(std::uint8_t opcode) noexcept {
    switch (opcode) {
        case abi::ioring_op_nop:
        case abi::ioring_op_timeout:
        case abi::ioring_op_async_cancel:
        case abi::ioring_op_close:
        case abi::ioring_op_provide_buffers:
        case abi::ioring_op_remove_buffers:
            return false;
        default:
            return !is_hosted(opcode) || hosted_needs_file(opcode);
    }
}

bool is_ring(request& attempted) {
    return !attempted.is(fact::fixed_file) && attempted.ring->in->ring_at(attempted.fd) != nullptr;
}

// accept(2), never blocking.
int accept_one(machine& in, open_file& listener, const request& attempted) {
    if (listener.outside != nullptr) {
        return listener.outside->accept(listener, attempted.addr, attempted.off,
                                        attempted.op_flags);
    }
    if (!listener.is_socket()) return -ENOTSOCK;
    if (listener.keeps_messages()) return -EOPNOTSUPP;
    if (listener.kind != file_kind::listener) return -EINVAL;
    if (listener.backlog.empty()) return -EAGAIN;
    const int fd = in.install({listener.backlog.front(), nullptr});
    if (fd < 0) return -EMFILE;
    listener.backlog.pop();
    return fd;
}

}  // namespace

int set_result(request& attempted, int res) noexcept {
    if (res < 0) set_failed(attempted);
    attempted.res = res;
    return issued::done;
}

std::uint8_t waits_for(std::uint8_t opcode) noexcept {
    switch (opcode) {
        case abi::ioring_op_read:
        case abi::ioring_op_readv:
        case abi::ioring_op_read_multishot:
        case abi::ioring_op_recv:
        case abi::ioring_op_recvmsg:
        case abi::ioring_op_accept:
        case abi::ioring_op_read_fixed:
            return ready::in;
        case abi::ioring_op_send:
        case abi::ioring_op_sendmsg:
        case abi::ioring_op_connect:
        case abi::ioring_op_write_fixed:
        case abi::ioring_op_write:
        case abi::ioring_op_writev:
            return ready::out;
        default:
            return 0;
    }
}

bool assign_file(request& attempted) {
    if (attempted.file != nullptr) return true;
    open_file* found = attempted.ring->file_at(attempted.fd, attempted.is(fact::fixed_file));
    if (found == nullptr) return false;
    attempted.ring->in->hold(*found);
    attempted.file = found;
    return true;
}

void set_failed(request& failing) noexcept {
    failing.facts |= fact::failed;
    if (failing.is(fact::cqe_skip)) {
        failing.facts &= ~fact::cqe_skip;
        failing.facts |= fact::skip_link_cqes;
    }
}

int issue(request& attempted, attempt how) {
    if (needs_file(attempted.opcode) && !assign_file(attempted)) {
        // A ring's own descriptor is a file on which nothing here works.
        if (!is_ring(attempted)) return -EBADF;
        const bool rw = attempted.opcode == abi::ioring_op_read ||
            attempted.opcode == abi::ioring_op_readv || attempted.opcode == abi::ioring_op_write ||
            attempted.opcode == abi::ioring_op_writev ||
            attempted.opcode == abi::ioring_op_read_fixed ||
            attempted.opcode == abi::ioring_op_write_fixed;
        return rw ? -EINVAL : -ENOTSOCK;
    }
    switch (attempted.opcode) {
        case abi::ioring_op_recv:
            return issue_receive(attempted, how);
        case abi::ioring_op_recvmsg:
            return issue_receive_message(attempted, how);
        case abi::ioring_op_read:
        case abi::ioring_op_readv:
            return issue_read(attempted, how);
        case abi::ioring_op_read_multishot:
            return issue_read_multishot(attempted, how);
        case abi::ioring_op_send:
            return issue_send(attempted, how);
        case abi::ioring_op_write:
        case abi::ioring_op_writev:
            return issue_write(attempted, how);
        case abi::ioring_op_accept:
            return issue_accept(attempted, how);
        case abi::ioring_op_close:
            return issue_close(attempted);
        case abi::ioring_op_shutdown:
            return issue_shutdown(attempted);
        case abi::ioring_op_timeout:
            return issue_timeout(attempted);
        case abi::ioring_op_async_cancel:
            return issue_cancel(attempted);
        case abi::ioring_op_provide_buffers:
            return set_result(attempted, provide_buffers(attempted));
        case abi::ioring_op_remove_buffers:
            return set_result(attempted, remove_buffers(attempted));
        case abi::ioring_op_nop:
            return set_result(attempted, 0);
        default:
            return is_hosted(attempted.opcode) ? issue_hosted(attempted, how) : -EOPNOTSUPP;
    }
}

int issue_accept(request& attempted, attempt /*how*/) {
    if (!attempted.is(fact::polled) && (attempted.ioprio & abi::ioring_accept_poll_first) != 0) {
        return issued::retry;
    }
    machine& in = *attempted.ring->in;
    open_file& listener = *attempted.file;
    for (;;) {
        int fd = accept_one(in, listener, attempted);
        if (fd == -EAGAIN) {
            const bool final = attempted.is(fact::nowait);
            return final ? set_result(attempted, -EAGAIN) : issued::retry;
        }
        if (fd >= 0 && attempted.file_index != 0) fd = settle_descriptor(attempted, fd);
        if (fd < 0) return set_result(attempted, fd);
        const bool more = (listener.poll() & ready::in) != 0;
        const std::uint32_t flags = more ? abi::ioring_cqe_f_sock_nonempty : 0;
        if (!attempted.is(fact::multishot) || !post_more(attempted, fd, flags)) {
            attempted.flags = flags;
            return set_result(attempted, fd);
        }
        if (!more) return issued::retry;
    }
}

int issue_close(request& attempted) {
    machine& in = *attempted.ring->in;
    if (attempted.file_index != 0) {  // a registered file
        std::vector<open_file*>& files = attempted.ring->files;
        const std::uint32_t index = attempted.file_index - 1;
        if (!attempted.ring->has_files) return set_result(attempted, -ENXIO);
        if (index >= files.size()) return set_result(attempted, -EINVAL);
        if (files[index] == nullptr) return set_result(attempted, -EBADF);
        in.drop(*std::exchange(files[index], nullptr));
        return set_result(attempted, 0);
    }
    if (in.ring_at(attempted.fd) != nullptr) return set_result(attempted, -EBADF);
    return set_result(attempted, in.close(attempted.fd));
}

int issue_shutdown(request& attempted) {
    open_file& file = *attempted.file;
    const int res = shut_down(file, attempted.len);
    if (res == 0) {
        wake(file, ready::in | ready::out);
        attempted.ring->in->tell_far_end(file);
    }
    return set_result(attempted, res);
}

}  // namespace ringproof::sim
