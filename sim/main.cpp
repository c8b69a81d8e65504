// The command `ringproof`. Each verb is a file of its own in command/.

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string_view>

#include "sim/command/command.hpp"
#include "sim/command/host.hpp"

namespace ringproof::sim::command {

namespace {

constexpr std::string_view statuses = R"(
Exit status:
  0    clean
  1    an invariant was violated, or a run of full size left a situation out
  2    bad usage or bad input
  3    the environment: io_uring was asked for and cannot be had, or --out cannot be written
  130  interrupted; the table so far was printed
)";

constexpr std::string_view run_examples = R"text(
Examples:
  ringproof run                                 about 30 seconds on both kernels
  ringproof run --backend model --seconds 600   the model alone, ten minutes
  ringproof run --backend model --profile host  as the kernel that runs here
  ringproof run --seed "$(git rev-parse HEAD)"  varies with the commit, and can be repeated
  ringproof run --cases 1000 --json run.json    the same 1000 cases each time, with a seed

Without --cases, and for 30 seconds or more, a run must meet every situation in its table (each
kind of request, each ring mode, a wrap of the 16-bit tail, ...) that the kernel can come into: one
never met makes it fail. Shorter runs only list them.
)text";

constexpr std::string_view replay_examples = R"(
Examples:
  ringproof replay corpus/traces/tail-wraps-at-65536.trace
  ringproof replay --backend linux --history /tmp/ringproof/some.trace
  ringproof replay some.trace --html some.html  a page: step through rings, buffers, requests
  ringproof replay some.trace --perfetto some.json    to be opened at ui.perfetto.dev

All that was played, on both kernels too, is in one page, and in one file for Perfetto.
)";

constexpr std::string_view profiles_examples = R"(
Examples:
  ringproof profiles                            every version, and every bug
  ringproof profiles diff v6_12 v6_18           what tells two versions apart
  ringproof profiles diff host v7_3             what the newest has and this kernel has not
  ringproof profiles diff v6_1 v7_3 --json -    the same for programs
)";

constexpr std::string_view kernel_examples = R"(
Examples:
  ringproof kernel                              this kernel, held against the version it is like
  ringproof kernel --against v6_12 --all        held against 6.12, every behaviour a line
  ringproof kernel --rule 'ERR-*' --format ktap for kselftest and its like
  ringproof kernel --format json --out now.json
  ringproof kernel compare before.json now.json what an upgrade changed
  ringproof kernel table corpus/kernels/*.json --html kernels.html
  ringproof kernel --backend model --profile v6_1

Verdicts: as expected; explained (by a known bug, or as another version does it); unexplained,
which makes the status 1; skipped, with the reason.
)";

void add_backend(CLI::App& verb, std::string& into) {
    verb.add_option("--backend", into, "Where to play: the model, this Linux, or both")
        ->check(CLI::IsMember({"model", "linux", "both"}))
        ->capture_default_str();
}

CLI::Option* add_profile(CLI::App& verb, std::string& into, const std::string& more = "") {
    return verb.add_option("--profile", into,
                           "Kernel version that the model is; host: as this Linux" + more);
}

}  // namespace

CLI::App* add_run(CLI::App& app, run_options& into) {
    CLI::App* verb = app.add_subcommand("run", "Play generated traces and judge them");
    verb->footer(std::string(run_examples));
    add_backend(*verb, into.backend);
    add_profile(*verb, into.profile)->capture_default_str();
    verb->add_option("--seed", into.seed, "A number or any text; random without it");
    CLI::Option* cases = verb->add_option("--cases", into.cases, "Traces on each kernel")
                             ->check(CLI::PositiveNumber);
    verb->add_option("--seconds", into.seconds, "Time in all, shared by the kernels; default 30")
        ->check(CLI::PositiveNumber)
        ->excludes(cases);
    verb->add_option("--jobs", into.jobs, "Threads; default one for each processor")
        ->check(CLI::Range(1, 256));
    verb->add_option("--out", into.out,
                     "Directory for traces of violations; default ringproof/ in the temporary one");
    verb->add_option("--json", into.json, "File for the table as JSON");
    return verb;
}

CLI::App* add_replay(CLI::App& app, replay_options& into) {
    CLI::App* verb = app.add_subcommand("replay", "Play traces from files");
    verb->footer(std::string(replay_examples));
    verb->add_option("FILE", into.files, "Traces; the grammar stands in sim/trace/text.hpp")
        ->required();
    add_backend(*verb, into.backend);
    add_profile(*verb, into.profile, "; default the trace's");
    verb->add_flag("--history", into.history, "Print what happened: in order, then by actor");
    verb->add_option("--html", into.html, "File for a page of what happened; - is standard output");
    verb->add_option("--perfetto", into.perfetto,
                     "File for what happened as Chrome's trace events; - is standard output");
    return verb;
}

CLI::App* add_profiles(CLI::App& app, profiles_options& into) {
    CLI::App* verb = app.add_subcommand("profiles", "Tell which kernel versions the model can be");
    verb->footer(std::string(profiles_examples));
    verb->add_option("--json", into.json, "File for the same as JSON; - is standard output");
    CLI::App* diff = verb->add_subcommand("diff", "Tell what two versions do differently");
    diff->add_option("A", into.one, "One profile, or host: what this Linux is like")->required();
    diff->add_option("B", into.other, "The other one")->required();
    diff->add_option("--json", into.json, "File for the same as JSON; - is standard output");
    return verb;
}

CLI::App* add_kernel(CLI::App& app, kernel_options& into) {
    CLI::App* verb = app.add_subcommand("kernel", "Check this kernel's behaviour, rule by rule");
    verb->footer(std::string(kernel_examples));
    verb->add_option("--rule", into.rule, "Only rules or behaviours that fit this pattern")
        ->capture_default_str();
    verb->add_option("--against", into.against,
                     "A profile, a report in JSON, or host: the profile that it is nearest to");
    verb->add_option("--format", into.format, "How to report")
        ->check(CLI::IsMember({"text", "ktap", "junit", "json"}))
        ->capture_default_str();
    verb->add_option("--out", into.out, "File for the report; standard output without it");
    verb->add_flag("--all", into.all, "List also what is as expected");
    verb->add_flag("--hazardous", into.hazardous,
                   "Also what can hang a kernel that lacks a repair: in virtual machines only");
    verb->add_option("--backend", into.backend, "This Linux, or the model")
        ->check(CLI::IsMember({"linux", "model"}))
        ->capture_default_str();
    add_profile(*verb, into.profile)->capture_default_str();
    CLI::App* compare = verb->add_subcommand("compare", "What changed between two reports");
    compare->add_option("BEFORE", into.before, "A report in JSON")->required();
    compare->add_option("AFTER", into.after, "A later one")->required();
    CLI::App* table = verb->add_subcommand("table", "Recorded kernels side by side, rule by rule");
    table->add_option("FILE", into.table.files, "Reports in JSON")->required();
    table->add_option("--html", into.table.html, "File for a page; - is standard output");
    table->add_flag("--text", into.table.text, "The text, too; without --html it comes anyway");
    return verb;
}

void complain(std::string_view message) { fmt::print(stderr, "ringproof: {}\n", message); }

bool wants_colour() {
    const char* refuses = std::getenv("NO_COLOR");
    const char* terminal = std::getenv("TERM");
    if (refuses != nullptr && *refuses != '\0') return false;
    if (terminal == nullptr || std::string_view(terminal) == "dumb") return false;
    return ::isatty(STDOUT_FILENO) == 1;
}

namespace {

int dispatch(int count, char** arguments) {
    CLI::App app(
        "io_uring provided-buffer rings, on a model of the kernel and on the kernel itself",
        "ringproof");
    app.footer(std::string(statuses));
    app.set_version_flag("--version", "ringproof " RINGPROOF_VERSION);
    app.require_subcommand(1);
    run_options run_with;
    replay_options replay_with;
    profiles_options profiles_with;
    const CLI::App* runs = add_run(app, run_with);
    const CLI::App* replays = add_replay(app, replay_with);
    const CLI::App* tells = add_profiles(app, profiles_with);
    kernel_options kernel_with;
    const CLI::App* kernels = add_kernel(app, kernel_with);
    action chosen;
    add_shrink(app, chosen);
    add_mutants(app, chosen);
    add_emit_c(app, chosen);
    add_fuzz(app, chosen);
    add_explore(app, chosen);
    add_exec(app, chosen);
    try {
        app.parse(count, arguments);
    } catch (const CLI::Success& asked) {  // --help, --version
        return app.exit(asked);
    } catch (const CLI::ParseError& wrong) {
        complain(wrong.what());
        return status_usage;
    }
    if (chosen) return chosen();
    for (std::string* name : {&run_with.profile, &replay_with.profile, &profiles_with.one,
                              &profiles_with.other, &kernel_with.profile}) {
        if (!settle_profile(*name)) return status_environment;
    }
    if (*runs) return run(run_with);
    if (*replays) return replay(replay_with);
    if (*tells) {
        const bool compares = tells->got_subcommand("diff");
        return compares ? compare_profiles(profiles_with) : list_profiles(profiles_with);
    }
    if (!kernel_with.table.files.empty()) return tabulate_kernels(kernel_with.table);
    if (!kernel_with.before.empty()) return compare_kernels(kernel_with.before, kernel_with.after);
    if (*kernels) return kernel(kernel_with);
    return status_usage;
}

}  // namespace

}  // namespace ringproof::sim::command

int main(int count, char** arguments) {
    try {
        return ringproof::sim::command::dispatch(count, arguments);
    } catch (const std::exception& failure) {  // memory, threads, the file system
        ringproof::sim::command::complain(failure.what());
        return ringproof::sim::command::status_environment;
    }
}
