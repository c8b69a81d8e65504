#pragma once
// The player on the running kernel, compiled once.

#include "sim/linux_world.hpp"
#include "sim/trace/play.hpp"

namespace ringproof::sim {

extern template class player<linux_world>;

/// Plays traces on the running Linux. Belongs to one thread.
using linux_player = player<linux_world>;

}  // namespace ringproof::sim
