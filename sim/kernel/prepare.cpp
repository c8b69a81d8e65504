#include "sim/kernel/prepare.hpp"

#include <array>
#include <cerrno>

#include "sim/kernel/hosted.hpp"
#include "sim/kernel/machine.hpp"
#include "sim/kernel/unsupported.hpp"

namespace ringproof::sim {

namespace {

constexpr std::uint64_t transfer_max = 0x7ffff000;  // MAX_RW_COUNT
constexpr std::uint32_t vectors_max = 1024;         // UIO_MAXIOV
constexpr std::uint32_t sock_nonblock = 04000;
constexpr std::uint32_t sock_cloexec = 02000000;
constexpr std::uint32_t cancel_opcode = 1U << 5U;

struct user_vector {
    std::uint64_t base;
    std::uint64_t size;
};

struct user_message {  // struct user_msghdr, 64 bit
    std::uint64_t name;
    std::int32_t name_size;
    std::uint32_t padding;
    std::uint64_t vectors;
    std::uint64_t vector_count;
    std::uint64_t control;
    std::uint64_t control_size;
    std::uint32_t flags;
    std::uint32_t padding2;
};
static_assert(sizeof(user_message) == 56);

address_space& memory_of(const request& fresh) noexcept { return fresh.ring->in->memory; }

bool has_host(const request& fresh) noexcept { return fresh.ring->in->outside != nullptr; }

// Matches __import_iovec(): sizes are signed, the sum is capped, ranges must be user ranges.
int copy_vectors(request& fresh, std::uint64_t at, std::uint64_t count) {
    if (count > vectors_max) return -EINVAL;
    std::vector<segment>& found = fresh.ring->in->scratch;
    found.clear();
    std::uint64_t total = 0;
    for (std::uint64_t i = 0; i < count; ++i) {
        user_vector each{};
        if (!memory_of(fresh).copy_in(&each, at + i * sizeof each, sizeof each)) return -EFAULT;
        if (static_cast<std::int64_t>(each.size) < 0) return -EINVAL;
        const std::uint64_t size = std::min(each.size, transfer_max - total);
        if (!address_space::in_user_half(each.base, size)) return -EFAULT;
        found.push_back({each.base, size});
        total += size;
    }
    if (count == 1) {
        fresh.data.set(found[0].address, found[0].size);
    } else {
        fresh.data.set(found);
    }
    return 0;
}

// One vector gives the length, none or length 0 the whole buffer (LEN-04, LEN-05).
int copy_select_vector(request& fresh, std::uint64_t at) {
    user_vector only{};
    if (!memory_of(fresh).copy_in(&only, at, sizeof only)) return -EFAULT;
    if (static_cast<std::int64_t>(only.size) < 0) return -EINVAL;
    fresh.length = only.size;
    return 0;
}

int set_plain_buffer(request& fresh) {
    const std::uint64_t size = std::min<std::uint64_t>(fresh.len, transfer_max);
    if (!address_space::in_user_half(fresh.addr, size)) return -EFAULT;
    fresh.data.set(fresh.addr, size);
    return 0;
}

int copy_message(request& fresh) {
    user_message message{};
    fresh.message_address = fresh.addr;
    if (!memory_of(fresh).copy_in(&message, fresh.addr, sizeof message)) return -EFAULT;
    if (message.name_size < 0) return fresh.is(fact::multishot) ? -EOVERFLOW : -EINVAL;
    if (fresh.is(fact::multishot)) {
        constexpr std::uint64_t most = 0x7fffffff;
        if (message.control_size > most ||
            static_cast<std::uint64_t>(message.name_size) + message.control_size > most - 16) {
            return -EOVERFLOW;
        }
        fresh.control_size = static_cast<std::uint32_t>(message.control_size);
    }
    fresh.name_size = static_cast<std::uint32_t>(message.name_size);
    fresh.header_address = message.name;
    if (has_host(fresh)) {  // nothing in the house has control messages
        fresh.control_address = message.control;
        fresh.control_size = static_cast<std::uint32_t>(message.control_size);
    }
    fresh.length = 0;
    if (!fresh.is(fact::buffer_select)) {
        if (message.vector_count > vectors_max) return -EMSGSIZE;
        return copy_vectors(fresh, message.vectors, message.vector_count);
    }
    if (message.vector_count > 1) return -EINVAL;
    return message.vector_count == 0 ? 0 : copy_select_vector(fresh, message.vectors);
}

// What RECV and SEND share: an array for bundle slots comes with the kernel's cached message
// header, and so the room of an earlier bundle is still there (see receive.cpp).
void take_spare_room(request& fresh) {
    std::vector<std::uint32_t>& spare = fresh.ring->spare_room;
    if (spare.empty()) return;
    fresh.segment_room = spare.back();
    spare.pop_back();
}

int prepare_multishot(request& fresh) {
    if (!fresh.is(fact::buffer_select)) return -EINVAL;        // MSH-02
    if ((fresh.op_flags & msg::waitall) != 0) return -EINVAL;  // MSH-02
    const profile& version = fresh.ring->in->version();
    if (fresh.opcode == abi::ioring_op_recv) {
        if (!version.has_multishot_length && (fresh.len != 0 || fresh.file_index != 0)) {
            return -EINVAL;  // MSH-03, MSH-04
        }
        fresh.multishot_length = fresh.len;
        fresh.multishot_total = fresh.file_index;
    } else if (fresh.file_index != 0) {
        return -EINVAL;
    }
    fresh.facts |= fact::multishot;
    return 0;
}

// Matches io_recvmsg_prep().
int prepare_receive(request& fresh) {
    const profile& version = fresh.ring->in->version();
    const bool is_message = fresh.opcode == abi::ioring_op_recvmsg;
    std::uint32_t known = abi::ioring_recvsend_poll_first;
    if (version.has_recv_multishot) known |= abi::ioring_recv_multishot;
    if (version.has_bundle) known |= abi::ioring_recvsend_bundle;
    if (fresh.off != 0) return -EINVAL;
    if (!is_message && static_cast<std::int32_t>(fresh.len) < 0 &&
        !version.bugs.negative_length_accepted) {
        return -EINVAL;  // LEN-03
    }
    if ((fresh.ioprio & ~known) != 0) return -EINVAL;
    if ((fresh.op_flags & msg::dontwait) != 0) fresh.facts |= fact::nowait;
    if ((fresh.ioprio & abi::ioring_recv_multishot) != 0) {
        if (const int refused = prepare_multishot(fresh); refused != 0) return refused;
    } else if (fresh.file_index != 0) {
        return -EINVAL;  // MSH-04: a total without multishot
    }
    if ((fresh.ioprio & abi::ioring_recvsend_bundle) != 0 && is_message) return -EINVAL;  // BND-01
    fresh.length = fresh.len;
    take_spare_room(fresh);
    if (is_message) return copy_message(fresh);
    return fresh.is(fact::buffer_select) ? 0 : set_plain_buffer(fresh);
}

// Matches io_sendmsg_prep() for SEND.
int prepare_send(request& fresh) {
    const profile& version = fresh.ring->in->version();
    std::uint32_t known = abi::ioring_recvsend_poll_first;
    if (version.has_bundle) known |= abi::ioring_recvsend_bundle;
    if ((fresh.ioprio & ~known) != 0) return -EINVAL;
    if (fresh.off != 0) {  // a destination address
        if (!has_host(fresh)) return -EOPNOTSUPP;
        fresh.header_address = fresh.off;
        fresh.name_size = fresh.file_index & 0xffffU;
    } else if (fresh.file_index != 0) {
        return -EINVAL;
    }
    if ((fresh.op_flags & msg::dontwait) != 0) fresh.facts |= fact::nowait;
    if ((fresh.ioprio & abi::ioring_recvsend_bundle) != 0) {
        if (!fresh.is(fact::buffer_select) && version.send_bundle_needs_select) return -EINVAL;
        fresh.op_flags |= msg::waitall;  // SND-05
    }
    if (fresh.is(fact::buffer_select) && fresh.len != 0 && !version.send_select_takes_length) {
        return -EINVAL;  // SND-01
    }
    fresh.length = fresh.len;
    take_spare_room(fresh);
    return fresh.is(fact::buffer_select) ? 0 : set_plain_buffer(fresh);
}

// Matches io_prep_rw() and its callers.
int prepare_read_write(request& fresh) {
    if (fresh.ioprio != 0) return -EINVAL;
    fresh.length = fresh.len;
    fresh.position = fresh.off;
    const bool vectored =
        fresh.opcode == abi::ioring_op_readv || fresh.opcode == abi::ioring_op_writev;
    if (fresh.opcode == abi::ioring_op_read_multishot) {
        if (!fresh.is(fact::buffer_select)) return -EINVAL;
        if (fresh.addr != 0 || fresh.len != 0) return -EINVAL;  // MSH-02
        fresh.facts |= fact::multishot;
        return 0;
    }
    if (!vectored) return fresh.is(fact::buffer_select) ? 0 : set_plain_buffer(fresh);
    if (!fresh.is(fact::buffer_select)) return copy_vectors(fresh, fresh.addr, fresh.len);
    if (fresh.len != 1) return -EINVAL;  // LEN-04
    return copy_select_vector(fresh, fresh.addr);
}

int prepare_accept(request& fresh) {
    std::uint16_t known = abi::ioring_accept_multishot;
    if (fresh.ring->in->version().has_accept_poll_first) {
        known |= abi::ioring_accept_dontwait | abi::ioring_accept_poll_first;
    }
    if (fresh.len != 0 || fresh.group != 0) return -EINVAL;
    if ((fresh.ioprio & ~known) != 0) return -EINVAL;
    const bool hosted = has_host(fresh);
    if (fresh.file_index != 0 && !hosted) return -EOPNOTSUPP;  // a fixed slot: not modelled
    if ((fresh.op_flags & ~(sock_nonblock | sock_cloexec)) != 0) return -EINVAL;
    if (fresh.addr != 0 && !hosted) return -EOPNOTSUPP;  // the peer's address: not modelled
    if ((fresh.ioprio & abi::ioring_accept_multishot) != 0) fresh.facts |= fact::multishot;
    if (const int refused = check_slot(fresh, fresh.op_flags); refused != 0) return refused;
    if ((fresh.ioprio & abi::ioring_accept_dontwait) != 0) fresh.facts |= fact::nowait;
    fresh.exclusive = true;
    return 0;
}

int prepare_cancel(request& fresh) {
    const std::uint32_t known = fresh.ring->in->version().cancel_flags;
    if (fresh.off != 0 || fresh.file_index != 0) return -EINVAL;
    const std::uint32_t flags = fresh.op_flags;
    if ((flags & ~known) != 0) return -EINVAL;
    if (fresh.len != 0 && (known & cancel_opcode) == 0) return -EINVAL;
    const bool any = (flags & abi::ioring_async_cancel_any) != 0;
    if (any && (flags & (abi::ioring_async_cancel_fd | cancel_opcode)) != 0) return -EINVAL;
    return 0;
}

int prepare_other(request& fresh, const abi::io_uring_sqe& sqe) {
    switch (fresh.opcode) {
        case abi::ioring_op_nop:
            return fresh.op_flags == 0 ? 0 : -EINVAL;
        case abi::ioring_op_provide_buffers:
            return prepare_provide(fresh);
        case abi::ioring_op_remove_buffers:
            return prepare_remove(fresh);
        case abi::ioring_op_accept:
            return prepare_accept(fresh);
        case abi::ioring_op_timeout:
            return prepare_timeout(fresh, sqe);
        case abi::ioring_op_async_cancel:
            return prepare_cancel(fresh);
        case abi::ioring_op_close:
            if (fresh.off != 0 || fresh.addr != 0 || fresh.len != 0 || fresh.op_flags != 0 ||
                fresh.group != 0) {
                return -EINVAL;
            }
            if (fresh.is(fact::fixed_file)) return -EBADF;
            return fresh.file_index != 0 && fresh.fd != 0 ? -EINVAL : 0;
        case abi::ioring_op_shutdown:
            if (fresh.off != 0 || fresh.addr != 0 || fresh.op_flags != 0 || fresh.group != 0 ||
                fresh.file_index != 0) {
                return -EINVAL;
            }
            fresh.facts |= fact::force_async;
            return 0;
        default:
            return is_hosted(fresh.opcode) ? prepare_hosted(fresh, sqe) : -EOPNOTSUPP;
    }
}

bool may_select(std::uint8_t opcode, const profile& version) noexcept {
    switch (opcode) {
        case abi::ioring_op_read:
        case abi::ioring_op_readv:
        case abi::ioring_op_recv:
        case abi::ioring_op_recvmsg:
        case abi::ioring_op_read_multishot:
            return true;
        case abi::ioring_op_send:
            return version.has_send_select;
        default:
            return false;
    }
}

bool has_priority(std::uint8_t opcode) noexcept {
    switch (opcode) {
        case abi::ioring_op_nop:
        case abi::ioring_op_timeout:
        case abi::ioring_op_async_cancel:
        case abi::ioring_op_close:
        case abi::ioring_op_shutdown:
        case abi::ioring_op_provide_buffers:
        case abi::ioring_op_remove_buffers:
            return false;
        case abi::ioring_op_read_fixed:
        case abi::ioring_op_write_fixed:
        case abi::ioring_op_sendmsg:
            return true;
        default:
            return !is_hosted(opcode);
    }
}

// What a ring with IOPOLL takes.
bool is_polled_for(std::uint8_t opcode) noexcept {
    switch (opcode) {
        case abi::ioring_op_nop:
        case abi::ioring_op_readv:
        case abi::ioring_op_writev:
        case abi::ioring_op_read_fixed:
        case abi::ioring_op_write_fixed:
        case abi::ioring_op_read:
        case abi::ioring_op_write:
        case abi::ioring_op_files_update:
        case abi::ioring_op_provide_buffers:
        case abi::ioring_op_remove_buffers:
        case hosted_op::msg_ring:
            return true;
        default:
            return false;
    }
}

void copy_fields(request& fresh, const abi::io_uring_sqe& sqe) noexcept {
    fresh.user_data = sqe.user_data;
    fresh.opcode = sqe.opcode;
    fresh.off = sqe.off;
    fresh.addr = sqe.addr;
    fresh.len = sqe.len;
    fresh.op_flags = sqe.op_flags;
    fresh.file_index = sqe.file_index;
    fresh.fd = sqe.fd;
    fresh.ioprio = sqe.ioprio;
    fresh.group = sqe.buf_index;
}

// The checks that all opcodes share, in the kernel's order.
int check_common(request& fresh, const abi::io_uring_sqe& sqe) {
    constexpr std::uint8_t known_flags = 0x7f;
    ring_context& ring = *fresh.ring;
    const profile& version = ring.in->version();
    if (sqe.opcode > version.last_opcode) return -EINVAL;
    if (sqe.opcode == abi::ioring_op_read_multishot && !version.has_read_multishot) return -EINVAL;
    fresh.facts = sqe.flags;
    if ((sqe.flags & ~known_flags) != 0) {
        fresh.facts &= known_flags;
        return -EINVAL;
    }
    if (ring.allowed.registered && !ring.allowed.allow_request(sqe.opcode, sqe.flags)) {
        return -EACCES;
    }
    if (fresh.is(fact::buffer_select) && !may_select(sqe.opcode, version)) {
        return -EOPNOTSUPP;  // SEL-01
    }
    if (fresh.is(fact::cqe_skip)) ring.drain_disabled = true;
    if (fresh.is(fact::drain)) {
        if (ring.drain_disabled) return -EOPNOTSUPP;
        ring.draining = true;
        // In the middle of a chain it is the whole chain that waits, and what follows it.
        if (ring.chain_head != nullptr) {
            ring.chain_head->facts |= fact::drain;
            ring.drain_next = true;
        }
    }
    if (ring.drain_next && ring.chain_head == nullptr) {
        ring.drain_next = false;
        ring.draining = true;
        fresh.facts |= fact::drain;
    }
    if (ring.draining) fresh.facts |= fact::force_async;  // it will start from the drain list
    if (!serves(*ring.in, sqe.opcode)) {
        lacks(*ring.in, "request of opcode", sqe.opcode);
        return has_host(fresh) ? -EINVAL : -EOPNOTSUPP;
    }
    if (ring.has(abi::ioring_setup_iopoll) && !is_polled_for(sqe.opcode)) return -EINVAL;
    if (sqe.ioprio != 0 && !has_priority(sqe.opcode)) return -EINVAL;
    return sqe.personality != 0 ? -EINVAL : 0;
}

}  // namespace

// Matches io_sendmsg_prep().
int prepare_send_message(request& fresh) {
    if ((fresh.ioprio & ~abi::ioring_recvsend_poll_first) != 0) return -EINVAL;
    if (fresh.off != 0 || fresh.file_index != 0) return -EINVAL;
    if ((fresh.op_flags & msg::dontwait) != 0) fresh.facts |= fact::nowait;
    if (fresh.is(fact::buffer_select)) return -EOPNOTSUPP;
    return copy_message(fresh);
}

int prepare(request& fresh, const abi::io_uring_sqe& sqe) {
    copy_fields(fresh, sqe);
    if (const int refused = check_common(fresh, sqe); refused != 0) return refused;
    switch (fresh.opcode) {
        case abi::ioring_op_recv:
        case abi::ioring_op_recvmsg:
            return prepare_receive(fresh);
        case abi::ioring_op_send:
            return prepare_send(fresh);
        case abi::ioring_op_read:
        case abi::ioring_op_readv:
        case abi::ioring_op_write:
        case abi::ioring_op_writev:
        case abi::ioring_op_read_multishot:
            return prepare_read_write(fresh);
        default:
            return prepare_other(fresh, sqe);
    }
}

}  // namespace ringproof::sim
