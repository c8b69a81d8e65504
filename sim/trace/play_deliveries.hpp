#pragma once
// What completions of receives hand over: taken through the library, checked byte by byte, kept.

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "sim/trace/play.hpp"

namespace ringproof::sim {

/// Tells the oracles which buffers a completion of a receive is about.
template <world World>
bool player<World>::settle_books(std::uint16_t index, const completion& done,
                                 std::uint32_t& buffers) {
    const request& it = requests_[index];
    ownership_oracle::extent found;
    const ownership_oracle::receipt said{
        .id = static_cast<std::uint32_t>(to_number(*done.buffer())),
        .bytes = static_cast<std::uint32_t>(done.bytes()),
        .committed = it.committed,
        .more = done.buffer_more(),
        .bundle = it.bundle,
        .early = it.early,
        .early_others = completions_.early_in_flight(it.group) || it.early};
    if (judge(ownership_.taken(it.group, said, found))) return false;
    rings_.handed_over(it.group, found.finished);
    completions_.handed_over(it.group, found.finished);
    buffers = found.touched;
    return true;
}

template <world World>
void player<World>::received(std::uint16_t index, const completion& done) {
    const request& it = requests_[index];
    group& from = groups_[it.group];
    if (!done.buffer()) return without_buffer(it, done);
    if (!from.open) {  // its buffer was taken before the group was closed (UNR-04)
        in_.abandon(it.channel);
        channels_[it.channel].lossy = true;
        return;
    }
    std::uint32_t buffers = 0;
    if (!settle_books(index, done, buffers)) return;
    auto data = from.buffers->take(done, {.bundle = it.bundle, .committed = it.committed});
    if (!data) {
        judge(blame("I1", say("a sound completion was refused: ", data.error().message())));
        return;
    }
    if (data->buffer_count() != buffers || data->size() != done.bytes()) {
        judge(
            blame("I14",
                  say("a completion of ", done.bytes(), " bytes in ", buffers,
                      " buffers was taken as ", data->size(), " bytes in ", data->buffer_count())));
        return;
    }
    mark_delivery(it, buffers, done);
    keep(index, done, *data);
}

template <world World>
void player<World>::received_by_machine(std::uint16_t index, const completion& done) {
    const request& it = requests_[index];
    channel& on = channels_[it.channel];
    std::uint32_t buffers = 0;
    const bool open = groups_[it.group].open;
    if (done.buffer() && open && !settle_books(index, done, buffers)) return;
    auto seen_there = on.machine->on(done);
    if (!done.buffer()) {
        without_buffer(it, done);
    } else if (!open) {
        in_.abandon(it.channel);
        on.lossy = true;
    } else if (seen_there.data.buffer_count() != buffers ||
               seen_there.data.size() != done.bytes()) {
        judge(blame("I14",
                    say("a receiver took ", done.bytes(), " bytes in ", buffers, " buffers as ",
                        seen_there.data.size(), " bytes in ", seen_there.data.buffer_count())));
    } else {
        mark_delivery(it, buffers, done);
        if (done.res > 0) seen(mark::receiver);
        keep(index, done, seen_there.data);
    }
    // Starving is a verdict on the kernel only while nobody else takes from the group.
    const bool starved = seen_there.error == errc::starving && groups_[it.group].requests == 1;
    const bool wrong = seen_there.what == ringproof::received::malformed || starved;
    if (wrong && open && !on.lossy && !over()) {
        judge(blame("I17", say("a receiver gave up: ", seen_there.error.message())));
    }
    judge_end(on, seen_there.what);
}

/// A receiver may end with its stream, by an error or when it is cancelled; never by itself.
template <world World>
void player<World>::judge_end(const channel& on, ringproof::received what) {
    using enum ringproof::received;
    if (!on.machine || !on.machine->done() || !groups_[requests_[on.receiving].group].open) return;
    if (what == cancelled || what == error || what == malformed || on.lossy || on.dismissed) return;
    if (what == end_of_stream && on.finished) return;
    judge(blame("I17", "a receiver ended although its stream goes on and nobody cancelled it"));
}

/// Checks what came, buffer by buffer, and keeps the leases.
template <world World>
void player<World>::keep(std::uint16_t index, const completion& done,
                         ringproof::bundle<kernel_type>& data) {
    const request& it = requests_[index];
    group& from = groups_[it.group];
    const bool checked = done.res > 0 && announce(it, data);
    while (!data.empty() && !over()) {
        holding held{data.pop_front(), it.group, 0};
        const auto bytes = held.lease.bytes();
        const std::uint16_t id = to_number(held.lease.id());
        const auto whole = from.core().storage().buffer(held.lease.id());
        const auto behind = static_cast<std::size_t>(bytes.data() + bytes.size() - whole.data());
        std::memcpy(&held.sample, bytes.data(), std::min(bytes.size(), sizeof held.sample));
        if (!done.buffer_more()) {
            static constexpr auto clean = [] {
                std::array<std::byte, 16> filled{};
                filled.fill(playing::poison);
                return filled;
            }();
            const auto after =
                whole.subspan(behind).first(std::min(whole.size() - behind, clean.size()));
            judge(stream_oracle::untouched(id, after, clean));
        }
        note(actor::application, event_kind::taken, it.group, id,
             static_cast<std::int64_t>(behind - bytes.size()),
             static_cast<std::int64_t>(bytes.size()));
        if (checked) deliver(it, bytes);
        ++from.leases;
        leases_.push_back(std::move(held));
    }
    if (done.res == 0) without_buffer(it, done);
}

/// Checks how long a result is, before its bytes are looked at. False: it has none to look at.
template <world World>
bool player<World>::announce(const request& it, ringproof::bundle<kernel_type>& data) {
    const channel& on = channels_[it.channel];
    result_.done.bytes += data.size();
    if (!it.bundle &&
        judge(stream_oracle::within(static_cast<std::uint32_t>(data.size()), it.limit))) {
        return false;
    }
    if (!keeps_messages(on.kind)) return true;
    if (on.lossy && in_.outstanding(it.channel) == 0) return false;
    // What the first buffer could take; in a bundle that depends on the kernel's hint.
    const auto front = data.front();
    const auto whole = groups_[it.group].core().storage().buffer(data.front_id());
    std::size_t size = data.size();
    std::size_t room = whole.size() - static_cast<std::size_t>(front.data() - whole.data());
    if (it.limit > 0) room = std::min<std::size_t>(room, it.limit);
    if (it.bundle) room = std::max(room, size);
    if (it.kind == op_kind::recvmsg_multishot) {
        constexpr std::size_t overhead = message_overhead(playing::name_area, 0);
        size -= std::min(size, overhead);
        room -= std::min(room, overhead);
    }
    // On an incremental ring a request that waited keeps the length that it saw first.
    const bool at_most = it.bundle || groups_[it.group].incremental;
    return !judge(in_.message(it.channel, size, room, at_most));
}

template <world World>
void player<World>::deliver(const request& it, std::span<std::byte> bytes) {
    const channel& on = channels_[it.channel];
    std::span<const std::byte> payload = bytes;
    if (it.kind == op_kind::recvmsg_multishot) {
        const auto message = parse_message(bytes, playing::name_area, 0);
        if (!message) {
            judge(blame("I4", say("a message header: ", message.error().message())));
            return;
        }
        payload = message->payload;
        if (payload.size() < message->payload_size || message->truncated()) seen(mark::cut_message);
    }
    if (keeps_messages(on.kind)) {
        judge(in_.part(it.channel, payload));
    } else if (!on.lossy || in_.outstanding(it.channel) >= payload.size()) {
        judge(in_.delivered(it.channel, payload));
    }
}

/// A completion without data: an end, an error, or an empty message.
template <world World>
void player<World>::without_buffer(const request& it, const completion& done) {
    channel& on = channels_[it.channel];
    if (done.res == -ENOBUFS) {
        ++result_.done.no_buffers;
        seen(mark::no_buffers);
    }
    if (done.res == -ECANCELED) seen(mark::cancel);
    if (done.res == -ECONNRESET || (done.res <= 0 && on.lossy)) seen(mark::reset);
    if (done.res != 0) return;
    if (keeps_messages(on.kind)) {
        if (on.lossy && !in_.empty_message_next(it.channel)) return;
        seen(mark::empty_message);
        judge(in_.message(it.channel, 0, ~std::size_t{0}));
        return;
    }
    if (on.kind == channel_kind::file) return;  // the end so far; it may grow
    seen(mark::end_of_stream);
    if (on.lossy) return;
    if (!on.finished) {
        judge(blame("I4", say("channel ", it.channel, " ended, and its peer has not finished")));
    } else if (in_.outstanding(it.channel) > 0) {
        judge(blame("I4",
                    say("channel ", it.channel, " ended with ", in_.outstanding(it.channel),
                        " bytes outstanding")));
    }
}

template <world World>
void player<World>::mark_delivery(const request& it, std::uint32_t buffers,
                                  const completion& done) {
    if (done.buffer_more()) {
        ++result_.done.incremental;
        seen(mark::incremental);
    }
    if (buffers > 1) {
        ++result_.done.bundles;
        seen(mark::recv_bundle);
    }
    if (done.res <= 0) return;
    constexpr std::array kinds{
        mark::recv, mark::recv_multishot, mark::recvmsg,       mark::recvmsg_multishot,
        mark::read, mark::readv,          mark::read_multishot};
    const auto at = static_cast<unsigned>(it.kind) - static_cast<unsigned>(op_kind::recv);
    if (at < kinds.size()) seen(kinds[at]);
    constexpr auto first = static_cast<unsigned>(mark::tcp);
    seen(static_cast<mark>(first + static_cast<unsigned>(channels_[it.channel].kind)));
    const auto asked = [&it](modifier which) {
        return (it.asked & static_cast<std::uint8_t>(which)) != 0;
    };
    if (asked(modifier::poll_first)) seen(mark::poll_first);
    if (asked(modifier::async)) seen(mark::async);
    if (asked(modifier::fixed)) seen(mark::fixed_file);
    if (it.limit > 0) seen(mark::size_limit);
    if (it.limited) seen(mark::total_limit);
}

}  // namespace ringproof::sim
