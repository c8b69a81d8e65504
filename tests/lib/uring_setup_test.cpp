#include <ringproof/uring_setup.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <vector>

#include <ringproof/requests.hpp>

#include "tests/support/watched.hpp"

namespace ringproof::testing {

namespace {

constexpr std::uint32_t all = 1U << 7U;
constexpr std::uint32_t cooperative = 1U << 8U | 1U << 9U | all;  // with TASKRUN_FLAG
constexpr std::uint32_t single = 1U << 12U;
constexpr std::uint32_t deferring = 1U << 13U | single | 1U << 9U | all;
constexpr std::uint32_t polling = 1U << 1U;

using flags = std::vector<std::uint32_t>;

/// The flags that are tried, one set after the other, by a kernel that refuses some.
template <class Backend>
flags attempts(execution mode, std::uint32_t refused, bool single_issuer = true) {
    watched<Backend> here;
    here.kernel.setup_flags_refused = refused;
    const auto ring = watched<Backend>::ring_type::create(
        here.kernel, {.mode = mode, .single_issuer = single_issuer});
    if (ring) BOOST_TEST(ring->setup_flags() == here.kernel.setup_flags.back());
    return here.kernel.setup_flags;
}

template <class Ring>
bool runs_a_nop(Ring& ring) {
    if (!ring.push(requests::nop(user_data{1})) || !ring.submit_and_wait(1)) return false;
    return ring.for_each_completion([](const completion&) {}) == 1;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(uring_setup)

BOOST_AUTO_TEST_CASE_TEMPLATE(fewer_flags_are_tried_until_the_kernel_knows_them, Backend,
                              backends) {
    const auto cooperate = execution::cooperative;
    BOOST_TEST((attempts<Backend>(cooperate, single) == flags{cooperative | single, cooperative}));
    BOOST_TEST(
        (attempts<Backend>(cooperate, 1U << 8U) == flags{cooperative | single, cooperative, all}));
    BOOST_TEST(
        (attempts<Backend>(cooperate, all) == flags{cooperative | single, cooperative, all, 0}));
    const auto defer = execution::deferred;
    BOOST_TEST((attempts<Backend>(defer, 1U << 13U) == flags{deferring, cooperative | single}));
    BOOST_TEST(
        (attempts<Backend>(defer, single) == flags{deferring, cooperative | single, cooperative}));
    BOOST_TEST((attempts<Backend>(execution::plain, single) == flags{single | all, all}));
    BOOST_TEST((attempts<Backend>(execution::plain, single | all) == flags{single | all, all, 0}));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(the_strongest_flags_are_tried_first, Backend, backends) {
    BOOST_TEST(attempts<Backend>(execution::cooperative, 0).front() == (cooperative | single));
    BOOST_TEST(attempts<Backend>(execution::deferred, 0).front() == deferring);
    BOOST_TEST(attempts<Backend>(execution::plain, 0).front() == (single | all));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(the_promise_of_one_thread_is_left_out_on_request, Backend, backends) {
    BOOST_TEST(attempts<Backend>(execution::cooperative, 0, false).front() == cooperative);
    BOOST_TEST(attempts<Backend>(execution::plain, 0, false).front() == all);
}

// Whoever asked for polling must not get a ring on which nothing happens without calls.
BOOST_AUTO_TEST_CASE_TEMPLATE(polling_is_never_given_up_silently, Backend, backends) {
    watched<Backend> here;
    here.kernel.setup_flags_refused = polling;
    const auto ring = watched<Backend>::ring_type::create(here.kernel, {.mode = execution::polled});
    BOOST_TEST_REQUIRE(!ring.has_value());
    BOOST_TEST(is_errno(ring.error(), EINVAL));
    BOOST_TEST(std::ranges::all_of(here.kernel.setup_flags,
                                   [](auto tried) { return (tried & polling) != 0; }));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(another_error_than_an_unknown_flag_ends_the_attempts, Backend,
                              backends) {
    watched<Backend> here;
    for (const int error : {ENOSYS, EPERM, ENOMEM}) {
        here.kernel.setup_flags.clear();
        here.kernel.setup_error = error;
        const auto ring = watched<Backend>::ring_type::create(here.kernel);
        BOOST_TEST_REQUIRE(!ring.has_value());
        BOOST_TEST(is_errno(ring.error(), error));
        BOOST_TEST(here.kernel.setup_flags.size() == 1U);
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(entries_are_rounded_up_and_the_completions_get_twice_as_many, Backend,
                              backends) {
    watched<Backend> here;
    const auto ring = here.open({.entries = 5});
    BOOST_TEST(ring.sq_size() == 8U);
    BOOST_TEST(ring.sq_space() == 8U);
    BOOST_TEST(ring.cq_size() == 16U);
    const auto wide = here.open({.entries = 2, .cq_entries = 100});
    BOOST_TEST(wide.sq_size() == 2U);
    BOOST_TEST(wide.cq_size() == 128U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(no_entries_are_refused_by_the_kernel, Backend, backends) {
    watched<Backend> here;
    const auto ring = watched<Backend>::ring_type::create(here.kernel, {.entries = 0});
    BOOST_TEST_REQUIRE(!ring.has_value());
    BOOST_TEST(is_errno(ring.error(), EINVAL));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_ring_that_cannot_be_mapped_is_closed_again, Backend, backends) {
    for (const int granted : {0, 1}) {
        watched<Backend> here;
        here.kernel.maps_granted = granted;
        const auto ring = watched<Backend>::ring_type::create(here.kernel);
        BOOST_TEST_REQUIRE(!ring.has_value());
        BOOST_TEST(is_errno(ring.error(), ENOMEM));
        BOOST_TEST(here.kernel.setup_flags.size() == 1U);
        BOOST_TEST(here.balanced());
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_kernel_with_two_mappings_for_the_queues_is_too_old, Backend,
                              backends) {
    watched<Backend> here;
    here.kernel.features_hidden = abi::ioring_feat_single_mmap;
    const auto ring = watched<Backend>::ring_type::create(here.kernel);
    BOOST_TEST_REQUIRE(!ring.has_value());
    BOOST_TEST((ring.error() == errc::unsupported));
    BOOST_TEST(here.balanced());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_registered_descriptor_is_used_for_every_call, Backend, backends) {
    watched<Backend> here;
    require(here.real, &capabilities::registered_ring_fd);
    auto ring = here.open();
    BOOST_TEST_REQUIRE(ring.has_registered_fd());
    BOOST_TEST(runs_a_nop(ring));
    BOOST_TEST_REQUIRE(!here.kernel.enters.empty());
    for (const entered& call : here.kernel.enters) {
        BOOST_TEST((call.flags & abi::ioring_enter_registered_ring) != 0U);
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(without_registration_the_real_descriptor_is_used, Backend, backends) {
    watched<Backend> here;
    here.kernel.register_refused = abi::ioring_register_ring_fds;
    auto refused = here.open();
    auto unwanted = here.open({.register_ring_fd = false});
    for (auto* ring : {&refused, &unwanted}) {
        BOOST_TEST(!ring->has_registered_fd());
        here.kernel.enters.clear();
        BOOST_TEST(runs_a_nop(*ring));
        BOOST_TEST_REQUIRE(!here.kernel.enters.empty());
        BOOST_TEST(here.kernel.enters[0].fd == ring->fd());
        BOOST_TEST((here.kernel.enters[0].flags & abi::ioring_enter_registered_ring) == 0U);
    }
}

// A registration holds the ring like a descriptor does, and a thread has room for sixteen.
BOOST_AUTO_TEST_CASE_TEMPLATE(closing_gives_the_registration_back, Backend, backends) {
    watched<Backend> here;
    require(here.real, &capabilities::registered_ring_fd);
    for (int round = 0; round < 100; ++round) {
        auto ring = here.open({.entries = 1});
        BOOST_TEST_REQUIRE(ring.has_registered_fd(), "round " << round);
        BOOST_TEST_REQUIRE(ring.close().has_value());
    }
    BOOST_TEST(here.balanced());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(more_rings_than_registrations_all_work, Backend, backends) {
    watched<Backend> here;
    std::vector<typename watched<Backend>::ring_type> rings;
    for (int count = 0; count < 20; ++count) rings.push_back(here.open({.entries = 1}));
    for (auto& ring : rings) BOOST_TEST(runs_a_nop(ring));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::testing
