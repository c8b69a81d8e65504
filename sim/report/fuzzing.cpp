#include "sim/report/fuzzing.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "sim/report/numbers.hpp"

namespace ringproof::sim {

namespace {

std::string row_of(const fuzzed_target& of) {
    if (!of.skipped.empty()) return fmt::format("{:<20} {}\n", of.name, of.skipped);
    return fmt::format("{:<20} {:>14} {:>10} {:>9} {:>8} {:>8} {:>9}\n", of.name,
                       grouped(of.executions), grouped(static_cast<std::uint64_t>(of.rate())),
                       grouped(of.coverage), grouped(of.inputs), grouped(of.crashes),
                       grouped(of.findings));
}

}  // namespace

std::string to_text(const fuzz_summary& of) {
    std::string text =
        fmt::format("{:<20} {:>14} {:>10} {:>9} {:>8} {:>8} {:>9}\n", "target", "executions",
                    "a second", "coverage", "inputs", "crashes", "findings");
    for (const fuzzed_target& each : of.targets) text += row_of(each);
    for (const fuzz_finding& each : of.findings) {
        text += fmt::format("\n{}: {}\n  {} time{}, {}\n", each.target, each.signature,
                            each.crashes, each.crashes == 1 ? "" : "s", each.folder);
    }
    if (of.interrupted) text += "interrupted\n";
    return text;
}

std::string to_json(const fuzz_summary& of) {
    nlohmann::ordered_json object;
    object["seconds"] = of.seconds;
    object["interrupted"] = of.interrupted;
    auto targets = nlohmann::ordered_json::array();
    for (const fuzzed_target& each : of.targets) {
        if (!each.skipped.empty()) {
            targets.push_back({{"name", each.name}, {"skipped", each.skipped}});
            continue;
        }
        targets.push_back({{"name", each.name},
                           {"executions", each.executions},
                           {"seconds", each.seconds},
                           {"coverage", each.coverage},
                           {"inputs", each.inputs},
                           {"crashes", each.crashes},
                           {"findings", each.findings}});
    }
    object["targets"] = std::move(targets);
    auto findings = nlohmann::ordered_json::array();
    for (const fuzz_finding& each : of.findings) {
        findings.push_back({{"target", each.target},
                            {"signature", each.signature},
                            {"crashes", each.crashes},
                            {"folder", each.folder}});
    }
    object["findings"] = std::move(findings);
    return object.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace ringproof::sim
