// What goes wrong with nobody to blame, where it takes more than another answer.

#include <poll.h>

#include <algorithm>
#include <ctime>

#include "sim/exec/server.hpp"
#include "sim/exec/system_call.hpp"
#include "sim/kernel/kbuf.hpp"
#include "sim/kernel/poll.hpp"

namespace ringproof::sim::exec {

// The processor is given to others when a call is over and its thread has yet to go on: what comes
// now finds no buffer, as this thread cannot have given one back. Nothing is hidden from the model,
// so that it is no more than the truth. Work that waits for a call does not care.
void server::come_back_late() {
    constexpr std::uint64_t away = 2'000'000;
    const auto is_short = [](const auto& ring) {
        return !ring->defers() && std::ranges::any_of(ring->groups, [](const auto& list) {
            return tail_of(*list) == list->head;
        });
    };
    machine& in = kernel_.inside();
    if (!faults_.may(fault::enobufs) || std::ranges::none_of(in.rings, is_short)) return;
    if (!faults_.happens(fault::enobufs)) return;
    ring_bells();
    call_attendant();
    const std::uint64_t until = now() + away;
    for (std::uint64_t current = now(); current < until; current = now()) {
        const timespec left{0, static_cast<long>(until - current)};
        pollfd ready{.fd = files_.events(), .events = POLLIN, .revents = 0};
        one_at_a_time_.unlock();
        system_call(SYS_ppoll, &ready, 1, &left, nullptr, 0);
        one_at_a_time_.lock();
        in.now = now();
        files_.wake_ready();
        kernel_.step();
        ring_bells();
    }
}

// Each of the files that somebody waits for, by its own chance.
void server::wake_for_nothing() {
    if (!faults_.may(fault::spurious_wakes)) return;
    for (const auto& file : kernel_.inside().files) {
        const bool waited_for = file->in_use && file->first_waiter != nullptr;
        if (waited_for && faults_.happens(fault::spurious_wakes)) {
            wake(*file, ready::in | ready::out);
        }
    }
}

}  // namespace ringproof::sim::exec
