#pragma once
// The library's receivers, which arm and re-arm by themselves, and the books that follow them.

#include "sim/trace/play.hpp"

namespace ringproof::sim {

/// Hands a channel to a receiver of the library, which arms and re-arms by itself.
template <world World>
bool player<World>::arm_receiver(const op& wanted) {
    const std::uint16_t on = live_channels_.pick(wanted.subject);
    const std::uint16_t from = live_groups_.pick(wanted.group);
    if (on == nothing || from == nothing) return false;
    channel& source = channels_[on];
    group& buffers = groups_[from];
    if (source.busy() || source.kind == channel_kind::file || buffers.alone) return false;
    const std::uint16_t index = new_request(op_kind::receive);
    if (index == nothing) return false;
    request& it = requests_[index];
    it.receives = it.multishot = true;
    it.bundle =
        wanted.has(modifier::bundle) && source.kind != channel_kind::pipe && !buffers.leaves_gaps;
    it.asked = wanted.modifiers;
    source.end_unsure = wanted.has(modifier::poll_first);
    it.channel = on;
    it.group = from;
    const receiver_options how{
        .kind = source.kind == channel_kind::pipe ? receive_kind::read : receive_kind::recv,
        .request = {.poll_first = wanted.has(modifier::poll_first), .bundle = it.bundle},
        .messages = keeps_messages(source.kind)};
    source.machine = std::make_unique<receiver<kernel_type>>(*ring_, *buffers.buffers, source.fd,
                                                             user_data{it.user}, how);
    if (auto armed = source.machine->arm(); !armed) {
        judge(blame("I17", say("a receiver could not be armed: ", armed.error().message())));
        source.machine.reset();
        drop(index);
        return true;
    }
    source.receiving = index;
    source.dismissed = false;
    ++buffers.requests;
    armed_.add(index);
    follow_machine(index);
    return true;
}

/// Keeps the books of a receiver: it pushes requests when it sees fit, with one user data for all.
/// A request of it counts from when its predecessor ended, which is the earliest that it could be.
template <world World>
void player<World>::follow_machine(std::uint16_t index) {
    request& it = requests_[index];
    const channel& source = channels_[it.channel];
    const bool may_run = source.machine && !source.machine->done();
    if (it.live || !may_run) return;
    it.live = true;
    completions_.submitted(index, it.user,
                           {.selects = true,
                            .multishot = true,
                            .bundle = it.bundle,
                            .incremental = groups_[it.group].incremental,
                            .punted = (ring_->setup_flags() & abi::ioring_setup_sqpoll) != 0,
                            .group = it.group});
}

/// Ends a channel's receiver. One that waits in line is gone at once, an armed one when its request
/// has ended.
template <world World>
bool player<World>::cancel_machine(std::uint16_t on) {
    channel& it = channels_[on];
    const std::uint16_t index = new_request(op_kind::cancel);
    if (index == nothing) return false;
    const bool waited = it.machine->in_line();
    it.dismissed = true;
    bool armed = it.machine->armed();
    auto done = it.machine->cancel(user_data{requests_[index].user});
    if (!done) {  // the queue was full
        submit();
        armed = it.machine->armed();
        done = it.machine->cancel(user_data{requests_[index].user});
    }
    if (armed && done) {
        requests_[index].live = true;
        completions_.submitted(index, requests_[index].user, {});
        armed_.add(index);
        ++sure_;
        return true;
    }
    drop(index);
    if (waited) retire_machine(it.receiving);
    return done.has_value();
}

/// A receiver may also be over without a completion, when its group was closed while it waited; and
/// only then.
template <world World>
void player<World>::retire_done_machines() {
    for (const channel& each : channels_) {
        if (!each.machine || !each.machine->done()) continue;
        if (groups_[requests_[each.receiving].group].open && !each.lossy && !each.dismissed) {
            judge(blame("I17", "a receiver waits neither for its socket nor in line"));
        }
        retire_machine(each.receiving);
    }
}

/// Forgets a receiver that will not start again.
template <world World>
void player<World>::retire_machine(std::uint16_t index) {
    request& it = requests_[index];
    channel& on = channels_[it.channel];
    if (it.live) completions_.withdrawn(index);
    on.machine.reset();
    on.receiving = nothing;
    --groups_[it.group].requests;
    armed_.remove(index);
    drop(index);
}

}  // namespace ringproof::sim
