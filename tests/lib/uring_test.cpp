#include <ringproof/uring.hpp>

#include <boost/test/unit_test.hpp>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include <ringproof/socket_requests.hpp>

#include "tests/support/child.hpp"
#include "tests/support/watched.hpp"

namespace ringproof::testing {

namespace {

constexpr abi::kernel_timespec never{1'000'000, 0};

template <class Ring>
void push_nops(Ring& ring, unsigned count) {
    for (unsigned i = 0; i < count; ++i) ring.push(requests::nop(user_data{i})).value();
}

/// The error that every operation of the ring gives, if it is the same one.
template <class Ring>
std::error_code refusal(Ring& ring) {
    const auto pushed = ring.push(requests::nop(user_data{99}));
    const auto submitted = ring.submit();
    const auto waited = ring.submit_and_wait(1);
    const auto drained = ring.drain();
    const unsigned seen = ring.for_each_completion([](const completion&) {});
    if (pushed || submitted || waited || drained || seen != 0) return {};
    const std::error_code error = pushed.error();
    const bool same =
        submitted.error() == error && waited.error() == error && drained.error() == error;
    return same ? error : std::error_code{};
}

template <class Ring>
bool works(Ring& ring) {
    push_nops(ring, 1);
    return ring.submit_and_wait(1).has_value() &&
        ring.for_each_completion([](const completion&) {}) == 1;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(uring)

BOOST_AUTO_TEST_CASE_TEMPLATE(a_request_that_finds_the_queue_full_is_not_queued, Backend,
                              backends) {
    watched<Backend> here;
    auto ring = here.open({.entries = 2});
    push_nops(ring, 2);
    const auto refused = ring.push(requests::nop(user_data{2}));
    BOOST_TEST_REQUIRE(!refused.has_value());
    BOOST_TEST((refused.error() == errc::submission_queue_full));
    BOOST_TEST(ring.in_flight() == 2U);
    BOOST_TEST(ring.submit_and_wait(2).value() == 2U);
    BOOST_TEST(ring.push(requests::nop(user_data{2})).has_value());
    BOOST_TEST(ring.in_flight() == 3U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_request_is_in_flight_from_its_push_to_its_last_completion, Backend,
                              backends) {
    watched<Backend> here;
    auto ring = here.open();
    BOOST_TEST(ring.in_flight() == 0U);
    push_nops(ring, 2);
    BOOST_TEST(ring.in_flight() == 2U);
    ring.submit_and_wait(2).value();
    BOOST_TEST(ring.in_flight() == 2U);
    ring.for_each_completion(
        [left = 2U, &ring](const completion&) mutable { BOOST_TEST(ring.in_flight() == --left); });
    BOOST_TEST(ring.in_flight() == 0U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(completions_are_handed_out_in_order_and_once, Backend, backends) {
    watched<Backend> here;
    auto ring = here.open();
    push_nops(ring, 3);
    ring.submit_and_wait(3).value();
    std::vector<std::uint64_t> users;
    const auto note = [&](const completion& done) { users.push_back(to_number(done.user)); };
    BOOST_TEST(ring.for_each_completion(note) == 3U);
    BOOST_TEST(ring.for_each_completion(note) == 0U);
    BOOST_TEST((users == std::vector<std::uint64_t>{0, 1, 2}));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_completion_may_be_answered_with_a_new_request, Backend, backends) {
    watched<Backend> here;
    auto ring = here.open();
    push_nops(ring, 2);
    ring.submit_and_wait(2).value();
    ring.for_each_completion([&ring](const completion&) {
        BOOST_TEST(ring.push(requests::nop(user_data{9})).has_value());
    });
    BOOST_TEST(ring.in_flight() == 2U);
    BOOST_TEST(ring.submit_and_wait(2).value() == 2U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(an_exception_hands_back_what_was_seen_and_keeps_the_rest, Backend,
                              backends) {
    watched<Backend> here;
    auto ring = here.open();
    push_nops(ring, 3);
    ring.submit_and_wait(3).value();
    const auto fail_at_second = [](const completion& done) {
        if (done.user == user_data{1}) throw std::runtime_error("second");
    };
    int published_count = 0;
    const auto publish = [&published_count] { ++published_count; };
    BOOST_CHECK_THROW(ring.for_each_completion(fail_at_second, publish), std::runtime_error);
    BOOST_TEST(published_count == 1);
    BOOST_TEST(ring.ready() == 1U);
    BOOST_TEST(ring.in_flight() == 1U);
    std::vector<std::uint64_t> rest;
    ring.for_each_completion([&](const completion& done) { rest.push_back(to_number(done.user)); });
    BOOST_TEST((rest == std::vector<std::uint64_t>{2}));
}

// USR-10: the kernel must not see room for completions before the buffers that go with it.
BOOST_AUTO_TEST_CASE_TEMPLATE(buffers_are_published_before_the_entries_go_back, Backend, backends) {
    watched<Backend> here;
    auto ring = here.open();
    push_nops(ring, 3);
    ring.submit_and_wait(3).value();
    unsigned used = 0;
    unsigned used_before = 0;
    std::uint32_t ready_before = 0;
    ring.for_each_completion([&](const completion&) { ++used; },
                             [&] {
                                 used_before = used;
                                 ready_before = ring.ready();
                             });
    BOOST_TEST(used_before == 3U);
    BOOST_TEST(ready_before == 3U, "entries went back already");
    BOOST_TEST(ring.ready() == 0U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(without_completions_nothing_is_published, Backend, backends) {
    watched<Backend> here;
    auto ring = here.open();
    int published_count = 0;
    ring.for_each_completion([](const completion&) {}, [&published_count] { ++published_count; });
    BOOST_TEST(published_count == 0);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(strangers_are_refused_and_change_nothing, Backend, backends) {
    watched<Backend> here;
    auto ring = here.open();
    push_nops(ring, 1);
    ring.submit_and_wait(1).value();
    here.kernel.enters.clear();
    here.kernel.caller_pretended = here.kernel.other_thread();
    BOOST_TEST((refusal(ring) == errc::wrong_thread));
    BOOST_TEST((ring.close().error() == errc::wrong_thread));
    here.kernel.caller_pretended = here.kernel.forked_child();
    BOOST_TEST((refusal(ring) == errc::forked_child));
    BOOST_TEST((ring.close().error() == errc::forked_child));
    here.kernel.caller_pretended.reset();
    BOOST_TEST(here.kernel.enters.empty());
    BOOST_TEST(ring.ready() == 1U);
    BOOST_TEST(ring.in_flight() == 1U);
    BOOST_TEST(ring.for_each_completion([](const completion&) {}) == 1U);
    BOOST_TEST(works(ring));
}

BOOST_AUTO_TEST_CASE(a_real_thread_is_refused) {
    watched<linux_backend> here;
    auto ring = here.open();
    std::error_code refused;
    std::error_code close_refused;
    std::thread([&] {
        refused = refusal(ring);
        close_refused = ring.close().error();
    }).join();
    BOOST_TEST((refused == errc::wrong_thread));
    BOOST_TEST((close_refused == errc::wrong_thread));
    BOOST_TEST(works(ring));
}

// The child's copy goes out of scope there, and the parent's ring must not notice.
BOOST_AUTO_TEST_CASE(a_real_child_is_refused_and_its_end_leaves_the_ring_alone) {
    watched<linux_backend> here;
    std::optional ring = here.open();
    ring->push(requests::timeout(never, user_data{5})).value();
    ring->submit().value();
    const int status = in_child([&] {
        if (refusal(*ring) != errc::forked_child) return 1;
        ring.reset();
        return here.kernel.mappings_alive == 2 && here.kernel.rings_open == 1 ? 0 : 2;
    });
    BOOST_TEST(status == 0);
    BOOST_TEST(works(*ring));
    BOOST_TEST(ring->in_flight() == 1U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_closed_ring_says_so_and_leaves_nothing_behind, Backend, backends) {
    watched<Backend> here;
    auto ring = here.open();
    push_nops(ring, 1);
    const auto core = ring.core();
    BOOST_TEST(ring.close().has_value());
    BOOST_TEST(here.balanced());
    BOOST_TEST((refusal(ring) == errc::ring_closed));
    BOOST_TEST((core->check().error() == errc::ring_closed));
    BOOST_TEST(core->in_flight() == 0U);
    BOOST_TEST(ring.fd() == -1);
    BOOST_TEST(!ring.has_registered_fd());
    BOOST_TEST(ring.sq_space() == 0U);
    BOOST_TEST(ring.ready() == 0U);
    BOOST_TEST(!ring.overflowed());
    BOOST_TEST(leak_listener::told().empty());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(closing_twice_closes_once, Backend, backends) {
    watched<Backend> here;
    {
        auto ring = here.open();
        BOOST_TEST(ring.close().has_value());
        BOOST_TEST(ring.close().has_value());
        BOOST_TEST(here.kernel.rings_open == 0);
    }
    BOOST_TEST(here.balanced());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(closing_ends_what_is_in_flight, Backend, backends) {
    watched<Backend> here;
    const int fd = here.world().open(sim::channel_kind::unix_stream).value();
    std::array<std::byte, 4> into{};
    {
        auto ring = here.open();
        ring.push(requests::recv(fd, into, 0, user_data{1})).value();
        ring.submit().value();
        const auto core = ring.core();
        BOOST_TEST(ring.close().has_value());
        BOOST_TEST(core->in_flight() == 0U);
    }
    const std::array<std::byte, 2> late{std::byte{1}, std::byte{2}};
    BOOST_TEST(here.world().send(fd, late).value() == 2U);
    here.world().pass(std::chrono::milliseconds(1));
    BOOST_TEST((into == std::array<std::byte, 4>{}), "USR-03: written after the close");
    BOOST_TEST(here.balanced());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_moved_ring_is_the_same_ring, Backend, backends) {
    watched<Backend> here;
    {
        auto first = here.open();
        push_nops(first, 1);
        auto second = std::move(first);
        BOOST_TEST(first.fd() == -1);
        BOOST_TEST(first.close().has_value());
        BOOST_TEST(second.in_flight() == 1U);
        BOOST_TEST(second.submit_and_wait(1).value() == 1U);
        BOOST_TEST(second.ready() == 1U);
        BOOST_TEST(here.kernel.rings_open == 1);
    }
    BOOST_TEST(here.balanced());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(assignment_closes_the_ring_that_was_held, Backend, backends) {
    watched<Backend> here;
    {
        auto held = here.open();
        auto other = here.open({.entries = 2});
        const int fd = other.fd();
        held = std::move(other);
        BOOST_TEST(here.kernel.rings_open == 1);
        BOOST_TEST(here.kernel.mappings_alive == 2);
        BOOST_TEST(held.fd() == fd);
        BOOST_TEST(held.sq_size() == 2U);
        BOOST_TEST(works(held));
    }
    BOOST_TEST(here.balanced());
}

// Its requests can be ended by nobody else, so its memory must stay.
BOOST_AUTO_TEST_CASE_TEMPLATE(a_ring_that_ends_on_another_thread_is_leaked_and_reported, Backend,
                              backends) {
    watched<Backend> here;
    int fd = -1;
    {
        auto ring = here.open({.entries = 1, .register_ring_fd = false});
        fd = ring.fd();
        here.kernel.caller_pretended = here.kernel.other_thread();
    }
    BOOST_TEST(here.kernel.rings_open == 1);
    BOOST_TEST(here.kernel.mappings_alive == 2);
    BOOST_TEST_REQUIRE(leak_listener::told().size() == 1U);
    BOOST_TEST((leak_listener::told()[0].reason == errc::wrong_thread));
    BOOST_TEST(leak_listener::told()[0].size > 0U);
    BOOST_TEST(here.kernel.close(fd).has_value());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(assignment_on_another_thread_leaks_the_ring_that_was_held, Backend,
                              backends) {
    watched<Backend> here;
    auto held = here.open({.entries = 1, .register_ring_fd = false});
    const int fd = held.fd();
    here.kernel.caller_pretended = here.kernel.other_thread();
    held = here.open({.entries = 1, .register_ring_fd = false});
    BOOST_TEST(leak_listener::told().size() == 1U);
    BOOST_TEST(here.kernel.mappings_alive == 4, "the kernel may still write there");
    BOOST_TEST(held.close().has_value());
    BOOST_TEST(here.kernel.close(fd).has_value());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_forked_child_lets_go_of_a_ring_in_silence, Backend, backends) {
    watched<Backend> here;
    int fd = -1;
    {
        auto ring = here.open({.entries = 1, .register_ring_fd = false});
        fd = ring.fd();
        here.kernel.caller_pretended = here.kernel.forked_child();
    }
    BOOST_TEST(here.kernel.rings_open == 1);
    BOOST_TEST(here.kernel.mappings_alive == 2);
    BOOST_TEST(leak_listener::told().empty());
    BOOST_TEST(here.kernel.close(fd).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::testing
