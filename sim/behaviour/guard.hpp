#pragma once
// A behaviour in a process of its own, so that a kernel that does not survive it takes that process
// and not the report.

#include <chrono>
#include <functional>

#include "sim/behaviour/judgement.hpp"

namespace ringproof::sim {

/// What was seen in a child; if it dies or does not end in time, how. A child that cannot even be
/// killed is left behind. For processes with one thread.
[[nodiscard]] performance perform_guarded(
    const behaviour& script, const std::function<performance(const behaviour&)>& perform,
    std::chrono::milliseconds patience);

}  // namespace ringproof::sim
