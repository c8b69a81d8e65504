#include "sim/simulation/run_report.hpp"

#include <cstddef>
#include <deque>
#include <ranges>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sim/simulation/scenario_text.hpp"

namespace ringproof::sim {

std::string_view name_of(failure which) noexcept {
    static constexpr std::string_view names[] = {
        "none", "wrong bytes", "lost connection", "stuck",     "out of time", "gave up",
        "busy", "spins",       "goes on",         "exception", "misuse",      "refused"};
    return names[static_cast<std::size_t>(which)];
}

namespace {

struct told_event {
    std::string line;
    std::size_t times = 1;  // one after the other
};

/// Of the last ones, with what repeats told once.
std::deque<told_event> last_told(const std::vector<event>& events, std::size_t most) {
    std::deque<told_event> told;
    for (const event& each : events | std::views::reverse) {
        std::string line = describe(each);
        if (!told.empty() && told.front().line == line) {
            ++told.front().times;
        } else if (told.size() == most) {
            break;
        } else {
            told.push_front({std::move(line)});
        }
    }
    return told;
}

std::string tell_events(const std::vector<event>& events) {
    constexpr std::size_t most = 40;
    std::string lines;
    std::size_t count = 0;
    for (const told_event& each : last_told(events, most)) {
        count += each.times;
        lines += "  " + each.line;
        lines += each.times == 1 ? "\n" : fmt::format(", {} times\n", each.times);
    }
    return fmt::format("\nWhat the kernel did, the last {} of {} events:\n{}", count, events.size(),
                       lines);
}

}  // namespace

std::string tell(const run_report& report) {
    if (report.clean()) return "clean\n";
    std::string told = fmt::format("{}: {}\n", name_of(report.failed), report.sentence);
    if (!report.why.text.empty()) told += '\n' + report.why.text + '\n';
    if (!report.events.empty()) told += tell_events(report.events);
    return told + "\nThe scenario, for parse_scenario() and run():\n" + print(report.played);
}

}  // namespace ringproof::sim
