// RECV and RECVMSG: select, transfer, commit or recycle, post, and again. Matches io_recv(),
// io_recvmsg() and io_recv_finish() of io_uring/net.c, in whose order the steps are.

#include <cerrno>
#include <cstring>
#include <optional>

#include "sim/kernel/completions.hpp"
#include "sim/kernel/issue.hpp"
#include "sim/kernel/machine.hpp"

namespace ringproof::sim {

namespace {

constexpr std::uint64_t length_max = 0x7fffffff;

const profile_bugs& bugs_of(const request& r) noexcept { return r.ring->in->version().bugs; }

bool is_bundle(const request& r) noexcept { return (r.ioprio & abi::ioring_recvsend_bundle) != 0; }

// What a bundle asks for. The amount is the request's length, else what the protocol said is
// queued; without either only as many slots are mapped as the request's array already has room
// for: one, on a fresh array (BND-05).
bundle_query query_for(const request& r) {
    bundle_query query{.max_size = 0, .room = r.segment_room, .expand = true};
    if (r.length != 0 && r.ring->in->version().bundle_honours_length) {
        query.max_size = r.length;
    } else if (r.inq > 1 && !r.ring->in->version().bugs.bundle_never_sees_inq) {
        query.max_size = static_cast<std::uint64_t>(r.inq);
    }
    if (r.multishot_total != 0) {
        query.max_size = query.max_size == 0
            ? r.multishot_total
            : std::min<std::uint64_t>(query.max_size, r.multishot_total);
    }
    return query;
}

// Matches io_recv_buf_select().
selection select_for_receive(request& r, attempt how) {
    selection picked;
    if (is_bundle(r) && !how.on_worker) {  // a worker takes one at a time (BND-12)
        picked = peek_bundle(r, query_for(r));
        if (picked.error != 0) return picked;
        const auto count = static_cast<std::uint32_t>(r.ring->in->scratch.size());
        if (count > 1 && count > r.segment_room) r.segment_room = count;
        if (count == 1) r.length = picked.length;
        for (const segment& each : r.ring->in->scratch) {
            if (address_space::in_user_half(each.address, each.size)) continue;
            picked.error = -EFAULT;
            break;
        }
        return picked;
    }
    picked = select_one(r, r.length, how);
    if (picked.error != 0) return picked;
    if (picked.length > length_max) {  // BUG-27: returned as an int, a length looks like an error
        picked.error = static_cast<std::int32_t>(picked.length);
        return picked;
    }
    r.data.set(picked.address, picked.length);
    r.length = picked.length;
    if (!address_space::in_user_half(picked.address, picked.length)) picked.error = -EFAULT;
    return picked;
}

// A WAITALL receive that got a part keeps its buffer, used up, and goes on in it; where only the
// received part would be committed it completes short instead (BUG-17's repair).
bool may_go_on_in_buffer(const request& r, const selection& picked) noexcept {
    if (!r.file->is_stream_socket() || (r.op_flags & msg::waitall) == 0) return false;
    if (!r.is(fact::commit_pending) || picked.list == nullptr) return true;
    if (bugs_of(r).waitall_retries_uncommitted) return true;
    return !picked.list->incremental && !is_bundle(r);
}

void keep_buffer(request& r, const selection& picked, std::int64_t size) {
    if (bugs_of(r).partial_not_consumed &&
        !r.is(fact::holds_legacy)) {  // BUG-04: the rest goes wherever there is room then
        r.length -= static_cast<std::uint64_t>(size);
        recycle(r, picked.list);
        return;
    }
    r.facts |= fact::no_recycle;
    if (bugs_of(r).partial_kept_uncommitted) return;  // BUG-16
    if (picked.list != nullptr && r.is(fact::commit_pending)) {
        commit(r, *picked.list, size, r.data.segments_within(static_cast<std::uint64_t>(size)));
    }
}

void begin_next_round(request& r) noexcept {
    r.facts &= ~fact::list_emptied;
    r.done = 0;
    r.net &= static_cast<std::uint8_t>(~(net_fact::retry | net_fact::partial_map));
    r.length = r.multishot_length;
}

// The total limit counts every byte once, appended ones included (BUG-31's repair).
bool count_towards_limit(request& r, std::int64_t size) noexcept {
    if (r.multishot_total == 0 || size <= 0) return false;
    r.multishot_total -=
        static_cast<std::uint32_t>(std::min<std::int64_t>(size, r.multishot_total));
    if (r.multishot_total != 0) return false;
    r.net |= net_fact::limit_reached;
    return true;
}

// After a multishot completion was posted: again at once, wait, or let others go first.
std::optional<int> continue_multishot(request& r, std::uint32_t flags, attempt how) {
    const std::uint64_t before = r.length;
    begin_next_round(r);
    const profile& version = r.ring->in->version();
    const bool more_known = (flags & abi::ioring_cqe_f_sock_nonempty) != 0;
    if (!more_known && r.inq >= 0 && version.multishot_trusts_inq) return issued::retry;  // MSH-06
    const bool capped = (r.net & net_fact::capped) != 0;
    if (r.rounds++ < version.multishot_retries && !capped) {
        // BUG-08 lasts from one wait to the next.
        const bool sticks = version.bugs.multishot_length_sticks;
        if (sticks && r.opcode == abi::ioring_op_recv) r.length = before;
        return std::nullopt;
    }
    r.rounds = 0;
    r.net &= static_cast<std::uint8_t>(~net_fact::capped);
    return how.rewoken ? issued::requeue : issued::retry;  // MSH-08
}

// What follows when a bundle's transfer has been handed over.
enum class bundle_turn : std::uint8_t { post, complete, append };

// Hands a bundle's buffers over. Out of the way of receives into one buffer, which are many more.
[[gnu::noinline]] bundle_turn finish_bundle(request& r, const selection& picked,
                                            std::int64_t result, std::uint32_t& flags) {
    const profile& version = r.ring->in->version();
    const profile_bugs& bugs = version.bugs;
    const std::int64_t fresh = result - r.done;
    // What was kept without being used up is used up now, all of it (BUG-16).
    const std::int64_t received = r.is(fact::no_recycle) ? result : fresh;
    const std::int64_t used = std::min(received, static_cast<std::int64_t>(picked.length));
    const unsigned slots = used > 0 ? r.data.segments_within(static_cast<std::uint64_t>(used)) : 0;
    flags |= put(r, picked.list, used, slots);
    if ((r.net & net_fact::retry) != 0) {
        // An appended transfer keeps the first one's buffer id; what it says of more is new.
        std::uint32_t latest = abi::ioring_cqe_f_sock_nonempty | abi::ioring_cqe_f_more;
        if (!bugs.bundle_append_loses_buf_more) latest |= abi::ioring_cqe_f_buf_more;
        flags = (r.flags & ~latest) | (flags & latest);
    }
    if (r.multishot_length != 0 && result >= r.multishot_length) r.net |= net_fact::capped;
    if (r.is(fact::list_emptied)) return bundle_turn::complete;  // BND-09
    const bool appends = version.bundle_appends && !bugs.bundle_never_sees_inq &&
        (r.net & net_fact::no_append) == 0 && r.inq > 1 && fresh > 0 && r.data.left() == 0;
    if (!appends) return bundle_turn::post;
    r.flags = flags;  // BND-06
    const bool too_large =
        version.unix_bundle_hint_too_large && r.file->kind == file_kind::unix_stream;  // BND-04
    r.length = static_cast<std::uint64_t>(r.inq + (too_large ? fresh : 0));
    r.done += fresh;
    r.net |= net_fact::retry;
    return bundle_turn::append;
}

// Bytes that a buffer is charged with. MSG_TRUNC may report more than was stored; only that much
// is used up (BUG-28's repair).
std::int64_t used_of(const request& r, const selection& picked, std::int64_t result) noexcept {
    const auto stored = static_cast<std::int64_t>(picked.length);
    if (result <= stored || picked.list == nullptr) return result;
    return bugs_of(r).trunc_commits_message_length ? result : stored;
}

// Hands the buffers over and posts. Nothing: receive once more. Matches io_recv_finish().
std::optional<int> finish_receive(request& r, const selection& picked, std::int64_t result,
                                  bool finished, attempt how) {
    std::uint32_t flags = r.inq > 0 ? abi::ioring_cqe_f_sock_nonempty : 0;
    if (r.multishot_total != 0) {
        const bool all = !is_bundle(r) || bugs_of(r).limit_counts_appends_twice;
        if (count_towards_limit(r, all ? result : result - r.done)) finished = true;
    }
    bundle_turn next = bundle_turn::post;
    if (is_bundle(r)) {
        next = finish_bundle(r, picked, result, flags);
        if (next == bundle_turn::append) return std::nullopt;
    } else {
        flags |= put(r, picked.list, used_of(r, picked, result));
    }
    const bool goes_on = next == bundle_turn::post && r.is(fact::multishot) && !finished;
    if (goes_on && post_more(r, result, flags)) {
        // BUG-06: where the buffer was used up early, its id is taken for the group's.
        const bool lost = picked.list == nullptr && bugs_of(r).group_lost_on_worker;
        if (lost && !r.ring->legacy.contains(r.group)) r.group = r.buffer_id;
        return continue_multishot(r, flags, how);
    }
    r.res = static_cast<std::int32_t>(result);
    r.flags = flags;
    return issued::done;
}

struct outcome {
    std::int64_t result = 0;
    bool waits = false;
};

void would_block(request& r, const selection& picked, attempt how) {
    const profile& version = r.ring->in->version();
    const bool final = r.is(fact::nowait) && !r.is(fact::multishot);
    const bool keeps = r.is(fact::commit_pending) && version.bugs.no_early_commit;
    if (how.on_worker && keeps) r.facts |= fact::no_recycle;  // BUG-03
    give_up(r, picked.list, final ? version.recv_would_block : failed_attempt::clean);
    const bool sticks = r.opcode == abi::ioring_op_recv && version.bugs.multishot_length_sticks;
    if (sticks && r.is(fact::multishot)) r.length = 0;  // BUG-08 ends here
}

// Judges what one transfer brought.
outcome judge(request& r, const selection& picked, const received& got, std::int64_t least,
              attempt how) {
    if (got.size < least) {
        if (got.size == -EAGAIN && how.nonblock) {
            would_block(r, picked, how);
            return {.waits = true};
        }
        if (got.size > 0 && may_go_on_in_buffer(r, picked)) {
            r.done += got.size;
            keep_buffer(r, picked, got.size);
            return {.waits = true};
        }
        set_failed(r);
    } else if ((r.op_flags & msg::waitall) != 0 && (got.flags & (msg::trunc | msg::ctrunc)) != 0) {
        set_failed(r);
    }
    if (got.size > 0) return {.result = got.size + r.done};
    if (r.done != 0) return {.result = r.done};
    give_up(r, picked.list, r.ring->in->version().receive_failed);
    return {.result = got.size};
}

// A null address ended the oldest receives like one that would block (ERR-01).
failed_attempt without_address(const request& r, const selection& picked) noexcept {
    const failed_attempt how = r.ring->in->version().recv_would_block;
    const bool consumes = picked.error == -ENOBUFS && how == failed_attempt::consumed;
    return consumes ? how : failed_attempt::clean;
}

// BUG-09: of the length 0 that stood for the whole buffer, what came is subtracted.
bool underflows(request& r) noexcept {
    if (r.done == 0 || r.len != 0 || !bugs_of(r).waitall_length_underflows) return false;
    r.done = 0;  // not told
    return true;
}

}  // namespace

int issue_receive(request& r, attempt how) {
    const bool polls_first = (r.ioprio & abi::ioring_recvsend_poll_first) != 0;
    if (polls_first && !r.is(fact::polled)) return issued::retry;
    if (!r.file->is_socket()) return -ENOTSOCK;
    for (;;) {
        selection picked;
        outcome seen;
        std::int64_t arrived = 0;
        if (wants_selection(r)) {
            picked = select_for_receive(r, how);
        } else if (r.is(fact::holds_slot)) {
            if (underflows(r)) return -EFAULT;
            picked = kept_selection(r);
        }
        if (picked.error != 0) {
            r.inq = -1;
            set_failed(r);
            arrived = picked.error;
            if (r.done == 0) give_up(r, picked.list, without_address(r, picked));
            seen.result = r.done != 0 ? r.done : picked.error;
        } else {
            const std::int64_t least =
                (r.op_flags & msg::waitall) != 0 ? static_cast<std::int64_t>(r.data.left()) : 0;
            const received got = receive(*r.file, r.data, r.op_flags, r.ring->in->transfers());
            r.inq = got.inq;
            arrived = got.size;
            seen = judge(r, picked, got, least, how);
            if (seen.waits) return issued::retry;
        }
        // BUG-35: an end behind something gathered is not noticed.
        if (r.done != 0 && bugs_of(r).multishot_end_not_noticed) arrived = seen.result;
        const auto next = finish_receive(r, picked, seen.result, arrived <= 0, how);
        if (next.has_value()) return *next;
    }
}

namespace {

constexpr std::uint32_t header_fixed = sizeof(abi::io_uring_recvmsg_out);

std::uint64_t header_size(const request& r) noexcept {
    return std::uint64_t{header_fixed} + r.name_size + r.control_size;
}

// The result of one multishot message: a header in front of the payload (ABI-10, ABI-11).
std::int64_t store_header(request& r, std::uint64_t at, std::uint64_t payload_room,
                          const received& got) {
    const std::int64_t stored = std::min(got.size, static_cast<std::int64_t>(payload_room));
    const abi::io_uring_recvmsg_out header{
        .namelen = r.name_size == 0 ? 0 : got.name_size,  // nobody asked for it
        .controllen = static_cast<std::uint32_t>(got.control_size),
        .payloadlen = static_cast<std::uint32_t>(got.size),
        .flags = got.flags};
    const std::size_t name =
        std::min<std::size_t>({got.name_size, r.name_size, sender_name(*r.file).size()});
    address_space& memory = r.ring->in->memory;
    std::byte bytes[header_fixed + name_most];
    std::memcpy(bytes, &header, sizeof header);
    if (name != 0) {
        std::memcpy(bytes + header_fixed, sender_name(*r.file).data(), name);
    }
    if (!memory.copy_out(at, bytes, header_fixed + name)) return -EFAULT;
    return static_cast<std::int64_t>(header_size(r)) + stored;
}

// What recvmsg(2) writes back: the sender's name, and the message header's sizes and flags.
bool store_message(request& r, const received& got) {
    struct tail {
        std::uint64_t control_size;
        std::uint32_t flags;
    };
    address_space& memory = r.ring->in->memory;
    if (r.header_address != 0) {
        const auto name = sender_name(*r.file);
        const std::size_t copied = std::min<std::size_t>(r.name_size, got.name_size);
        if (!memory.copy_out(r.header_address, name.data(), copied)) return false;
        if (!memory.copy_out(r.message_address + 8, &got.name_size, 4)) return false;
    }
    const tail written{got.control_size, got.flags};
    return memory.copy_out(r.message_address + 48, &written.flags, 4) &&
        memory.copy_out(r.message_address + 40, &written.control_size, 8);
}

received receive_message_once(request& r, const selection& picked, bool& finished) {
    message_parts parts{.control_size = r.control_size, .control = r.control_address};
    if (r.is(fact::multishot)) parts.control = picked.address + header_fixed + r.name_size;
    received got = receive(*r.file, r.data, r.op_flags, r.ring->in->transfers(), parts);
    finished = got.size <= 0;
    r.inq = got.inq;
    if (got.size < 0) return got;
    if (r.file->kind == file_kind::unix_stream && bugs_of(r).unix_recvmsg_sets_ctrunc) {
        got.flags |= msg::ctrunc;  // BUG-38
    }
    if (!r.is(fact::multishot)) {
        if (!store_message(r, got)) got.size = -EFAULT;
        return got;
    }
    const std::int64_t total = store_header(r, picked.address, picked.length - header_size(r), got);
    if (total < 0) finished = true;
    got.size = total;
    return got;
}

}  // namespace

int issue_receive_message(request& r, attempt how) {
    if (!r.file->is_socket()) return -ENOTSOCK;
    const bool polls_first = (r.ioprio & abi::ioring_recvsend_poll_first) != 0;
    if (polls_first && !r.is(fact::polled)) return issued::retry;
    for (;;) {
        selection picked;
        if (wants_selection(r)) {
            picked = select_one(r, r.length, how);
            if (picked.error != 0) {
                const failed_attempt ends = without_address(r, picked);
                if (ends == failed_attempt::consumed) give_up(r, picked.list, ends);
                return picked.error;
            }
            if (r.is(fact::multishot) && picked.length < header_size(r)) {  // MSH-16, INC-09
                recycle(r, picked.list);
                return -EFAULT;
            }
            const std::uint64_t skipped = r.is(fact::multishot) ? header_size(r) : 0;
            r.data.set(picked.address + skipped, picked.length - skipped);
        } else if (r.is(fact::holds_slot)) {
            picked = kept_selection(r);
        }
        const std::int64_t least =
            (r.op_flags & msg::waitall) != 0 && r.control_size == 0 && !r.is(fact::multishot)
            ? static_cast<std::int64_t>(r.data.left())
            : 0;
        bool finished = false;
        const received got = receive_message_once(r, picked, finished);
        const outcome seen = judge(r, picked, got, least, how);
        if (seen.waits) return issued::retry;
        const auto next = finish_receive(r, picked, seen.result, finished, how);
        if (next.has_value()) return *next;
    }
}

}  // namespace ringproof::sim
