#include "sim/behaviour/guard.hpp"

#include <boost/test/unit_test.hpp>

#include <unistd.h>

#include <csignal>
#include <string>

#include "sim/behaviour/text.hpp"

namespace ringproof::testing {

using namespace sim;

namespace {

constexpr std::chrono::milliseconds long_enough{20'000};

struct one_script {
    behaviour script =
        parse_behaviour("ringproof-behaviour 1\nrule SEL-03\nsays So.\nopen a tcp\nrun -> 1{5}\n")
            .value();

    performance see(const behaviour& it) {
        return {.of = &it, .seen = {{&it.statements[0], "0"}, {&it.statements[1], "1{5} 2{6}"}}};
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(guard, one_script)

BOOST_AUTO_TEST_CASE(what_a_child_saw_is_seen) {
    const pid_t parent = ::getpid();
    const auto done = perform_guarded(
        script,
        [&](const behaviour& it) {
            return ::getpid() == parent ? performance{.of = &it} : see(it);
        },
        long_enough);
    BOOST_TEST(done.complete());
    BOOST_TEST_REQUIRE(done.seen.size() == 2U);
    BOOST_TEST(done.seen[0].seen == "0");
    BOOST_TEST(done.seen[1].seen == "1{5} 2{6}");
    BOOST_TEST((done.seen[1].of == &script.statements[1]));
}

BOOST_AUTO_TEST_CASE(a_script_that_stopped_early_is_as_short_as_it_was) {
    const auto done = perform_guarded(
        script,
        [](const behaviour& it) {
            return performance{.of = &it, .seen = {{&it.statements[0], "-EMFILE"}}};
        },
        long_enough);
    BOOST_TEST(done.complete());
    BOOST_TEST(done.seen.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_child_that_dies_says_of_what) {
    const auto killed = [this](int number) {
        return perform_guarded(
            script,
            [&](const behaviour& it) {
                std::signal(number, SIG_DFL);  // Boost has its own ideas
                ::raise(number);
                return see(it);
            },
            long_enough);
    };
    BOOST_TEST(killed(SIGKILL).lost == "died: Killed");
    BOOST_TEST(killed(SIGTERM).lost == "died: Terminated");
    BOOST_TEST(killed(SIGKILL).seen.empty());
    const auto ended =
        perform_guarded(script, [](const behaviour&) -> performance { ::_exit(3); }, long_enough);
    BOOST_TEST(ended.lost == "died: status 3");
}

BOOST_AUTO_TEST_CASE(a_child_that_does_not_end_is_killed_and_said_to_hang) {
    const auto done = perform_guarded(
        script,
        [](const behaviour&) -> performance {
            for (;;) ::pause();
        },
        std::chrono::milliseconds(20));
    BOOST_TEST(done.lost == "hung: no end within 0.02 s");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::testing
