#pragma once
// The player's receives: what each operation asks the kernel for.

#include "sim/trace/play.hpp"

namespace ringproof::sim {

/// The channel's descriptor, or with `fixed` its slot among the registered files.
template <world World>
file player<World>::file_of(std::uint16_t on, bool fixed) {
    channel& it = channels_[on];
    if (!fixed) return it.fd;
    if (!files_) {
        auto made = registered_files<kernel_type>::create(*ring_, playing::channels_most);
        if (!made) return it.fd;
        files_.emplace(std::move(*made));
    }
    const file_slot slot{on};
    if (!it.registered && !files_->update(slot, it.fd)) return it.fd;
    it.registered = true;
    return slot;
}

template <world World>
abi::io_uring_sqe player<World>::receive_request(const op& wanted, std::uint16_t index, file from,
                                                 const group& buffers) {
    const user_data user{requests_[index].user};
    const group_id id = buffers.buffers->id();
    receive_options how{.size_limit = wanted.size,
                        .poll_first = wanted.has(modifier::poll_first),
                        .bundle = wanted.has(modifier::bundle),
                        .async = wanted.has(modifier::async)};
    switch (wanted.kind) {
        case op_kind::recv_multishot:
            how.total_limit = wanted.limit;
            return requests::recv_multishot(from, id, user, how);
        case op_kind::recvmsg:
        case op_kind::recvmsg_multishot: {
            auto& memory = memory_of(index);
            memory.header.msg_name = &memory.name;
            memory.header.msg_namelen = playing::name_area;
            memory.vector.iov_len = wanted.size;
            memory.header.msg_iov = &memory.vector;
            memory.header.msg_iovlen = wanted.size > 0 ? 1 : 0;
            return wanted.kind == op_kind::recvmsg
                ? requests::recvmsg(from, memory.header, id, user, how)
                : requests::recvmsg_multishot(from, memory.header, id, user, how);
        }
        case op_kind::read:
        case op_kind::readv:
        case op_kind::read_multishot: {
            auto& memory = memory_of(index);
            memory.vector.iov_len = wanted.size;
            constexpr auto here = requests::current_position;
            auto sqe = wanted.kind == op_kind::read
                ? requests::read(from, id, here, user, wanted.size)
                : wanted.kind == op_kind::readv
                ? requests::readv(from, memory.vector, id, here, user)
                : requests::read_multishot(from, id, user);
            if (how.async) sqe.flags |= abi::iosqe_async;
            return sqe;
        }
        default:
            return requests::recv(from, id, user, how);
    }
}

template <world World>
bool player<World>::arm(const op& wanted) {
    return arm(wanted, live_channels_.pick(wanted.subject), live_groups_.pick(wanted.group));
}

/// Arms a receive. Refuses, as idle, what would make order unknowable: on a channel or an
/// incremental group, a request that takes its buffer early must be alone, since it is not known
/// when it transfers (INC-06, CQE-09).
template <world World>
bool player<World>::arm(const op& wanted, std::uint16_t on, std::uint16_t from) {
    if (on == nothing || from == nothing) return false;
    channel& source = channels_[on];
    group& buffers = groups_[from];
    const bool multishot = wanted.kind == op_kind::recv_multishot ||
        wanted.kind == op_kind::recvmsg_multishot || wanted.kind == op_kind::read_multishot;
    const bool reads = wanted.kind == op_kind::read || wanted.kind == op_kind::readv;
    const bool async = wanted.has(modifier::async);
    const bool early = (async && !multishot) || (reads && source.kind == channel_kind::file);
    const bool alone = early || async;
    if (source.machine || source.unordered || (alone && source.receives > 0)) return false;
    const bool alone_on_group = early && buffers.incremental;
    if (buffers.alone || (alone_on_group && buffers.requests > 0)) return false;
    // Which buffers such a bundle used, and how much of each, its completion does not tell.
    if (wanted.has(modifier::bundle) && (early || buffers.leaves_gaps)) return false;

    const std::uint16_t index = new_request(wanted.kind);
    if (index == nothing) return false;
    request& it = requests_[index];
    it.receives = true;
    it.bundle = wanted.has(modifier::bundle);
    it.early = early;
    it.multishot = multishot;
    it.limited = wanted.limit > 0;
    it.asked = wanted.modifiers;
    // What woke one of several may be taken by another, and who comes too late does not ask for the
    // end; nor does a multishot that waits before its first attempt, or in the middle of what there
    // is, because it has had its length: it looks for the end only when something wakes it again.
    const bool capped = it.bundle && wanted.size > 0;
    const bool waits = multishot && (async || capped || wanted.has(modifier::poll_first));
    source.end_unsure = waits || source.receives > 0;
    it.channel = on;
    it.group = from;
    it.limit = wanted.kind == op_kind::recvmsg_multishot ? 0 : wanted.size;
    if (alone_on_group) it.committed = wanted.size == 0 ? ~0U : wanted.size;
    const auto sqe =
        receive_request(wanted, index, file_of(on, wanted.has(modifier::fixed)), buffers);
    const request_shape shape{.selects = true,
                              .multishot = multishot,
                              .bundle = it.bundle,
                              .early = early,
                              .reads = reads,
                              .incremental = buffers.incremental,
                              .punted = async || early ||
                                  (ring_->setup_flags() & abi::ioring_setup_sqpoll) != 0,
                              .group = from};
    if (!push(sqe, index, shape)) return false;
    ++source.receives;
    source.unordered = alone;
    buffers.alone = alone_on_group;
    if (source.served) {
        ++result_.done.rearms;
        seen(mark::rearm);
        source.served = false;
    }
    return true;
}

}  // namespace ringproof::sim
