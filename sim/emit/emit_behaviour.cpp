#include <fmt/format.h>

#include <algorithm>

#include "sim/emit/behaviour_writer.hpp"
#include "sim/emit/emit.hpp"
#include "sim/emit/program.hpp"
#include "sim/profile.hpp"

namespace ringproof::sim {

namespace {

/// A line of the source, without its comment; "" when there is none.
std::string_view line_of(std::string_view source, unsigned number) {
    for (unsigned i = 1; i < number && !source.empty(); ++i) {
        source.remove_prefix(std::min(source.find('\n'), source.size() - 1) + 1);
    }
    source = source.substr(0, source.find('\n'));
    source = source.substr(0, source.find('#'));
    return source.substr(0, source.find_last_not_of(" \t\r") + 1);
}

std::string head_of(const behaviour& script, const emit_options& options) {
    std::string text = fmt::format("{}: {}\n\nRules {}; expected as {} does it.\n", script.name,
                                   script.says, fmt::join(script.rules, ", "), options.profile);
    if (script.may_hang) text += "An unfixed kernel may hang: run it in a virtual machine.\n";
    if (!options.source.empty()) text += fmt::format("\n{}", options.source);
    if (!text.ends_with('\n')) text += '\n';
    text += fmt::format("\nExit status: 0 as expected, 1 not so, 77 this kernel cannot show it.\n"
                        "Build: cc -o test test.c{}\n",
                        options.raw ? "" : " -luring");
    return text;
}

}  // namespace

std::expected<std::string, std::string> emit_c(const behaviour& script,
                                               const emit_options& options) {
    const auto profile = index_of_profile(options.profile);
    if (!profile) return std::unexpected("no profile is called " + options.profile);
    emitting::c_program program;
    program.add("start();");
    emitting::behaviour_writer writer(program, *profile);
    if (!script.holds_under(*profile)) {
        program.add(fmt::format("skip(\"{} does not have this\");", options.profile));
    } else {
        for (const statement& each : script.statements) {
            program.line(fmt::format("{}: {}", each.line, line_of(options.source, each.line)));
            if (const std::string refused = writer.write(each); !refused.empty()) {
                return std::unexpected(fmt::format("line {}: {}: no C for it", each.line, refused));
            }
        }
    }
    return program.text(head_of(script, options), options.raw);
}

}  // namespace ringproof::sim
