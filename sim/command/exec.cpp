// `ringproof exec`: somebody's program, on the model instead of the kernel.

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "sim/command/command.hpp"
#include "sim/command/exec_faults.hpp"
#include "sim/command/exec_picture.hpp"
#include "sim/command/executable.hpp"
#include "sim/command/files.hpp"
#include "sim/command/host.hpp"
#include "sim/exec/variables.hpp"
#include "sim/profile_name.hpp"
#include "sim/trace/generate.hpp"

namespace ringproof::sim::command {

namespace {

namespace variable = exec::variable;

struct exec_request {
    std::string profile = "v7_3";
    std::string seed;      ///< any text; empty: none
    std::string faults;    ///< a list; empty: as the seed has it
    std::string history;   ///< a file, or empty
    std::string perfetto;  ///< a file, or empty
    bool verbose = false;
    bool report = false;
    bool check = false;
    std::vector<std::string> words;  ///< the program and its arguments
};

// Beside the command in a build, in the library's folder once installed.
std::string library() {
    std::error_code error;
    const auto self = std::filesystem::read_symlink("/proc/self/exe", error).parent_path();
    for (const char* folder : {".", RINGPROOF_EXEC_FOLDER}) {
        const auto candidate = self / folder / "libringproof-exec.so";
        if (std::filesystem::exists(candidate, error)) {
            return std::filesystem::weakly_canonical(candidate, error).string();
        }
    }
    return "";
}

void set(const char* name, const std::string& value) { ::setenv(name, value.c_str(), 1); }

void preload(const std::string& file) {
    const char* others = std::getenv("LD_PRELOAD");
    set("LD_PRELOAD", others == nullptr || *others == '\0' ? file : file + ":" + others);
}

int become(const std::string& path, const std::vector<std::string>& words) {
    std::vector<char*> pointers;
    for (const std::string& each : words) pointers.push_back(const_cast<char*>(each.c_str()));
    pointers.push_back(nullptr);
    ::execv(path.c_str(), pointers.data());
    complain(fmt::format("{}: {}", path, std::strerror(errno)));
    return status_environment;
}

// What the library is to know of it, by the environment.
void tell(const exec_request& asked) {
    set(variable::profile, asked.profile);
    if (!asked.seed.empty()) set(variable::seed, std::to_string(seed_of(asked.seed)));
    if (!asked.faults.empty()) set(variable::faults, asked.faults);
    if (asked.verbose) set(variable::verbose, "1");
    if (asked.report) set(variable::report, "1");
    if (asked.check) set(variable::check, "1");
    if (!asked.history.empty()) {
        set(variable::history, std::filesystem::absolute(asked.history).string());
    }
}

int execute(exec_request& asked) {
    if (!settle_profile(asked.profile)) return status_environment;
    if (!profile_named(asked.profile)) {
        complain(fmt::format("--profile {}: there is no such profile; see ringproof profiles",
                             asked.profile));
        return status_usage;
    }
    if (const auto refusal = refusal_of_faults(asked.faults)) {
        complain("--faults: " + *refusal);
        return status_usage;
    }
    const std::string file = library();
    if (file.empty()) {
        complain("libringproof-exec.so is not there; build or install it beside this program");
        return status_environment;
    }
    const auto path = find_preloadable(asked.words.front());
    if (!path) {
        complain(path.error());
        return status_environment;
    }
    for (const std::string& each : {asked.history, asked.perfetto}) {
        if (!can_be_written(each)) return status_environment;
    }
    preload(file);
    tell(asked);
    const auto run = [&path, &asked](const std::string& records) {
        if (!records.empty()) set(variable::records, records);
        set(variable::process, std::to_string(::getpid()));
        return become(*path, asked.words);
    };
    if (asked.perfetto.empty()) return run("");
    return run_and_draw(asked.perfetto, "model " + asked.profile, run);
}

constexpr const char* examples = R"(
Examples:
  ringproof exec -- ./server --port 8080       as on Linux 7.3, whatever runs here
  ringproof exec --profile v6_1 -- ./server    as on 6.1: its features, errors and bugs
  ringproof exec --seed 7 -- ./server          later, shorter and in another order than usual
  ringproof exec --faults enobufs,short --seed 7 -- ./server     only these happen
  ringproof exec --report --check -- ./server  what its rings were used for; mistakes are status 1
  ringproof exec --perfetto run.json -- ./server
  ringproof exec --profile host -- fio --ioengine=io_uring job.fio

The program's files, sockets and memory are its own; the calls of io_uring are answered by the model
in its own process, also where the kernel refuses them. The exit status is the program's, or 1 with
--check and a mistake; 2: bad usage; 3: it cannot be run so, or there is no such program.
)";

}  // namespace

void add_exec(CLI::App& app, action& chosen) {
    CLI::App* verb = app.add_subcommand("exec", "Run any program on the model of the kernel");
    verb->footer(examples);
    const auto options = std::make_shared<exec_request>();
    verb->add_option("--profile", options->profile,
                     "Kernel version that the model is; host: as this Linux")
        ->capture_default_str();
    verb->add_option("--seed", options->seed,
                     "A number or any text: chooses what Linux leaves open; without it everything "
                     "happens at once");
    verb->add_option(
        "--faults", options->faults,
        "Only these happen, by the seed: a list with commas, or all; beginnings will do");
    verb->add_flag("--report", options->report,
                   "Tell at the end what each ring was used for, and what was found");
    verb->add_flag("--check", options->check,
                   "Tell the program's mistakes with its rings; any makes the status 1");
    verb->add_option("--history", options->history, "Write each event to this file, a line each");
    verb->add_option("--perfetto", options->perfetto,
                     "Draw the run into this file, for ui.perfetto.dev");
    verb->add_flag("--verbose", options->verbose, "Name once what is asked for and not modelled");
    verb->add_option("PROGRAM", options->words, "The program and its arguments, behind --")
        ->required();
    verb->callback([options, &chosen] { chosen = [options] { return execute(*options); }; });
}

}  // namespace ringproof::sim::command
