#pragma once
// An echo server. One request stays armed and accepts; each connection has one that receives, and
// all of them share one ring of buffers. What has come is sent back out of the buffer it came in,
// and when it is sent the buffer goes back to the kernel: no byte is copied here.

#include <cstddef>
#include <cstdint>
#include <deque>

#include "tests/examples/clients.hpp"

namespace ringproof::examples {

template <kernel Kernel>
class echo_server {
public:
    /// Serves until so many connections have come and gone; until nothing can come any more, if it
    /// is 0. A client that does not read keeps the buffers that came from it: a server for the open
    /// net would count them, and part with those who hold too many.
    static outcome serve(Kernel& kernel, int listener, const sizes& with,
                         std::uint64_t connections = 0) {
        auto ring = uring<Kernel>::create(kernel, with.ring);
        if (!ring) return cannot("make a ring", ring.error());
        auto pool = buffer_group<Kernel>::create(*ring, group_id{1}, with.buffers);
        if (!pool) return cannot("make a ring of buffers", pool.error());
        return echo_server(*ring, *pool, listener).loop(connections);
    }

private:
    /// What a completion is about.
    enum class job : std::uint8_t { accept, hear, say };

    struct client : connection<Kernel> {
        client(uring<Kernel>& ring, buffer_group<Kernel>& pool, int socket)
            : connection<Kernel>(ring, pool, socket, name(job::hear, socket)) {}
        std::deque<buffer_lease<Kernel>> output;  // heard, and not said again yet
        std::size_t sent = 0;                     // of the first of them
        bool sending = false;
    };

    echo_server(uring<Kernel>& ring, buffer_group<Kernel>& pool, int listener)
        : ring_(ring), pool_(pool), clients_(ring, pool, listener, name(job::accept)) {}

    outcome loop(std::uint64_t connections) {
        const auto use = [this](const completion& done) { handle(done); };
        for (;;) {
            const bool asked = clients_.ask_all([this](client& it) { return ask(it); });
            if (connections != 0 && clients_.gone() >= connections) return {};
            if (!turn(ring_, pool_, asked ? 1 : 0, how_, use)) return how_;
        }
    }

    void handle(const completion& done) {
        const job what = job_of<job>(done);
        if (what == job::accept && how_) how_ = clients_.accepted(done);
        if (what == job::hear) heard(clients_[fd_of(done)], done);
        if (what == job::say) said(clients_[fd_of(done)], done);
    }

    void heard(client& it, const completion& done) {
        reception<Kernel> came = it.input.on(done);
        if (is_errno(came.error, EINVAL)) how_ = lacks("multishot receives", "6.0");
        it.failed = it.failed || came.error;
        while (!it.failed && !came.data.empty()) it.output.push_back(came.data.pop_front());
        clients_.told(it);
    }

    void said(client& it, const completion& done) {
        it.sending = false;
        it.failed = it.failed || done.res < 0;
        it.sent += done.bytes();
        if (it.sent == it.output.front().bytes().size()) {
            it.output.pop_front();  // here its buffer goes back
            it.sent = 0;
        }
        clients_.told(it);
    }

    /// What a client wants next; false when there is no room to ask for it.
    bool ask(client& it) {
        if (it.sending) return true;
        if (!it.failed && !it.output.empty()) {
            const auto rest = it.output.front().bytes().subspan(it.sent);
            it.sending =
                ring_.push(requests::send(it.fd, rest, 0, name(job::say, it.fd))).has_value();
            return it.sending;
        }
        it.output.clear();
        if (it.input.done()) clients_.close(it);
        return true;
    }

    uring<Kernel>& ring_;
    buffer_group<Kernel>& pool_;
    clients<Kernel, client> clients_;
    outcome how_;
};

}  // namespace ringproof::examples
