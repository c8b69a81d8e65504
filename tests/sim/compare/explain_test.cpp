// The search for answers with which the model shows what a kernel showed.

#include <boost/test/unit_test.hpp>

#include <vector>

#include "sim/compare/explain.hpp"

namespace ringproof::testing {

namespace {

namespace sim = ringproof::sim;

sim::event shows(std::int64_t what) {
    return {.kind = sim::event_kind::completed, .subject = 1, .a = what};
}

/// A model that asks `count` questions of `bound` answers each and shows every answer.
sim::show asks(std::size_t count, std::uint32_t bound) {
    return [=](std::span<const std::uint8_t> answers) {
        sim::showing run;
        for (std::size_t i = 0; i < count; ++i) {
            const std::uint32_t answer = i < answers.size() ? answers[i] : 0;
            run.asked.push_back({answer, bound, "what", 0, i});
            run.seen.push_back(shows(answer));
        }
        return run;
    };
}

}  // namespace

BOOST_AUTO_TEST_SUITE(explain)

BOOST_AUTO_TEST_CASE(what_the_model_does_by_itself_takes_one_run) {
    const std::vector<sim::event> wanted{shows(0), shows(0)};
    const auto found = sim::explain(wanted, asks(2, 2));
    BOOST_TEST(found.found);
    BOOST_TEST(found.runs == 1U);
    BOOST_TEST((found.answers() == std::vector<std::uint8_t>{0, 0}));
}

BOOST_AUTO_TEST_CASE(answers_are_found_one_after_the_other) {
    const std::vector<sim::event> wanted{shows(2), shows(0), shows(1), shows(2)};
    const auto found = sim::explain(wanted, asks(4, 3));
    BOOST_TEST(found.found);
    BOOST_TEST((found.answers() == std::vector<std::uint8_t>{2, 0, 1, 2}));
    BOOST_TEST(found.runs < 81U);  // not by trying everything
}

BOOST_AUTO_TEST_CASE(what_no_answer_brings_about_is_told_with_what_would_have_come) {
    const std::vector<sim::event> wanted{shows(1), shows(7)};
    const auto found = sim::explain(wanted, asks(2, 2));
    BOOST_TEST(!found.found);
    BOOST_TEST(found.exhausted);
    BOOST_TEST(found.matched == 1U);
    BOOST_TEST((found.instead == std::vector<sim::event>{shows(0), shows(1)}));
}

BOOST_AUTO_TEST_CASE(more_or_less_than_the_kernel_showed_is_a_difference) {
    const std::vector<sim::event> one{shows(0)};
    const std::vector<sim::event> three{shows(0), shows(0), shows(0)};
    BOOST_TEST(!sim::explain(one, asks(2, 2)).found);
    const auto more = sim::explain(three, asks(2, 2));
    BOOST_TEST(!more.found);
    BOOST_TEST(more.matched == 2U);
    BOOST_TEST(more.instead.empty());
}

BOOST_AUTO_TEST_CASE(a_search_gives_up_at_its_limits_and_says_so) {
    std::vector<sim::event> wanted(64, shows(0));
    wanted.back() = shows(9);
    const auto by_runs = sim::explain(wanted, asks(64, 2), {.runs = 10});
    BOOST_TEST(!by_runs.found);
    BOOST_TEST(!by_runs.exhausted);
    BOOST_TEST(by_runs.runs == 10U);
    const auto by_events = sim::explain(wanted, asks(64, 2), {.events = 640});
    BOOST_TEST(by_events.runs == 10U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::testing
