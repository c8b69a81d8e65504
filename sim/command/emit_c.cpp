// ringproof emit-c: a behaviour or a trace as a program in C.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <expected>
#include <filesystem>
#include <memory>
#include <string>

#include "sim/behaviour/text.hpp"
#include "sim/command/command.hpp"
#include "sim/command/files.hpp"
#include "sim/command/host.hpp"
#include "sim/emit/emit.hpp"
#include "sim/profile.hpp"
#include "sim/trace/text.hpp"

namespace ringproof::sim::command {

namespace {

using emitted = std::expected<std::string, std::string>;

struct emit_request {
    std::string file;
    std::string out;  ///< a file; empty: standard output
    std::string profile = "host";
    bool raw = false;  ///< without liburing
};

constexpr const char* examples = R"(
Examples:
  ringproof emit-c corpus/behaviours/SEL-03-empty-ring.trace -o test.c && cc test.c -luring
  ringproof emit-c --raw --profile v6_12 corpus/traces/no-buffers-loses-nothing.trace -o test.c

The program ends with 0 when the kernel does as the profile says, with 1 and a message when it does
not, with 77 when it cannot be tried. What another version is known to do is named, and fails, too.
)";

/// The first word of a file says what it is.
bool is_behaviour(std::string_view text) {
    words first(text);
    return first.next_line() && first.peek() == "ringproof-behaviour";
}

emitted emit_behaviour(const std::string& file, const emit_options& how) {
    auto script = parse_behaviour(how.source);
    if (!script) return std::unexpected(script.error().message());
    script->name = std::filesystem::path(file).stem().string();
    return sim::emit_c(*script, how);
}

emitted emit_trace(const emit_options& how) {
    const auto wanted = parse(how.source);
    if (!wanted) return std::unexpected(wanted.error().message());
    return sim::emit_c(*wanted, how);
}

int emit_file(const emit_request& options) {
    const auto text = contents_of(options.file);
    if (!text) {
        complain(fmt::format("{}: cannot be read", options.file));
        return status_usage;
    }
    emit_options how{.profile = options.profile, .raw = options.raw, .source = *text};
    // The program may be meant for another machine than this one.
    if (how.profile == "host" && !refusal_of_host().empty()) how.profile = "v7_3";
    if (!settle_profile(how.profile)) return status_environment;
    if (find_profile(how.profile) == nullptr) {
        complain(fmt::format("--profile: no profile is called {}", how.profile));
        return status_usage;
    }
    const emitted program =
        is_behaviour(*text) ? emit_behaviour(options.file, how) : emit_trace(how);
    if (!program) {
        complain(fmt::format("{}: {}", options.file, program.error()));
        return status_usage;
    }
    return write_to(options.out, *program) ? status_clean : status_environment;
}

}  // namespace

void add_emit_c(CLI::App& app, action& chosen) {
    const auto options = std::make_shared<emit_request>();
    CLI::App* verb = app.add_subcommand("emit-c", "Write a behaviour or a trace as a C program");
    verb->footer(examples);
    verb->add_option("FILE", options->file, "A behaviour, or a trace")->required();
    verb->add_option("-o,--out", options->out, "File for the program; standard output without it");
    verb->add_flag("--raw", options->raw, "Plain system calls: no liburing, no kernel headers");
    verb->add_option("--profile", options->profile,
                     "Kernel version that says what is right; host: as this Linux, or v7_3 where "
                     "there is no io_uring to ask")
        ->capture_default_str();
    verb->callback([options, &chosen] { chosen = [options] { return emit_file(*options); }; });
}

}  // namespace ringproof::sim::command
