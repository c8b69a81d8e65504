#include "sim/trace/tame.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

#include "sim/profile_name.hpp"
#include "sim/trace/generate.hpp"
#include "sim/trace/text.hpp"

using namespace ringproof::sim;

namespace {

trace parsed(const std::string& text) { return parse("ringproof-trace 1\n" + text).value(); }

}  // namespace

BOOST_AUTO_TEST_SUITE(tame)

BOOST_AUTO_TEST_CASE(amounts_are_cut_to_their_limits) {
    const trace wild = parsed(R"(profile v6_8+BUG-20
ring sq=32768 cq=65536 mode=defer
group entries=65536 size=1048576 min_left=9 incremental
send_group entries=65536 size=1048576
feed s60000 1048576
send s0 w0 bytes=1048576 bundle
nop 4096
churn s0 g0 rounds=10000000 bytes=65536
reap 65536
)");
    const trace quick = parsed(R"(profile v6_8+BUG-20
ring sq=32 cq=256 mode=defer
group entries=128 size=1024 min_left=9 incremental
send_group entries=128 size=1024
feed s60000 8192
send s0 w0 bytes=8192 bundle
nop 64
churn s0 g0 rounds=24 bytes=2048
reap 65536
)");
    BOOST_TEST(print(ringproof::sim::tame(wild)) == print(quick));
}

BOOST_AUTO_TEST_CASE(what_is_limited_in_all_goes_to_those_who_come_first) {
    const trace wild = parsed(R"(profile v7_3
ring sq=8 cq=16 mode=default
group entries=8 size=64
group entries=8 size=2
feed s0 2000
churn s0 g0 rounds=20 bytes=1
churn s0 g0 rounds=20 bytes=1
churn s0 g0 rounds=20 bytes=8
feed s0 9
submit
)");
    const trace quick = parsed(R"(profile v7_3
ring sq=8 cq=16 mode=default
group entries=8 size=64
group entries=8 size=2
feed s0 2000
churn s0 g0 rounds=20 bytes=1
churn s0 g0 rounds=20 bytes=1
churn s0 g0 rounds=8 bytes=1
feed s0 0
submit
)");
    BOOST_TEST(print(ringproof::sim::tame(wild)) == print(quick));
}

BOOST_AUTO_TEST_CASE(who_only_churns_may_do_it_long_enough_for_a_wrap) {
    trace wild = parsed(R"(ring sq=8 cq=16 mode=default
open tcp
group entries=128 size=16
recv_multishot s0 g0
)");
    wild.operations.insert(wild.operations.end(), 30,
                           {.kind = op_kind::churn, .count = 24, .size = 2048});
    BOOST_TEST(print(ringproof::sim::tame(wild)) == print(wild));
    wild.operations.push_back({.kind = op_kind::submit});
    BOOST_TEST(print(ringproof::sim::tame(wild)) != print(wild));
}

BOOST_AUTO_TEST_CASE(the_last_operations_are_the_ones_that_go) {
    trace longer;
    for (std::uint32_t i = 0; i < 5; ++i) longer.operations.push_back({.count = i});
    const trace shorter = ringproof::sim::tame(longer, {.operations = 3});
    BOOST_REQUIRE(shorter.operations.size() == 3U);
    BOOST_TEST(shorter.operations.back().count == 2U);
}

BOOST_AUTO_TEST_CASE(a_ring_that_cannot_be_set_up_becomes_one_that_can) {
    const trace quick = ringproof::sim::tame(parsed("ring sq=20 cq=4 mode=default\n"));
    BOOST_TEST(quick.ring.sq_entries == 20U);
    BOOST_TEST(quick.ring.cq_entries == 20U);
}

BOOST_AUTO_TEST_CASE(a_name_that_no_profile_has_becomes_one_that_there_is) {
    trace unknown;
    for (const char* name : {"host", "a", "b", "v9_9", "v7_3+BUG-99", ""}) {
        unknown.profile = name;
        BOOST_TEST(profile_named(ringproof::sim::tame(unknown).profile).has_value(), name);
    }
    unknown.profile = "a";
    const std::string one = ringproof::sim::tame(unknown).profile;
    unknown.profile = "b";
    BOOST_TEST(ringproof::sim::tame(unknown).profile != one);
}

BOOST_AUTO_TEST_CASE(what_is_tame_stays_as_it_is) {
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        const trace once = ringproof::sim::tame(generate(seed));
        BOOST_TEST(print(ringproof::sim::tame(once)) == print(once));
    }
}

BOOST_AUTO_TEST_SUITE_END()
