#pragma once
// One attempt at a request, whatever its opcode. An attempt never blocks; what it answers decides
// what happens next (flow.hpp).

#include <cstdint>

#include "sim/kernel/kbuf.hpp"

namespace ringproof::sim {

/// What an attempt answers: a negated errno, or one of these.
namespace issued {
inline constexpr int done = 0;     ///< `res` and `flags` are set: complete it
inline constexpr int pending = 1;  ///< it will complete by itself (a timer)
inline constexpr int requeue = 2;  ///< a multishot that has had its share (rule MSH-08)
inline constexpr int retry = -11;  ///< -EAGAIN: wait until the file is ready
}  // namespace issued

/// Puts the result into the request; a negative one is a failure. issued::done
int set_result(request& attempted, int res) noexcept;

/// Readiness that an opcode waits for; 0: it does not.
[[nodiscard]] std::uint8_t waits_for(std::uint8_t opcode) noexcept;

/// Finds the request's file, at the first attempt, not at preparation; it keeps it from then on.
bool assign_file(request& attempted);

/// Finds the file (-EBADF) and attempts the request.
int issue(request& attempted, attempt how);

/// Marks a request as failed: its link chain is severed, its completion is not skipped.
void set_failed(request& failing) noexcept;

// By opcode.
int issue_receive(request& attempted, attempt how);          // RECV
int issue_receive_message(request& attempted, attempt how);  // RECVMSG
int issue_send(request& attempted, attempt how);
int issue_read(request& attempted, attempt how);  // READ, READV
int issue_read_multishot(request& attempted, attempt how);
int issue_write(request& attempted, attempt how);  // WRITE, WRITEV
int issue_accept(request& attempted, attempt how);
int issue_close(request& attempted);
int issue_shutdown(request& attempted);
int issue_timeout(request& attempted);
int issue_cancel(request& attempted);

}  // namespace ringproof::sim
