#pragma once
// The connections of a server: accepted, found by descriptor, asked what they want, and closed.

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "tests/examples/loop.hpp"

namespace ringproof::examples {

/// User data that tells what a completion is about, one of three enumerators, and whose it is.
template <class Job>
[[nodiscard]] user_data name(Job what, int fd = 0) {
    return user_data{static_cast<std::uint64_t>(fd) << 2U | static_cast<std::uint64_t>(what)};
}
template <class Job>
[[nodiscard]] Job job_of(const completion& done) {
    return static_cast<Job>(to_number(done.user) & 3U);
}
[[nodiscard]] inline std::size_t fd_of(const completion& done) {
    return to_number(done.user) >> 2U;
}

/// What every client has; a server derives its own from it.
template <kernel Kernel>
struct connection {
    connection(uring<Kernel>& ring, buffer_group<Kernel>& pool, int socket, user_data user,
               const receiver_options& options = {})
        : fd(socket), input(ring, pool, socket, user, options) {}

    int fd;
    receiver<Kernel> input;
    bool failed = false;  // whatever happened: nothing more is wanted of it
    bool listed = false;  // it will be asked what it wants
};

/// Handling a completion changes what is known of a client, and asks the kernel for nothing. Then
/// each client that was told something is asked what it wants next, and who found the submission
/// queue full is asked again: there is one place for that, and nothing is forgotten.
/// \tparam Client  a connection that is made from a ring, a pool and a descriptor
template <kernel Kernel, std::derived_from<connection<Kernel>> Client>
class clients {
public:
    clients(uring<Kernel>& ring, buffer_group<Kernel>& pool, int listener, user_data accepting)
        : ring_(ring), pool_(pool), listener_(listener), user_(accepting) {}

    [[nodiscard]] Client& operator[](std::size_t fd) { return *by_fd_[fd]; }
    /// How many have come and gone.
    [[nodiscard]] std::uint64_t gone() const { return gone_; }

    /// A completion told this one something.
    void told(Client& it) {
        if (!std::exchange(it.listed, true)) listed_.push_back(&it);
    }

    /// Asks for connections, and lets each who was told something ask: `ask(client)` is false when
    /// the submission queue was full. False when anybody found it so: then is not the time to wait.
    template <class Ask>
    [[nodiscard]] bool ask_all(Ask ask) {
        for (Client* each : std::exchange(listed_, {})) {
            each->listed = false;  // before, since it may close itself
            // Nobody listens to a client that has failed.
            const bool quiet =
                !each->failed || each->input.done() || each->input.cancel(cancelling).has_value();
            if (!quiet || !ask(*each)) told(*each);
        }
        if (!accepting_ && !resting_)
            accepting_ = ring_.push(requests::accept_multishot(listener_, user_)).has_value();
        return listed_.empty() && (accepting_ || resting_);
    }

    /// A completion of the request that accepts: there is a new client, and it is listened to. An
    /// error is mostly a lack of descriptors, and then it helps to wait until somebody goes.
    outcome accepted(const completion& done) {
        accepting_ = done.more();
        resting_ = done.res < 0;
        if (resting_ && gone_ == came_) return cannot("accept", done.error());
        if (resting_) return {};
        ++came_;
        const auto fd = static_cast<std::size_t>(done.res);
        if (by_fd_.size() <= fd) by_fd_.resize(fd + 1);
        by_fd_[fd] = std::make_unique<Client>(ring_, pool_, done.res);
        by_fd_[fd]->input.arm().value();
        return {};
    }

    /// The client's end. Nothing of it may be in flight.
    void close(Client& it) {
        (void)ring_.kernel().close(it.fd);
        by_fd_[static_cast<std::size_t>(it.fd)].reset();
        resting_ = false;
        ++gone_;
    }

private:
    static constexpr user_data cancelling{3};  // a fourth thing that a completion can be about

    uring<Kernel>& ring_;
    buffer_group<Kernel>& pool_;
    int listener_;
    user_data user_;
    bool accepting_ = false;
    bool resting_ = false;
    std::vector<std::unique_ptr<Client>> by_fd_;
    std::vector<Client*> listed_;
    std::uint64_t came_ = 0;
    std::uint64_t gone_ = 0;
};

}  // namespace ringproof::examples
