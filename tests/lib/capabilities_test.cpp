#include <ringproof/capabilities.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string_view>

#include "tests/support/child.hpp"
#include "tests/support/watched.hpp"

namespace ringproof::testing {

namespace {

/// What must change, and nothing else, when the kernel lacks one thing.
struct lack {
    bool capabilities::* member;
    std::uint32_t setup_flag;  // or
    int opcode;                // of io_uring_register(2); -1: none
};

constexpr std::array lacks{
    lack{&capabilities::single_issuer, abi::ioring_setup_single_issuer, -1},
    lack{&capabilities::cooperative, abi::ioring_setup_coop_taskrun, -1},
    lack{&capabilities::deferred, abi::ioring_setup_defer_taskrun, -1},
    lack{&capabilities::polled, abi::ioring_setup_sqpoll, -1},
    lack{&capabilities::status_query, 0, abi::ioring_register_pbuf_status},
    lack{&capabilities::sync_cancel, 0, abi::ioring_register_sync_cancel},
    lack{&capabilities::sparse_files, 0, abi::ioring_register_files2},
    lack{&capabilities::registered_ring_fd, 0, abi::ioring_register_ring_fds},
    lack{&capabilities::user_rings, 0, abi::ioring_register_pbuf_ring},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(capabilities)

BOOST_AUTO_TEST_CASE(every_capability_has_a_name_of_its_own_and_is_listed_once) {
    std::set<std::string_view> names;
    ringproof::capabilities all;
    for (const capability& one : all_capabilities) {
        BOOST_TEST(names.insert(one.name).second, one.name);
        BOOST_TEST(!one.since.empty());
        BOOST_TEST(!one.meaning.empty());
        BOOST_TEST(!(all.*one.member), one.name);
        all.*one.member = true;
    }
    // Each member is a byte; one that is not in the list would be missing here.
    BOOST_TEST(names.size() == sizeof(ringproof::capabilities));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(probing_leaves_nothing_behind_and_finds_the_same_again, Backend,
                              backends) {
    watched<Backend> here;
    const auto first = probe(here.kernel);
    BOOST_TEST_REQUIRE(first.has_value());
    BOOST_TEST(here.balanced());
    const auto second = probe(here.kernel);
    BOOST_TEST_REQUIRE(second.has_value());
    BOOST_TEST((*first == *second));
}

// What is younger implies what it was built on.
BOOST_AUTO_TEST_CASE_TEMPLATE(findings_are_consistent, Backend, backends) {
    watched<Backend> here;
    const auto found = probe(here.kernel).value();
    BOOST_TEST((!found.mapped_rings || found.user_rings));
    BOOST_TEST((!found.incremental || found.user_rings));
    BOOST_TEST((!found.min_left || found.incremental));
    BOOST_TEST((!found.recv_multishot_limits || found.recv_multishot));
    BOOST_TEST((!found.deferred || found.single_issuer));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(what_a_kernel_lacks_is_found_missing_and_only_that, Backend,
                              backends) {
    watched<Backend> here;
    const auto whole = probe(here.kernel).value();
    for (const lack& one : lacks) {
        if (!(whole.*one.member)) continue;
        here.kernel.setup_flags_refused = one.setup_flag;
        here.kernel.register_refused.reset();
        if (one.opcode >= 0) here.kernel.register_refused = static_cast<std::uint32_t>(one.opcode);
        auto found = probe(here.kernel);
        BOOST_TEST_REQUIRE(found.has_value());
        BOOST_TEST(!((*found).*one.member));
        auto expected = whole;
        expected.*one.member = false;
        if (one.member == &ringproof::capabilities::single_issuer) expected.deferred = false;
        if (one.member == &ringproof::capabilities::user_rings) {
            expected.mapped_rings = expected.incremental = expected.min_left = false;
            expected.status_query = false;
        }
        BOOST_TEST((*found == expected), "lack " << &one - lacks.data());
        BOOST_TEST(here.balanced());
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(bundles_are_announced_by_the_kernel, Backend, backends) {
    watched<Backend> here;
    if (!probe(here.kernel).value().bundles) skip("this kernel lacks bundles");
    here.kernel.features_hidden = abi::ioring_feat_recvsend_bundle;
    BOOST_TEST(!probe(here.kernel).value().bundles);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(without_io_uring_the_reason_is_handed_on, Backend, backends) {
    watched<Backend> here;
    for (const int error : {ENOSYS, EPERM, ENOMEM}) {
        here.kernel.setup_error = error;
        const auto found = probe(here.kernel);
        BOOST_TEST_REQUIRE(!found.has_value());
        BOOST_TEST(is_errno(found.error(), error));
    }
}

// Running out of memory says nothing about features.
BOOST_AUTO_TEST_CASE_TEMPLATE(a_trial_without_memory_is_an_error_and_no_answer, Backend, backends) {
    watched<Backend> here;
    here.kernel.maps_granted = 2;  // the two queues, and then no more
    const auto found = probe(here.kernel);
    BOOST_TEST_REQUIRE(!found.has_value());
    BOOST_TEST(is_errno(found.error(), ENOMEM));
    BOOST_TEST(here.balanced());
}

// What was found is true: a ring made with it works. One member of each kind.
BOOST_AUTO_TEST_CASE_TEMPLATE(what_is_found_can_be_used, Backend, backends) {
    watched<Backend> here;
    const auto found = probe(here.kernel).value();
    const auto ring = here.open({.mode = execution::deferred});
    const bool deferred = (ring.setup_flags() & abi::ioring_setup_defer_taskrun) != 0;
    BOOST_TEST(deferred == found.deferred);
    BOOST_TEST(ring.has_registered_fd() == found.registered_ring_fd);
    const bool bundles = (ring.features() & abi::ioring_feat_recvsend_bundle) != 0;
    BOOST_TEST(bundles == found.bundles);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::testing
