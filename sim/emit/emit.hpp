#pragma once
// A behaviour or a trace as a program in C that needs nothing of this project: to be mailed to
// people who work on the kernel, and to become a test of liburing or of the kernel.
//
// The program ends with 0 when all is as expected, 1 when something is not or it hung, 77 when this
// kernel cannot show it. It compiles without warnings as C11 or gnu11 with gcc and clang, against
// liburing 2.3 and later, or raw: with nothing but a libc and plain system calls.

#include <expected>
#include <string>
#include <string_view>

#include "sim/behaviour/behaviour.hpp"
#include "sim/trace/trace.hpp"

namespace ringproof::sim {

struct emit_options {
    std::string profile = "v7_3";  ///< what is right; of a trace, too
    bool raw = false;              ///< without liburing
    std::string_view source{};     ///< the text that it was read from, for the comments
};

/// What another version shows in place of that is named where it is seen, and fails all the same. A
/// behaviour that does not hold for the profile becomes a program that skips itself.
/// Errors: one line that says which line of the behaviour has no counterpart in C, and why.
[[nodiscard]] std::expected<std::string, std::string> emit_c(const behaviour& script,
                                                             const emit_options& options);

/// Plays the trace on the model under the profile; what the application does there, system call by
/// system call, the program does again, and it expects the model's completions. The trace's choices
/// are left out: where the model may do one thing or another, it does what a kernel nearly always
/// does. Belongs to one thread.
/// Errors: one line; when the model refuses the trace, an oracle objects, or C has no words for it.
[[nodiscard]] std::expected<std::string, std::string> emit_c(const trace& wanted,
                                                             const emit_options& options);

}  // namespace ringproof::sim
