#pragma once
// A trace cut to what is quick to play. Bytes and text can say anything exactly, a ring of 65536
// buffers of a megabyte each included; who plays thousands of strange traces a second wants to say
// that on purpose.

#include <cstddef>
#include <cstdint>

#include "sim/trace/trace.hpp"

namespace ringproof::sim {

/// What one play may cost at most. The defaults keep it within microseconds.
struct tame_limits {
    std::size_t operations = 512;  ///< what more would find, fewer find
    std::uint32_t sq_entries = 32;
    std::uint32_t cq_factor = 8;       ///< completion entries, in submission entries
    std::uint32_t entries = 128;       ///< of a group
    std::uint32_t buffer_size = 1024;  ///< of a group
    std::uint32_t fed = 8192;          ///< bytes that a peer writes at once
    std::uint32_t sent = 8192;         ///< bytes of one send
    std::uint32_t nops = 64;           ///< queued at once
    std::uint32_t rounds = 24;         ///< of `churn`
    std::uint32_t round_bytes = 2048;  ///< of each
    std::uint32_t rounds_in_all = 48;  ///< of every `churn` of the trace together
    /// So many buffers of the smallest group are what peers write in all.
    std::uint32_t buffers_filled = 1024;
};

/// The trace without what is beyond `limits`: amounts are the largest that is left, the last
/// operations are missing. What is limited in all goes to those who come first: one trace in a
/// hundred took more time than the others together. Where nothing but `open`, `group`, receives and
/// `churn` are done it is not limited, since only so a tail gets round its 16 bits. The ring of a
/// tame trace can be set up, and its profile is one that there is: the same, or for a name that
/// nobody has, one that depends on its characters alone. A tame trace is not changed.
[[nodiscard]] trace tame(trace wanted, const tame_limits& limits = {});

}  // namespace ringproof::sim
