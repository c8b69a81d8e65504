#include "sim/exec/server.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <time.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "sim/exec/system_call.hpp"
#include "sim/kernel/lifetime.hpp"
#include "sim/kernel/scheduler.hpp"

namespace ringproof::sim::exec {

namespace {

constexpr std::uint64_t ns_per_s = 1'000'000'000;

caller_id calling_thread() noexcept {
    static constinit thread_local caller_id known{};
    if (known == caller_id{}) {
        known = make_caller(static_cast<std::uint64_t>(system_call(SYS_getpid)),
                            static_cast<std::uint64_t>(system_call(SYS_gettid)));
    }
    return known;
}

// Each thread's, made when it sleeps for the first time.
int bell_of_thread() noexcept {
    static constinit thread_local int bell = -1;
    if (bell < 0) {
        const long made = system_call(SYS_eventfd2, 0, EFD_CLOEXEC | EFD_NONBLOCK);
        if (made < 0) return -1;
        bell = duplicate_high(static_cast<int>(made));
        system_call(SYS_close, made);
    }
    return bell;
}

long negated(const result<unsigned>& answer) noexcept {
    return answer ? static_cast<long>(*answer) : -static_cast<long>(answer.error().value());
}

model_options options_of(const settings& wanted, host& outside) {
    model_options options;
    options.kernel_profile = wanted.version;
    options.short_transfers = wanted.seed.has_value();
    options.outside = &outside;
    return options;
}

void* pointer_to(std::uint64_t address) noexcept {
    return reinterpret_cast<void*>(static_cast<std::uintptr_t>(address));
}

}  // namespace

server::server(const settings& wanted)
    : choice_(wanted.seed ? choices::random(*wanted.seed) : choices()),
      kernel_(choice_, options_of(wanted, host_)) {}

long server::serve(const call& asked) {
    const std::scoped_lock alone(one_at_a_time_);
    signals_ = asked.signals;
    kernel_.set_caller(calling_thread());
    const std::uint64_t* given = asked.arguments;
    const auto fd = static_cast<int>(given[0]);
    long answer = -ENOSYS;
    switch (asked.number) {
        case SYS_io_uring_setup:
            answer = set_up(static_cast<std::uint32_t>(given[0]), given[1]);
            break;
        case SYS_io_uring_enter:
            answer = negated(kernel_.enter(
                fd, static_cast<std::uint32_t>(given[1]), static_cast<std::uint32_t>(given[2]),
                static_cast<std::uint32_t>(given[3]), pointer_to(given[4]), given[5]));
            break;
        case SYS_io_uring_register:
            answer = negated(kernel_.register_(fd, static_cast<std::uint32_t>(given[1]),
                                               pointer_to(given[2]),
                                               static_cast<std::uint32_t>(given[3])));
            break;
        default:
            break;
    }
    ring_bells();
    return answer;
}

long server::set_up(std::uint32_t entries, std::uint64_t parameters) {
    abi::io_uring_params params{};
    if (!memory_.copy_in(&params, parameters, sizeof params)) return -EFAULT;
    bury_closed_rings();
    kernel_.inside().now = now();
    const auto made = kernel_.setup(entries, params);
    if (!made) return -static_cast<long>(made.error().value());
    if (memory_.copy_out(parameters, &params, sizeof params)) return *made;
    files_.close(*made);
    bury_closed_rings();
    return -EFAULT;
}

// close(2) tells nobody; those that nobody has open or mapped any more are over.
void server::bury_closed_rings() {
    auto& rings = kernel_.inside().rings;
    for (std::size_t i = 0; i < rings.size();) {
        ring_context& each = *rings[i];
        if (rings_.is_alive(each.identity)) {
            ++i;
            continue;
        }
        rings_.forget(each.identity);
        each.identity = 0;
        const std::size_t before = rings.size();
        drop_ring(each);
        if (rings.size() == before) ++i;  // somebody sleeps in it, or has it registered
    }
}

// What this call posted may be what others sleep for.
void server::ring_bells() {
    constexpr std::uint64_t one = 1;
    for (sleeper* each = sleepers_; each != nullptr; each = each->next) {
        const ring_context& ring = *each->ring;
        if (ring.cq_tail == each->seen && ring.task_work.empty()) continue;
        system_call(SYS_write, each->bell, &one, sizeof one);
    }
}

std::uint64_t server::now() noexcept {
    timespec time{};
    clock_gettime(CLOCK_MONOTONIC, &time);
    return static_cast<std::uint64_t>(time.tv_sec) * ns_per_s +
        static_cast<std::uint64_t>(time.tv_nsec);
}

int server::sleep(ring_context& ring, std::uint64_t until, const std::uint64_t* signals) {
    sleeper self{&ring, ring.cq_tail, bell_of_thread(), sleepers_};
    sleepers_ = &self;
    const std::uint64_t mask = signals != nullptr ? *signals : signals_;
    const caller_id caller = kernel_.caller();
    const std::uint64_t current = now();
    const std::uint64_t left = until > current ? until - current : 0;
    timespec limit{static_cast<time_t>(left / ns_per_s), static_cast<long>(left % ns_per_s)};
    const bool endless = until == ~std::uint64_t{0};
    pollfd events[2] = {{.fd = files_.events(), .events = POLLIN, .revents = 0},
                        {.fd = self.bell, .events = POLLIN, .revents = 0}};
    ring_bells();
    one_at_a_time_.unlock();
    const long answer = system_call(SYS_ppoll, events, 2, endless ? nullptr : &limit, &mask, 8);
    one_at_a_time_.lock();
    signals_ = mask;
    kernel_.set_caller(caller);
    sleeper** at = &sleepers_;
    while (*at != &self) at = &(*at)->next;
    *at = self.next;
    if (events[1].revents != 0) {
        std::uint64_t rung = 0;
        system_call(SYS_read, self.bell, &rung, sizeof rung);
    }
    files_.wake_ready();
    return answer == -EINTR ? -EINTR : 0;
}

}  // namespace ringproof::sim::exec
