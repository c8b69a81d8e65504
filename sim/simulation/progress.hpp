#pragma once
// Why nothing goes on: looks at the kernel's side of things, and at the peers, and says in words
// who waits for what.

#include <span>
#include <string>

#include "sim/kernel/machine.hpp"
#include "sim/simulation/peers.hpp"

namespace ringproof::sim {

/// One paragraph. \param files  the peers' connections; null for those that have none
[[nodiscard]] std::string explain(machine& in, const peers& waiting,
                                  std::span<open_file* const> files);

}  // namespace ringproof::sim
