#pragma once
// The verbs of the command `ringproof`, and how they end.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
}

namespace ringproof::sim::command {

/// Exit statuses; part of the interface.
enum status : int {
    status_clean = 0,
    status_violation = 1,    ///< also: a run of full size that left a situation out
    status_usage = 2,        ///< bad options, unreadable or wrong input
    status_environment = 3,  ///< io_uring was asked for and cannot be had; --out cannot be written
    status_interrupted = 130,
};

struct run_options {
    std::string backend = "both";
    std::string profile = "v7_3";
    std::string seed;         ///< any text; empty: random
    std::uint64_t cases = 0;  ///< on each backend; 0: by time
    double seconds = 0;       ///< in all; 0: the default
    unsigned jobs = 0;        ///< 0: one for each processor
    std::string out;          ///< where traces of violations go; empty: the temporary directory
    std::string json;         ///< file for the summary; empty: none
};

struct replay_options {
    std::vector<std::string> files;
    std::string backend = "both";
    std::string profile;  ///< empty: the trace's own
    bool history = false;
    std::string perfetto;  ///< file for what happened in Chrome's format; "-": standard output
    std::string html;      ///< file for a page; the same
};

struct profiles_options {
    std::string one;  ///< to be compared with `other`
    std::string other;
    std::string json;  ///< file for the same as JSON; "-": standard output, and no text
};

struct table_options {
    std::vector<std::string> files;  ///< reports; none: no table
    std::string html;                ///< file for a page; "-": standard output; empty: none
    bool text = false;               ///< the text, too
};

struct kernel_options {
    std::string backend = "linux";
    std::string profile = "v7_3";  ///< of the model
    std::string rule = "*";
    std::string against;  ///< a profile, a file, or "host"; empty: host
    std::string format = "text";
    std::string out;   ///< a file; empty: standard output
    bool all = false;  ///< lists also what is as expected
    bool hazardous = false;
    std::string before;  ///< kernel compare: two reports
    std::string after;
    table_options table;
};

int run(const run_options& options);
int replay(const replay_options& options);
int list_profiles(const profiles_options& options);
int compare_profiles(const profiles_options& options);
int kernel(const kernel_options& options);
int compare_kernels(const std::string& before, const std::string& after);
int tabulate_kernels(const table_options& options);

/// What a verb does when its arguments are read; the result is the exit status.
using action = std::function<int()>;

/// Each registers a verb that keeps its own options; `chosen` is set when it is the one asked for.
void add_shrink(CLI::App& app, action& chosen);
void add_mutants(CLI::App& app, action& chosen);
void add_emit_c(CLI::App& app, action& chosen);
void add_fuzz(CLI::App& app, action& chosen);
void add_explore(CLI::App& app, action& chosen);
void add_exec(CLI::App& app, action& chosen);

/// One line on standard error: "ringproof: " and the message.
void complain(std::string_view message);

/// True when standard output is a terminal on which colour is welcome (NO_COLOR, TERM).
[[nodiscard]] bool wants_colour();

/// Registers a verb's options with the parser; the values land in `into`.
CLI::App* add_run(CLI::App& app, run_options& into);
CLI::App* add_replay(CLI::App& app, replay_options& into);
CLI::App* add_profiles(CLI::App& app, profiles_options& into);
CLI::App* add_kernel(CLI::App& app, kernel_options& into);

}  // namespace ringproof::sim::command
