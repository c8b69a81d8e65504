#include "sim/simulation/peers.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <span>

#include <fmt/format.h>

#include "sim/oracle/stream.hpp"

namespace ringproof::sim {

namespace {

constexpr std::size_t ear_size = std::size_t{64} << 10U;

bool speaks(const peer_step& step) noexcept {
    return step.kind == step_kind::send || step.kind == step_kind::say;
}

}  // namespace

peers::peers(const world_script& script, far_ends& ends, fault_source& faults)
    : script_(&script), ends_(&ends), faults_(&faults), ear_(ear_size) {
    prepare_lines();
    people_.reserve(population(script));
    for (std::uint32_t group = 0; group < script.peers.size(); ++group) {
        const peer_script& each = script.peers[group];
        std::uint64_t at = to_nanoseconds(each.start);
        for (std::uint32_t i = 0; i < each.count; ++i, at += to_nanoseconds(each.stagger)) {
            const auto number = static_cast<std::uint32_t>(people_.size());
            people_.push_back({.group = group});
            want_turn(number, at);
        }
    }
}

void peers::prepare_lines() {
    bool mirrors = false;
    for (const peer_script& each : script_->peers) {
        lines& made = lines_.emplace_back();
        std::uint64_t at = 0;
        for (const peer_step& step : each.steps) {
            if (step.kind == step_kind::hear) made.expected += step.text;
            mirrors = mirrors || step.kind == step_kind::mirror;
            if (!speaks(step)) continue;
            const bool text = step.kind == step_kind::say;
            const std::uint64_t size = text ? step.text.size() : step.size;
            made.spoken.push_back({at, at + size, text ? &step.text : nullptr});
            at += size;
        }
    }
    if (mirrors) mirrors_.resize(population(*script_));
}

void peers::want_turn(std::uint32_t peer, std::uint64_t at) {
    person& it = people_[peer];
    if (it.turn_at <= at) return;
    it.turn_at = at;
    turns_.push_back({at, order_++, peer});
    std::ranges::push_heap(turns_, std::less<>{});
}

void peers::act(std::uint64_t now) {
    while (!turns_.empty() && turns_.front().at <= now) {
        const turn next = turns_.front();
        std::ranges::pop_heap(turns_, std::less<>{});
        turns_.pop_back();
        if (people_[next.peer].turn_at != next.at) continue;  // it had an earlier one
        people_[next.peer].turn_at = never;
        take_turn(next.peer, now);
    }
}

void peers::heard(std::uint32_t peer, std::uint64_t now) {
    if (people_[peer].over) return;
    std::uint64_t at = now + to_nanoseconds(script_->latency);
    if (faults_->happens(fault::jitter)) {
        at += std::uint64_t{faults_->amount(256)} * 10'000;  // up to 2.5 ms
    }
    want_turn(peer, at);
}

void peers::take_turn(std::uint32_t peer, std::uint64_t now) {
    const person& it = people_[peer];
    if (it.over || (!it.connected && !connect(peer, now))) return;
    if (faults_->happens(fault::spurious_wakes)) ends_->wake_for_nothing(peer);
    if (disturb(peer)) return;
    progress went = progress::went_on;
    while (went == progress::went_on) {
        listen(peer, now);
        if (it.over) return;
        went =
            it.step == script_->peers[it.group].steps.size() ? progress::over : follow(peer, now);
    }
    if (went == progress::over && !it.over) leave(peer);
}

bool peers::connect(std::uint32_t peer, std::uint64_t now) {
    person& it = people_[peer];
    const peer_script& script = script_of(peer);
    if (script.connects) {
        const auto done = ends_->connect(peer, script.listener);
        if (!done && is_errno(done.error(), EAGAIN)) {
            constexpr std::uint64_t until_retry = 1'000'000;  // the backlog is full: later
            want_turn(peer, now + until_retry);
            return false;
        }
        if (!done) {
            complain(peer, false, "could not connect: " + done.error().message());
            return false;
        }
    }
    it.connected = true;
    ++totals_.connected;
    return true;
}

/// Somebody trips over the cable.
bool peers::disturb(std::uint32_t peer) {
    constexpr std::uint32_t rarely = 8;
    person& it = people_[peer];
    if (faults_->happens(fault::early_resets) && faults_->amount(rarely) == 1) {
        (void)ends_->reset(peer);
        leave(peer);
        return true;
    }
    const bool can_finish = !it.finished && !keeps_messages(script_of(peer).channel);
    if (can_finish && faults_->happens(fault::early_finishes) && faults_->amount(rarely) == 1) {
        (void)ends_->finish(peer);
        it.finished = it.cut = true;
        if (script_of(peer).expects == expected_answer::echo) return false;
        leave(peer);  // what it would hear then, nobody can say
        return true;
    }
    return false;
}

void peers::listen(std::uint32_t peer, std::uint64_t now) {
    person& it = people_[peer];
    const channel_kind channel = script_of(peer).channel;
    if (channel == channel_kind::pipe || channel == channel_kind::file || it.saw_end) return;
    if (!faults_->ended() && now < it.deaf_until) return want_turn(peer, it.deaf_until);
    if (faults_->happens(fault::slow_readers)) {
        it.deaf_until = now + std::uint64_t{faults_->amount(256)} * 100'000;
        return want_turn(peer, it.deaf_until + 1);
    }
    for (;;) {
        const auto got = ends_->receive(peer, ear_);
        if (!got) {
            if (is_errno(got.error(), EAGAIN)) return;
            if (!it.cut) complain(peer, false, "could not read: " + got.error().message());
            it.saw_end = true;
            return;
        }
        if (*got == 0 && !keeps_messages(channel)) {
            it.saw_end = true;
            return;
        }
        check(peer, std::span(ear_).first(*got));
        if (it.over) return;
    }
}

std::span<const std::byte> peers::speech(const person& it, std::uint32_t peer, std::uint64_t from,
                                         std::size_t most) const {
    const std::vector<piece>& spoken = lines_[it.group].spoken;
    const auto at = std::ranges::upper_bound(spoken, from, {}, &piece::end);
    const auto size = std::min<std::uint64_t>({most, at->end - from, pattern::longest});
    if (at->text != nullptr) {
        return std::as_bytes(std::span(*at->text)).subspan(from - at->begin, size);
    }
    return pattern::of(peer, from, size);
}

/// What must come next, as far as one piece goes; empty when nothing may come.
std::span<const std::byte> peers::expected(const person& it, std::uint32_t peer,
                                           std::size_t most) const {
    if (script_of(peer).expects == expected_answer::echo) {
        const std::uint64_t open = it.sent - it.heard;
        return open == 0 ? std::span<const std::byte>()
                         : speech(it, peer, it.heard, std::min<std::uint64_t>(most, open));
    }
    const auto script = std::as_bytes(std::span(lines_[it.group].expected));
    const std::size_t at = std::min<std::size_t>(it.heard, script.size());
    return script.subspan(at, std::min(most, script.size() - at));
}

void peers::check(std::uint32_t peer, std::span<const std::byte> bytes) {
    person& it = people_[peer];
    totals_.heard += bytes.size();
    if (script_of(peer).expects == expected_answer::none) {
        it.heard += bytes.size();
        if (!mirrors_.empty()) {
            mirrors_[peer].insert(mirrors_[peer].end(), bytes.begin(), bytes.end());
        }
        return;
    }
    while (!bytes.empty()) {
        const auto right = expected(it, peer, bytes.size());
        if (right.empty()) {
            return complain(
                peer, true,
                fmt::format("got {} bytes more than it may, after {}", bytes.size(), it.heard));
        }
        if (std::memcmp(right.data(), bytes.data(), right.size()) != 0) {
            return complain(peer, true, tell_wrong(peer, right, bytes));
        }
        it.heard += right.size();
        bytes = bytes.subspan(right.size());
    }
}

std::string peers::tell_wrong(std::uint32_t peer, std::span<const std::byte> right,
                              std::span<const std::byte> bytes) const {
    const auto wrong = std::ranges::mismatch(right, bytes.first(right.size())).in1;
    const auto skipped = static_cast<std::size_t>(std::distance(right.begin(), wrong));
    const std::uint64_t at = people_[peer].heard + skipped;
    return fmt::format("got wrong bytes: byte {} of what came back is {} and should be {}{}", at,
                       std::to_integer<unsigned>(bytes[skipped]), std::to_integer<unsigned>(*wrong),
                       origin(peer, at, bytes.subspan(skipped)));
}

/// Where those bytes are really from, if anybody knows: as few of them are compared as tell
/// places apart.
std::string peers::origin(std::uint32_t peer, std::uint64_t at,
                          std::span<const std::byte> bytes) const {
    constexpr std::size_t enough = 8;
    if (bytes.size() < enough || script_of(peer).expects != expected_answer::echo) return {};
    bytes = bytes.first(enough);
    if (const auto own = find(peer, bytes)) {
        return *own > at ? fmt::format(": the {} bytes before it are missing", *own - at)
                         : fmt::format(": it came before, as byte {}", *own);
    }
    for (std::uint32_t other = 0; other < size(); ++other) {
        if (const auto found = find(other, bytes)) {
            return fmt::format(": it is byte {} of what peer {} sent", *found, other);
        }
    }
    return {};
}

std::optional<std::uint64_t> peers::find(std::uint32_t peer,
                                         std::span<const std::byte> bytes) const {
    const person& it = people_[peer];
    for (std::uint64_t from = 0; from + bytes.size() <= it.sent; ++from) {
        if (std::ranges::equal(speech(it, peer, from, bytes.size()), bytes)) return from;
    }
    return {};
}

void peers::complain(std::uint32_t peer, bool wrong_bytes, const std::string& sentence) {
    if (!wrong_) {
        const std::string word = wrong_bytes ? std::string() : ends_->last_word(peer);
        wrong_ = {wrong_bytes,
                  fmt::format("peer {} {}{}{}", peer, sentence, word.empty() ? "" : "; ", word)};
    }
    leave(peer);
}

void peers::leave(std::uint32_t peer) {
    person& it = people_[peer];
    if (it.over) return;
    it.over = true;
    ++totals_.ended;
    if (it.connected) ends_->leave(peer);
}

bool peers::awaits_end(std::uint32_t peer) const noexcept {
    const std::vector<peer_step>& steps = script_of(peer).steps;
    const std::uint32_t step = people_[peer].step;
    return step < steps.size() && steps[step].kind == step_kind::hear_end;
}

std::string peers::describe(std::uint32_t peer) const {
    const person& it = people_[peer];
    const std::vector<peer_step>& steps = script_of(peer).steps;
    if (!it.connected) return fmt::format("peer {} has not connected yet", peer);
    std::string told = fmt::format("peer {} waits at step {} ({})", peer, it.step + 1,
                                   name_of(steps[it.step].kind));
    told += fmt::format(", {} bytes sent and {} come back", it.sent, it.heard);
    if (it.finished) told += ", it has finished";
    return told;
}

}  // namespace ringproof::sim
