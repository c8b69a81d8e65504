// Scenarios come back from their text, and what is none is refused with its line.

#include "sim/simulation/scenario_text.hpp"

#include <cerrno>

#include <boost/test/unit_test.hpp>

namespace ringproof::testing {

using namespace sim;

namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

/// Every field other than by default.
scenario full() {
    scenario made;
    made.seed = 0xfedc'ba98'7654'3210U;
    made.profile = "v6_16+BUG-20";
    made.mode = ring_mode::sqpoll;
    made.sizes = {8, 32, 4, 100, true};
    made.budget = seconds(3);
    made.faults = all_faults();
    made.faults.one_in = 5;
    made.faults.until = microseconds(7);
    made.faults.refusals = {{call_kind::registration, 2, ENOMEM}, {call_kind::enter, 9, EBUSY}};
    made.answers = {0, 1, 255};
    made.world.listeners = 2;
    made.world.latency = nanoseconds(1500);
    made.world.peers = {echo_peer(100, 7, 3)};
    made.world.peers[0].steps[0].time = milliseconds(2);
    made.world.peers[0].listener = 1;
    made.world.peers[0].window = 512;
    made.world.peers.push_back({.channel = channel_kind::unix_stream,
                                .connects = false,
                                .expects = expected_answer::script,
                                .start = seconds(1),
                                .stagger = nanoseconds(3),
                                .steps = {{.kind = step_kind::say, .text = "a \"b\"\\\r\n\t\x01#"},
                                          {.kind = step_kind::hear, .text = "ok"},
                                          {.kind = step_kind::pause, .time = milliseconds(1)},
                                          {.kind = step_kind::mirror, .size = 3},
                                          {.kind = step_kind::reset}}});
    return made;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(scenario_text)

BOOST_AUTO_TEST_CASE(every_field_comes_back) {
    for (const scenario& each : {full(), scenario{}}) {
        const auto again = parse_scenario(print(each));
        BOOST_TEST_REQUIRE(again.has_value());
        BOOST_TEST((*again == each), print(*again));
    }
}

BOOST_AUTO_TEST_CASE(people_may_leave_out_and_comment) {
    const auto read = parse_scenario("# a crowd\n\npeers 3 tcp none  # of readers\n  send 5\n");
    BOOST_TEST_REQUIRE(read.has_value());
    scenario wanted;
    wanted.world.peers = {{.count = 3,
                           .expects = expected_answer::none,
                           .steps = {{.kind = step_kind::send, .size = 5}}}};
    BOOST_TEST((*read == wanted));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_read_is_refused_with_its_line) {
    const auto check = [](std::string_view text, std::string_view why) {
        const auto read = parse_scenario(text);
        BOOST_TEST(!read.has_value());
        if (!read) BOOST_TEST(read.error() == why);
    };
    check("seed\n", "line 1: a number is missing");
    check("seed 7\nseed x", "line 2: 'x' is no number");
    check("mode fast", "line 1: there is no mode 'fast'");
    check("faults jiter", "line 1: there is no fault 'jiter'");
    check("budget 5", "line 1: '5' is no time: a number with ns, us, ms or s");
    check("refuse open 1 EAGAIN", "line 1: there is no call 'open'");
    check("answers 012", "line 1: an odd number of hexadecimal digits");
    check("send 5", "line 1: a step before there are peers");
    check("peers 1 tcp echo\nsay \"x", "line 2: a text without its closing quote");
    check("peers 1 tcp echo\nsay \"\\q\"", "line 2: no such escape: \\q");
    check("peers 1 tcp echo fast", "line 1: peers do not know 'fast'");
    check("dance", "line 1: 'dance' means nothing here");
    check("seed 7 8", "line 1: '8' is too much");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::testing
