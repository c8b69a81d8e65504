#include "sim/trace/linux_player.hpp"

namespace ringproof::sim {

template class player<linux_world>;

}  // namespace ringproof::sim
