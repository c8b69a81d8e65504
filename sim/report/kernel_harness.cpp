// Reports in the forms of test harnesses: KTAP and JUnit.

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "sim/report/kernel_report.hpp"
#include "sim/report/markup.hpp"

namespace ringproof::sim {

namespace {

struct rule_group {
    std::string_view name;
    std::vector<const judgement*> members;

    [[nodiscard]] std::size_t count(conformity what) const {
        return static_cast<std::size_t>(
            std::ranges::count(members, what, [](const judgement* it) { return it->what; }));
    }
};

/// In the order of the report, which is sorted.
std::vector<rule_group> groups_of(const kernel_report& report) {
    std::vector<rule_group> groups;
    for (const judgement& each : report.all) {
        const std::string_view name = group_of(each);
        if (groups.empty() || groups.back().name != name) groups.push_back({name, {}});
        groups.back().members.push_back(&each);
    }
    return groups;
}

/// A description may not hold the sign that begins a directive.
std::string without_hash(std::string text) {
    std::ranges::replace(text, '#', '/');
    return text;
}

void append_case(std::string& out, std::size_t number, const judgement& it) {
    const bool bad = it.what == conformity::unexplained;
    std::string directive;
    if (it.what == conformity::skipped) directive = " # SKIP " + without_hash(it.reason);
    if (it.what == conformity::explained) directive = " # XFAIL " + without_hash(it.reason);
    if (it.line != 0) {
        out += fmt::format("    # line {}: expected {}, seen {}\n", it.line, it.expected, it.seen);
    }
    out += fmt::format("    {} {} {}{}\n", bad ? "not ok" : "ok", number, it.of->name, directive);
}

void append_testcase(std::string& out, const judgement& it) {
    out += fmt::format("    <testcase classname=\"{}\" name=\"{}\"", escaped(it.of->rules.front()),
                       escaped(it.of->name));
    if (it.what == conformity::skipped) {
        out += fmt::format("><skipped message=\"{}\"/></testcase>\n", escaped(it.reason));
    } else if (it.what == conformity::unexplained) {
        const std::string what =
            fmt::format("line {}: expected {}, seen {}", it.line, it.expected, it.seen);
        out += fmt::format("><failure message=\"{}\"/></testcase>\n", escaped(what));
    } else if (it.what == conformity::explained) {
        out += fmt::format("><system-out>{}</system-out></testcase>\n", escaped(it.reason));
    } else {
        out += "/>\n";
    }
}

}  // namespace

std::string to_ktap(const kernel_report& report) {
    const auto groups = groups_of(report);
    std::string out = fmt::format("KTAP version 1\n# kernel {} {}, held against {}\n1..{}\n",
                                  report.kernel, report.machine, report.against, groups.size());
    std::size_t number = 0;
    for (const rule_group& group : groups) {
        out += fmt::format("    # Subtest: {}\n    KTAP version 1\n    1..{}\n", group.name,
                           group.members.size());
        std::size_t inside = 0;
        for (const judgement* each : group.members) append_case(out, ++inside, *each);
        const bool bad = group.count(conformity::unexplained) > 0;
        const bool none = group.count(conformity::skipped) == group.members.size();
        out += fmt::format("{} {} {}{}\n", bad ? "not ok" : "ok", ++number, group.name,
                           none ? " # SKIP all of them" : "");
    }
    const auto counted = report.counts();
    out += fmt::format("# Totals: pass:{} fail:{} xfail:{} xpass:0 skip:{} error:0\n", counted[0],
                       counted[2], counted[1], counted[3]);
    return out;
}

std::string to_junit(const kernel_report& report) {
    const auto counted = report.counts();
    std::string out = fmt::format(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"{}\" tests=\"{}\" "
        "failures=\"{}\" skipped=\"{}\">\n",
        escaped("ringproof kernel " + report.kernel), report.all.size(), counted[2], counted[3]);
    for (const rule_group& group : groups_of(report)) {
        out +=
            fmt::format("  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" skipped=\"{}\">\n",
                        group.name, group.members.size(), group.count(conformity::unexplained),
                        group.count(conformity::skipped));
        for (const judgement* each : group.members) append_testcase(out, *each);
        out += "  </testsuite>\n";
    }
    return out + "</testsuites>\n";
}

}  // namespace ringproof::sim
