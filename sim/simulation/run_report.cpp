#include "sim/simulation/run_report.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "sim/simulation/scenario_text.hpp"

namespace ringproof::sim {

std::string_view name_of(failure which) noexcept {
    static constexpr std::string_view names[] = {
        "none",  "wrong bytes", "lost connection", "stuck",  "out of time", "gave up",
        "spins", "goes on",     "exception",       "misuse", "refused"};
    return names[static_cast<std::size_t>(which)];
}

std::string tell(const run_report& report) {
    if (report.clean()) return "clean\n";
    std::string told = fmt::format("{}: {}\n", name_of(report.failed), report.sentence);
    if (!report.why.text.empty()) told += '\n' + report.why.text + '\n';
    if (!report.events.empty()) {
        constexpr std::size_t events_most = 40;
        const std::size_t first =
            report.events.size() - std::min(report.events.size(), events_most);
        told += fmt::format("\nWhat the kernel did, the last {} of {} events:\n",
                            report.events.size() - first, report.events.size());
        for (std::size_t i = first; i < report.events.size(); ++i) {
            told += "  " + describe(report.events[i]) + '\n';
        }
    }
    return told + "\nThe scenario, for parse_scenario() and run():\n" + print(report.played);
}

}  // namespace ringproof::sim
