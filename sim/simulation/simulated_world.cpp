// The world around the application: time goes on, and peers act.

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "sim/abi_names.hpp"
#include "sim/kernel/enter.hpp"
#include "sim/kernel/poll.hpp"
#include "sim/kernel/scheduler.hpp"
#include "sim/kernel/timeouts.hpp"
#include "sim/simulation/simulation.hpp"

namespace ringproof::sim {

void simulation::open_channels() {
    for (std::uint32_t peer = 0; peer < peers_.size(); ++peer) {
        const peer_script& script = peers_.script_of(peer);
        if (script.connects) continue;
        const int fd = world_.open(script.channel).value();
        channels_.push_back(fd);
        adopt(peer, *kernel_.inside().file_at(fd));
    }
}

void simulation::adopt(std::uint32_t peer, open_file& file) {
    file.far_end = peer;
    file.peer_watches = true;
    if (const std::uint32_t window = peers_.script_of(peer).window; window != 0) {
        file.out = byte_queue(window);
    }
    files_[peer] = &file;
}

void simulation::let_the_world_go_on(std::uint64_t nanoseconds) {
    machine& in = kernel_.inside();
    if (in.now >= to_nanoseconds(wanted_->faults.until)) {
        faults_.end();
        hear_each_look(false);
    }
    if (faults_.happens(fault::time_jumps)) {
        constexpr std::uint64_t unit = 4'000'000;
        nanoseconds += faults_.amount(256) * unit;  // up to a second
    }
    pass_time(in, nanoseconds);
    happen();
}

std::uint64_t simulation::next_event() const noexcept { return peers_.next_turn(); }

void simulation::happen() {
    if (std::exchange(in_turn_, true)) return;  // it is going on already
    peers_.act(kernel_.inside().now);
    in_turn_ = false;
    if (const auto& wrong = peers_.wrong()) {
        fail_with(wrong->wrong_bytes ? failure::wrong_bytes : failure::lost_connection,
                  wrong->sentence);
    }
}

/// Who closes a connection too early has misread something.
std::string simulation::last_word(std::uint32_t peer) const {
    if (files_[peer] == nullptr || !files_[peer]->told.said) return {};
    const last_answer& told = files_[peer]->told;
    return fmt::format("the last receive on it had ended with {}{}", describe_result(told.res),
                       (told.flags & abi::ioring_cqe_f_sock_nonempty) != 0 ? " and SOCK_NONEMPTY"
                                                                           : "");
}

/// Time goes on to whatever comes next; false: nothing will.
bool simulation::jump_to_next_event() {
    const machine& in = kernel_.inside();
    const std::uint64_t next = std::min(peers_.next_turn(), next_timer(in));
    if (next == never) return false;
    let_the_world_go_on(next > in.now ? next - in.now : 0);
    return !is_late();
}

void simulation::heard(open_file& file) { peers_.heard(file.far_end, kernel_.inside().now); }

result<void> simulation::connect(std::uint32_t peer, std::uint32_t listener) {
    const auto connected = world_.knock(listeners_[listener]);
    if (!connected) return std::unexpected(connected.error());
    adopt(peer, **connected);
    return {};
}

result<std::size_t> simulation::send(std::uint32_t peer, std::span<const std::byte> bytes) {
    return world_.send(*files_[peer], bytes);
}

result<std::size_t> simulation::receive(std::uint32_t peer, std::span<std::byte> into) {
    return world_.receive(*files_[peer], into);
}

result<void> simulation::finish(std::uint32_t peer) { return world_.finish(*files_[peer]); }

result<void> simulation::reset(std::uint32_t peer) { return world_.reset(*files_[peer]); }

void simulation::leave(std::uint32_t peer) {
    open_file& file = *std::exchange(files_[peer], nullptr);
    // A close: the end for who reads, and for who writes an error.
    if (!file.peer_finished) (void)world_.finish(file);
    if (file.is_stream_socket()) (void)world_.reset(file);
    kernel_.inside().lose_far_end(file);
}

void simulation::wake_for_nothing(std::uint32_t peer) {
    wake(*files_[peer], ready::in);
    after_world_action(kernel_.inside());
}

}  // namespace ringproof::sim
