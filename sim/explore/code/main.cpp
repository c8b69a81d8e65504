// ringproof-explore: runs compiled rings on weak memory. The same main serves the targets of this
// project and those that ringproof_check_memory_order() makes of others' rings.

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "sim/explore/code/explorer.hpp"
#include "sim/explore/code/report.hpp"

namespace {

using namespace ringproof::explore;

struct arguments {
    std::vector<std::string> targets;
    std::string schedule = "random";
    std::string replay;
    std::string json;
    std::uint64_t runs = 0;
    std::uint64_t seed = 1;
    std::uint32_t entries = 2;
    std::uint32_t publications = 4;
    double seconds = 1;
    bool list = false;
};

constexpr int status_found = 1;
constexpr int status_usage = 2;
constexpr int status_environment = 3;

int complain(int status, const std::string& line) {
    fmt::print(stderr, "ringproof explore code: {}\n", line);
    return status;
}

std::string names_of(const std::vector<target>& all) {
    std::string text;
    for (const target& each : all) text += (text.empty() ? "" : ", ") + each.name;
    return text;
}

/// What is wrong with them; empty when nothing is.
std::string wrong_with(const arguments& given) {
    const auto power_of_two = (given.entries & (given.entries - 1)) == 0;
    if (given.entries < 1 || given.entries > 16 || !power_of_two) {
        return fmt::format("--entries {}: a power of two, 1 to 16", given.entries);
    }
    if (given.publications < 1 || given.publications > 1000) {
        return fmt::format("--publications {}: 1 to 1000", given.publications);
    }
    if (!strategy_named(given.schedule)) {
        return fmt::format("--schedule {}: one of random, pct, dfs", given.schedule);
    }
    if (!given.replay.empty() && !from_hex(given.replay)) {
        return fmt::format("--replay {}: hexadecimal digits, two a choice", given.replay);
    }
    if (!given.replay.empty() && given.targets.size() != 1) return "--replay takes one --target";
    for (const std::string& name : given.targets) {
        if (std::ranges::find(targets(), name, &target::name) != targets().end()) continue;
        return fmt::format("--target {}: there is {}", name, names_of(targets()));
    }
    return {};
}

/// A line that the next one, or the result, writes over.
void show_progress(const std::string& target, std::uint64_t runs) {
    fmt::print(stderr, "\r{}: {} runs\x1b[K", target, runs);
    std::fflush(stderr);
}

exploration look(explorer& by, const arguments& given, explore_options how) {
    exploration done;
    if (!given.replay.empty()) {
        done.found = by.replay(*from_hex(given.replay));
        done.runs = 1;
        return done;
    }
    const bool shows = ::isatty(STDERR_FILENO) == 1;
    if (shows) {
        how.progress = [&by](std::uint64_t runs) { show_progress(by.of().name, runs); };
    }
    done = by.explore(how);
    if (shows) fmt::print(stderr, "\r\x1b[K");
    if (done.found) done.found = by.shrink(std::move(*done.found));
    return done;
}

int explore_all(const arguments& given) {
    explore_options how{.by = *strategy_named(given.schedule),
                        .seed = given.seed,
                        .time = std::chrono::duration<double>(given.seconds)};
    if (given.runs != 0) how.runs_most = given.runs;
    std::ofstream json;
    if (!given.json.empty()) {
        json.open(given.json);
        if (!json)
            return complain(status_environment, "--json " + given.json + ": cannot be written");
    }
    if (given.replay.empty()) {
        fmt::print("seed {}, {}, {} entries, {} publications\n", given.seed, given.schedule,
                   given.entries, given.publications);
    }
    int status = 0;
    std::string objects;
    for (const target& each : targets()) {
        if (!given.targets.empty() && std::ranges::count(given.targets, each.name) == 0) continue;
        explorer by(each, {given.entries, given.publications});
        const exploration done = look(by, given, how);
        if (given.replay.empty() && done.accesses == 0) {
            return complain(status_usage,
                            each.name +
                                ": nothing was heard of it; compile it with "
                                "-fsanitize=thread");
        }
        fmt::print("{}", to_text(by, done));
        objects += (objects.empty() ? "" : ",\n") + to_json(by, done);
        if (done.found) status = status_found;
    }
    if (json.is_open()) json << "[" << objects << "]\n";
    return status;
}

}  // namespace

int main(int argc, char** argv) {
    arguments given;
    CLI::App app{"Runs compiled rings on memory that is as weak as C11 allows",
                 "ringproof explore code"};
    app.add_option("--target", given.targets, "Only this one; may be repeated");
    app.add_option("--schedule", given.schedule, "random, pct or dfs")->capture_default_str();
    app.add_option("--seconds", given.seconds, "Time for each target")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    app.add_option("--runs", given.runs, "Runs of each target, at most");
    app.add_option("--seed", given.seed, "Of the runs")->capture_default_str();
    app.add_option("--entries", given.entries, "Of the ring")->capture_default_str();
    app.add_option("--publications", given.publications, "Buffers that are filled in a run")
        ->capture_default_str();
    app.add_option("--replay", given.replay, "One run, by the choices that a finding told");
    app.add_option("--json", given.json, "File for the results");
    app.add_flag("--list", given.list, "Tell the targets");
    app.footer(
        "\nExamples:\n"
        "  ringproof explore code                                      all targets, a second each\n"
        "  ringproof explore code --target ours --schedule dfs --publications 2\n"
        "\nExit status: 0 clean, 1 something was found, 2 bad usage, or a target that was not\n"
        "compiled with -fsanitize=thread; 3 a file cannot be written.\n");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0) return app.exit(error);
        return complain(status_usage, error.what());
    }
    if (given.list) {
        for (const target& each : targets()) fmt::print("{}\n", each.name);
        return 0;
    }
    if (const std::string wrong = wrong_with(given); !wrong.empty()) {
        return complain(status_usage, wrong);
    }
    return explore_all(given);
}
