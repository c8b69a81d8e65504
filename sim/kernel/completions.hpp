#pragma once
// Completions: into the queue while there is room, into the kernel's own list when there is none.
// Order is kept: nothing passes the list (rule OVF-05). A completion that promises more (F_MORE)
// never goes to the list; its request ends instead (OVF-02).

#include <cstdint>

#include <ringproof/abi.hpp>

namespace ringproof::sim {

struct ring_context;
struct request;

/// Posts one completion of a request that goes on. False: no room; nothing happened.
[[nodiscard]] bool post_more(request& armed, std::int64_t res, std::uint32_t flags);

/// Posts the last completion of a request as its `res` and `flags` say, in the list if need be.
void post_last(request& finished);

/// Posts a completion that no request of this ring's makes: a message.
void post_message(ring_context& ring, const abi::io_uring_cqe& posted);

/// An eventfd hears of each completion, wherever it went, and of work that only the ring's owner
/// can do.
void tell_events(ring_context& ring) noexcept;

/// Moves the list into the queue as far as there is room (rules OVF-06 .. OVF-08).
void flush_overflow(ring_context& ring);

/// Completions that the application has not taken yet, by its own head.
[[nodiscard]] std::uint32_t unread_completions(const ring_context& ring) noexcept;

/// Lets SQPOLL, overflow and pending task work show in the SQ flags.
void set_sq_flag(ring_context& ring, std::uint32_t flag, bool on) noexcept;

}  // namespace ringproof::sim
