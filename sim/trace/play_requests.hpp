#pragma once
// The player's requests but for receives: how they are queued, counted, and what each asks for.

#include <algorithm>
#include <functional>

#include "sim/trace/play.hpp"

namespace ringproof::sim {

template <world World>
std::uint16_t player<World>::new_request(op_kind kind) {
    std::uint16_t index = nothing;
    if (!free_requests_.empty()) {
        // The lowest, so that numbers do not tell in which order others became free.
        std::ranges::pop_heap(free_requests_, std::greater{});
        index = free_requests_.back();
        free_requests_.pop_back();
    } else if (requests_.size() < playing::requests_most) {
        index = static_cast<std::uint16_t>(requests_.size());
        requests_.emplace_back();
    } else {
        return nothing;
    }
    requests_[index] = {.user = ++generation_ << 16U | index, .kind = kind};
    return index;
}

template <world World>
void player<World>::drop(std::uint16_t index) {
    requests_[index].live = false;
    free_requests_.push_back(index);
    std::ranges::push_heap(free_requests_, std::greater{});
}

template <world World>
playing::request_memory& player<World>::memory_of(std::uint16_t index) {
    if (memory_.size() <= index) memory_.resize(index + std::size_t{1});
    if (!memory_[index]) memory_[index] = std::make_unique<playing::request_memory>();
    *memory_[index] = {};
    return *memory_[index];
}

/// Queues a request, making room once if the queue is full.
template <world World>
bool player<World>::stage(const abi::io_uring_sqe& sqe) {
    auto pushed = ring_->push(sqe);
    if (!pushed && pushed.error() == errc::submission_queue_full) {
        seen(mark::queue_full);
        submit();
        pushed = ring_->push(sqe);
    }
    return pushed.has_value();
}

template <world World>
bool player<World>::push(const abi::io_uring_sqe& sqe, std::uint16_t index,
                         const request_shape& shape) {
    // Making room may publish buffers and complete nothing, so the oracle's books stay right.
    if (!stage(sqe)) {
        drop(index);
        return false;
    }
    request& it = requests_[index];
    it.live = true;
    completions_.submitted(index, it.user, shape);
    note(actor::application, event_kind::submitted, it.user, sqe.opcode,
         shape.selects ? shape.group : -1, sqe.fd);
    if (it.group != nothing) ++groups_[it.group].requests;
    if (it.kind != op_kind::nop) armed_.add(index);
    if (!shape.selects && it.kind != op_kind::accept && it.kind != op_kind::accept_multishot) {
        ++sure_;
    }
    return true;
}

template <world World>
bool player<World>::push_nops(std::uint32_t count) {
    std::uint32_t pushed = 0;
    for (; pushed < count; ++pushed) {
        const std::uint16_t index = new_request(op_kind::nop);
        if (index == nothing) break;
        if (!push(requests::nop(user_data{requests_[index].user}), index, {})) break;
    }
    return pushed > 0;
}

template <world World>
bool player<World>::push_timeout(std::uint32_t micros) {
    const std::uint16_t index = new_request(op_kind::timeout);
    if (index == nothing) return false;
    auto& memory = memory_of(index);
    memory.time = {micros / 1'000'000, std::int64_t{micros % 1'000'000} * 1000};
    return push(requests::timeout(memory.time, user_data{requests_[index].user}), index, {});
}

template <world World>
bool player<World>::push_cancel(std::uint64_t user) {
    const std::uint16_t index = new_request(op_kind::cancel);
    if (index == nothing) return false;
    const user_data mine{requests_[index].user};
    return push(user == ~std::uint64_t{0} ? requests::cancel_all(mine)
                                          : requests::cancel(user_data{user}, mine),
                index, {});
}

template <world World>
bool player<World>::accept(const op& wanted) {
    if (listeners_.empty() || accepts_ >= 8) return false;
    const std::size_t which = wanted.subject % listeners_.size();
    const std::uint16_t index = new_request(wanted.kind);
    if (index == nothing) return false;
    request& it = requests_[index];
    it.multishot = wanted.kind == op_kind::accept_multishot;
    it.offered = static_cast<std::uint32_t>(which);
    const file from = listeners_[which].first;
    const user_data user{it.user};
    const auto sqe =
        it.multishot ? requests::accept_multishot(from, user) : requests::accept(from, user);
    if (!push(sqe, index, {.multishot = it.multishot})) return false;
    ++accepts_;
    return true;
}

/// Fills free buffers of a send group and sends them: one, or with a bundle as many as it takes.
template <world World>
bool player<World>::send(const op& wanted) {
    const std::uint16_t on = live_channels_.pick(wanted.subject);
    const std::uint16_t from = live_send_groups_.pick(wanted.group);
    if (on == nothing || from == nothing) return false;
    channel& target = channels_[on];
    group& buffers = groups_[from];
    if (target.sends > 0 || target.send_lossy || buffers.requests > 0 || wanted.count == 0) {
        return false;
    }
    const bool bundle = wanted.has(modifier::bundle);
    const std::uint32_t most = std::min(wanted.count, playing::send_most);
    const std::uint16_t index = new_request(op_kind::send);
    if (index == nothing) return false;
    std::uint32_t offered = 0;
    while (offered < most && (bundle || offered == 0)) {
        auto free = buffers.sending->acquire();
        if (!free) break;
        const std::uint32_t size = std::min(most - offered, buffers.size);
        const auto bytes = out_.next(on, offered + size).subspan(offered);
        std::ranges::copy(bytes, free->bytes().begin());
        const std::uint16_t id = to_number(free->id());
        if (auto shown = buffers.sending->provide(std::move(*free), size); !shown) {
            judge(blame("I1", say("a filled buffer was refused: ", shown.error().message())));
            return true;
        }
        note(actor::application, event_kind::published, from, id, size,
             buffers.sending->tail_published());
        offered += size;
        ++result_.done.published;
    }
    if (offered == 0) {
        drop(index);
        return false;
    }
    request& it = requests_[index];
    it.bundle = bundle;
    it.early = true;
    it.channel = on;
    it.group = from;
    it.offered = offered;
    const auto sqe = requests::send(target.fd, buffers.sending->id(), user_data{it.user}, bundle);
    const request_shape shape{.selects = true,
                              .send = true,
                              .bundle = bundle,
                              .early = true,
                              .incremental = buffers.incremental,
                              .punted = true,
                              .group = from};
    completions_.lost_count(from);  // its ring is not in the oracles' books
    ++target.sends;
    if (push(sqe, index, shape)) {
        out_.fed(on, offered);
        return true;
    }
    // The filled buffers are published and nobody will send them: the group is of no use any more.
    --target.sends;
    retire_send_group(from);
    return true;
}

}  // namespace ringproof::sim
