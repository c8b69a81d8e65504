#include "sim/behaviour/check.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

#include "sim/behaviour/text.hpp"
#include "sim/profile.hpp"

namespace ringproof::testing {

using namespace sim;

namespace {

behaviour script_of(const std::string& name, const std::string& lines) {
    behaviour made = parse_behaviour("ringproof-behaviour 1\n" + lines).value();
    made.name = name;
    return made;
}

/// One that may hang, one of two versions, and one that needs a file.
struct three_scripts {
    std::vector<behaviour> all{
        script_of("BUG-33-loop", "rule INC-16 BUG-33\nsays It ends.\nmay_hang\nrun -> 1{5}\n"),
        script_of("ERR-01-two", "rule ERR-01\nsays So.\nrun -> 1{5}\nor ..v6_17 BUG-15 -> 1{6}\n"),
        script_of("SEL-01-file", "rule SEL-01\nsays So.\nopen a tcp\nrun -> 1{5}\nfeed a 1\n")};

    kernel_report seen(const check_options& options, const std::string& text = "1{5}") {
        return sim::check(all, options, [&](const behaviour& it) {
            order += it.name + " ";
            performance made{.of = &it};
            for (const statement& each : it.statements) {
                made.seen.push_back({&each, each.expected ? text : "0"});
            }
            return made;
        });
    }

    std::string order;
};

recorded_kernel recorded(const kernel_report& report) { return from_json(to_json(report)).value(); }

}  // namespace

BOOST_FIXTURE_TEST_SUITE(check, three_scripts)

BOOST_AUTO_TEST_CASE(what_may_hang_is_gated_and_otherwise_the_last) {
    const auto gated = seen({});
    BOOST_TEST(order == "ERR-01-two SEL-01-file ");
    BOOST_TEST((gated.all[0].what == conformity::skipped));
    order.clear();
    const auto open = seen({.hazardous = true});
    BOOST_TEST(order == "ERR-01-two SEL-01-file BUG-33-loop ");
    BOOST_TEST(open.all[0].of->name == "BUG-33-loop");
    BOOST_TEST(open.counts()[0] == 3U);
}

BOOST_AUTO_TEST_CASE(a_kernel_that_was_lost_is_explained_by_the_bug_that_gates_only) {
    const auto report = seen(
        {.hazardous = true, .lost = {{"BUG-33-loop", "hung: long"}, {"ERR-01-two", "died: so"}}});
    BOOST_TEST(order == "SEL-01-file ");
    BOOST_TEST((report.all[0].what == conformity::explained));
    BOOST_TEST(report.all[0].reason == "BUG-33: hung: long");
    BOOST_TEST((report.all[1].what == conformity::unexplained));
    BOOST_TEST(report.all[1].expected == "to be survived");
    BOOST_TEST(report.all[1].seen == "died: so");
    BOOST_TEST(to_text(report, false, false).find("seen died: so") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_record_is_judged_again_by_what_behaviours_say_today) {
    kernel_report report = seen({}, "1{6}");
    BOOST_TEST(report.like == "v5_19");
    report.kernel = "Linux 6.16";
    const recorded_kernel then = recorded(report);
    const kernel_report same = check_again(all, then);
    BOOST_TEST(same.kernel == "Linux 6.16");
    BOOST_TEST(same.like == "v5_19");
    BOOST_TEST(same.counts() == report.counts());
    BOOST_TEST(same.all[0].reason.starts_with("not recorded: an unfixed kernel"));

    all[1].statements[0].expected->usual = "1{6}";  // other expectations, other verdicts
    all[2].statements[1].expected->usual = "1{6}";
    BOOST_TEST(check_again(all, then, profiles().size() - 1).counts()[0] == 2U);

    all[2].statements[2].counts[0] = 2;  // another script: nothing is known of it
    all.push_back(script_of("SEL-02-new", "rule SEL-02\nsays So.\nrun -> 1{5}\n"));
    const kernel_report changed = check_again(all, then);
    BOOST_TEST(changed.all[2].reason == "not recorded: its script was another one");
    BOOST_TEST(changed.all[3].reason == "not recorded");
    BOOST_TEST(changed.counts()[3] == 3U);
}

BOOST_AUTO_TEST_CASE(failed_statements_and_early_ends_are_recorded) {
    const auto fails = [&](std::size_t number, std::size_t length) {
        return sim::check(all, {.rule = "SEL-01"}, [&](const behaviour& it) {
            performance made{.of = &it};
            for (std::size_t i = 0; i < length; ++i) {
                const std::string usual = it.statements[i].expected ? "1{5}" : "0";
                made.seen.push_back({&it.statements[i], i + 1 == number ? "-EPERM" : usual});
            }
            return made;
        });
    };
    for (const auto& [number, length] : {std::pair{1U, 1U}, std::pair{3U, 3U}}) {
        const kernel_report report = fails(number, length);
        const kernel_report again = check_again(std::span(all).subspan(2), recorded(report));
        BOOST_TEST((again.all[0].what == conformity::unexplained));
        BOOST_TEST(again.all[0].seen == "-EPERM");
        BOOST_TEST(again.all[0].line == report.all[0].line);
        BOOST_TEST((again.all[0].failed == report.all[0].failed));
    }
}

BOOST_AUTO_TEST_CASE(against_a_record_only_what_is_different_counts) {
    const recorded_kernel then = recorded(seen({}, "1{7}"));
    BOOST_TEST(seen({.recorded = &then}, "1{7}").counts()[0] == 2U);
    BOOST_TEST(seen({.recorded = &then}, "1{8}").counts()[2] == 2U);
    recorded_kernel other = then;
    other.all[1].script = "000000";
    const kernel_report report = seen({.recorded = &other}, "1{7}");
    BOOST_TEST(report.all[1].reason == "recorded of another script");
    BOOST_TEST(report.all[0].reason == "an unfixed kernel may hang; see --hazardous");
}

BOOST_AUTO_TEST_CASE(a_fingerprint_is_of_what_is_done_and_not_of_what_is_expected) {
    const auto of = [](const std::string& lines) {
        return fingerprint(script_of("SEL-03-x", "rule SEL-03\nsays So.\n" + lines));
    };
    const std::string one = of("open a tcp\nrecv a 1 len=5\nrun -> 1{5}\n");
    BOOST_TEST(one.size() == 6U);
    BOOST_TEST(of("# story\nopen a tcp\nrecv a 1 len=5\nrun -> 7{5}\nor v6_1 BUG-15 -> 1{6}\n") ==
               one);
    for (const std::string other :
         {"open a udp\nrecv a 1 len=5\nrun -> 1{5}\n", "open a tcp\nrecv a 2 len=5\nrun -> 1{5}\n",
          "open a tcp\nrecv a 1 len=6\nrun -> 1{5}\n", "open a tcp\nrecv a 1\nrun -> 1{5}\n",
          "open a tcp\nrecv a 1 len=5\nrun\n", "open a tcp\nread a 1 len=5\nrun -> 1{5}\n"}) {
        BOOST_TEST(of(other) != one, other);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::testing
