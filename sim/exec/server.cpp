#include "sim/exec/server.hpp"

#include <poll.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <utility>

#include "sim/exec/system_call.hpp"
#include "sim/exec/threads.hpp"
#include "sim/exec/trap.hpp"
#include "sim/kernel/lifetime.hpp"
#include "sim/kernel/registration.hpp"
#include "sim/simulation/plan_answers.hpp"

namespace ringproof::sim::exec {

namespace {

// RLIMIT_MEMLOCK, as it is now.
std::uint64_t lockable_pages() noexcept {
    rlimit limit{};
    system_call(SYS_prlimit64, 0, RLIMIT_MEMLOCK, nullptr, &limit);
    return limit.rlim_cur / page_size;
}

// Children write beside the first process, not over it.
std::string own_file(const settings& wanted, const std::string& path) {
    if (path.empty() || wanted.is_first) return path;
    return path + "." + std::to_string(system_call(SYS_getpid));
}

// Which ring a call is for is settled as it is made, as by the kernel's fget(): another thread may
// close the number while this one waits for its turn. 0: it names none, or by its place.
std::uint64_t ring_of(const call& asked) noexcept {
    const bool by_place = asked.number == SYS_io_uring_enter &&
        (asked.arguments[3] & abi::ioring_enter_registered_ring) != 0;
    const bool is_named =
        asked.number == SYS_io_uring_enter || asked.number == SYS_io_uring_register;
    return is_named && !by_place ? identity_of(static_cast<int>(asked.arguments[0])) : 0;
}

long negated(const result<unsigned>& answer) noexcept {
    return answer ? static_cast<long>(*answer) : -static_cast<long>(answer.error().value());
}

model_options options_of(const settings& wanted, host& outside) {
    model_options options;
    options.kernel_profile = wanted.version;
    const fault_plan& faults = wanted.faults;
    const bool anything = wanted.seed && faults.kinds.none();
    options.short_transfers = anything || faults.has(fault::short_transfers);
    options.punts = faults.has(fault::punts);
    options.outside = &outside;
    options.peers_share_task = true;  // whoever writes to its files may be the program itself
    return options;
}

}  // namespace

server::server(const settings& wanted)
    : wanted_(wanted),
      history_(own_file(wanted, wanted.history), log_style::lines),
      records_(wanted.is_first ? wanted.records : "", log_style::records),
      random_(wanted.seed.value_or(0)),
      faults_(wanted_.faults, choice_),
      choice_(make_choices()),
      kernel_(choice_, options_of(wanted, host_)) {
    if (!wanted.watches()) return;
    ledger::listener hears;
    if (history_.is_open() || records_.is_open()) {
        hears = [this](std::uint32_t ring, const event& happened) {
            history_.add(ring, happened);
            records_.add(ring, happened);
        };
    }
    ledger_ = std::make_unique<ledger>(std::move(hears));
}

// A plan says what may go wrong; a seed alone, that everything may.
choices server::make_choices() {
    if (wanted_.faults.kinds.any()) return choices::advised(plan_answers(faults_, random_));
    return wanted_.seed ? choices::random(*wanted_.seed) : choices();
}

void server::look_for_closed_rings() {
    const std::scoped_lock alone(one_at_a_time_);
    bury_closed_rings();
}

// The files that are kept are the parent's, and so is what tells of them.
server::~server() {
    const machine& in = kernel_.inside();
    for (const auto& each : in.files) {
        if (each->kept >= 0) files_.close(each->kept);
    }
    for (const auto& each : in.rings) {
        if (each->brings_memory) continue;
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
    const std::uint64_t ring = ring_of(asked);
    const std::scoped_lock alone(one_at_a_time_);
    signals_ = asked.signals;
    kernel_.set_caller(this_thread());
    begin_call(asked);
    leave_lost_rings();
    look();
    machine& in = kernel_.inside();
    const auto& given = asked.arguments;
    const auto fd = static_cast<int>(given[0]);
    long answer = -ENOSYS;
    switch (asked.number) {
        case SYS_io_uring_setup:
            answer = set_up(static_cast<std::uint32_t>(given[0]), given[1]);
            break;
        case SYS_io_uring_enter:
            files_.settle(fd, ring);
            answer = enter(asked);
            come_back_late();
            break;
        case SYS_mmap:
            return map(given);
        case SYS_io_uring_register:
            in.options.locked_pages_max = lockable_pages();
            files_.settle(fd, ring);
            answer = negated(kernel_.register_(fd, static_cast<std::uint32_t>(given[1]),
                                               pointer_to(given[2]),
                                               static_cast<std::uint32_t>(given[3])));
            break;
        default:
            break;
    }
    files_.settle(fd, 0);
    look();
    ring_bells();
    call_attendant();
    return answer;
}

long server::enter(const call& asked) {
    const std::uint64_t* given = asked.arguments;
    const auto to_submit = static_cast<std::uint32_t>(given[1]);
    if (to_submit != 0 && faults_.happens(fault::refusals)) {
        return faults_.amount(2) == 0 ? -EAGAIN : -EBUSY;
    }
    return negated(
        kernel_.enter(static_cast<int>(given[0]), to_submit, static_cast<std::uint32_t>(given[2]),
                      static_cast<std::uint32_t>(given[3]), pointer_to(given[4]), given[5]));
}

// A ring's two queues are one mapping that two offsets name, which a file cannot have.
long server::map(const std::uint64_t (&given)[6]) {
    machine& in = kernel_.inside();
    const auto fd = static_cast<int>(given[4]);
    std::uint64_t offset = given[5];
    if ((given[3] & MAP_ANONYMOUS) == 0) {
        if (ring_context* ring = in.ring_at(fd)) {
            if (offset % page_size != 0) return -EINVAL;
            const mapped_memory wanted = map_ring(in, *ring, given[1], offset);
            if (wanted.first == nullptr) return wanted.error;
            offset = rings_.offset_of(wanted.first);
        }
    }
    return system_call(SYS_mmap, given[0], given[1], given[2], given[3],
                       ours | static_cast<std::uint32_t>(fd), offset);
}

long server::set_up(std::uint32_t entries, std::uint64_t parameters) {
    abi::io_uring_params params{};
    if (!memory_.copy_in(&params, parameters, sizeof params)) return -EFAULT;
    bury_closed_rings();
    start_attendant();
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
        if (ledger_) ledger_->ring_over(each);
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

std::uint64_t server::now() noexcept {
    timespec time{};
    clock_gettime(CLOCK_MONOTONIC, &time);
    return static_cast<std::uint64_t>(time.tv_sec) * ns_per_s +
        static_cast<std::uint64_t>(time.tv_nsec);
}

int server::sleep(ring_context& ring, std::uint64_t until, const std::uint64_t* signals) {
    if (faults_.happens(fault::interruptions)) return -EINTR;
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
    wake_for_nothing();
    return answer == -EINTR ? -EINTR : 0;
}

}  // namespace ringproof::sim::exec
