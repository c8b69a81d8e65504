#pragma once
// The player's channels, and what it lets their far ends do.

#include <algorithm>

#include "sim/trace/play.hpp"

namespace ringproof::sim {

template <world World>
bool player<World>::open_channel(channel_kind kind) {
    const bool room = std::ranges::any_of(
        channels_, [](const channel& each) { return !each.open && !each.busy(); });
    if (!room) return false;
    const auto fd = world_->open(kind);
    if (!fd) return false;
    adopt(*fd, kind);
    return true;
}

/// Gives a connected descriptor a number; `nothing` when all are taken.
template <world World>
std::uint16_t player<World>::adopt(int fd, channel_kind kind) {
    std::uint16_t index = 0;
    while (index < channels_.size() && (channels_[index].open || channels_[index].busy())) ++index;
    if (index == channels_.size()) return nothing;
    const bool registered = channels_[index].registered;
    channels_[index] = {};
    channels_[index].fd = fd;
    channels_[index].kind = kind;
    channels_[index].open = true;
    // The slot may still name the channel that was here before.
    if (registered && files_) (void)files_->clear(file_slot{index});
    ++salt_;
    in_.opened(index, salt_, keeps_messages(kind));
    out_.opened(index, salt_ + 1000, keeps_messages(kind));
    live_channels_.add(index);
    return index;
}

template <world World>
bool player<World>::feed(std::uint16_t on, std::uint32_t size) {
    if (on == nothing) return false;
    const channel& it = channels_[on];
    if (it.finished || it.lossy) return false;
    const auto bytes = in_.next(on, std::min(size, pattern::longest));
    if (bytes.empty() && !keeps_messages(it.kind)) return false;
    const auto sent = world_->send(it.fd, bytes);
    if (!sent) return false;
    in_.fed(on, static_cast<std::uint32_t>(*sent));
    note(actor::peer, event_kind::fed, static_cast<std::uint64_t>(it.fd),
         static_cast<std::int64_t>(*sent));
    return true;
}

/// The peer reads all there is; what it gets must be what was sent, in order.
template <world World>
bool player<World>::drain(std::uint16_t on) {
    if (on == nothing) return false;
    const channel& it = channels_[on];
    if (it.kind == channel_kind::pipe || it.kind == channel_kind::file) return false;
    bool any = false;
    for (auto got = world_->receive(it.fd, drained_); got && !over();
         got = world_->receive(it.fd, drained_)) {
        if (*got == 0 && !keeps_messages(it.kind)) break;
        any = true;
        if (it.send_lossy) continue;
        const auto bytes = std::span<const std::byte>(drained_).first(*got);
        if (!keeps_messages(it.kind)) {
            judge(out_.delivered(on, bytes));
        } else if (!judge(out_.message(on, bytes.size(), drained_.size()))) {
            judge(out_.part(on, bytes));
        }
    }
    return any;
}

template <world World>
bool player<World>::finish(std::uint16_t on) {
    if (on == nothing) return false;
    channel& it = channels_[on];
    // Nothing tells the reader of a datagram socket or of a file.
    const bool streams = !keeps_messages(it.kind) && it.kind != channel_kind::file;
    if (!streams || it.finished || it.lossy || !world_->finish(it.fd)) return false;
    it.finished = true;
    note(actor::peer, event_kind::finished, static_cast<std::uint64_t>(it.fd));
    return true;
}

template <world World>
bool player<World>::reset(std::uint16_t on) {
    if (on == nothing) return false;
    channel& it = channels_[on];
    if (it.lossy || !world_->reset(it.fd)) return false;
    it.lossy = it.send_lossy = true;
    out_.abandon(on);
    note(actor::peer, event_kind::reset, static_cast<std::uint64_t>(it.fd));
    return true;
}

/// Closes the descriptor. Its number may come back at once, so nothing may be queued that names it,
/// and a receiver, which would name it again, is cancelled first.
template <world World>
bool player<World>::close(std::uint16_t on) {
    if (on == nothing) return false;
    channel& it = channels_[on];
    if (it.machine) return cancel_machine(on);  // closed by a later operation, when it has ended
    // A worker looks the number up when it starts, not when the request was submitted.
    if (it.unordered) return false;
    submit();
    if (ring_->sq_space() != ring_->sq_size()) return false;  // a polling kernel has not read it
    if (!world_->close(it.fd)) return false;
    it.open = false;
    live_channels_.remove(on);
    return true;
}

template <world World>
bool player<World>::connect(std::uint32_t handle) {
    if (listeners_.empty()) return false;
    auto& [descriptor, waiting] = listeners_[handle % listeners_.size()];
    if (waiting >= 8 || !world_->connect(descriptor)) return false;
    ++waiting;
    return true;
}

}  // namespace ringproof::sim
