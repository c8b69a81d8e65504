// Every behaviour of the corpus, on the model under every profile that can show it. What the
// running kernel makes of them is `ringproof kernel`, and the test command.kernel.

#include "sim/behaviour/check.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <string_view>
#include <variant>

#include "sim/behaviour/catalogue.hpp"
#include "sim/kernel/model_world.hpp"
#include "sim/profile.hpp"
#include "sim/profile_facts.hpp"

namespace ringproof::sim {

namespace {

performance perform(const behaviour& script, const profile& version) {
    choices canonical;
    model_kernel kernel(canonical, {.kernel_profile = version});
    model_world around(kernel);
    performer<model_world> on(around);
    return {.of = &script, .seen = on.perform(script)};
}

bool cites(const behaviour& script, std::string_view id) {
    return std::ranges::find(script.rules, id) != script.rules.end();
}

/// That one bug more, or one less, would be noticed by one of the behaviours that cite it.
bool is_noticed(const profile_fact& fact, std::span<const behaviour> scripts) {
    const auto* member = std::get_if<bool profile_bugs::*>(&fact.member);
    if (member == nullptr) return true;  // a switch that other tests turn
    const std::string_view id = fact.ids.substr(0, fact.ids.find(','));
    bool cited = false;
    for (const behaviour& script : scripts) {
        if (!cites(script, id)) continue;
        cited = true;
        for (std::size_t i = 0; i < profiles().size(); ++i) {
            profile broken = profiles()[i];
            if (!script.holds_under(i)) continue;
            bool& bug = broken.bugs.*(*member);
            bug = !bug;
            const performance seen = perform(script, broken);
            if (judge(script, seen.seen, i).what != conformity::as_expected) return true;
        }
    }
    return !cited;  // the index of rules says why
}

}  // namespace

BOOST_AUTO_TEST_SUITE(behaviours)

BOOST_AUTO_TEST_CASE(the_model_behaves_as_every_profile_says) {
    const auto scripts = all_behaviours();
    BOOST_TEST_REQUIRE(scripts.has_value(), (scripts ? "" : scripts.error()));
    for (std::size_t i = 0; i < profiles().size(); ++i) {
        const profile& version = profiles()[i];
        check_options with{.hazardous = true, .profile = i};
        const kernel_report report = check(
            *scripts, with, [&](const behaviour& script) { return perform(script, version); });
        for (const judgement& each : report.all) {
            const bool good =
                each.what == conformity::as_expected || each.what == conformity::skipped;
            BOOST_TEST(good,
                       each.of->name << ".trace:" << each.line << ": under " << version.name
                                     << " expected " << each.expected << ", seen " << each.seen);
        }
        // The newest kernels can do nearly all of it; the oldest one has little of it.
        BOOST_TEST(report.counts()[0] > 40U, version.name);
    }
}

BOOST_AUTO_TEST_CASE(the_same_behaviour_on_the_same_profile_is_seen_the_same) {
    const auto scripts = all_behaviours().value();
    for (const behaviour& each : scripts) {
        const performance one = perform(each, profiles().back());
        const performance other = perform(each, profiles().back());
        BOOST_TEST_REQUIRE(one.seen.size() == other.seen.size());
        for (std::size_t i = 0; i < one.seen.size(); ++i) {
            BOOST_TEST(one.seen[i].seen == other.seen[i].seen, each.name);
        }
    }
}

// A behaviour that is named after a bug and would not see it shows nothing.
BOOST_AUTO_TEST_CASE(every_bug_is_noticed_by_a_behaviour_that_cites_it) {
    const auto scripts = all_behaviours().value();
    for (const profile_fact& fact : profile_facts()) {
        // BUG-25 is a reschedule at the wrong moment, and choices here are the usual ones.
        if (!fact.is_bug() || fact.ids.starts_with("BUG-25")) continue;
        BOOST_TEST(is_noticed(fact, scripts), fact.ids << " " << fact.name);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::sim
