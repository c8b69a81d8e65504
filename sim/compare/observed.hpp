#pragma once
// What a run looks like from the application, said so that two kernels can be held side by side.

#include <span>
#include <string>
#include <vector>

#include "sim/history.hpp"

namespace ringproof::sim {

/// The events of the application and of its peers, in their order, without what is only a name on
/// one kernel: descriptors become 0, here and in the results of accept. `happened` must have been
/// recorded without the model's own events, so that both lists have the same indices.
[[nodiscard]] std::vector<event> observed(std::span<const event> happened);

/// As a person says it: "request 3.2 completed: 16, BUFFER 4|MORE".
[[nodiscard]] std::string say_observed(const event& seen);

}  // namespace ringproof::sim
