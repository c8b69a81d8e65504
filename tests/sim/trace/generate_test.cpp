#include "sim/trace/generate.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <cstdint>

#include "sim/trace/text.hpp"

using namespace ringproof::sim;

BOOST_AUTO_TEST_SUITE(generate)

BOOST_AUTO_TEST_CASE(a_seed_is_a_trace) {
    BOOST_TEST(print(ringproof::sim::generate(5)) == print(ringproof::sim::generate(5)));
    BOOST_TEST(print(ringproof::sim::generate(5)) != print(ringproof::sim::generate(6)));
}

BOOST_AUTO_TEST_CASE(whole_kinds_are_left_out_now_and_then) {
    std::array<unsigned, op_kind_count> traces_with{};
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        std::array<bool, op_kind_count> seen{};
        for (const op& each : ringproof::sim::generate(seed).operations)
            seen[static_cast<std::size_t>(each.kind)] = true;
        for (unsigned kind = 0; kind < op_kind_count; ++kind)
            traces_with[kind] += seen[kind] ? 1 : 0;
    }
    for (unsigned kind = 0; kind < op_kind_count; ++kind) {
        BOOST_TEST(traces_with[kind] > 0U, form_of(static_cast<op_kind>(kind)).name);
    }
    BOOST_TEST(traces_with[static_cast<std::size_t>(op_kind::recv)] < 190U);
}

BOOST_AUTO_TEST_CASE(what_a_kernel_lacks_is_not_asked_for) {
    const generate_options nothing{.sqpoll = false,
                                   .incremental = false,
                                   .min_left = false,
                                   .mapped = false,
                                   .bundles = false,
                                   .read_multishot = false,
                                   .receive_limits = false};
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        const trace made = ringproof::sim::generate(seed, nothing);
        BOOST_TEST((made.ring.mode != ring_mode::sqpoll));
        for (const op& each : made.operations) {
            BOOST_TEST(!each.has(modifier::incremental));
            BOOST_TEST(!each.has(modifier::bundle));
            BOOST_TEST(!each.has(modifier::mapped));
            BOOST_TEST((each.kind != op_kind::send && each.kind != op_kind::read_multishot));
            if (each.kind == op_kind::recv_multishot) BOOST_TEST(each.size + each.limit == 0U);
        }
    }
}

BOOST_AUTO_TEST_CASE(any_text_is_a_seed) {
    BOOST_TEST(seed_of("42") == 42U);
    BOOST_TEST(seed_of("0x2a") == 42U);
    BOOST_TEST(seed_of("18446744073709551615") == 18446744073709551615U);
    BOOST_TEST(seed_of("5cbf3d0") != seed_of("5cbf3d1"));
    BOOST_TEST(seed_of("18446744073709551616") == seed_of("18446744073709551616"));
    BOOST_TEST(case_seed(1, 2) != case_seed(2, 1));
}

BOOST_AUTO_TEST_SUITE_END()
