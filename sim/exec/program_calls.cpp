#include "sim/exec/program_calls.hpp"

#include <fcntl.h>
#include <sys/socket.h>

#include <cerrno>

#include "sim/exec/program_files.hpp"
#include "sim/exec/signals.hpp"
#include "sim/exec/system_call.hpp"
#include "sim/kernel/hosted.hpp"
#include "sim/kernel/request.hpp"

namespace ringproof::sim::exec {

namespace {

// On the file of the request.
long perform_on_file(const request& asked) noexcept {
    constexpr std::uint32_t only_data = 1;  // IORING_FSYNC_DATASYNC
    const int fd = number_of(*asked.file);
    switch (asked.opcode) {
        case abi::ioring_op_fsync:
            return system_call(asked.op_flags == only_data ? SYS_fdatasync : SYS_fsync, fd);
        case abi::ioring_op_sync_file_range:
            return system_call(SYS_sync_file_range, fd, asked.off, asked.len, asked.op_flags);
        case abi::ioring_op_fallocate:
            return without_size_signal(
                system_call(SYS_fallocate, fd, asked.len, asked.off, asked.addr));
        case abi::ioring_op_fadvise:
            return system_call(SYS_fadvise64, fd, asked.off, asked.len, asked.op_flags);
        case hosted_op::ftruncate:
            return system_call(SYS_ftruncate, fd, asked.off);
        case hosted_op::bind:
            return system_call(SYS_bind, fd, asked.addr, asked.off);
        case hosted_op::listen:
            return system_call(SYS_listen, fd, asked.len);
        default:
            return -EINVAL;
    }
}

}  // namespace

int program_calls::perform(const request& asked) noexcept {
    const request& r = asked;
    switch (r.opcode) {
        case abi::ioring_op_openat:
            return static_cast<int>(system_call(SYS_openat, r.fd, r.addr, r.op_flags, r.len));
        case abi::ioring_op_openat2:
            return static_cast<int>(system_call(SYS_openat2, r.fd, r.addr, r.off, r.len));
        case abi::ioring_op_statx:
            return static_cast<int>(system_call(SYS_statx, r.fd, r.addr, r.op_flags, r.len, r.off));
        case abi::ioring_op_madvise:
            return static_cast<int>(system_call(SYS_madvise, r.addr, r.len, r.op_flags));
        case abi::ioring_op_epoll_ctl:
            return static_cast<int>(system_call(SYS_epoll_ctl, r.fd, r.len, r.off, r.addr));
        case abi::ioring_op_socket:
            return static_cast<int>(system_call(SYS_socket, r.fd, r.off, r.len));
        case hosted_op::renameat:
            return static_cast<int>(
                system_call(SYS_renameat2, r.fd, r.addr, r.len, r.off, r.op_flags));
        case hosted_op::unlinkat:
            return static_cast<int>(system_call(SYS_unlinkat, r.fd, r.addr, r.op_flags));
        case hosted_op::mkdirat:
            return static_cast<int>(system_call(SYS_mkdirat, r.fd, r.addr, r.len));
        case hosted_op::symlinkat:
            return static_cast<int>(system_call(SYS_symlinkat, r.addr, r.fd, r.off));
        case hosted_op::linkat:
            return static_cast<int>(
                system_call(SYS_linkat, r.fd, r.addr, r.len, r.off, r.op_flags));
        default:
            return static_cast<int>(perform_on_file(r));
    }
}

// What the program says of its socket's blocking is put back at once.
int program_calls::connect(const open_file& file, std::uint64_t address,
                           std::uint64_t size) noexcept {
    const int fd = number_of(file);
    const long flags = system_call(SYS_fcntl, fd, F_GETFL);
    const bool blocks = flags >= 0 && (flags & O_NONBLOCK) == 0;
    if (blocks) system_call(SYS_fcntl, fd, F_SETFL, flags | O_NONBLOCK);
    const long answer = system_call(SYS_connect, fd, address, size);
    if (blocks) system_call(SYS_fcntl, fd, F_SETFL, flags);
    return static_cast<int>(answer);
}

int program_calls::pending_error(const open_file& file) noexcept {
    int error = 0;
    socklen_t size = sizeof error;
    const long asked =
        system_call(SYS_getsockopt, number_of(file), SOL_SOCKET, SO_ERROR, &error, &size);
    return asked < 0 ? static_cast<int>(asked) : -error;
}

}  // namespace ringproof::sim::exec
