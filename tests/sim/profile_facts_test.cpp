// The table of what versions know and get wrong is complete, and agrees with the versions.

#include <boost/test/unit_test.hpp>

#include <set>
#include <string>
#include <utility>

#include "sim/profile_facts.hpp"
#include "sim/report/profiles.hpp"

namespace ringproof::testing {

namespace {

using sim::profile;
using sim::profile_bugs;
using sim::profile_fact;

struct anything {
    template <class Type>
    constexpr operator Type() const;  // never called
};

template <std::size_t>
using one = anything;

template <class Type, std::size_t... Index>
constexpr bool takes(std::index_sequence<Index...>) {
    return requires { Type{one<Index>{}...}; };
}

/// How many members an aggregate has.
template <class Type, std::size_t Count = 1>
consteval std::size_t members_of() {
    if constexpr (takes<Type>(std::make_index_sequence<Count + 1>())) {
        return members_of<Type, Count + 1>();
    } else {
        return Count;
    }
}

/// Different members whose facts are told.
template <class... Member>
std::size_t told() {
    std::size_t different = 0;
    const auto facts = sim::profile_facts();
    for (std::size_t i = 0; i < facts.size(); ++i) {
        const bool wanted = (std::holds_alternative<Member>(facts[i].member) || ...);
        bool seen = false;
        for (std::size_t k = 0; k < i; ++k) seen |= facts[k].member == facts[i].member;
        if (wanted && !seen) ++different;
    }
    return different;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(profile_facts)

BOOST_AUTO_TEST_CASE(every_member_is_told) {
    constexpr std::size_t unlisted = 3;  // name, summary, bugs
    BOOST_TEST(told<bool profile_bugs::*>() == members_of<profile_bugs>());
    const std::size_t switches =
        told<bool profile::*, std::uint8_t profile::*, std::uint16_t profile::*,
             std::uint32_t profile::*, int profile::*, sim::registration_order profile::*,
             sim::failed_attempt profile::*>();
    BOOST_TEST(switches + unlisted == members_of<profile>());
}

BOOST_AUTO_TEST_CASE(facts_are_sentences) {
    std::set<std::string_view> names;
    for (const profile_fact& fact : sim::profile_facts()) {
        BOOST_TEST_CONTEXT(fact.name) {
            BOOST_TEST(names.insert(fact.name).second);
            BOOST_TEST(!fact.ids.empty());
            BOOST_TEST(!fact.range.empty());
            BOOST_TEST(fact.symptom.ends_with('.'));
            if (fact.is_bug()) BOOST_TEST(fact.repair.ends_with('.'));
        }
    }
    for (const sim::absent_bug& each : sim::absent_bugs()) {
        BOOST_TEST(each.symptom.ends_with('.'), each.id);
        BOOST_TEST(!each.reason.empty(), each.id);
    }
}

BOOST_AUTO_TEST_CASE(every_bug_of_the_catalogue_is_told_once) {
    std::multiset<std::string> ids;
    for (const profile_fact& fact : sim::profile_facts()) {
        if (fact.is_bug()) ids.insert(std::string(fact.ids.substr(0, fact.ids.find(','))));
    }
    for (const sim::absent_bug& each : sim::absent_bugs()) ids.insert(std::string(each.id));
    for (int number = 1; number <= 42; ++number) {
        const std::string id = (number < 10 ? "BUG-0" : "BUG-") + std::to_string(number);
        BOOST_TEST(ids.count(id) == 1U, id);
    }
}

BOOST_AUTO_TEST_CASE(values_are_read_from_a_profile) {
    for (const profile_fact& fact : sim::profile_facts()) {
        if (!std::holds_alternative<bool profile_bugs::*>(fact.member)) continue;
        profile changed;
        bool& bug = changed.bugs.*std::get<bool profile_bugs::*>(fact.member);
        for (const bool has : {true, false}) {
            bug = has;
            BOOST_TEST(sim::has_bug(fact, changed) == has, fact.name);
            BOOST_TEST(sim::value_of(fact, changed) == (has ? "yes" : "no"), fact.name);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_difference_is_the_same_from_both_sides) {
    const profile& old = *sim::find_profile("v6_17");
    const profile& late = *sim::find_profile("v6_18");
    BOOST_TEST(sim::difference_to_text(old, late).contains("BUG-15"));
    BOOST_TEST(sim::difference_to_text(late, old).contains("BUG-15"));
    BOOST_TEST(!sim::difference_to_text(old, late).contains("BUG-28"));  // both have it
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::testing
