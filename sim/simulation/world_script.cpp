#include "sim/simulation/world_script.hpp"

#include <fmt/format.h>
#include <limits>
#include <optional>
#include <string_view>

namespace ringproof::sim {

namespace {

/// What is wrong with a step, given what came before it; the books over one peer.
class step_checker {
public:
    explicit step_checker(const peer_script& peer) noexcept : peer_(peer) {}

    std::optional<std::string> check(const peer_step& step) {
        if (gone_) return "the peer is gone since its reset";
        if (step.time.count() < 0) return "a time below zero";
        switch (step.kind) {
            case step_kind::send:
            case step_kind::say:
                return speaks(step);
            case step_kind::mirror:
                if (finished_) return "it has finished and cannot send back what it hears";
                if (peer_.expects != expected_answer::none) {
                    return "a mirror cannot know what it will hear: expect nothing";
                }
                return hears();
            case step_kind::hear:
                return awaits(step);
            case step_kind::hear_end:
                if (keeps_messages(peer_.channel)) return "datagrams have no end";
                return hears();
            case step_kind::pause:
                if (step.time.count() == 0) return "a pause of no time";
                return {};
            case step_kind::finish:
                if (finished_) return "it has finished already";
                finished_ = true;
                return {};
            case step_kind::reset:
                gone_ = true;
                return {};
        }
        return "no such step";
    }

private:
    std::optional<std::string> speaks(const peer_step& step) {
        if (finished_) return "it has finished and cannot send";
        const bool text = step.kind == step_kind::say;
        const std::size_t size = text ? step.text.size() : step.size;
        if (size == 0) return "nothing to send";
        if (keeps_messages(peer_.channel)) {
            constexpr std::size_t message_most = 32768;
            const std::size_t one = text || step.chunk == 0 ? size : step.chunk;
            if (one > message_most) return fmt::format("a datagram of {} bytes", one);
        }
        sent_ += size;
        return {};
    }

    std::optional<std::string> awaits(const peer_step& step) {
        switch (peer_.expects) {
            case expected_answer::echo:
                if (!step.text.empty()) return "an echo peer hears what it sent, and no text";
                if (step.size > sent_) {
                    return fmt::format("it waits for {} bytes and has sent {}", step.size, sent_);
                }
                break;
            case expected_answer::script:
                if (step.text.empty()) return "no text to wait for";
                break;
            case expected_answer::none:
                return "it expects nothing and would wait for ever";
        }
        return hears();
    }

    std::optional<std::string> hears() const {
        const bool one_way =
            peer_.channel == channel_kind::pipe || peer_.channel == channel_kind::file;
        if (one_way) return "nothing comes back through a pipe or a file";
        return {};
    }

    const peer_script& peer_;
    std::uint64_t sent_ = 0;
    bool finished_ = false;
    bool gone_ = false;
};

std::optional<std::string> wrong_with(const peer_script& peer, std::uint32_t listeners) {
    if (peer.count == 0) return "nobody: the count is 0";
    if (peer.steps.empty()) return "no steps";
    if (peer.start.count() < 0 || peer.stagger.count() < 0) return "a time below zero";
    if (!peer.connects) return {};
    if (peer.channel != channel_kind::tcp) return "only tcp peers connect";
    if (peer.listener >= listeners) {
        return fmt::format("listener {} of {}, counted from 0", peer.listener, listeners);
    }
    return {};
}

}  // namespace

std::string print(virtual_time time) {
    const std::int64_t all = time.count();
    for (const time_unit& each : time_units) {
        if (all != 0 && all % each.nanoseconds == 0) {
            return fmt::format("{}{}", all / each.nanoseconds, each.name);
        }
    }
    return "0ns";
}

std::string_view name_of(step_kind kind) noexcept {
    static constexpr std::string_view names[] = {"send",   "say",   "hear",   "hear_end",
                                                 "mirror", "pause", "finish", "reset"};
    return names[static_cast<std::size_t>(kind)];
}

std::uint32_t population(const world_script& script) noexcept {
    std::uint64_t all = 0;
    for (const peer_script& each : script.peers) all += each.count;
    constexpr std::uint64_t most = std::numeric_limits<std::uint32_t>::max();
    return static_cast<std::uint32_t>(std::min(all, most));
}

std::expected<void, std::string> validate(const world_script& script) {
    if (script.latency.count() < 0) return std::unexpected("latency: a time below zero");
    if (script.peers.empty()) return std::unexpected("peers: there are none");
    if (population(script) > peers_most) {
        return std::unexpected(
            fmt::format("peers: {} of them, at most {}", population(script), peers_most));
    }
    for (std::size_t p = 0; p < script.peers.size(); ++p) {
        const peer_script& peer = script.peers[p];
        if (const auto wrong = wrong_with(peer, script.listeners)) {
            return std::unexpected(fmt::format("peers {}: {}", p + 1, *wrong));
        }
        step_checker steps(peer);
        for (std::size_t s = 0; s < peer.steps.size(); ++s) {
            if (const auto wrong = steps.check(peer.steps[s])) {
                return std::unexpected(fmt::format("peers {}, step {}: {}", p + 1, s + 1, *wrong));
            }
        }
    }
    return {};
}

peer_script echo_peer(std::uint32_t size, std::uint32_t chunk, std::uint32_t count) {
    peer_script made;
    made.count = count;
    made.steps = {{.kind = step_kind::send, .size = size, .chunk = chunk},
                  {.kind = step_kind::hear},
                  {.kind = step_kind::finish},
                  {.kind = step_kind::hear_end}};
    return made;
}

}  // namespace ringproof::sim
