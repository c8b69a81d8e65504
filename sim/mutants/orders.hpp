#pragma once
// The detectors for missing orders, which no run of a trace can show: x86 has them all, and the
// model's memory is sequentially consistent.

#include <string>

#include "sim/mutants/catalogue.hpp"
#include "sim/mutants/detectors.hpp"

namespace ringproof::mutants {

/// Proves the protocol that the order belongs to without it, under C11; all of them whole when no
/// mutant is on. Tests are states. \pre the order is one of sim/explore/mutants.hpp.
[[nodiscard]] finding look_by_proof(const mutant& which);

/// Runs the library's rings in `explorer`, which is ringproof-explore of the woven code, target
/// after target. Throws std::system_error or std::runtime_error where it cannot be run.
[[nodiscard]] finding look_by_code(const search& how, const mutant& which,
                                   const std::string& explorer);

}  // namespace ringproof::mutants
