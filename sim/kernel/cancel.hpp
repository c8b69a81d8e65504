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

/// 0, -ENOENT, or with ALL or ANY the number of requests cancelled.
int cancel(ring_context& ring, const cancel_query& query);

}  // namespace ringproof::sim
