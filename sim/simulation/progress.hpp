#pragma once
// Why nothing goes on: looks at the kernel's side of things, and at the peers, and says in words
// who waits for what.

#include <span>
#include <string>

#include "sim/history.hpp"
#include "sim/kernel/machine.hpp"
#include "sim/simulation/peers.hpp"

namespace ringproof::sim {

/// One paragraph: connections with bytes and no receive, receives without buffers and who has
/// them, completions never taken, entries never submitted, wake-ups lost.
/// \param files   the peers' connections; null for those that have none
/// \param record  with its events, which completion handed out a buffer is told; without, only as
///                far back as the completion queue remembers
[[nodiscard]] std::string explain(machine& in, const peers& waiting,
                                  std::span<open_file* const> files, const history& record);

}  // namespace ringproof::sim
