#pragma once
// What the player does with completions: ask the oracles, and see what each one ends.

#include <algorithm>

#include "sim/trace/play.hpp"

namespace ringproof::sim {

/// Reads everything that is ready, then looks at no more than `most` completions; the others stay
/// with the application, as in a program that queues its work. Returns how many it looked at.
template <world World>
std::uint32_t player<World>::reap(std::uint32_t most) {
    std::uint32_t count = 0;
    if constexpr (requires { world_->let_others_run(); }) world_->let_others_run();
    if (unread_.empty()) {
        ring_->for_each_completion([&](const completion& done) {
            if (count < most && !over()) {
                ++count;
                handle(done);
            } else {
                unread_.push_back(done);
            }
        });
        if (unread_.empty() && !ring_->overflowed()) completions_.drained();
        return count;
    }
    ring_->for_each_completion([this](const completion& done) { unread_.push_back(done); });
    for (; count < most && count < unread_.size() && !over(); ++count) handle(unread_[count]);
    unread_.erase(unread_.begin(), unread_.begin() + static_cast<std::ptrdiff_t>(count));
    return count;
}

template <world World>
void player<World>::handle(const completion& done) {
    ++result_.done.completions;
    const std::uint64_t user = to_number(done.user);
    const auto index = static_cast<std::uint16_t>(user & 0xffffU);
    note(actor::application, event_kind::completed, user, done.res, done.flags);
    if (judge(completions_.completed(index, user, done.res, done.flags))) return;
    request& it = requests_[index];
    if (it.receives && ++it.parts > playing::parts_sure) channels_[it.channel].end_unsure = true;
    switch (it.kind) {
        case op_kind::nop:
        case op_kind::cancel:
            break;
        case op_kind::timeout:
            seen(mark::timeout);
            break;
        case op_kind::accept:
        case op_kind::accept_multishot:
            accepted(it, done);
            break;
        case op_kind::send:
            sent(it, done);
            break;
        case op_kind::receive:
            received_by_machine(index, done);
            break;
        default:
            received(index, done);
    }
    if (!done.more()) ended(index, done);
}

template <world World>
void player<World>::sent(const request& it, const completion& done) {
    channel& on = channels_[it.channel];
    group& from = groups_[it.group];
    if (done.buffer() && from.open) {
        const auto freed = from.sending->complete(done, it.bundle);
        if (!freed) {
            judge(blame("I1", say("a sound send was refused: ", freed.error().message())));
            return;
        }
        if (done.res > 0 && *freed > 1) ++result_.done.bundles;
    }
    if (done.res < 0) {
        on.send_lossy = true;
        out_.abandon(it.channel);
        retire_send_group(it.group);  // what it has published and nobody took would go out first
        return;
    }
    result_.done.bytes_sent += done.bytes();
    requests_[to_number(done.user) & 0xffffU].offered -=
        std::min(it.offered, static_cast<std::uint32_t>(done.bytes()));
    seen(it.bundle ? mark::send_bundle : mark::send);
}

template <world World>
void player<World>::accepted(const request& it, const completion& done) {
    if (done.res < 0) return;
    const int listener = listeners_[it.offered].first;
    if (listeners_[it.offered].second > 0) --listeners_[it.offered].second;
    if (!world_->accepted(listener, done.res)) {
        judge(blame("I4", "a connection was accepted that nobody had made"));
        return;
    }
    seen(it.multishot ? mark::accept_multishot : mark::accept);
    if (adopt(done.res, channel_kind::tcp) == nothing) (void)world_->close(done.res);
}

/// A request is over: its number is free again.
template <world World>
void player<World>::ended(std::uint16_t index, const completion& done) {
    request& it = requests_[index];
    it.live = false;
    if (it.kind == op_kind::receive) {
        if (channels_[it.channel].machine->done()) return retire_machine(index);
        ++result_.done.rearms;
        seen(mark::rearm);
        return follow_machine(index);
    }
    if (it.receives) {
        channel& on = channels_[it.channel];
        --on.receives;
        on.unordered = false;
        on.served = it.multishot && done.res != -ECANCELED;
        groups_[it.group].alone = false;
    } else if (it.kind == op_kind::send) {
        --channels_[it.channel].sends;
        if (done.res >= 0) judge(out_.unfed(it.channel, it.offered));
    } else if (it.kind == op_kind::accept || it.kind == op_kind::accept_multishot) {
        --accepts_;
    } else {
        --sure_;
    }
    if (it.group != nothing) --groups_[it.group].requests;
    if (it.kind != op_kind::nop) armed_.remove(index);
    drop(index);
}

}  // namespace ringproof::sim
