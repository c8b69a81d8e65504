// ringproof fuzz: the fuzz targets in rotation over a corpus that grows, one of each failure kept.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "sim/command/campaign.hpp"
#include "sim/command/command.hpp"
#include "sim/command/files.hpp"
#include "sim/command/fuzz_findings.hpp"
#include "sim/command/fuzz_place.hpp"
#include "sim/command/fuzz_rotation.hpp"
#include "sim/report/fuzzing.hpp"

namespace ringproof::sim::command {

namespace {

struct fuzz_request {
    std::vector<std::string> targets;  ///< none: all that were built
    double seconds = 600;
    unsigned jobs = 0;  ///< 0: one for each processor
    std::string out;    ///< empty: found/ in the build
    std::string build;  ///< empty: that of preset fuzz
    std::string json;
};

/// False, with a complaint, when one of them was not built.
bool are_built(const std::vector<std::string>& wanted, const std::vector<std::string>& built) {
    for (const std::string& each : wanted) {
        if (std::ranges::find(built, each) != built.end()) continue;
        complain(
            fmt::format("no fuzz target is called {}; there are {}", each, fmt::join(built, ", ")));
        return false;
    }
    return true;
}

int fuzz(const fuzz_request& options) {
    const fuzz_place place(options.build, options.out);
    if (place.targets().empty()) {
        complain(fmt::format("{}: no fuzz targets are built there; ./ringproof build fuzz does it",
                             (place.build() / "fuzz").string()));
        return status_environment;
    }
    if (!are_built(options.targets, place.targets())) return status_usage;
    if (!place.writable()) {
        complain(fmt::format("--out {}: cannot be written", place.out().string()));
        return status_environment;
    }
    if (!can_be_written(options.json)) return status_environment;
    const interrupt_guard guard;
    finding_keeper keeper(place.findings());
    fuzz_rotation rotation(
        place, options.targets.empty() ? place.targets() : options.targets, options.seconds,
        options.jobs > 0 ? options.jobs : std::max(1U, std::thread::hardware_concurrency()),
        keeper);
    const fuzz_summary done = rotation.run();
    if (options.json != "-") fmt::print("{}", to_text(done));
    if (!options.json.empty() && !write_to(options.json, to_json(done))) return status_environment;
    if (done.interrupted) return status_interrupted;
    if (!done.findings.empty()) return status_violation;
    return rotation.failed() ? status_environment : status_clean;
}

constexpr const char* examples = R"(
Examples:
  ringproof fuzz                                    every target, ten minutes in all
  ringproof fuzz play_model --seconds 3600          one hour for one
  ringproof fuzz --out ~/found --json summary.json  goes on from what is in ~/found

Targets take turns; what each finds is merged into OUT/corpus. Inputs that fail in the same way, by
the invariant and the words but for numbers, or by the sanitizer's summary, are one finding: its
folder below OUT/findings holds the input, the report, and, where the input is a trace, the smallest
trace that still fails so, and the same as a program in C to try on kernels.

Exit status: 0 clean, 1 something was found, 2 bad usage, 3 no targets are built, one cannot be run,
or OUT cannot be written; 130 interrupted: what was found by then is kept.
)";

}  // namespace

void add_fuzz(CLI::App& app, action& chosen) {
    const auto options = std::make_shared<fuzz_request>();
    CLI::App* verb = app.add_subcommand("fuzz", "Fuzz with the targets of preset fuzz");
    verb->footer(examples);
    verb->add_option("TARGET", options->targets, "Targets; all that are built without any");
    verb->add_option("--seconds", options->seconds, "Time in all, but for the last merges")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    verb->add_option("--jobs", options->jobs, "Processes; default one for each processor")
        ->check(CLI::Range(1, 256));
    verb->add_option("--out", options->out,
                     "Directory for corpus and findings; default found/ in the build");
    verb->add_option("--build", options->build, "Build with the targets; default build/fuzz");
    verb->add_option("--json", options->json, "File for the table as JSON; - is standard output");
    verb->callback([options, &chosen] { chosen = [options] { return fuzz(*options); }; });
}

}  // namespace ringproof::sim::command
