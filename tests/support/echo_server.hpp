#pragma once
// An echo server on the library: multishot accept, a receiver for each connection, and leases that
// are held until their bytes are sent. The loop that the simulation is tested with.

#include <cerrno>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <ringproof/receiver.hpp>
#include <ringproof/uring.hpp>

#include "sim/simulation/stage.hpp"

namespace ringproof::testing {

template <kernel Kernel>
class echo_server {
public:
    /// Errors: whatever refused a ring or its buffers.
    static result<void> serve(sim::stage<Kernel>& on) {
        auto ring = uring<Kernel>::create(on.kernel(), on.ring());
        if (!ring) return std::unexpected(ring.error());
        auto pool = buffer_group<Kernel>::create(*ring, group_id{7}, on.buffers());
        if (!pool) return std::unexpected(pool.error());
        return echo_server(on, *ring, *pool).loop();
    }

private:
    /// What a completion is about: the lowest two bits of its user data.
    enum class job : std::uint8_t { accept, receive, send, other };

    struct connection {
        connection(uring<Kernel>& ring, buffer_group<Kernel>& pool, int socket, user_data user)
            : fd(socket), input(ring, pool, socket, user) {}

        int fd;
        receiver<Kernel> input;
        std::deque<buffer_lease<Kernel>> output;  // heard, and not sent yet
        std::size_t sent = 0;                     // of the first of them
        bool sending = false;
        bool waits_for_room = false;  // the submission queue was full
        bool failed = false;
    };

    echo_server(sim::stage<Kernel>& on, uring<Kernel>& ring, buffer_group<Kernel>& pool)
        : stage_(on), ring_(ring), pool_(pool) {}

    static user_data name(job what, std::size_t index) {
        return user_data{index << 2U | static_cast<std::uint64_t>(what)};
    }

    result<void> loop() {
        while (stage_.running()) {
            if (!accepting_) {
                accepting_ =
                    ring_.push(requests::accept_multishot(stage_.listener(), name(job::accept, 0)))
                        .has_value();
            }
            for (std::size_t i : std::exchange(crowded_, {})) try_again(i);
            // Not while something found no room: what is waited for may depend on it.
            const bool asked_all = accepting_ && crowded_.empty();
            const auto done = ring_.submit_and_wait(asked_all ? 1 : 0);
            for_each_completion(ring_, pool_, [this](const completion& each) { handle(each); });
            if (done) continue;
            if (is_errno(done.error(), EDEADLK)) return {};
            if (is_errno(done.error(), EAGAIN) || is_errno(done.error(), EBUSY)) continue;
            return std::unexpected(done.error());
        }
        return {};
    }

    void handle(const completion& done) {
        const std::size_t index = to_number(done.user) >> 2U;
        switch (static_cast<job>(to_number(done.user) & 3U)) {
            case job::accept:
                accepting_ = done.more();
                if (done.res >= 0) welcome(done.res);
                return;
            case job::receive:
                received(index, done);
                break;
            case job::send:
                sent(index, done);
                break;
            case job::other:
                return;
        }
        retire(index);
    }

    void welcome(int fd) {
        if (free_.empty()) {
            free_.push_back(connections_.size());
            connections_.emplace_back();
        }
        const std::size_t index = free_.back();
        free_.pop_back();
        connections_[index].emplace(ring_, pool_, fd, name(job::receive, index));
        if (!connections_[index]->input.arm()) connections_[index]->failed = true;
    }

    void received(std::size_t index, const completion& done) {
        connection& it = *connections_[index];
        auto heard = it.input.on(done);
        if (heard.error) it.failed = true;
        while (!heard.data.empty()) it.output.push_back(heard.data.pop_front());
        send(index);
    }

    void send(std::size_t index) {
        connection& it = *connections_[index];
        if (it.sending || it.waits_for_room || it.failed || it.output.empty()) return;
        const auto rest = it.output.front().bytes().subspan(it.sent);
        it.sending = ring_.push(requests::send(it.fd, rest, 0, name(job::send, index))).has_value();
        it.waits_for_room = !it.sending;
        if (it.waits_for_room) crowded_.push_back(index);
    }

    void try_again(std::size_t index) {
        connections_[index]->waits_for_room = false;
        send(index);
        retire(index);
    }

    void sent(std::size_t index, const completion& done) {
        connection& it = *connections_[index];
        it.sending = false;
        if (done.res < 0) {
            it.failed = true;
            it.output.clear();
            (void)it.input.cancel(name(job::other, 0));
            return;
        }
        it.sent += done.bytes();
        if (it.sent == it.output.front().bytes().size()) {
            it.output.pop_front();  // the buffer goes back
            it.sent = 0;
        }
        send(index);
    }

    /// A connection is over when nothing is in flight and nothing is left to be sent.
    void retire(std::size_t index) {
        connection& it = *connections_[index];
        if (!it.input.done() || it.sending || it.waits_for_room) return;
        if (!it.failed && !it.output.empty()) return;
        (void)stage_.kernel().close(it.fd);
        connections_[index].reset();
        free_.push_back(index);
    }

    sim::stage<Kernel>& stage_;
    uring<Kernel>& ring_;
    buffer_group<Kernel>& pool_;
    bool accepting_ = false;
    std::deque<std::optional<connection>> connections_;  // a receiver stays where it is
    std::vector<std::size_t> free_;
    std::vector<std::size_t> crowded_;  // have something to send and found no room to ask
};

/// The application of most tests.
inline constexpr auto serve_echo = []<kernel Kernel>(sim::stage<Kernel>& on) {
    (void)echo_server<Kernel>::serve(on);
};

}  // namespace ringproof::testing
