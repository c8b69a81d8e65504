#include "sim/report/kernel_report.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

#include "tests/sim/report/named_behaviour.hpp"

namespace ringproof::testing {

using namespace sim;

namespace {

/// One of each verdict, in two groups.
struct four {
    behaviour a = named("ERR-01-good", "ERR-01");
    behaviour b = named("ERR-02-known", "ERR-02");
    behaviour c = named("SEL-01-strange", "SEL-01");
    behaviour d = named("SEL-02-none", "SEL-02");
    kernel_report report{"Linux 6.1", "#1 Debian 6.1.170-3", "x86_64", "v6_1", "v6_1", {}};

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
    report.all[1].failed = {{3, "-EINVAL"}};
    report.all[2].lost = "died: \\\"Killed\"\n";
    const auto back = from_json(to_json(report));
    BOOST_TEST_REQUIRE(back.has_value());
    BOOST_TEST(back->kernel == "Linux 6.1");
    BOOST_TEST(back->like == "v6_1");
    BOOST_TEST_REQUIRE(back->all.size() == 4U);
    BOOST_TEST(back->build == "#1 Debian 6.1.170-3");
    const recorded_behaviour* known = back->find("ERR-02-known");
    BOOST_TEST_REQUIRE(known != nullptr);
    BOOST_TEST(known->verdict == "explained");
    BOOST_TEST(known->reason == "BUG-15");
    BOOST_TEST(known->script == fingerprint(b));
    BOOST_TEST((known->seen == std::vector<std::string>{"1{6}"}));
    BOOST_TEST((known->failed == std::vector<failed_statement>{{3, "-EINVAL"}}));
    BOOST_TEST(back->find("SEL-01-strange")->lost == "died: \\\"Killed\"\n");
    BOOST_TEST(back->find("SEL-02-none")->skipped == "not for v6_1");
    BOOST_TEST(back->find("SEL-03-other") == nullptr);
    BOOST_TEST(differences(*back, *back, {}) == "");
}

BOOST_AUTO_TEST_CASE(a_comparison_shows_only_what_changed) {
    const auto before = from_json(to_json(report)).value();
    report.all[0].all = {"1{4}"};
    report.all[1].lost = "hung";
    report.all[3] = {&d, conformity::as_expected, "", 0, "", "", {"7"}};
    const auto after = from_json(to_json(report)).value();
    BOOST_TEST(differences(before, after, std::span(&a, 1)) ==
               "ERR-01-good: It is <so>.\n    1{5}  ->  1{4}\n"
               "ERR-02-known\n    1{6}  ->  (hung)\n    BUG-15\n"
               "SEL-02-none\n    (not for v6_1)  ->  7\n");
}

BOOST_AUTO_TEST_CASE(what_cannot_be_compared_is_no_change) {
    const auto before = from_json(to_json(report)).value();
    auto after = before;
    after.all[3].skipped = "not for v6_4";
    BOOST_TEST(differences(before, after, {}) == "");
    after.all[0].script = "000000";
    after.all[0].seen = {"2"};
    BOOST_TEST(differences(before, after, {}) == "ERR-01-good\n    (of another script)  ->  2\n");
}

BOOST_AUTO_TEST_CASE(json_has_a_line_for_each_behaviour) {
    const std::string text = to_json(report);
    const std::string line =
        "\n\"ERR-01-good\": {\"script\": \"" + fingerprint(a) + "\", \"seen\": [\"1{5}\"]},\n";
    BOOST_TEST(contains(text, line), text);
    BOOST_TEST(contains(text, "\n\"SEL-02-none\": {\"skipped\": \"not for v6_1\"}\n}\n}\n"), text);
}

BOOST_AUTO_TEST_CASE(json_that_is_no_report_is_refused_with_its_place) {
    const auto wrong = [](std::string_view text) { return from_json(text).error().message(); };
    BOOST_TEST(wrong("") == "1:1: expected an object, found the end of the text");
    BOOST_TEST(wrong("[]") == "1:1: expected an object, found '['");
    BOOST_TEST(wrong("{\"a\": 1}") == "1:2: expected \"format\" first, found '\"a\"'");
    BOOST_TEST(wrong("{\"format\": \"ringproof-kernel 1\"}") ==
               "1:12: expected the format 'ringproof-kernel 2', found '\"ringproof-kernel 1\"'");
    const std::string head = "{\"format\": \"ringproof-kernel 2\"";
    BOOST_TEST(wrong(head + "}").starts_with("1:12: expected a report with \"kernel\""));
    BOOST_TEST(wrong(head + ",\n\"kernel\": 6}") == "2:11: expected a string, found '6'");
    BOOST_TEST(wrong(head + ",\n \"colour\": 6}") ==
               "2:2: expected a key of a report, found '\"colour\"'");
    BOOST_TEST(wrong(head + ",\n\"like\": \"a\",\n\"like\": \"b\"}") ==
               "3:1: expected each key once, found '\"like\"'");
    const std::string one = head + ",\"kernel\":\"\",\"like\":\"\",\n\"behaviours\":{\"A\":\n";
    BOOST_TEST(wrong(one + "{\"verdict\": null}}}") == "3:13: expected a string, found 'null'");
    BOOST_TEST(wrong(one + "{\"seen\": \"x\"}}}") == "3:10: expected an array, found '\"x\"'");
    BOOST_TEST(wrong(one + "{\"failed\": {\"x\": \"\"}}}}") ==
               "3:13: expected a statement's number, found '\"x\"'");
    BOOST_TEST(wrong(one + "{\"seen\": []}}} x") ==
               "3:16: expected the end of the text, found 'x'");
    BOOST_TEST(from_json(one + "{\"seen\": []}}}").has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::testing
