// ringproof-mutants: the program behind `ringproof mutants`. It is one of its own because in it the
// library and the model are woven with mutants (weave.cpp), which nothing that is installed is.

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>

#include "sim/behaviour/catalogue.hpp"
#include "sim/explore/mutants.hpp"
#include "sim/mutants/matrix.hpp"

namespace ringproof::mutants {

namespace {

constexpr std::string_view canary = "canary";
constexpr std::string_view control = "none";

constexpr const char* examples = R"(
Examples:
  ringproof mutants                             every detector that is built, from ten seeds
  ringproof mutants --detector properties --mutant 'M*'
  ./ringproof build mutants                     with clang: the target that fuzzing needs
  ringproof mutants --detector fuzzing --json matrix.json

Exit status: 0 every mutant was killed by each detector meant for it, or has a written reason not to
be; 1 one escaped, or a reason is wrong, or the canary was not caught, or a detector found something
in code without a mutant; 2 bad usage; 3 a file cannot be written, or the fuzz target is not built.
)";

struct request {
    std::vector<std::string> detectors;
    std::string pattern = "*";
    std::string json;
    matrix_options how;
};

int complain(const std::string& what, int status) {
    fmt::print(stderr, "ringproof mutants: {}\n", what);
    return status;
}

void show_progress(std::size_t done, std::size_t all) {
    fmt::print(stderr, "\r{} of {} searches", done, all);
    if (done == all) fmt::print(stderr, "\r\x1b[K");
    std::fflush(stderr);
}

/// Which detectors to ask: those named, or all that can be asked.
std::vector<detector> chosen(const request& from) {
    std::vector<detector> made;
    for (unsigned i = 0; i < detector_names.size(); ++i) {
        const auto who = static_cast<detector>(i);
        const bool named = std::ranges::count(from.detectors, detector_names[i]) > 0;
        const bool can = (who != detector::fuzzing || !from.how.fuzzer.empty()) &&
            (who != detector::code || !from.how.explorer.empty());
        if (from.detectors.empty() ? can : named) made.push_back(who);
    }
    return made;
}

std::filesystem::path own_folder() {
    return std::filesystem::read_symlink("/proc/self/exe").parent_path();
}

/// Where preset mutants leaves the fuzz target, seen from the folder of any other preset.
std::filesystem::path usual_fuzzer() {
    return own_folder().parent_path() / "mutants" / "fuzz_mutants";
}

/// What is wrong with the matrix as a whole, a line each.
std::vector<std::string> faults_of(std::span<const row> rows) {
    std::vector<std::string> found;
    for (const row& each : rows) {
        for (const cell& one : each.cells) {
            const std::string where = fmt::format("{} by {}", each.of->id, name_of(one.who));
            if (one.what == fate::alarmed) {
                found.push_back(fmt::format("{} finds {} in sound code", name_of(one.who),
                                            one.attempts.front().how));
            } else if (one.what == fate::escaped) {
                found.push_back(
                    fmt::format("{}: killed from {} of {} seeds, and no reason is given", where,
                                one.kills(), one.attempts.size()));
            } else if (one.what == fate::overstated) {
                found.push_back(where + ": killed, although it is said to survive");
            }
        }
    }
    return found;
}

int run(const request& asked) {
    const auto catalogue = parse_mutants(catalogue_text());
    if (!catalogue) return complain("mutants.txt:" + catalogue.error(), 1);
    for (const mutant& each : *catalogue) {
        if (each.order.empty() || sim::explore::find_mutant(each.order) != nullptr) continue;
        return complain(
            fmt::format("mutants.txt: {}: order {}: ringproof explore proof --list tells which",
                        each.id, each.order),
            1);
    }
    std::vector<mutant> mutants = all_mutants(*catalogue);
    std::erase_if(mutants, [&asked](const mutant& each) {
        return each.id != canary && !sim::matches(asked.pattern, each.id);
    });
    if (mutants.size() == 1 && asked.pattern != canary && asked.pattern != control) {
        return complain("no mutant fits the pattern " + asked.pattern, 2);
    }
    // Sound code in the same harness: what is found in it would be found in anything.
    mutant sound{.id = std::string(control), .what = "Nothing: no detector may find anything."};
    sound.profile = mutants.front().profile.substr(0, mutants.front().profile.find('+'));
    mutants.insert(mutants.begin(), sound);
    if (!asked.json.empty() && !std::ofstream(asked.json, std::ios::app)) {
        return complain(asked.json + ": cannot be written", 3);
    }
    matrix_options how = asked.how;
    how.detectors = chosen(asked);
    if (::isatty(STDERR_FILENO) == 1) how.progress = show_progress;
    const auto rows = run_matrix(mutants, how);
    fmt::print("{}", to_text(rows, ::isatty(STDOUT_FILENO) == 1));
    if (!asked.json.empty()) std::ofstream(asked.json) << to_json(rows);
    const auto faults = faults_of(rows);
    for (const std::string& fault : faults) fmt::print("WRONG: {}\n", fault);
    fmt::print("{} mutants, {} detectors, {} seeds: {}\n", mutants.size() - 1, how.detectors.size(),
               how.seeds, faults.empty() ? "all as they should be" : "see above");
    return faults.empty() ? 0 : 1;
}

int dispatch(int count, char** arguments) {
    request asked;
    CLI::App app("Mutants of the model, the ring and applications, and who notices them",
                 "ringproof mutants");
    app.footer(examples);
    app.add_option("--detector", asked.detectors, "Only this one; may be repeated")
        ->check(
            CLI::IsMember(std::vector<std::string>(detector_names.begin(), detector_names.end())));
    app.add_option("--mutant", asked.pattern, "Only mutants whose id fits; the canary always")
        ->capture_default_str();
    app.add_option("--seeds", asked.how.seeds, "Searches for each cell")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    app.add_option("--jobs", asked.how.jobs, "Searches at the same time")
        ->check(CLI::Range(1, 256))
        ->capture_default_str();
    app.add_option("--tests", asked.how.tests_most, "Tests of one search, at most")
        ->capture_default_str();
    app.add_option("--seconds", asked.how.seconds_most, "Seconds of one search, at most")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    app.add_option("--fuzzer", asked.how.fuzzer,
                   "The target fuzz_mutants, if not that of preset mutants beside this build")
        ->check(CLI::ExistingFile);
    app.add_option("--json", asked.json, "File for the matrix as JSON");
    try {
        app.parse(count, arguments);
    } catch (const CLI::Success& wanted) {
        return app.exit(wanted);
    } catch (const CLI::ParseError& wrong) {
        return complain(wrong.what(), 2);
    }
    if (asked.how.fuzzer.empty()) {
        const auto usual = usual_fuzzer();
        if (std::filesystem::exists(usual)) {
            asked.how.fuzzer = usual.string();
        } else if (std::ranges::count(asked.detectors, "fuzzing") > 0) {
            return complain(usual.string() + " is not there; ./ringproof build mutants makes it",
                            3);
        }
    }
    const auto explorer = own_folder() / "ringproof-explore-mutants";
    if (std::filesystem::exists(explorer)) {
        asked.how.explorer = explorer.string();
    } else if (std::ranges::count(asked.detectors, "code") > 0) {
        return complain(explorer.string() + " is not there: it takes Boost.Context", 3);
    }
    return run(asked);
}

}  // namespace

}  // namespace ringproof::mutants

int main(int count, char** arguments) {
    try {
        return ringproof::mutants::dispatch(count, arguments);
    } catch (const std::exception& failure) {
        return ringproof::mutants::complain(failure.what(), 3);
    }
}
