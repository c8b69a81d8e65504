#pragma once
// Why nothing goes on: looks at the kernel's side of things, and at the peers, and says in words
// who waits for what.

#include <cstdint>
#include <span>
#include <string>

#include "sim/history.hpp"
#include "sim/kernel/machine.hpp"
#include "sim/simulation/peers.hpp"

namespace ringproof::sim {

/// What holds a run up; of several the one that comes first here.
enum class cause : std::uint8_t {
    none,
    kernel_hangs,   ///< by a bug of that version
    lost_wakeup,    ///< entries for a polling thread that sleeps
    not_submitted,  ///< entries that no io_uring_enter asked for
    not_taken,      ///< completions in the queue, or held back behind it
    not_run,        ///< task work that waits for the submitter (DEFER_TASKRUN)
    not_accepted,   ///< a connection in a listener's backlog
    no_buffers,     ///< bytes, and a group without a buffer for them
    no_receive,     ///< bytes, or an end, and no receive for them
    owes_bytes,     ///< the application has all, and does not answer
    owes_end,       ///< the peer has finished, and the application does not
    peer_waits,     ///< for an end that nothing gives the application a reason for
};

struct diagnosis {
    cause why = cause::none;
    std::string text;  ///< one paragraph
};

/// Connections with bytes and no receive, receives without buffers and who has them, completions
/// never taken, entries never submitted, wake-ups lost.
/// \param files   the peers' connections; null for those that have none
/// \param record  with its events, which completion handed out a buffer is told; without, only as
///                far back as the completion queue remembers
[[nodiscard]] diagnosis explain(machine& in, const peers& waiting,
                                std::span<open_file* const> files, const history& record);

}  // namespace ringproof::sim
