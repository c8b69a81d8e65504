#include <ringproof/buffer_lease.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <ringproof/buffer_group.hpp>

#include "tests/support/backends.hpp"
#include "tests/support/group_rig.hpp"

namespace {

using namespace ringproof;
using ringproof::testing::backends;
using ringproof::testing::error_of;
using ringproof::testing::group_rig;
using ringproof::testing::keep_reachable;
using ringproof::testing::leak_listener;
using ringproof::testing::rig_group;
using ringproof::testing::text;

constexpr user_data reader{1};

/// A rig with one channel, armed.
template <class Backend>
struct armed : group_rig<Backend> {
    using lease_type = ringproof::buffer_lease<typename group_rig<Backend>::kernel_type>;

    armed() { this->arm(fd, reader); }
    lease_type receive(const std::string& what) { return group_rig<Backend>::receive(fd, what); }

    int fd = this->open();
};

}  // namespace

BOOST_AUTO_TEST_SUITE(buffer_lease)

BOOST_AUTO_TEST_CASE_TEMPLATE(an_empty_lease_holds_nothing_and_returns_nothing, Backend, backends) {
    typename armed<Backend>::lease_type none;
    BOOST_TEST(!none);
    BOOST_TEST(none.bytes().empty());
    BOOST_TEST(none.give_back().has_value());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_lease_gives_its_buffer_back_when_it_ends, Backend, backends) {
    armed<Backend> here;
    {
        const auto lease = here.receive("hello");
        BOOST_TEST(static_cast<bool>(lease));
        BOOST_TEST(text(lease.bytes()) == "hello");
        BOOST_TEST(lease.belongs_to(here.group.core()));
        BOOST_TEST(here.group.with_kernel() == 3U);
    }
    BOOST_TEST(here.group.with_kernel() == 4U);
    BOOST_TEST(here.group.tail_published() == 5U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_buffer_goes_back_once_whatever_is_called, Backend, backends) {
    armed<Backend> here;
    {
        auto lease = here.receive("hello");
        BOOST_TEST(lease.give_back().has_value());
        BOOST_TEST(!lease);
        BOOST_TEST(lease.bytes().empty());
        BOOST_TEST(lease.give_back().has_value());
    }
    BOOST_TEST(here.group.tail_published() == 5U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_moved_lease_leaves_an_empty_one, Backend, backends) {
    armed<Backend> here;
    auto first = here.receive("hello");
    auto second = std::move(first);
    BOOST_TEST(!first);
    BOOST_TEST(first.bytes().empty());
    BOOST_TEST(text(second.bytes()) == "hello");
    BOOST_TEST(here.group.with_kernel() == 3U);
    BOOST_TEST(first.give_back().has_value());
    BOOST_TEST(here.group.with_kernel() == 3U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(assignment_gives_back_what_was_held, Backend, backends) {
    armed<Backend> here;
    auto lease = here.receive("one");
    lease = here.receive("two");
    BOOST_TEST(text(lease.bytes()) == "two");
    BOOST_TEST(here.group.with_kernel() == 3U);
    auto& same = lease;
    lease = std::move(same);
    BOOST_TEST(text(lease.bytes()) == "two");
    lease = {};
    BOOST_TEST(here.group.with_kernel() == 4U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(the_application_may_write_to_what_it_holds, Backend, backends) {
    armed<Backend> here;
    const auto lease = here.receive("hello");
    std::ranges::fill(lease.bytes(), std::byte{'x'});
    const auto other = here.receive("other");
    BOOST_TEST(text(lease.bytes()) == "xxxxx");
    BOOST_TEST(text(other.bytes()) == "other");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_detached_buffer_is_owed_and_can_be_paid_once, Backend, backends) {
    armed<Backend> here;
    auto lease = here.receive("hello");
    const buffer_id id = lease.id();
    BOOST_TEST((lease.detach() == id));
    BOOST_TEST(!lease);
    BOOST_TEST((lease.detach() == id));  // empty by now: nothing happens
    BOOST_TEST(lease.give_back().has_value());
    BOOST_TEST(here.group.with_kernel() == 3U);
    BOOST_TEST(here.group.give_back(id).has_value());
    BOOST_TEST((error_of(here.group.give_back(id)) == errc::not_leased));
    BOOST_TEST(here.group.with_kernel() == 4U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_lease_outlives_its_group, Backend, backends) {
    armed<Backend> here;
    const auto lease = here.receive("still here");
    std::optional<typename armed<Backend>::group_type> doomed(std::move(here.group));
    doomed.reset();
    BOOST_TEST(text(lease.bytes()) == "still here");
    std::ranges::fill(lease.bytes(), std::byte{'x'});
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_lease_outlives_group_and_ring_in_any_order, Backend, backends) {
    for (const bool ring_first : {true, false}) {
        armed<Backend> here;
        auto lease = here.receive("still here");
        std::optional<typename armed<Backend>::group_type> group(std::move(here.group));
        std::optional<typename armed<Backend>::ring_type> ring(std::move(here.ring));
        if (ring_first) ring.reset();
        group.reset();
        ring.reset();
        BOOST_TEST(text(lease.bytes()) == "still here");
        std::ranges::fill(lease.bytes(), std::byte{'x'});
        BOOST_TEST(lease.give_back().has_value());
        BOOST_TEST(here.kernel.rings_open == 0);
        BOOST_TEST(here.kernel.mappings_alive == 0, "the last lease frees the slab");
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_return_after_the_groups_end_goes_to_nobody, Backend, backends) {
    armed<Backend> here;
    auto lease = here.receive("hello");
    BOOST_TEST(here.group.close().has_value());
    auto next = armed<Backend>::group_type::create(here.ring, rig_group, here.small).value();
    BOOST_TEST(lease.give_back().has_value());
    BOOST_TEST(next.tail_published() == 4U);
    BOOST_TEST(here.group.with_kernel() == 3U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_lease_that_ends_on_another_thread_is_lost_and_reported, Backend,
                              backends) {
    armed<Backend> here;
    const leak_listener leaks;
    keep_reachable(&here.group.core());
    auto returned = here.receive("one");
    std::optional dropped(here.receive("two"));
    here.kernel.caller_pretended = here.kernel.other_thread();
    BOOST_TEST((error_of(returned.give_back()) == errc::wrong_thread));
    dropped.reset();
    here.kernel.caller_pretended.reset();
    BOOST_TEST(leaks.count() == 2U);
    BOOST_TEST(here.group.with_kernel() == 2U);
    BOOST_TEST(here.group.tail_published() == 4U);
    // The two that are left go round.
    for (int i = 0; i < 5; ++i) BOOST_TEST(text(here.receive("on").bytes()) == "on");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_lease_that_ends_in_a_forked_child_is_the_parents_still, Backend,
                              backends) {
    armed<Backend> here;
    const leak_listener leaks;
    keep_reachable(&here.group.core());
    auto lease = here.receive("one");
    here.kernel.caller_pretended = here.kernel.forked_child();
    BOOST_TEST((error_of(lease.give_back()) == errc::forked_child));
    here.kernel.caller_pretended.reset();
    BOOST_TEST(leaks.count() == 0U, "the memory is the parent's; nothing is lost there");
    BOOST_TEST(here.group.tail_published() == 4U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_lease_detached_on_another_thread_touches_no_count, Backend,
                              backends) {
    armed<Backend> here;
    auto lease = here.receive("one");
    keep_reachable(&here.group.core());
    std::optional<typename armed<Backend>::group_type> group(std::move(here.group));
    BOOST_TEST(group->close().has_value());
    group.reset();  // the lease holds the last reference
    const auto bytes = lease.bytes();
    here.kernel.caller_pretended = here.kernel.other_thread();
    (void)lease.detach();
    here.kernel.caller_pretended.reset();
    bytes[0] = std::byte{'x'};  // still there: only the owner may free
}

BOOST_AUTO_TEST_SUITE_END()
