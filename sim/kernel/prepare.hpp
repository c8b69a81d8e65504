#pragma once
// From an SQE to a request: every check that the kernel makes before a request may start. The
// result is 0 or the negated errno with which the request completes at once.

#include <ringproof/abi.hpp>

namespace ringproof::sim {

struct request;

/// Fills a fresh request from an SQE. Matches io_init_req() and the opcode's own preparation.
/// Also what the application's message header or vector says is copied here, once.
int prepare(request& fresh, const abi::io_uring_sqe& sqe);

/// TIMEOUT's own checks, for all that have a time.
int prepare_timeout(request& fresh, const abi::io_uring_sqe& sqe);

/// Reads the time of a timer: 0, -EFAULT or -EINVAL.
int read_interval(request& fresh, std::uint64_t address);

/// SENDMSG's checks, and what its message header says.
int prepare_send_message(request& fresh);

}  // namespace ringproof::sim
