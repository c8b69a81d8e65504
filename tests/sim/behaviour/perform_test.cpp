#include "sim/behaviour/perform.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>
#include <vector>

#include "sim/behaviour/text.hpp"
#include "sim/kernel/model_world.hpp"

using namespace ringproof::sim;

namespace {

std::string last_seen(const std::string& lines) {
    const auto script = parse_behaviour("ringproof-behaviour 1\nrule SEL-03\nsays So.\n" + lines);
    BOOST_REQUIRE(script.has_value());
    choices canonical;
    model_kernel kernel(canonical, {});
    model_world around(kernel);
    performer<model_world> on(around);
    return on.perform(*script).back().seen;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(perform)

// Its bit is another one than that of receives.
BOOST_AUTO_TEST_CASE(a_multishot_accept_takes_every_peer) {
    const std::string peers = "listen l\nconnect l\nconnect l\n";
    BOOST_TEST(std::ranges::count(last_seen(peers + "accept l\nrun -> any\n"), '{') == 1);
    const std::string all = last_seen(peers + "accept l multishot\nrun -> any\n");
    BOOST_TEST(std::ranges::count(all, '{') == 2);
    BOOST_TEST(std::ranges::count(all, 'M') == 2);
}

BOOST_AUTO_TEST_SUITE_END()
