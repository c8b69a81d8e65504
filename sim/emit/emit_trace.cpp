#include <fmt/format.h>

#include <system_error>

#include "sim/choice.hpp"
#include "sim/emit/emit.hpp"
#include "sim/emit/program.hpp"
#include "sim/emit/recording.hpp"
#include "sim/emit/trace_writer.hpp"
#include "sim/kernel/model_world.hpp"
#include "sim/profile.hpp"
#include "sim/trace/play.hpp"
#include "sim/trace/text.hpp"

namespace ringproof::sim {

namespace {

constexpr std::size_t bytes_most = std::size_t{1} << 19U;

std::string head_of(const trace& wanted, const emit_options& options) {
    std::string text = "What an application does, and what it must see.\n\n";
    text += options.source.empty() ? print(wanted) : std::string(options.source);
    if (!text.ends_with('\n')) text += '\n';
    text += fmt::format(
        "\nThe completions are those of a model of {}. Lines are named by their number among the\n"
        "operations. Exit status: 0 as expected, 1 not so, 77 this kernel cannot show it.\n"
        "Build: cc -o test test.c{}\n",
        options.profile, options.raw ? "" : " -luring");
    return text;
}

}  // namespace

std::expected<std::string, std::string> emit_c(const trace& wanted, const emit_options& options) {
    const profile* version = find_profile(options.profile);
    if (version == nullptr) return std::unexpected("no profile is called " + options.profile);
    choices answers;  // the likeliest run: no kernel asks for the trace's
    // The program is its own peer, so what a peer does is noticed at once.
    model_kernel kernel(answers, {.kernel_profile = *version, .peers_share_task = true});
    model_world around(kernel);
    history record;
    emitting::c_program program;
    program.add("start();");
    emitting::trace_writer writer(program, wanted, record);
    {
        emitting::recording_world<model_world> recorded(around, writer);
        player<emitting::recording_world<model_world>> application;
        const outcome came = application.play(wanted, recorded, record);
        if (came.refused != 0) {
            return std::unexpected(
                fmt::format("{} has no such ring: {}", options.profile,
                            std::error_code(came.refused, std::system_category()).message()));
        }
        if (came.broken) {
            return std::unexpected(fmt::format("operation {} breaks {} on the model: {}",
                                               came.broken->step, came.broken->invariant,
                                               came.broken->sentence));
        }
    }
    writer.end();
    if (!writer.refusal().empty()) return std::unexpected(writer.refusal() + ": no C for it");
    std::string text = program.text(head_of(wanted, options), options.raw);
    if (text.size() > bytes_most) {
        return std::unexpected(
            fmt::format("a program of {} KiB is none to read", text.size() >> 10U));
    }
    return text;
}

}  // namespace ringproof::sim
