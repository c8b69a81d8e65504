#include <ringproof/uring_enter.hpp>

#include <sys/time.h>

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <vector>

#include <ringproof/socket_requests.hpp>

#include "tests/support/watched.hpp"

namespace ringproof::testing {

namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

constexpr abi::kernel_timespec never{1'000'000, 0};
constexpr user_data waiting{1};
constexpr user_data other{2};

template <class Ring>
void push_nops(Ring& ring, unsigned count) {
    for (unsigned i = 0; i < count; ++i) ring.push(requests::nop(user_data{i})).value();
}

template <class Ring>
std::vector<std::uint64_t> users_of_completions(Ring& ring) {
    std::vector<std::uint64_t> users;
    ring.for_each_completion(
        [&users](const completion& done) { users.push_back(to_number(done.user)); });
    return users;
}

std::atomic<int> alarm_count{0};

/// SIGALRM once a millisecond, without restarting system calls. For Linux.
class alarms {
public:
    alarms() {
        alarm_count = 0;
        struct sigaction action{};
        action.sa_handler = [](int) { ++alarm_count; };
        ::sigaction(SIGALRM, &action, &former_);
        const itimerval often{{0, 1000}, {0, 1000}};
        ::setitimer(ITIMER_REAL, &often, nullptr);
    }
    alarms(const alarms&) = delete;
    alarms& operator=(const alarms&) = delete;
    ~alarms() {
        const itimerval no{};
        ::setitimer(ITIMER_REAL, &no, nullptr);
        ::sigaction(SIGALRM, &former_, nullptr);
    }

private:
    struct sigaction former_{};
};

}  // namespace

BOOST_AUTO_TEST_SUITE(uring_enter)

BOOST_AUTO_TEST_CASE_TEMPLATE(without_work_no_call_is_made, Backend, backends) {
    watched<Backend> here;
    auto ring = here.open();
    BOOST_TEST(ring.submit().value() == 0U);
    BOOST_TEST(ring.submit_and_wait(0).value() == 0U);
    BOOST_TEST(here.kernel.enters.empty());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_batch_is_handed_over_in_one_call, Backend, backends) {
    watched<Backend> here;
    auto ring = here.open();
    push_nops(ring, 3);
    BOOST_TEST(ring.submit_and_wait(3).value() == 3U);
    BOOST_TEST_REQUIRE(here.kernel.enters.size() == 1U);
    BOOST_TEST(here.kernel.enters[0].submit == 3U);
    BOOST_TEST(here.kernel.enters[0].wait == 3U);
    BOOST_TEST((here.kernel.enters[0].flags & abi::ioring_enter_getevents) != 0U);
    BOOST_TEST((users_of_completions(ring) == std::vector<std::uint64_t>{0, 1, 2}));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(what_is_ready_already_is_not_waited_for, Backend, backends) {
    watched<Backend> here;
    auto ring = here.open();
    push_nops(ring, 2);
    BOOST_TEST(ring.submit_and_wait(2).value() == 2U);
    here.kernel.enters.clear();
    BOOST_TEST(ring.submit_and_wait(2).value() == 0U);
    BOOST_TEST(here.kernel.enters.empty());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(every_mode_of_execution_completes, Backend, backends) {
    for (const execution mode : {execution::cooperative, execution::deferred, execution::plain}) {
        watched<Backend> here;
        auto ring = here.open({.mode = mode});
        push_nops(ring, 2);
        BOOST_TEST(ring.submit_and_wait(2).value() == 2U);
        BOOST_TEST((users_of_completions(ring) == std::vector<std::uint64_t>{0, 1}));
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_polled_ring_completes_and_wakes_its_thread, Backend, backends) {
    watched<Backend> here;
    require(here.real, &capabilities::polled);
    auto ring = here.open({.mode = execution::polled, .idle_ms = 1});
    for (int round = 0; round < 3; ++round) {
        push_nops(ring, 2);
        ring.submit_and_wait(2).value();
        BOOST_TEST((users_of_completions(ring) == std::vector<std::uint64_t>{0, 1}));
        here.world().pass(milliseconds(5));  // the thread may fall asleep, or not; both must work
    }
    BOOST_TEST(ring.in_flight() == 0U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_wait_goes_on_after_a_signal, Backend, backends) {
    watched<Backend> here;
    auto ring = here.open();
    push_nops(ring, 1);
    here.kernel.enter_errors = {EINTR, EINTR};
    BOOST_TEST(ring.submit_and_wait(1).value() == 1U);
    BOOST_TEST(here.kernel.enters.size() == 3U);
    BOOST_TEST(ring.ready() == 1U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_limited_wait_ends_at_a_signal, Backend, backends) {
    watched<Backend> here;
    auto ring = here.open();
    here.kernel.enter_errors = {EINTR};
    const auto waited = ring.submit_and_wait(1, hours(1));
    BOOST_TEST_REQUIRE(!waited.has_value());
    BOOST_TEST(is_errno(waited.error(), ETIME));
    BOOST_TEST(here.kernel.enters.size() == 1U);
}

// A stream of signals, each of which ends a system call, must not end the wait.
BOOST_AUTO_TEST_CASE(real_signals_do_not_end_a_wait) {
    watched<linux_backend> here;
    auto ring = here.open();
    const abi::kernel_timespec while_signals_come{0, 20'000'000};
    const alarms ringing;
    ring.push(requests::timeout(while_signals_come, waiting)).value();
    BOOST_TEST(ring.submit_and_wait(1).value() == 1U);
    BOOST_TEST(ring.ready() == 1U);
    BOOST_TEST(alarm_count > 0);
    BOOST_TEST(here.kernel.enters.size() > 1U, "no call was interrupted");
}

BOOST_AUTO_TEST_CASE(real_signals_cannot_stretch_a_limited_wait) {
    watched<linux_backend> here;
    auto ring = here.open();
    const alarms ringing;
    const auto waited = ring.submit_and_wait(1, hours(1));
    BOOST_TEST_REQUIRE(!waited.has_value());
    BOOST_TEST(is_errno(waited.error(), ETIME));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_limit_ends_the_wait_with_all_requests_handed_over, Backend,
                              backends) {
    watched<Backend> here;
    auto ring = here.open();
    ring.push(requests::timeout(never, waiting)).value();
    const auto waited = ring.submit_and_wait(1, milliseconds(1));
    BOOST_TEST_REQUIRE(!waited.has_value());
    BOOST_TEST(is_errno(waited.error(), ETIME));
    BOOST_TEST(ring.sq_space() == ring.sq_size());
    BOOST_TEST(ring.in_flight() == 1U);
    BOOST_TEST(is_errno(ring.submit_and_wait(1, milliseconds(1)).error(), ETIME));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_limit_that_is_not_reached_is_no_error, Backend, backends) {
    watched<Backend> here;
    auto ring = here.open();
    push_nops(ring, 1);
    BOOST_TEST(ring.submit_and_wait(1, hours(1)).value() == 1U);
    BOOST_TEST(ring.ready() == 1U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_refused_call_leaves_the_requests_queued, Backend, backends) {
    watched<Backend> here;
    auto ring = here.open();
    push_nops(ring, 2);
    for (const int error : {EBUSY, EAGAIN}) {
        here.kernel.enter_errors = {error};
        const auto refused = ring.submit();
        BOOST_TEST_REQUIRE(!refused.has_value());
        BOOST_TEST(is_errno(refused.error(), error));
        BOOST_TEST(ring.sq_space() == ring.sq_size() - 2);
    }
    BOOST_TEST(ring.submit_and_wait(2).value() == 2U);
    BOOST_TEST((users_of_completions(ring) == std::vector<std::uint64_t>{0, 1}));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(nobody_waits_for_more_than_the_queue_can_hold, Backend, backends) {
    watched<Backend> here;
    auto ring = here.open({.entries = 4, .cq_entries = 4});
    push_nops(ring, 4);
    BOOST_TEST(ring.submit_and_wait(1000).value() == 4U);
    BOOST_TEST(ring.ready() == 4U);
}

// OVF-01, OVF-06: draining the queue does not fetch what overflowed; a call with GETEVENTS does.
BOOST_AUTO_TEST_CASE_TEMPLATE(overflowed_completions_are_fetched_by_the_next_submit, Backend,
                              backends) {
    watched<Backend> here;
    auto ring = here.open({.entries = 4, .cq_entries = 4});
    for (std::uint64_t i = 0; i < 10; ++i) {
        ring.push(requests::nop(user_data{i})).value();
        ring.submit().value();
    }
    BOOST_TEST(ring.overflowed());
    BOOST_TEST((users_of_completions(ring) == std::vector<std::uint64_t>{0, 1, 2, 3}));
    BOOST_TEST(ring.ready() == 0U);
    BOOST_TEST(ring.submit().value() == 0U);
    BOOST_TEST((users_of_completions(ring) == std::vector<std::uint64_t>{4, 5, 6, 7}));
    BOOST_TEST(ring.submit().value() == 0U);
    BOOST_TEST((users_of_completions(ring) == std::vector<std::uint64_t>{8, 9}));
    BOOST_TEST(!ring.overflowed());
    BOOST_TEST(ring.in_flight() == 0U);
}

// ERR-15: without SUBMIT_ALL the kernel stops behind a request that it refuses.
BOOST_AUTO_TEST_CASE_TEMPLATE(requests_behind_a_refused_one_are_handed_over_too, Backend,
                              backends) {
    watched<Backend> here;
    here.kernel.setup_flags_refused = abi::ioring_setup_submit_all;
    auto ring = here.open();
    abi::io_uring_sqe nonsense{};
    nonsense.opcode = 255;
    nonsense.user_data = 7;
    ring.push(requests::nop(user_data{6})).value();
    ring.push(nonsense).value();
    ring.push(requests::nop(user_data{8})).value();
    BOOST_TEST(ring.submit_and_wait(3).value() == 3U);
    BOOST_TEST((users_of_completions(ring) == std::vector<std::uint64_t>{6, 7, 8}));
    BOOST_TEST(here.kernel.enters.size() == 2U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(draining_an_idle_ring_costs_nothing, Backend, backends) {
    watched<Backend> here;
    auto ring = here.open();
    BOOST_TEST(ring.drain().value());
    BOOST_TEST(here.kernel.enters.empty());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(draining_ends_whatever_is_in_flight, Backend, backends) {
    watched<Backend> here;
    auto ring = here.open();
    const int fd = here.world().open(sim::channel_kind::unix_stream).value();
    std::array<std::byte, 8> into{};
    ring.push(requests::timeout(never, waiting)).value();
    ring.push(requests::recv(fd, into, 0, other)).value();
    ring.submit().value();
    ring.push(requests::nop(other)).value();  // queued, but not submitted
    BOOST_TEST(ring.in_flight() == 3U);
    BOOST_TEST(ring.drain().value());
    BOOST_TEST(ring.in_flight() == 0U);
    BOOST_TEST(ring.ready() == 0U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(draining_works_through_a_full_submission_queue, Backend, backends) {
    watched<Backend> here;
    auto ring = here.open({.entries = 2});
    ring.push(requests::timeout(never, waiting)).value();
    ring.push(requests::timeout(never, other)).value();
    BOOST_TEST(ring.sq_space() == 0U);
    BOOST_TEST(ring.drain().value());
    BOOST_TEST(ring.in_flight() == 0U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(without_patience_draining_says_that_it_did_not_finish, Backend,
                              backends) {
    watched<Backend> here;
    auto ring = here.open();
    ring.push(requests::timeout(never, waiting)).value();
    ring.submit().value();
    BOOST_TEST(!ring.drain(milliseconds(0)).value());
    BOOST_TEST(ring.in_flight() == 1U);
    BOOST_TEST(ring.drain().value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::testing
