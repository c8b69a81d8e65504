#include "sim/report/kernel_report.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace ringproof::sim {

namespace {

constexpr std::size_t name_width = 44;

struct paint {
    std::string_view start;
    std::string_view end;
};

paint paint_of(conformity what, bool colour) {
    if (!colour) return {"", ""};
    switch (what) {
        case conformity::as_expected:
            return {"\x1b[32m", "\x1b[0m"};
        case conformity::explained:
            return {"\x1b[33m", "\x1b[0m"};
        case conformity::unexplained:
            return {"\x1b[1;31m", "\x1b[0m"};
        case conformity::skipped:
            break;
    }
    return {"\x1b[2m", "\x1b[0m"};
}

void append_line(std::string& out, const judgement& it, bool colour) {
    const paint with = paint_of(it.what, colour);
    out += fmt::format("  {}{:<12}{} {:<{}} {}\n", with.start, name_of(it.what), with.end,
                       it.of->name, name_width, it.of->says);
    if (it.what == conformity::as_expected) return;
    if (!it.reason.empty()) out += fmt::format("  {:<12} {}\n", "", it.reason);
    if (it.line == 0) return;
    out +=
        fmt::format("  {:<12} line {}: expected {}, seen {}\n", "", it.line, it.expected, it.seen);
}

/// What was seen, line by line.
std::vector<std::string> told(const recorded_behaviour& it) {
    if (!it.skipped.empty()) return {fmt::format("({})", it.skipped)};
    if (!it.lost.empty()) return {fmt::format("({})", it.lost)};
    std::vector<std::string> lines = it.seen;
    for (const failed_statement& each : it.failed) {
        lines.push_back(fmt::format("statement {}: {}", each.number, each.seen));
    }
    return lines;
}

}  // namespace

std::string_view group_of(const judgement& it) noexcept {
    const std::string_view rule = it.of->rules.front();
    return rule.substr(0, rule.find('-'));
}

std::array<std::size_t, conformity_count> kernel_report::counts() const noexcept {
    std::array<std::size_t, conformity_count> counted{};
    for (const judgement& each : all) ++counted[static_cast<unsigned>(each.what)];
    return counted;
}

std::string to_text(const kernel_report& report, bool colour, bool all) {
    std::string out = fmt::format("{} {}, held against {}; it behaves like {}\n", report.kernel,
                                  report.machine, report.against, report.like);
    std::string_view group;
    for (const judgement& each : report.all) {
        if (!all && each.what == conformity::as_expected) continue;
        if (group_of(each) != group) {
            group = group_of(each);
            out += fmt::format("\n{}\n", group);
        }
        append_line(out, each, colour);
    }
    const auto counted = report.counts();
    out +=
        fmt::format("\n{} behaviours: {} as expected, {} explained, {} unexplained, {} skipped\n",
                    report.all.size(), counted[0], counted[1], counted[2], counted[3]);
    return out;
}

std::string differences(const recorded_kernel& before, const recorded_kernel& after,
                        std::span<const behaviour> scripts) {
    std::string out;
    for (const recorded_behaviour& now : after.all) {
        const recorded_behaviour* then = before.find(now.name);
        if (then == nullptr || (!then->skipped.empty() && !now.skipped.empty())) continue;
        auto was = told(*then);
        const auto is = told(now);
        if (was == is) continue;
        const bool both = !then->script.empty() && !now.script.empty();
        if (both && then->script != now.script) was = {"(of another script)"};
        const auto script = std::ranges::find(scripts, now.name, &behaviour::name);
        out += now.name + (script == scripts.end() ? "" : ": " + script->says) + "\n";
        const std::size_t count = std::max(was.size(), is.size());
        for (std::size_t i = 0; i < count; ++i) {
            const std::string old = i < was.size() ? was[i] : "(not reached)";
            const std::string fresh = i < is.size() ? is[i] : "(not reached)";
            if (old != fresh) out += fmt::format("    {}  ->  {}\n", old, fresh);
        }
        if (!now.reason.empty()) out += fmt::format("    {}\n", now.reason);
    }
    return out;
}

}  // namespace ringproof::sim
