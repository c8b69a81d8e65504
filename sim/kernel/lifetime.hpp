#pragma once
// How a ring begins and ends. It lives as long as its descriptor, a registered descriptor or one of
// its mappings does: closing the descriptor alone stops nothing (rule USR-03).

#include <cstdint>

#include <ringproof/abi.hpp>

namespace ringproof::sim {

struct machine;
struct ring_context;

/// io_uring_setup(2): the new descriptor, or -errno. Fills `params`.
int set_up_ring(machine& in, std::uint32_t entries, abi::io_uring_params& params);

/// One reference less; the last one ends the ring: armed requests vanish without completions.
void drop_ring(ring_context& ring);

}  // namespace ringproof::sim
