// A thread of ours in the program: what an interrupt is to a kernel. It completes requests while
// the program is elsewhere, runs SQPOLL rings, and otherwise keeps out of the way: as long as some
// thread of the program sleeps in io_uring_enter(2), that one sees to everything.

#include <poll.h>
#include <pthread.h>
#include <sys/resource.h>

#include <algorithm>
#include <ctime>

#include "sim/exec/server.hpp"
#include "sim/exec/system_call.hpp"
#include "sim/exec/threads.hpp"
#include "sim/kernel/timeouts.hpp"

namespace ringproof::sim::exec {

namespace {

constexpr std::uint64_t polling_pause = 20'000;      // of an SQPOLL thread between two looks
constexpr std::uint64_t away = 300'000;              // while others see to it
constexpr std::uint64_t burial_pause = 100'000'000;  // after which a closed ring is noticed
constexpr std::size_t stack_size = std::size_t{256} << 10U;

bool polls(const machine& in) noexcept {
    return std::ranges::any_of(in.rings, [](const auto& each) {
        return each->poller.exists && !each->poller.asleep && !each->disabled;
    });
}

}  // namespace

void server::call_attendant() {
    const machine& in = kernel_.inside();
    if (attendant_bell_ < 0) return;  // there is no ring
    const bool sooner = next_timer(in) < attends_until_;
    if (sooner || (polls(in) && attends_until_ > in.now + polling_pause)) {
        attends_until_ = 0;
        ring_bell(attendant_bell_);
    }
}

// With the first ring, so that it is there, and its stack, before the program waits or unmaps.
void server::start_attendant() {
    if (attendant_bell_ >= 0) return;
    attendant_bell_ = make_bell();
    if (attendant_bell_ < 0) return;
    pthread_attr_t small;
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, stack_size);
    pthread_attr_setdetachstate(&small, PTHREAD_CREATE_DETACHED);
    pthread_t thread{};
    const auto run = [](void* self) -> void* {
        static_cast<server*>(self)->attend();
        return nullptr;
    };
    // All signals are blocked while a call is answered, and so they are in the new thread.
    if (pthread_create(&thread, &small, run, this) != 0) {
        say("there is no thread to be had; requests complete when the program enters only");
    }
    pthread_attr_destroy(&small);
}

std::uint64_t server::next_attendance() {
    const machine& in = kernel_.inside();
    const std::uint64_t current = in.now;
    if (polls(in)) return current + polling_pause;
    if (sleepers_ != nullptr) return current + away;
    return std::min(next_timer(in), current + burial_pause);
}

void server::attend() {
    system_call(SYS_setpriority, PRIO_PROCESS, 0, -20);  // no interrupt waits for its turn
    std::unique_lock held(one_at_a_time_);
    machine& in = kernel_.inside();
    std::uint64_t buried = 0;
    for (;;) {
        in.now = now();
        const std::uint64_t until = attends_until_ = next_attendance();
        const std::uint64_t left = until > in.now ? until - in.now : 0;
        const bool is_away = sleepers_ != nullptr;
        held.unlock();
        const timespec limit{static_cast<time_t>(left / ns_per_s),
                             static_cast<long>(left % ns_per_s)};
        pollfd events[2] = {{.fd = attendant_bell_, .events = POLLIN, .revents = 0},
                            {.fd = files_.events(), .events = POLLIN, .revents = 0}};
        system_call(SYS_ppoll, events, is_away ? 1 : 2, &limit, nullptr, 0);
        held.lock();
        attends_until_ = ~std::uint64_t{0};
        if (events[0].revents != 0) silence_bell(attendant_bell_);
        in.now = now();
        if (sleepers_ == nullptr || polls(in)) {
            files_.wake_ready();
            wake_for_nothing();
            leave_lost_rings();
            look();
            kernel_.step();
            look();
            ring_bells();
        }
        if (in.now - buried > burial_pause) {
            bury_closed_rings();
            buried = in.now;
        }
    }
}

}  // namespace ringproof::sim::exec
