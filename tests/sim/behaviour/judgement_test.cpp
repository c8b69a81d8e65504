#include "sim/behaviour/judgement.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

#include "sim/behaviour/text.hpp"
#include "sim/profile.hpp"

namespace ringproof::testing {

using namespace sim;

namespace {

/// A behaviour with one expectation, and an observation of it.
struct one_line {
    explicit one_line(const std::string& lines)
        : script(parse_behaviour("ringproof-behaviour 1\nrule SEL-03\nsays It is so.\n" + lines)
                     .value()) {}

    judgement seen(const std::string& text, std::size_t profile) {
        std::vector<observation> all;
        for (const statement& each : script.statements) {
            all.push_back({&each, each.expected ? text : "0"});
        }
        return judge(script, all, profile);
    }

    behaviour script;
};

const std::size_t newest = profiles().size() - 1;

}  // namespace

BOOST_AUTO_TEST_SUITE(judgement)

BOOST_AUTO_TEST_CASE(what_the_profile_says_is_as_expected) {
    one_line it("run -> 1{5}\nor ..v6_17 BUG-15 -> 1{6}\n");
    BOOST_TEST((it.seen("1{5}", newest).what == conformity::as_expected));
    BOOST_TEST((it.seen("1{6}", *index_of_profile("v6_17")).what == conformity::as_expected));
}

BOOST_AUTO_TEST_CASE(what_another_profile_says_is_explained_by_it_and_by_the_cause) {
    one_line it("run -> 1{5}\nor ..v6_17 BUG-15 -> 1{6}\n");
    const auto old = it.seen("1{6}", newest);
    BOOST_TEST((old.what == conformity::explained));
    BOOST_TEST(old.reason == "BUG-15 (like v6_17)");
    BOOST_TEST(old.line == 4U);
    BOOST_TEST(old.expected == "1{5}");
    BOOST_TEST(old.seen == "1{6}");
    const auto repaired = it.seen("1{5}", *index_of_profile("v6_16"));
    BOOST_TEST(repaired.reason == "BUG-15 (like v6_18)");
}

BOOST_AUTO_TEST_CASE(a_bug_without_a_profile_explains_too) {
    one_line it("run -> 1{5}\nor BUG-27 -> 1{-EPERM}\n");
    BOOST_TEST(it.seen("1{-EPERM}", newest).reason == "BUG-27");
}

BOOST_AUTO_TEST_CASE(what_nobody_does_is_unexplained) {
    one_line it("run -> 1{5}\nor ..v6_17 BUG-15 -> 1{6}\n");
    const auto strange = it.seen("1{7}", newest);
    BOOST_TEST((strange.what == conformity::unexplained));
    BOOST_TEST(strange.reason == "");
}

BOOST_AUTO_TEST_CASE(a_statement_without_an_expectation_must_succeed) {
    one_line it("open a tcp\nrun -> 1{5}\n");
    const std::vector<observation> seen{{&it.script.statements[0], "-EMFILE"},
                                        {&it.script.statements[1], "1{5}"}};
    const auto failed = judge(it.script, seen, newest);
    BOOST_TEST((failed.what == conformity::unexplained));
    BOOST_TEST(failed.line == 4U);
    BOOST_TEST(failed.seen == "-EMFILE");
}

BOOST_AUTO_TEST_CASE(a_script_that_stopped_early_is_not_as_expected) {
    one_line it("ring\nrun -> 1{5}\n");
    const std::vector<observation> seen{{&it.script.statements[0], "0"}};
    const auto stopped = judge(it.script, seen, newest);
    BOOST_TEST((stopped.what == conformity::unexplained));
    BOOST_TEST(stopped.line == 5U);
}

BOOST_AUTO_TEST_CASE(the_nearest_profile_is_the_one_that_agrees_oftenest) {
    one_line a("run -> 1{5}\nor ..v6_17 BUG-15 -> 1{6}\n");
    one_line b("run -> 2{5}\nor v6_16..v6_17 BUG-20 -> 2{6}\n");
    const std::vector<performance> all{{&a.script, {{&a.script.statements[0], "1{6}"}}},
                                       {&b.script, {{&b.script.statements[0], "2{6}"}}}};
    BOOST_TEST(profiles()[nearest_profile(all)].name == "v6_16");  // as v6_17; the older
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::testing
