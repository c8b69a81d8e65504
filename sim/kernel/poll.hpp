#pragma once
// Waiting for a file to become ready. A request that waits holds no buffer (unless it committed
// early) and is woken through task work. Matches io_uring/poll.c for requests that poll on their
// own account (apoll).

#include <cstdint>

#include "sim/kernel/kbuf.hpp"

namespace ringproof::sim {

struct machine;
struct open_file;
struct request;

enum class armed : std::uint8_t {
    waiting,  ///< it will be woken
    ready,    ///< nothing to wait for: try again
    refused,  ///< this file or request cannot wait: a worker must block
};

armed arm(request& waiting);

/// Takes it out of its file's wait list.
void disarm(request& waiting) noexcept;

/// The file is ready for what `mask` says: those who wait for it are queued as task work.
void wake(open_file& file, std::uint8_t mask);

}  // namespace ringproof::sim
