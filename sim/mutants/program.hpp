#pragma once
// Detectors that are programs of their own: how they are run, and told which mutant is on.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/mutants/catalogue.hpp"

namespace ringproof::mutants {

// The environment says which mutant is on.
inline constexpr const char* index_variable = "RINGPROOF_MUTANT";
inline constexpr const char* profile_variable = "RINGPROOF_MUTANT_PROFILE";

struct program_end {
    int status = 0;  ///< as wait() has it; 127 when it cannot be run
    std::string said;
};

/// Runs a program to its end with one mutant on, and keeps what it says on either output. Throws
/// std::system_error where there can be no other program.
[[nodiscard]] program_end run_program(std::vector<std::string> words, const mutant& which);

/// The number behind a word where it comes last in a text; 0 without one.
[[nodiscard]] std::uint64_t number_after(const std::string& text, std::string_view word);

/// What follows a word in a text, to the end of its line; empty without one.
[[nodiscard]] std::string line_after(const std::string& text, std::string_view word);

}  // namespace ringproof::mutants
