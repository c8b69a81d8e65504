#pragma once
// The detector that is a program: libFuzzer on the woven code, from an empty corpus.

#include <string>

#include "sim/mutants/catalogue.hpp"
#include "sim/mutants/detectors.hpp"

namespace ringproof::mutants {

/// Runs the target `fuzzer` (fuzz/mutants.cpp) with one mutant on until it stops, at the latest at
/// the search's end. Throws std::system_error where no program or folder can be made.
[[nodiscard]] finding look_by_fuzzing(const search& how, const mutant& which,
                                      const std::string& fuzzer);

/// Before the target stops it says what it found.
inline constexpr const char* found_words = "found: ";

}  // namespace ringproof::mutants
