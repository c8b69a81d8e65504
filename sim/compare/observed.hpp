#pragma once
// What a run looks like from the application, said so that two kernels can be held side by side.

#include <span>
#include <string>
#include <vector>

#include "sim/history.hpp"

namespace ringproof::sim {

/// The events of the application and of its peers, in their order, without what is only a name on
/// one kernel: descriptors become 0, here and in the results of accept.
[[nodiscard]] std::vector<event> observed(std::span<const event> happened);

/// The same for traces that workers have a part in, which are threads: without the operation in
/// which each was seen, and completions that were read one right behind the other sorted by their
/// user data. Those of one request stay in their order.
[[nodiscard]] std::vector<event> without_timing(std::vector<event> seen);

/// A wait that ran out of time. When it does is the machine's business; not among the observed().
[[nodiscard]] bool is_timed_out(const event& happened) noexcept;

/// As a person says it: "request 3.2 completed: 16, BUFFER 4|MORE".
[[nodiscard]] std::string say_observed(const event& seen);

}  // namespace ringproof::sim
