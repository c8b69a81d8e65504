#include "sim/report/kernel_report.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace ringproof::testing {

using namespace sim;

namespace {

behaviour named(std::string name, std::string rule) {
    return {.name = std::move(name),
            .rules = {std::move(rule)},
            .says = "It is <so>.",
            .holds = {},
            .may_hang = false,
            .statements = {}};
}

/// One of each verdict, in two groups.
struct four {
    behaviour a = named("ERR-01-good", "ERR-01");
    behaviour b = named("ERR-02-known", "ERR-02");
    behaviour c = named("SEL-01-strange", "SEL-01");
    behaviour d = named("SEL-02-none", "SEL-02");
    kernel_report report{"Linux 6.1", "x86_64", "v6_1", "v6_1", {}};

    four() {
        report.all.push_back({&a, conformity::as_expected, "", 0, "", "", {"1{5}"}});
        report.all.push_back({&b, conformity::explained, "BUG-15", 7, "1{5}", "1{6}", {"1{6}"}});
        report.all.push_back({&c, conformity::unexplained, "", 9, "1", "2", {"2"}});
        report.all.push_back(skip(d, "not for v6_1"));
    }
};

bool contains(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(kernel_report, four)

BOOST_AUTO_TEST_CASE(the_text_lists_what_is_not_as_expected_and_counts_all) {
    const std::string text = to_text(report, false, false);
    BOOST_TEST(text.starts_with("Linux 6.1 x86_64, held against v6_1; it behaves like v6_1\n"));
    BOOST_TEST(!contains(text, "ERR-01-good"));
    BOOST_TEST(contains(text, "explained    ERR-02-known"));
    BOOST_TEST(contains(text, "line 9: expected 1, seen 2\n"));
    BOOST_TEST(
        text.ends_with("4 behaviours: 1 as expected, 1 explained, 1 unexplained, 1 skipped\n"));
    BOOST_TEST(contains(to_text(report, false, true), "ERR-01-good"));
    BOOST_TEST(!contains(text, "\x1b"));
    BOOST_TEST(contains(to_text(report, true, false), "\x1b[1;31munexplained"));
}

BOOST_AUTO_TEST_CASE(ktap_nests_groups_and_knows_skip_and_xfail) {
    BOOST_TEST(to_ktap(report) ==
               "KTAP version 1\n"
               "# kernel Linux 6.1 x86_64, held against v6_1\n"
               "1..2\n"
               "    # Subtest: ERR\n"
               "    KTAP version 1\n"
               "    1..2\n"
               "    ok 1 ERR-01-good\n"
               "    # line 7: expected 1{5}, seen 1{6}\n"
               "    ok 2 ERR-02-known # XFAIL BUG-15\n"
               "ok 1 ERR\n"
               "    # Subtest: SEL\n"
               "    KTAP version 1\n"
               "    1..2\n"
               "    # line 9: expected 1, seen 2\n"
               "    not ok 1 SEL-01-strange\n"
               "    ok 2 SEL-02-none # SKIP not for v6_1\n"
               "not ok 2 SEL\n"
               "# Totals: pass:1 fail:1 xfail:1 xpass:0 skip:1 error:0\n");
}

BOOST_AUTO_TEST_CASE(junit_has_a_suite_for_each_group) {
    const std::string xml = to_junit(report);
    BOOST_TEST(contains(xml, "tests=\"4\" failures=\"1\" skipped=\"1\">"));
    BOOST_TEST(contains(xml, "<testsuite name=\"SEL\" tests=\"2\" failures=\"1\" skipped=\"1\">"));
    BOOST_TEST(contains(xml, "<failure message=\"line 9: expected 1, seen 2\"/>"));
    BOOST_TEST(xml.ends_with("</testsuites>\n"));
}

BOOST_AUTO_TEST_CASE(json_comes_back_as_it_went) {
    const auto back = from_json(to_json(report));
    BOOST_TEST_REQUIRE(back.has_value());
    BOOST_TEST(back->kernel == "Linux 6.1");
    BOOST_TEST(back->like == "v6_1");
    BOOST_TEST_REQUIRE(back->all.size() == 4U);
    BOOST_TEST(back->all[1].name == "ERR-02-known");
    BOOST_TEST(back->all[1].reason == "BUG-15");
    BOOST_TEST((back->all[1].seen == std::vector<std::string>{"1{6}"}));
    BOOST_TEST(differences(*back, *back) == "");
}

BOOST_AUTO_TEST_CASE(a_comparison_shows_only_what_changed) {
    const auto before = from_json(to_json(report)).value();
    report.all[0].all = {"1{4}"};
    const auto after = from_json(to_json(report)).value();
    BOOST_TEST(differences(before, after) == "ERR-01-good: It is <so>.\n    1{5}  ->  1{4}\n");
}

BOOST_AUTO_TEST_CASE(json_that_is_none_is_refused_with_its_place) {
    const auto wrong = [](std::string_view text) { return from_json(text).error().message(); };
    BOOST_TEST(wrong("{\n  \"a\": x\n}") == "2:8: expected JSON, found 'x'");
    BOOST_TEST(wrong("") == "1:1: expected JSON, found the end of the text");
    BOOST_TEST(wrong("[]").starts_with("1:1: expected a report with \"format\""));
    BOOST_TEST(wrong("{\"format\": \"ringproof-kernel 1\"}") ==
               "1:1: expected an array \"behaviours\", found none");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::testing
