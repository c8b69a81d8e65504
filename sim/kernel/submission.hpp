#pragma once
// From the submission queue to requests on their way: the SQ array, link chains, drains, and what
// a bad SQE does to the rest (rule ERR-15). Matches io_submit_sqes() and io_submit_sqe().

#include <cstdint>

namespace ringproof::sim {

struct ring_context;

/// SQEs that the application has published and the kernel has not taken; never more than the
/// queue holds, whatever the application's tail says.
[[nodiscard]] std::uint32_t pending_submissions(const ring_context& ring) noexcept;

/// Takes up to `most` SQEs; how many were taken, or -EAGAIN when no request could be had for any.
int submit_pending(ring_context& ring, std::uint32_t most);

}  // namespace ringproof::sim
