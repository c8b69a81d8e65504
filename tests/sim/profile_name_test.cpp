#include "sim/profile_name.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>

using namespace ringproof::sim;

BOOST_AUTO_TEST_SUITE(profile_name)

BOOST_AUTO_TEST_CASE(every_version_is_its_own_name) {
    for (const profile& each : profiles()) {
        BOOST_TEST(profile_named(each.name).value().name == each.name);
        BOOST_TEST(parse_profile_name(each.name).value().text() == each.name);
    }
}

BOOST_AUTO_TEST_CASE(bugs_are_put_in_and_taken_out) {
    const profile mutant = profile_named("v7_3+BUG-20+BUG-28").value();
    BOOST_TEST(mutant.bugs.bundle_append_loses_buf_more);
    BOOST_TEST(mutant.bugs.trunc_commits_message_length);
    BOOST_TEST(profile_named("v7_3-BUG-20")->bugs.bundle_append_loses_buf_more == false);
    BOOST_TEST(find_profile("v6_16")->bugs.early_commit_loses_buf_more);
    BOOST_TEST(!profile_named("v6_16-BUG-21")->bugs.early_commit_loses_buf_more);
    BOOST_TEST(profile_named("v6_16+BUG-32-BUG-21")->bugs.early_commit_returns_moved_address);
}

// Two bugs are values of one member, and two are switches of the profile itself.
BOOST_AUTO_TEST_CASE(each_bug_can_be_put_in_and_is_told) {
    unsigned bugs = 0;
    for (const profile_fact& fact : profile_facts()) {
        if (!fact.is_bug() || !fact.ids.starts_with("BUG-")) continue;
        ++bugs;
        const std::string id(fact.ids.substr(0, 6));
        const profile with = profile_named("v7_3+" + id).value();
        BOOST_TEST(has_bug(fact, with), id);
        BOOST_TEST(std::ranges::count(bugs_of(with), id) == 1, id);
        const profile without = profile_named("v7_3+" + id + "-" + id).value();
        BOOST_TEST(!has_bug(fact, without), id);
        BOOST_TEST(bugs_of(without).empty(), id);
    }
    BOOST_TEST(bugs >= 37U);
}

BOOST_AUTO_TEST_CASE(the_text_is_canonical) {
    const auto read = parse_profile_name("v6_16+BUG-01+BUG-32-BUG-21").value();
    BOOST_TEST(read.base == "v6_16");
    BOOST_TEST(read.with.size() == 2U);
    BOOST_TEST(read.without.size() == 1U);
    BOOST_TEST(read.text() == "v6_16+BUG-01+BUG-32-BUG-21");
}

BOOST_AUTO_TEST_CASE(what_is_no_name_is_refused) {
    for (const char* wrong : {"", "+BUG-20", "v7_3+", "v7_3+BUG-2", "v7_3+BUG-200", "v7_3+bug-20",
                              "v7_3 BUG-20", "V7", "v7_3-BUG-20+BUG-21", "v7_3+BUG-2x"}) {
        BOOST_TEST(!parse_profile_name(wrong).has_value(), wrong);
        BOOST_TEST(!profile_named(wrong).has_value(), wrong);
    }
    BOOST_TEST(!profile_named("v0_1+BUG-20").has_value());
    BOOST_TEST(!profile_named("v7_3+BUG-99").has_value());
    BOOST_TEST(!profile_named("v7_3+BUG-11").has_value());  // no model has it
    BOOST_TEST(!parse_profile_name("v" + std::string(profile_name_most, '7')).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
