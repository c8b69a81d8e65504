// SEND: its buffers are taken at selection and gone whatever happens then (rules SEL-10, SND-06).
// Matches io_send() and io_send_finish() of io_uring/net.c.

#include <cerrno>
#include <limits>

#include "sim/kernel/completions.hpp"
#include "sim/kernel/issue.hpp"
#include "sim/kernel/machine.hpp"
#include "sim/kernel/poll.hpp"

namespace ringproof::sim {

namespace {

bool is_bundle(const request& r) noexcept { return (r.ioprio & abi::ioring_recvsend_bundle) != 0; }

message_parts parts_of(const request& r) noexcept {
    return {.name = r.header_address,
            .name_size = r.name_size,
            .control_size = r.control_size,
            .control = r.control_address};
}

int select_buffers(request& r) {
    constexpr std::uint64_t int_max = std::numeric_limits<std::int32_t>::max();
    bundle_query query{.max_size = r.length == 0 ? int_max : std::min(r.length, int_max)};
    if (is_bundle(r)) {
        query.expand = true;
        query.room = r.segment_room;
    }
    const selection picked = select_for_send(r, query);
    if (picked.error != 0) return picked.error;
    const std::vector<segment>& slots = r.ring->in->scratch;
    if (slots.size() > 1) {
        r.segment_room = std::max(r.segment_room, static_cast<std::uint32_t>(slots.size()));
    }
    for (const segment& each : slots) {
        if (!address_space::in_user_half(each.address, each.size)) return -EFAULT;
    }
    return 0;
}

// True when a bundle goes on with further slots: there are some, it did not have to wait
// (SND-07), and its completion found room.
bool continues(request& r, std::int64_t result, std::uint32_t flags) {
    if (!is_bundle(r) || result <= 0 || r.is(fact::list_emptied)) return false;
    if (r.is(fact::polled) && !r.ring->in->version().bugs.send_bundle_continues_after_poll) {
        return false;
    }
    return post_more(r, result, flags);
}

}  // namespace

int issue_send(request& r, attempt how) {
    if (!r.file->is_socket()) return -ENOTSOCK;
    const bool polls_first = (r.ioprio & abi::ioring_recvsend_poll_first) != 0;
    if (polls_first && !r.is(fact::polled)) return issued::retry;
    for (;;) {
        if (wants_selection(r)) {
            if (const int refused = select_buffers(r); refused != 0) return refused;
        }
        const bool all = (r.op_flags & msg::waitall) != 0;
        const auto least = all ? static_cast<std::int64_t>(r.data.left()) : 0;
        std::int64_t sent =
            transmit(*r.file, r.data, r.op_flags, r.ring->in->transfers(), parts_of(r));
        if (sent > 0) r.ring->in->tell_far_end(*r.file);
        // The answer to a datagram for nobody comes at once, and whoever waits hears it.
        if (r.file->kind == file_kind::udp && r.file->error != 0) {
            wake(*r.file, ready::in | ready::out);
        }
        if (sent < least) {
            if (sent == -EAGAIN && how.nonblock) {
                if (!r.is(fact::nowait)) recycle_legacy(r);  // a ring's slot is gone (SEL-10)
                return issued::retry;
            }
            if (sent > 0 && r.file->is_stream_socket()) {
                r.done += sent;  // SND-05
                r.facts |= fact::no_recycle;
                return issued::retry;
            }
            set_failed(r);
        }
        std::int64_t result = sent;
        if (sent >= 0) {
            result += r.done;
        } else if (r.done != 0) {
            result = r.done;
        }
        const std::uint32_t flags = put(r, nullptr, result);
        if (!continues(r, result, flags)) {
            r.res = static_cast<std::int32_t>(result);
            r.flags = flags;
            return issued::done;
        }
        r.facts &= ~(fact::list_emptied | fact::no_recycle);
        r.done = 0;
        r.length = 0;  // SND-04: no limit from here on
        r.net = 0;
    }
}

}  // namespace ringproof::sim
