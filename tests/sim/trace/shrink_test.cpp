#include "sim/trace/shrink.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/compare/model_player.hpp"
#include "sim/oracle/signature.hpp"
#include "sim/trace/generate.hpp"
#include "sim/trace/simplify.hpp"
#include "sim/trace/text.hpp"

using namespace ringproof::sim;

namespace {

verdict judged(const trace& wanted) {
    static model_player plays;
    history record;
    return plays.play(wanted, record).broken;
}

still_fails as(const std::string& signature) {
    return [signature](const trace& candidate) {
        const verdict now = judged(candidate);
        return now && signature_of(*now) == signature;
    };
}

/// The first generated traces that fail under the profile.
std::vector<trace> failing(const std::string& name, std::size_t count) {
    std::vector<trace> found;
    for (std::uint64_t number = 0; found.size() < count && number < 20'000; ++number) {
        trace wanted = generate(case_seed(1, number), {.sqpoll = false});
        wanted.profile = name;
        if (judged(wanted)) found.push_back(wanted);
    }
    BOOST_REQUIRE(found.size() == count);
    return found;
}

bool has(const trace& wanted, op_kind kind) {
    return std::ranges::count(wanted.operations, kind, &op::kind) > 0;
}

/// Every trace that one step of simplification makes of it, or one removal.
std::vector<trace> one_step_from(const trace& whole) {
    std::vector<trace> steps;
    for (std::size_t i = 0; i < whole.operations.size(); ++i) {
        trace without = whole;
        without.operations.erase(without.operations.begin() + static_cast<std::ptrdiff_t>(i));
        steps.push_back(without);
        for (const op& simpler : simplify::operands(whole.operations[i])) {
            trace other = whole;
            other.operations[i] = simpler;
            steps.push_back(other);
        }
    }
    for (const ring_geometry& smaller : simplify::geometry(whole.ring)) {
        steps.push_back(whole);
        steps.back().ring = smaller;
    }
    for (const std::string& name : simplify::profile(whole.profile)) {
        steps.push_back(whole);
        steps.back().profile = name;
    }
    return steps;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(shrink)

BOOST_AUTO_TEST_CASE(what_does_not_matter_goes) {
    const trace whole = generate(case_seed(1, 1), {.sqpoll = false});
    BOOST_REQUIRE(has(whole, op_kind::feed));
    const shrunk_trace made = ringproof::sim::shrink(
        whole, 0, [](const trace& candidate) { return has(candidate, op_kind::feed); });
    BOOST_TEST(made.minimal);
    BOOST_TEST(made.smallest.operations.size() == 1U);
    BOOST_TEST(made.smallest.choices.empty());
    BOOST_TEST(print(made.smallest.operations[0]) == "feed s0 0");
    BOOST_TEST((made.smallest.ring == ring_geometry{1, 1, ring_mode::plain}));
}

// A bug of an old version is found again under the newest one with that bug alone, and the trace
// for it fits on a postcard.
BOOST_AUTO_TEST_CASE(the_bug_that_it_takes_is_named) {
    std::vector<std::size_t> sizes;
    for (const char* name : {"v6_16", "v6_19", "v6_8"}) {
        for (const trace& whole : failing(name, 9)) {
            const violation broken = judged(whole).value();
            const shrunk_trace made =
                ringproof::sim::shrink(whole, broken.step, as(signature_of(broken)));
            BOOST_TEST(made.minimal);
            BOOST_TEST(made.smallest.profile.starts_with("v7_3+BUG-"), made.smallest.profile);
            sizes.push_back(made.smallest.operations.size());
        }
    }
    std::ranges::sort(sizes);
    BOOST_TEST(sizes[sizes.size() / 2] <= 12U);
}

BOOST_AUTO_TEST_CASE(no_single_step_more_keeps_the_failure) {
    const trace whole = failing("v7_3+BUG-20", 1).front();
    const violation broken = judged(whole).value();
    const auto fails = as(signature_of(broken));
    const shrunk_trace made = ringproof::sim::shrink(whole, broken.step, fails);
    BOOST_TEST(fails(made.smallest));
    const auto steps = one_step_from(made.smallest);
    BOOST_TEST(steps.size() > 5U);
    for (const trace& step : steps) BOOST_TEST(!fails(step), print(step));
}

BOOST_AUTO_TEST_CASE(it_stops_when_told_and_says_so) {
    const trace whole = generate(case_seed(1, 2));
    const auto always = [](const trace&) { return true; };
    BOOST_TEST(ringproof::sim::shrink(whole, 0, always, {.tries_most = 3}).tries == 3U);
    BOOST_TEST(!ringproof::sim::shrink(whole, 0, always, {.tries_most = 3}).minimal);
    const shrunk_trace none = ringproof::sim::shrink(
        whole, 0, always, {.go_on = [](const trace&, std::uint64_t) { return false; }});
    BOOST_TEST((none.smallest == whole));
    BOOST_TEST(!none.minimal);
}

BOOST_AUTO_TEST_CASE(what_never_fails_smaller_stays_as_it_is) {
    const trace whole = generate(case_seed(1, 3));
    const shrunk_trace made = ringproof::sim::shrink(whole, 0, [](const trace&) { return false; });
    BOOST_TEST((made.smallest == whole));
    BOOST_TEST(made.minimal);
    BOOST_TEST(made.tries > whole.operations.size());
}

BOOST_AUTO_TEST_CASE(numbers_get_simpler_from_the_simplest_on) {
    BOOST_TEST(simplify::numbers(0).empty());
    BOOST_TEST(simplify::numbers(all_of_them).empty());
    BOOST_TEST((simplify::numbers(1) == std::vector<std::uint32_t>{0}));
    BOOST_TEST((simplify::numbers(8) == std::vector<std::uint32_t>{0, 1, 4, 6, 7}));
}

BOOST_AUTO_TEST_CASE(profiles_lose_their_bugs) {
    BOOST_TEST(simplify::profile("v7_3").empty());
    BOOST_TEST((simplify::profile("v7_3+BUG-20+BUG-21") ==
                std::vector<std::string>{"v7_3", "v7_3+BUG-21", "v7_3+BUG-20"}));
    const auto old = simplify::profile("v6_16");
    BOOST_TEST(old.front() == "v7_3");
    BOOST_TEST(std::ranges::count(old, "v7_3+BUG-15") == 1);
}

BOOST_AUTO_TEST_SUITE_END()
