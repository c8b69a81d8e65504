#pragma once
// The detector that is a program: libFuzzer on the woven code, from an empty corpus.

#include <string>

#include "sim/mutants/catalogue.hpp"
#include "sim/mutants/detectors.hpp"

namespace ringproof::mutants {

/// Runs the fuzz target `fuzzer` with one mutant on. Names of the environment through which it is
/// told which: fuzz/mutants.cpp.
[[nodiscard]] finding look_by_fuzzing(const search& how, const mutant& which,
                                      const std::string& fuzzer);

inline constexpr const char* index_variable = "RINGPROOF_MUTANT";
inline constexpr const char* profile_variable = "RINGPROOF_MUTANT_PROFILE";

}  // namespace ringproof::mutants
