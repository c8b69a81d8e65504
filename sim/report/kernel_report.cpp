#include "sim/report/kernel_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

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

std::string differences(const recorded_kernel& before, const recorded_kernel& after) {
    std::map<std::string_view, const recorded_behaviour*> known;
    for (const recorded_behaviour& each : before.all) known[each.name] = &each;
    std::string out;
    for (const recorded_behaviour& now : after.all) {
        const auto found = known.find(now.name);
        if (found == known.end()) continue;
        const recorded_behaviour& then = *found->second;
        if (then.seen == now.seen) continue;
        out += fmt::format("{}: {}\n", now.name, now.says);
        const std::size_t count = std::max(then.seen.size(), now.seen.size());
        for (std::size_t i = 0; i < count; ++i) {
            const std::string old = i < then.seen.size() ? then.seen[i] : "(not reached)";
            const std::string fresh = i < now.seen.size() ? now.seen[i] : "(not reached)";
            if (old != fresh) out += fmt::format("    {}  ->  {}\n", old, fresh);
        }
        if (!now.reason.empty()) out += fmt::format("    {}\n", now.reason);
    }
    return out;
}

}  // namespace ringproof::sim
