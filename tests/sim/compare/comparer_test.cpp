// Kernels that are models themselves: one that does what it may is explained whatever it chose, and
// one of another version is found out.

#include <boost/test/unit_test.hpp>

#include <optional>
#include <string>

#include "sim/compare/comparer.hpp"
#include "sim/trace/generate.hpp"

namespace ringproof::testing {

namespace {

namespace sim = ringproof::sim;

/// What a kernel like `version` does with a trace when these are its choices.
sim::kernel_play play_on(const sim::profile& version, const sim::trace& wanted, sim::choices open) {
    sim::kernel_play played;
    played.record.keep_events(true);
    sim::model_kernel kernel(open, {.kernel_profile = version, .peers_share_task = true});
    sim::model_world around(kernel);
    sim::player<sim::model_world> player;
    const sim::outcome came = player.play(wanted, around, played.record);
    played.operations = came.done.operations;
    return played;
}

sim::trace trace_of(std::uint64_t number, bool workers) {
    sim::generate_options may{.profile = "v6_18",
                              .operations_least = 10,
                              .operations_most = workers ? 30U : 100U,
                              .sqpoll = false,
                              .min_left = false,
                              .workers = workers,
                              .timers = false};
    return sim::generate(sim::case_seed(11, number), may);
}

std::optional<sim::kernel_play> never() { return std::nullopt; }

/// How many of the traces the model of one version cannot do as that of another did them.
unsigned told_apart(std::string_view kernel, std::string_view model, unsigned traces) {
    sim::comparer against(*sim::find_profile(model));
    unsigned found = 0;
    for (unsigned i = 0; i < traces; ++i) {
        const sim::trace wanted = trace_of(i, false);
        const auto played = play_on(*sim::find_profile(kernel), wanted, sim::choices());
        found += against.compare(wanted, played, never) ? 1 : 0;
    }
    BOOST_TEST(against.tally().traces == traces);
    return found;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(comparer)

BOOST_AUTO_TEST_CASE(without_workers_there_is_one_thing_to_do) {
    BOOST_TEST(told_apart("v6_18", "v6_18", 300) == 0U);
}

BOOST_AUTO_TEST_CASE(whatever_a_kernel_chose_is_explained) {
    sim::comparer against(*sim::find_profile("v6_18"));
    for (unsigned i = 0; i < 150; ++i) {
        const sim::trace wanted = trace_of(i, true);
        const auto played =
            play_on(*sim::find_profile("v6_18"), wanted, sim::choices::random(i + 1));
        const auto again = [&] {
            return std::optional(
                played.record.events().empty()
                    ? sim::kernel_play{}
                    : play_on(*sim::find_profile("v6_18"), wanted, sim::choices::random(i)));
        };
        const sim::verdict wrong = against.compare(wanted, played, again);
        BOOST_TEST(!wrong, "trace " << i << ": " << (wrong ? wrong->sentence : ""));
    }
    BOOST_TEST(against.tally().allowed > 0U);
    BOOST_TEST(!against.tally().open.empty());
}

// Bundles that append, the order of waiters, what a bundle may fill: a few hundred traces see it.
BOOST_AUTO_TEST_CASE(another_version_is_found_out) {
    for (const std::string_view other : {"v6_12", "v6_16", "v7_3"}) {
        BOOST_TEST(told_apart(other, "v6_18", 300) > 0U, other << " passes for v6_18");
    }
}

BOOST_AUTO_TEST_CASE(a_difference_says_what_was_seen_and_what_should_have_been) {
    sim::comparer against(*sim::find_profile("v6_18"));
    const sim::trace wanted = trace_of(0, false);
    auto played = play_on(*sim::find_profile("v6_18"), wanted, sim::choices());
    played.record.begin_step(9);
    played.record.record(sim::actor::application, sim::event_kind::completed, 77, -5);
    const sim::verdict wrong = against.compare(wanted, played, never);
    BOOST_TEST_REQUIRE(wrong.has_value());
    BOOST_TEST(wrong->invariant == "I21");
    BOOST_TEST(wrong->step == 9U);
    BOOST_TEST(wrong->sentence.contains("completed request 77: result -EIO"));
    BOOST_TEST(wrong->sentence.ends_with("nothing more"));
}

BOOST_AUTO_TEST_CASE(clocks_are_not_compared) {
    sim::trace wanted;
    BOOST_TEST(sim::can_be_compared(wanted));
    wanted.ring.mode = sim::ring_mode::sqpoll;
    BOOST_TEST(!sim::can_be_compared(wanted));
    wanted.ring.mode = sim::ring_mode::defer;
    wanted.operations.push_back({.kind = sim::op_kind::pass, .count = 5});
    BOOST_TEST(!sim::can_be_compared(wanted));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::testing
