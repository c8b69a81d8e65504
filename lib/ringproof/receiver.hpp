#pragma once
// One connection's multishot receive: armed, interrupted, armed again, until it is really over.

#include <cstdint>
#include <memory>
#include <system_error>
#include <utility>

#include <ringproof/buffer_group.hpp>
#include <ringproof/completion.hpp>
#include <ringproof/deferred_request.hpp>
#include <ringproof/socket_requests.hpp>

namespace ringproof {

/// Which request receives.
enum class receive_kind : std::uint8_t {
    recv,     ///< sockets; Linux 6.0
    recvmsg,  ///< sockets, each message behind a header (message.hpp); Linux 6.0
    read,     ///< pipes and other files that can poll; Linux 6.7
};

/// What a receiver does.
struct receiver_options {
    receive_kind kind = receive_kind::recv;
    receive_options request = {};
    msghdr* header = nullptr;  ///< recvmsg: its two area sizes; must outlive the receiver
    bool messages = false;     ///< datagrams: 0 bytes are a message, not the end
    /// -ENOBUFS in a row, with buffers free and none of the group given back, before `starving`
    unsigned patience = 64;
};

/// What a completion meant.
enum class received : std::uint8_t {
    data,           ///< bytes; or an empty message
    end_of_stream,  ///< the peer has finished, and everything was read
    no_buffers,     ///< the pool was empty; nothing is lost, it starts again by itself
    interrupted,    ///< the request ended without data or error; it starts again by itself
    cancelled,      ///< cancel() worked, or the ring is being drained
    error,          ///< the connection failed, or errc::starving
    malformed,      ///< the kernel said something that it cannot mean
};

/// A completion, classified, with what it handed over.
template <kernel Kernel>
struct reception {
    received what = received::malformed;
    bundle<Kernel> data;
    std::error_code error;  ///< for error and malformed
};

/// Knows when and how to start again: after a full completion queue, an emptied bundle, -ENOBUFS,
/// and `res = 0` with data still in the socket; later, when the pool is empty or the submission
/// queue full, by waiting in line until a buffer comes back or submit() has made room. None of
/// these is forgotten, none is taken for the end of the stream; and a buffer that comes back starts
/// one of those in line, not all of them.
///
/// Belongs to its ring's thread; stays where it is. It may outlive ring and group; destroy it only
/// after its request has ended, or what later completions with its user_data hand over is lost
/// until the group closes.
template <kernel Kernel>
class receiver : private deferred_request {
public:
    /// \param user  must name this receiver alone as long as it is armed.
    receiver(uring<Kernel>& ring, buffer_group<Kernel>& group, file from, user_data user,
             const receiver_options& options = {})
        : deferred_request(&try_now),
          ring_(ring.core()),
          group_(&group.core()),
          from_(from),
          user_(user),
          options_(options) {
        group_->acquire();
    }
    ~receiver() {
        unlink();
        if (group_->is_owner()) group_->drop();
    }

    /// Starts receiving: at once, or as soon as there are buffers and room to ask.
    /// Errors: already_armed (also while it waits in line), group_closed, ring_closed,
    /// wrong_thread, forked_child.
    result<void> arm();

    /// Classifies a completion with this receiver's user_data and, if the request has ended for no
    /// good reason, starts it again. Call it for each of them, in order.
    [[nodiscard]] reception<Kernel> on(const completion& done);

    /// Ends it: at once if it waits in line, else by a cancel request named `cancel_as`, after
    /// which a completion says `cancelled`. Errors: submission_queue_full: submit and try again; as
    /// arm().
    result<void> cancel(user_data cancel_as);

    /// Its request is with the kernel, or queued.
    [[nodiscard]] bool armed() const noexcept { return state_ != state::idle; }
    /// It waits for a buffer or for room in the submission queue.
    [[nodiscard]] bool in_line() const noexcept { return deferred_request::waiting(); }
    /// It will not start again by itself: ended, failed, cancelled, or never armed.
    [[nodiscard]] bool done() const noexcept { return state_ == state::idle && !in_line(); }
    /// How often it was started again.
    [[nodiscard]] std::uint64_t rearm_count() const noexcept { return rearms_; }
    [[nodiscard]] user_data user() const noexcept { return user_; }

private:
    enum class state : std::uint8_t { idle, armed, armed_to_a_limit };

    [[nodiscard]] abi::io_uring_sqe request() const noexcept;
    [[nodiscard]] reception<Kernel> on_unusual(completion done);
    void start() noexcept;
    void classify(const completion& done, reception<Kernel>& seen) noexcept;
    static bool try_now(deferred_request& self, std::uint32_t undecided) noexcept;

    std::shared_ptr<ring_core<Kernel>> ring_;
    group_core<Kernel>* group_;
    file from_;
    user_data user_;
    receiver_options options_;
    state state_ = state::idle;
    bool ended_ = false;     // no restart
    bool saw_zero_ = false;  // res = 0 with a socket that claimed more
    unsigned empty_handed_ = 0;
    std::uint16_t tail_then_ = 0;  // the group's tail at the last -ENOBUFS
    std::uint64_t rearms_ = 0;
    std::error_code no_error_;  // copied: to make one is a call into the standard library
};

}  // namespace ringproof

#include <ringproof/receiver_states.hpp>
