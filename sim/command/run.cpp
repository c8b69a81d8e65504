// ringproof run: generated traces on the model and on the running kernel, until a number of cases
// or a time is reached, and then a table.

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <thread>

#include "sim/command/backend.hpp"
#include "sim/command/campaign.hpp"
#include "sim/command/command.hpp"
#include "sim/command/host.hpp"
#include "sim/profile.hpp"
#include "sim/report/summary.hpp"

namespace ringproof::sim::command {

namespace {

constexpr double seconds_default = 30;
std::uint64_t random_seed() {
    std::uint64_t seed = 0;
    if (::getentropy(&seed, sizeof seed) != 0) {
        seed =
            static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
    }
    return seed;
}

/// Complains and returns false when the directory for traces or the file for JSON cannot be
/// written.
bool outputs_writable(const run_options& options) {
    if (!options.out.empty()) {
        std::error_code error;
        std::filesystem::create_directories(options.out, error);
        if (error || ::access(options.out.c_str(), W_OK | X_OK) != 0) {
            complain(fmt::format("--out {}: cannot be written", options.out));
            return false;
        }
    }
    if (!options.json.empty() && !std::ofstream(options.json, std::ios::app)) {
        complain(fmt::format("--json {}: cannot be written", options.json));
        return false;
    }
    return true;
}

/// Runs one backend, or says why not. Nothing: the run must end, and it was said why.
std::optional<backend_summary> run_backend(backend_kind kind, const run_options& options,
                                           std::uint64_t seed, unsigned jobs, double seconds) {
    const auto can = capabilities_of(kind, options.profile);
    backend_summary skipped{.name = name_of(kind), .version = version_of(kind, options.profile)};
    if (!can && options.backend != "both") {
        complain(reason_of(can.error()));
        return std::nullopt;
    }
    if (!can) {
        skipped.skipped = reason_of(can.error());
        return skipped;
    }
    std::string host = "host";
    const bool compares = kind == backend_kind::machine && options.backend == "both";
    if (compares && !settle_profile(host)) return std::nullopt;
    backend_summary done = run_campaign({.kind = kind,
                                         .seed = seed,
                                         .may = options_for(*can, options.profile),
                                         .cases = options.cases,
                                         .seconds = seconds,
                                         .jobs = jobs,
                                         .out = options.out,
                                         .against = compares ? find_profile(host) : nullptr});
    done.name = skipped.name;
    done.version = skipped.version;
    done.impossible = impossible_marks(*can);
    return done;
}

}  // namespace

int run(const run_options& options) {
    if (find_profile(options.profile) == nullptr) {
        complain(fmt::format("--profile: no profile is called {}", options.profile));
        return status_usage;
    }
    if (!outputs_writable(options)) return status_environment;
    const std::uint64_t seed = options.seed.empty() ? random_seed() : seed_of(options.seed);
    const unsigned processors = std::max(1U, std::thread::hardware_concurrency());
    const unsigned jobs = options.jobs > 0 ? options.jobs : processors;
    const bool by_time = options.cases == 0;
    const double seconds = options.seconds > 0 ? options.seconds : seconds_default;

    std::vector<backend_kind> kinds;
    if (options.backend != "linux") kinds.push_back(backend_kind::model);
    if (options.backend != "model") kinds.push_back(backend_kind::machine);
    fmt::print("seed {:#x}, {}, profile {}, {} job{}\n", seed,
               by_time ? fmt::format("{:g} seconds", seconds)
                       : fmt::format("{} cases on each kernel", options.cases),
               options.profile, jobs, jobs == 1 ? "" : "s");
    std::fflush(stdout);

    const interrupt_guard guard;
    run_summary summary{.seed = seed, .complete = by_time && seconds >= seconds_default};
    for (const backend_kind kind : kinds) {
        if (was_interrupted()) break;
        auto done =
            run_backend(kind, options, seed, jobs, seconds / static_cast<double>(kinds.size()));
        if (!done) return status_environment;
        summary.backends.push_back(std::move(*done));
    }
    summary.interrupted = was_interrupted();
    fmt::print("{}", to_text(summary, wants_colour()));
    if (!options.json.empty()) std::ofstream(options.json) << to_json(summary);
    if (summary.violated()) return status_violation;
    if (summary.interrupted) return status_interrupted;
    if (summary.incomplete()) {
        complain("a run of this size must meet every situation; the table names those it did not");
        return status_violation;
    }
    return status_clean;
}

}  // namespace ringproof::sim::command
