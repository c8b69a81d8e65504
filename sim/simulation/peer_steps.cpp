// What a peer does at each step of its script.

#include <algorithm>
#include <cerrno>
#include <span>
#include <vector>

#include <fmt/format.h>

#include "sim/simulation/peers.hpp"

namespace ringproof::sim {

void peers::next_step(person& it) {
    ++it.step;
    it.in_step = 0;
}

peers::progress peers::follow(std::uint32_t peer, std::uint64_t now) {
    person& it = people_[peer];
    if (now < it.resume_at) {
        want_turn(peer, it.resume_at);
        return progress::waits;
    }
    const peer_step& step = script_->peers[it.group].steps[it.step];
    switch (step.kind) {
        case step_kind::send:
        case step_kind::say:
            if (!it.cut) return speak(peer, step, now);
            break;
        case step_kind::mirror:
            return mirror(peer, step);
        case step_kind::hear:
        case step_kind::hear_end:
            return await(peer, step);
        case step_kind::pause:
            if (it.in_step != 0 || it.cut || faults_->happens(fault::bursts)) break;
            it.in_step = 1;
            it.resume_at = now + to_nanoseconds(step.time);
            return progress::went_on;
        case step_kind::finish:
            if (!it.finished) (void)ends_->finish(peer);
            it.finished = true;
            break;
        case step_kind::reset:
            (void)ends_->reset(peer);
            return progress::over;
    }
    next_step(it);
    return progress::went_on;
}

peers::progress peers::speak(std::uint32_t peer, const peer_step& step, std::uint64_t now) {
    person& it = people_[peer];
    const std::uint64_t size = step.kind == step_kind::say ? step.text.size() : step.size;
    while (it.in_step < size) {
        const std::uint64_t in_chunk = step.chunk == 0 ? size : step.chunk;
        const std::uint64_t left = std::min(size - it.in_step, in_chunk - it.in_step % in_chunk);
        const auto sent = ends_->send(peer, speech(it, peer, it.sent, left));
        if (!sent) {
            if (is_errno(sent.error(), EAGAIN)) return progress::waits;
            complain(peer, false,
                     fmt::format("could not send byte {}: {}", it.sent, sent.error().message()));
            return progress::over;
        }
        it.in_step += *sent;
        it.sent += *sent;
        totals_.sent += *sent;
        const bool chunk_done = it.in_step % in_chunk == 0 && it.in_step < size;
        if (chunk_done && step.time.count() > 0 && !faults_->happens(fault::bursts)) {
            it.resume_at = now + to_nanoseconds(step.time);
            return progress::went_on;
        }
    }
    next_step(it);
    return progress::went_on;
}

peers::progress peers::mirror(std::uint32_t peer, const peer_step& step) {
    person& it = people_[peer];
    std::vector<std::byte>& kept = mirrors_[peer];
    while (!kept.empty()) {
        const auto sent =
            ends_->send(peer, std::span(kept).first(std::min(kept.size(), ear_.size())));
        if (!sent) {
            if (is_errno(sent.error(), EAGAIN)) return progress::waits;
            complain(peer, false, "could not send back what it heard: " + sent.error().message());
            return progress::over;
        }
        it.in_step += *sent;
        it.sent += *sent;
        totals_.sent += *sent;
        kept.erase(kept.begin(), kept.begin() + static_cast<std::ptrdiff_t>(*sent));
    }
    const bool enough = step.size != 0 ? it.in_step >= step.size : it.saw_end;
    if (!enough && !it.saw_end) return progress::waits;
    next_step(it);
    return progress::went_on;
}

peers::progress peers::await(std::uint32_t peer, const peer_step& step) {
    person& it = people_[peer];
    if (step.kind == step_kind::hear_end) {
        if (!it.saw_end) return progress::waits;
        next_step(it);
        return progress::went_on;
    }
    return hear(peer, step);
}

peers::progress peers::hear(std::uint32_t peer, const peer_step& step) {
    person& it = people_[peer];
    const bool echo = script_of(peer).expects == expected_answer::echo;
    std::uint64_t target = it.hear_until + step.text.size();
    if (echo) target = step.size == 0 ? it.sent : std::min<std::uint64_t>(step.size, it.sent);
    if (it.heard >= target) {
        it.hear_until = target;
        next_step(it);
        return progress::went_on;
    }
    if (!it.saw_end) return progress::waits;
    complain(peer, false,
             fmt::format("was closed by the application after {} of {} bytes had come", it.heard,
                         target));
    return progress::over;
}

}  // namespace ringproof::sim
