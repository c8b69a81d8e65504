#pragma once
// How the player waits, comes to rest, runs the hot loop, and ends. Waits are limited, never hopes.

#include <algorithm>

#include "sim/trace/play.hpp"

namespace ringproof::sim {

/// Counts when the kernel begins to hold completions back.
template <world World>
void player<World>::watch_overflow() {
    const bool now = ring_->overflowed();
    if (now && !overflowed_) {
        ++result_.done.overflows;
        seen(mark::overflow);
    }
    overflowed_ = now;
}

template <world World>
bool player<World>::submit() {
    watch_overflow();
    const auto taken = ring_->submit();
    watch_overflow();
    if (!taken) note(actor::application, event_kind::refused, 0, taken.error().value());
    return taken && *taken > 0;
}

/// True when a completion is sure to come, as far as the application can know.
template <world World>
bool player<World>::expecting() const {
    if (sure_ > 0) return true;
    for (const std::uint16_t index : live_channels_) {
        const channel& it = channels_[index];
        if (it.receives == 0 && !it.machine) continue;
        if (it.finished || in_.outstanding(index) > 0) return true;
    }
    return false;
}

template <world World>
bool player<World>::wait_for(std::uint32_t count) {
    if (ring_->overflowed()) submit();
    const auto waited = ring_->submit_and_wait(count, options_.slice);
    if (!waited) note(actor::application, event_kind::refused, 0, waited.error().value());
    return waited.has_value();
}

/// Waits for as many completions as were asked for, or for one slice; not at all when none is due.
template <world World>
bool player<World>::wait(std::uint32_t count) {
    if (!expecting()) return submit();
    wait_for(std::max(count, 1U));
    return true;
}

/// True for a receive that finds the end of its stream sooner or later, whatever else happens.
template <world World>
bool player<World>::meets_end(const channel& it) {
    return it.finished && !it.lossy && !it.end_unsure &&
        (it.receives > 0 || (it.machine && it.machine->armed()));
}

/// True while bytes, the end of a stream or requests that end by themselves are due.
template <world World>
bool player<World>::unfinished() const {
    if (sure_ > 0 || !unread_.empty()) return true;
    for (const std::uint16_t index : live_channels_) {
        const channel& it = channels_[index];
        const bool lacks = !it.lossy && in_.outstanding(index) > 0;
        if (lacks || it.sends > 0 || meets_end(it)) return true;
    }
    return false;
}

/// A group on which a receive finds a buffer and a few dozen of them take what is due on the
/// channel; one of our own when no other is like that. Files get no incremental one.
template <world World>
std::uint16_t player<World>::group_with_buffers(std::uint16_t on) {
    constexpr std::uint64_t rounds_most = 32;
    const bool plain = channels_[on].kind == channel_kind::file;
    for (const std::uint16_t index : live_groups_) {
        const group& it = groups_[index];
        if (!has_buffers(index) || (plain && it.incremental)) continue;
        if (it.size * rounds_most >= in_.outstanding(on)) return index;
    }
    if (spare_group_ == nothing || !groups_[spare_group_].open) {
        spare_group_ = enter_group(8, 512, false, false, 0);
    }
    return spare_group_;
}

template <world World>
void player<World>::rearm_idle_channels() {
    retire_done_machines();
    for (const std::uint16_t index : live_channels_) {
        const channel& it = channels_[index];
        const bool waits = in_.outstanding(index) > 0 && !it.lossy;
        if (!waits || it.receives > 0 || it.machine) continue;
        const bool socket = it.kind != channel_kind::pipe && it.kind != channel_kind::file;
        arm({.kind = socket ? op_kind::recv : op_kind::read}, index, group_with_buffers(index));
    }
}

/// Requests that hold a buffer and wait may starve the others; nothing promises that they do not.
template <world World>
void player<World>::cancel_early() {
    for (std::size_t i = 0; i < requests_.size(); ++i) {
        if (requests_[i].live && requests_[i].receives && requests_[i].early) {
            push_cancel(requests_[i].user);
        }
    }
}

/// Gives everything back, lets peers read, arms what is not armed, and waits, until every byte that
/// a peer has sent was delivered. If that does not come about, something was lost or got stuck.
template <world World>
bool player<World>::settle() {
    constexpr unsigned moves_most = 256;
    unsigned moves = 0;      // rounds that brought something
    unsigned fruitless = 0;  // of these, the latest without use: a version may refuse for ever
    unsigned stalls = 0;     // waits in a row that brought nothing
    while (fruitless < moves_most && !over()) {
        const std::uint64_t before = result_.done.bytes;
        const std::uint32_t due = sure_;
        give_back_all();
        for (const std::uint16_t index : live_channels_) drain(index);
        submit();
        const bool moved = reap(all_of_them) > 0;
        give_back_all();
        if (moved) {
            stalls = 0;
            fruitless = result_.done.bytes == before && sure_ >= due ? fruitless + 1 : 0;
            // It might take thousands. Not in silence: that would save who waits in vain.
            if (++moves == moves_most) push_cancel(~std::uint64_t{0});
        }
        rearm_idle_channels();
        if (!moved && !unfinished()) break;
        if (!moved && !wait_for(1) && ring_->ready() == 0) {
            if (stalls == 1) cancel_early();
            if (++stalls > options_.slices_most) break;
        }
    }
    if (!over()) check_rest();
    return true;
}

template <world World>
void player<World>::check_rest() {
    for (const std::uint16_t index : live_channels_) {
        if (!channels_[index].lossy && judge(in_.all_delivered(index))) return;
    }
    if (unfinished()) return blame_unfinished();
    for (const std::uint16_t index : live_groups_) {
        if (judge(ownership_.all_published(index))) return;
        check_status(index, true);
    }
}

template <world World>
void player<World>::blame_unfinished() {
    for (const request& each : requests_) {
        if (!each.live || (each.receives && !each.early)) continue;
        judge(blame("I18",
                    say("the request of ", form_of(each.kind).name, " with user data ", each.user,
                        " does not end")));
    }
    for (const std::uint16_t index : live_channels_) {
        if (!meets_end(channels_[index])) continue;
        judge(blame("I17", say("the end of channel ", index, " is not told to its receiver")));
    }
    judge(blame("I18", say(unread_.size(), " completions are not looked at")));
}

template <world World>
bool player<World>::arm_for_churn(std::uint16_t on, std::uint16_t from) {
    const channel& it = channels_[on];
    if (it.receives > 0 || it.machine) return true;
    const op_kind kind = it.kind == channel_kind::file ? op_kind::read
        : it.kind == channel_kind::pipe                ? op_kind::read_multishot
                                                       : op_kind::recv_multishot;
    return arm({.kind = kind}, on, from);
}

/// Feed, wait, reap, give back, over and over: what a server does all day.
template <world World>
bool player<World>::churn(const op& wanted) {
    const std::uint16_t on = live_channels_.pick(wanted.subject);
    const std::uint16_t from = live_groups_.pick(wanted.group);
    if (on == nothing || from == nothing || channels_[on].finished) return false;
    unsigned stalls = 0;
    unsigned fruitless = 0;  // rounds in a row that bring nothing
    for (std::uint32_t round = 0; round < wanted.count && stalls < 3 && !over(); ++round) {
        const std::uint64_t before = result_.done.bytes;
        if (channels_[on].lossy || !groups_[from].open || !arm_for_churn(on, from)) break;
        if (in_.outstanding(on) < playing::churn_most) feed(on, std::max(wanted.size, 1U));
        stalls = wait_for(1) ? 0 : stalls + 1;
        reap(all_of_them);
        give_back_all();
        result_.done.operations += 4;
        fruitless = result_.done.bytes == before ? fruitless + 1 : 0;
        if (fruitless > 64) break;
    }
    return true;
}

/// The end of every run: rest, then no request left, then no group, then no ring.
template <world World>
void player<World>::end() {
    if (ring_ && !over()) {
        settle();
        for (std::uint16_t on = 0; on < channels_.size() && !over(); ++on) {
            if (channels_[on].machine) cancel_machine(on);
        }
        if (!over()) push_cancel(~std::uint64_t{0});
        unsigned stalls = 0;
        while (completions_.live() > 0 && !over()) {
            const bool waited = wait_for(1);
            if (reap(all_of_them) > 0) stalls = 0;
            give_back_all();
            if (waited || stalls++ < options_.slices_most) {
                if (!waited) push_cancel(~std::uint64_t{0});
                continue;
            }
            break;
        }
        if (!over()) judge(completions_.all_ended());
    }
    for (std::size_t i = 0; i < groups_.size(); ++i) {
        if (groups_[i].open && groups_[i].buffers) result_.done.wraps += rings_.tail(i) >> 16U;
    }
    if (result_.done.wraps > 0) seen(mark::wrap);
    // A broken run must not go on meanwhile, but the kernel must let go of our memory.
    for (channel& each : channels_) each = {};
    leases_.clear();
    unread_.clear();
    files_.reset();
    groups_.clear();
    ring_.reset();
    requests_.clear();
    free_requests_.clear();
    listeners_.clear();
    live_channels_.clear();
    live_groups_.clear();
    live_send_groups_.clear();
    armed_.clear();
}

}  // namespace ringproof::sim
