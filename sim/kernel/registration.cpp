#include "sim/kernel/registration.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "sim/kernel/cancel.hpp"
#include "sim/kernel/host.hpp"
#include "sim/kernel/hosted.hpp"
#include "sim/kernel/lifetime.hpp"
#include "sim/kernel/machine.hpp"
#include "sim/kernel/scheduler.hpp"

namespace ringproof::sim {

namespace {

// Matches io_probe().
int tell_probe(ring_context& ring, std::uint64_t argument, std::uint32_t count) {
    constexpr std::uint32_t header = 16;
    if (argument == 0 || count > 256) return -EINVAL;
    const profile& version = ring.in->version();
    count = std::min<std::uint32_t>(count, version.last_opcode + 1U);
    const std::size_t size = header + count * sizeof(abi::io_uring_probe_op);
    std::byte bytes[header + 256 * sizeof(abi::io_uring_probe_op)] = {};
    address_space& memory = ring.in->memory;
    if (!memory.copy_in(bytes, argument, size)) return -EFAULT;
    if (std::any_of(bytes, bytes + size, [](std::byte b) { return b != std::byte{0}; })) {
        return -EINVAL;
    }
    bytes[0] = std::byte{version.last_opcode};
    bytes[1] = static_cast<std::byte>(count);
    for (std::uint32_t op = 0; op < count; ++op) {
        std::byte* entry = bytes + header + op * sizeof(abi::io_uring_probe_op);
        entry[0] = static_cast<std::byte>(op);
        const bool lacks = op == abi::ioring_op_read_multishot && !version.has_read_multishot;
        if (serves(*ring.in, static_cast<std::uint8_t>(op)) && !lacks) entry[2] = std::byte{1};
    }
    return memory.copy_out(argument, bytes, size) ? 0 : -EFAULT;
}

int enable(ring_context& ring) {
    if (!ring.disabled) return -EBADFD;
    ring.disabled = false;
    ring.has_submitter = ring.has(abi::ioring_setup_single_issuer);
    ring.submitter = ring.in->caller;
    return 0;
}

// Matches io_sync_cancel(); nothing here runs elsewhere, so there is nothing to wait for.
int cancel_at_once(ring_context& ring, std::uint64_t argument) {
    const std::uint32_t known = ring.in->version().cancel_flags;
    abi::io_uring_sync_cancel_reg wanted{};
    if (!ring.in->memory.copy_in(&wanted, argument, sizeof wanted)) return -EFAULT;
    if ((wanted.flags & ~known) != 0) return -EINVAL;
    for (const std::uint8_t each : wanted.pad) {
        if (each != 0) return -EINVAL;
    }
    for (const std::uint64_t each : wanted.pad2) {
        if (each != 0) return -EINVAL;
    }
    const cancel_query query{
        .user_data = wanted.addr, .flags = wanted.flags, .opcode = wanted.opcode};
    const bool fixed = (wanted.flags & abi::ioring_async_cancel_fd_fixed) != 0;
    return cancel(ring, query, wanted.fd, fixed);
}

constexpr std::uint32_t register_eventfd = 4;  // IORING_REGISTER_EVENTFD
constexpr std::uint32_t unregister_eventfd = 5;
constexpr std::uint32_t register_eventfd_async = 7;

// The model's own world has no eventfd; a program's has. Matches io_eventfd_register(). All
// completions are told, also to those who want to hear of late ones only.
int register_events(ring_context& ring, std::uint64_t argument, std::uint32_t count) {
    std::int32_t fd = -1;
    if (count != 1) return -EINVAL;
    if (ring.events != nullptr) return -EBUSY;
    if (!ring.in->memory.copy_in(&fd, argument, sizeof fd)) return -EFAULT;
    open_file* file = ring.in->file_at(fd);
    if (file == nullptr) return -EBADF;
    ring.in->hold(*file);
    if (!file->outside->is_event(*file)) {
        ring.in->drop(*file);
        return -EINVAL;
    }
    file->outside->keep(*file);
    ring.events = file;
    return 0;
}

int unregister_events(ring_context& ring, std::uint64_t argument, std::uint32_t count) {
    if (argument != 0 || count != 0) return -EINVAL;
    if (ring.events == nullptr) return -ENXIO;
    ring.in->drop(*std::exchange(ring.events, nullptr));
    return 0;
}

// The limits are kept and told; requests here need no threads.
int limit_workers(ring_context& ring, std::uint64_t argument) {
    address_space& memory = ring.in->memory;
    std::array<std::uint32_t, 2> wanted{};
    if (!memory.copy_in(wanted.data(), argument, sizeof wanted)) return -EFAULT;
    if (std::ranges::any_of(wanted, [](auto each) { return each > 0x7fffffff; })) return -EINVAL;
    const std::array<std::uint32_t, 2> before = ring.worker_limits;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        if (wanted[i] != 0) ring.worker_limits[i] = wanted[i];
    }
    return memory.copy_out(argument, before.data(), sizeof before) ? 0 : -EFAULT;
}

// REG-02: the buffer ring opcodes want exactly one argument.
bool is_one(std::uint64_t argument, std::uint32_t count) noexcept {
    return argument != 0 && count == 1;
}

// What only somebody's program asks for.
int dispatch_hosted(ring_context& ring, std::uint32_t opcode, std::uint64_t argument,
                    std::uint32_t count) {
    switch (opcode) {
        case register_eventfd:
        case register_eventfd_async:
            return register_events(ring, argument, count);
        case unregister_eventfd:
            return unregister_events(ring, argument, count);
        case 0:  // IORING_REGISTER_BUFFERS
            return argument == 0 ? -EFAULT : register_buffers(ring, argument, count);
        case 1:  // IORING_UNREGISTER_BUFFERS
            return argument != 0 || count != 0 ? -EINVAL : unregister_buffers(ring);
        case 11:  // IORING_REGISTER_RESTRICTIONS
            return register_restrictions(ring, argument, count);
        case 14:  // IORING_REGISTER_FILES_UPDATE2
            return update_files2(ring, argument, count);
        case 15:  // IORING_REGISTER_BUFFERS2
            return register_buffers2(ring, argument, count);
        case 16:  // IORING_REGISTER_BUFFERS_UPDATE
            return update_buffers(ring, argument, count);
        case 17:  // IORING_REGISTER_IOWQ_AFF: there are no threads to bind
            return argument == 0 || count == 0 ? -EINVAL : 0;
        case 18:  // IORING_UNREGISTER_IOWQ_AFF
            return argument != 0 || count != 0 ? -EINVAL : 0;
        case 19:  // IORING_REGISTER_IOWQ_MAX_WORKERS
            return count != 2 ? -EINVAL : limit_workers(ring, argument);
        default:
            lacks(*ring.in, "registration", opcode);
            return -EINVAL;
    }
}

int dispatch(machine& in, ring_context& ring, std::uint32_t opcode, std::uint64_t argument,
             std::uint32_t count) {
    switch (opcode) {
        case abi::ioring_register_pbuf_ring:
            return is_one(argument, count) ? register_buffer_ring(ring, argument) : -EINVAL;
        case abi::ioring_unregister_pbuf_ring:
            return is_one(argument, count) ? unregister_buffer_ring(ring, argument) : -EINVAL;
        case abi::ioring_register_pbuf_status:
            if (!in.version().has_status) return -EINVAL;
            return is_one(argument, count) ? tell_buffer_ring_status(ring, argument) : -EINVAL;
        case abi::ioring_register_files:
            return argument == 0 ? -EFAULT : register_files(ring, argument, count);
        case abi::ioring_register_files2:
            return register_files2(ring, argument, count);
        case abi::ioring_register_files_update:
            return update_files(ring, argument, count);
        case abi::ioring_unregister_files:
            return argument != 0 || count != 0 ? -EINVAL : unregister_files(ring);
        case abi::ioring_register_probe:
            return tell_probe(ring, argument, count);
        case abi::ioring_register_enable_rings:
            return argument != 0 || count != 0 ? -EINVAL : enable(ring);
        case abi::ioring_register_ring_fds:
            return register_ring_fds(in, argument, count);
        case abi::ioring_unregister_ring_fds:
            return unregister_ring_fds(in, argument, count);
        case abi::ioring_register_sync_cancel:
            return is_one(argument, count) ? cancel_at_once(ring, argument) : -EINVAL;
        default:
            if (in.outside != nullptr) return dispatch_hosted(ring, opcode, argument, count);
            break;
    }
    return -EINVAL;
}

}  // namespace

int register_with(machine& in, int fd, std::uint32_t opcode, std::uint64_t argument,
                  std::uint32_t count) {
    if (opcode > in.version().last_register_opcode) return -EINVAL;
    // -1 names no ring, for opcodes that need none; those are not modelled.
    if (fd == -1 && in.version().registers_without_ring) return -EINVAL;
    ring_context* ring = nullptr;
    if (const int refused = in.find_ring(fd, ring); refused != 0) return refused;  // REG-01
    if (ring->has_submitter && ring->submitter != in.caller) return -EEXIST;       // RUN-06
    if (in.hung) return -EDEADLK;
    if (ring->allowed.registered && !ring->disabled && !ring->allowed.allow_registration(opcode)) {
        return -EACCES;
    }
    const int answer = dispatch(in, *ring, opcode, argument, count);
    at_kernel_exit(in);
    return answer;
}

}  // namespace ringproof::sim
