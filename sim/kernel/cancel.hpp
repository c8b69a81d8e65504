#pragma once
// ASYNC_CANCEL and REGISTER_SYNC_CANCEL: finding requests, and ending them. A cancelled request
// completes with -ECANCELED through task work, after the cancel itself (rule ERR-10).

#include <cstdint>

namespace ringproof::sim {

struct ring_context;
struct open_file;
struct request;

struct cancel_query {
    std::uint64_t user_data = 0;
    const open_file* file = nullptr;
    std::uint32_t flags = 0;  ///< IORING_ASYNC_CANCEL_*
    std::uint8_t opcode = 0;
};

/// 0, -ENOENT, or with ALL or ANY the number of requests cancelled. Where the query asks for a
/// file, that is the one behind `fd`, or behind that number of the registered ones; -EBADF: none.
int cancel(ring_context& ring, cancel_query query, std::int32_t fd, bool fixed);

}  // namespace ringproof::sim
