#include "sim/exec/server.hpp"

#include <poll.h>
#include <time.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "sim/exec/system_call.hpp"
#include "sim/exec/threads.hpp"
#include "sim/kernel/lifetime.hpp"

namespace ringproof::sim::exec {

namespace {

long negated(const result<unsigned>& answer) noexcept {
    return answer ? static_cast<long>(*answer) : -static_cast<long>(answer.error().value());
}

model_options options_of(const settings& wanted, host& outside) {
    model_options options;
    options.kernel_profile = wanted.version;
    options.short_transfers = wanted.seed.has_value();
    options.outside = &outside;
    options.peers_share_task = true;  // whoever writes to its files may be the program itself
    return options;
}

void* pointer_to(std::uint64_t address) noexcept {
    return reinterpret_cast<void*>(static_cast<std::uintptr_t>(address));
}

}  // namespace

server::server(const settings& wanted)
    : verbose_(wanted.verbose),
      choice_(wanted.seed ? choices::random(*wanted.seed) : choices()),
      kernel_(choice_, options_of(wanted, host_)) {}

// The files that are kept are the parent's, and so is what tells of them.
server::~server() {
    machine& in = kernel_.inside();
    for (const auto& each : in.files) {
        if (each->kept >= 0) files_.close(each->kept);
    }
    for (const auto& each : in.rings) {
        rings_.release(each->rings_memory, pages_for(each->rings_size));
        rings_.release(each->sqes_memory, pages_for(each->sqes_size));
    }
    if (attendant_bell_ >= 0) files_.close(attendant_bell_);
}

void server::end_thread(caller_id ended) {
    const std::scoped_lock alone(one_at_a_time_);
    kernel_.end_caller(ended);
}

long server::serve(const call& asked) {
    const std::scoped_lock alone(one_at_a_time_);
    signals_ = asked.signals;
    kernel_.set_caller(this_thread());
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
    call_attendant();
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
    for (sleeper* each = sleepers_; each != nullptr; each = each->next) {
        const ring_context& ring = *each->ring;
        if (ring.cq_tail == each->seen && ring.task_work.empty()) continue;
        ring_bell(each->bell);
    }
}

void server::lacks(std::string_view what, std::uint32_t number) {
    if (!verbose_) return;
    std::string line = "not modelled: " + std::string(what) + " " + std::to_string(number);
    if (std::ranges::find(named_, line) != named_.end()) return;
    say(line);
    named_.push_back(std::move(line));
}

std::uint64_t server::now() noexcept {
    timespec time{};
    clock_gettime(CLOCK_MONOTONIC, &time);
    return static_cast<std::uint64_t>(time.tv_sec) * ns_per_s +
        static_cast<std::uint64_t>(time.tv_nsec);
}

int server::sleep(ring_context& ring, std::uint64_t until, const std::uint64_t* signals) {
    sleeper self{&ring, ring.cq_tail, bell_of_this_thread(), sleepers_};
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
    call_attendant();
    one_at_a_time_.unlock();
    const long answer = system_call(SYS_ppoll, events, 2, endless ? nullptr : &limit, &mask, 8);
    one_at_a_time_.lock();
    signals_ = mask;
    kernel_.set_caller(caller);
    sleeper** at = &sleepers_;
    while (*at != &self) at = &(*at)->next;
    *at = self.next;
    if (events[1].revents != 0) silence_bell(self.bell);
    files_.wake_ready();
    return answer == -EINTR ? -EINTR : 0;
}

}  // namespace ringproof::sim::exec
