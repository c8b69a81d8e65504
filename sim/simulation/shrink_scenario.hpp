#pragma once
// From a failing scenario to a small one that fails in the same way: fewer peers, shorter scripts,
// fewer faults, shorter answers.

#include <cstdint>
#include <functional>

#include "sim/simulation/run_report.hpp"
#include "sim/simulation/scenario.hpp"

namespace ringproof::sim {

/// Runs a scenario and says how it failed.
using scenario_runner = std::function<failure_kind(const scenario&)>;

/// \param failing  its answers are in it; fails as `what` when run
/// \param most     runs to spend
[[nodiscard]] scenario shrink(const scenario& failing, failure_kind what,
                              const scenario_runner& run, std::uint64_t most);

}  // namespace ringproof::sim
