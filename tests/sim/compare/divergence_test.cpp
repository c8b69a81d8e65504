// The list of known divergences: its format, and the one of the corpus.

#include <boost/test/unit_test.hpp>

#include <string>

#include "sim/compare/divergence.hpp"
#include "sim/profile.hpp"

namespace ringproof::testing {

namespace {

namespace sim = ringproof::sim;

std::string error_of(std::string_view text) {
    const auto parsed = sim::parse_divergences(text);
    return parsed ? "parsed" : parsed.error();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(divergence)

BOOST_AUTO_TEST_CASE(an_entry_has_three_lines) {
    const auto parsed =
        sim::parse_divergences("# why not\n\nwhere v6_18\nshows *result -11*\nsince a reason\n\n"
                               "where *\nshows x?z\nsince another\n");
    BOOST_TEST_REQUIRE(parsed.has_value());
    BOOST_TEST_REQUIRE(parsed->size() == 2U);
    BOOST_TEST(parsed->front().since == "a reason");
    BOOST_TEST(sim::find_divergence(*parsed, "v6_18", "request 1: result -11, flags 0") ==
               &parsed->front());
    BOOST_TEST(sim::find_divergence(*parsed, "v6_17", "request 1: result -11") == nullptr);
    BOOST_TEST(sim::find_divergence(*parsed, "v6_17", "xyz") == &parsed->back());
}

BOOST_AUTO_TEST_CASE(what_is_wrong_is_told_with_its_line) {
    BOOST_TEST(error_of("shows x\n") == "1:1: expected 'where ...', found 'shows'");
    BOOST_TEST(error_of("where v6_18\n\n") == "2:1: expected 'shows ...', found an empty line");
    BOOST_TEST(error_of("where v6_18\nshows x\n") == "3:1: expected 'since ...', found the end");
    BOOST_TEST(error_of("where v6_18\nshows\n") == "2:1: expected 'shows ...', found 'shows'");
    BOOST_TEST(error_of("where \n") == "1:1: expected 'where ...', found 'where'");
}

BOOST_AUTO_TEST_CASE(the_list_of_the_corpus_is_sound) {
    BOOST_TEST(error_of(sim::divergence_source()) == "parsed");
    for (const sim::divergence& each : sim::known_divergences()) {
        BOOST_TEST((each.where == "*" || sim::find_profile(each.where) != nullptr));
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::testing
