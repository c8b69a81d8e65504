#pragma once
// "No data, no buffer": so the id was not looked at when res was 0 or less. A read(2)-like request
// takes a buffer at the end of a file or a stream, too (ERR-01), and each connection that ended
// left one behind, until the pool was dry.

#include <chrono>

#include "tests/examples/field/raw_server.hpp"

namespace ringproof::field {

template <kernel Kernel, bool Repaired>
class buffer_of_an_end_forgotten
    : public raw_server<Kernel, buffer_of_an_end_forgotten<Kernel, Repaired>> {
public:
    using base = raw_server<Kernel, buffer_of_an_end_forgotten>;
    using base::base;

    static constexpr const char* cause = "never given back";

    /// Elsewhere a read that failed can name a buffer that it has not taken, or takes one that
    /// nobody expects (BUG-14, BUG-15): there it is not for servers.
    static bool fits(const sim::profile& version) {
        return version.has_recv_multishot && version.read_failed == sim::failed_attempt::clean;
    }

    /// A read in a worker holds its buffer while it waits (SEL-08): as many of them as there are
    /// buffers, and nothing goes on.
    static sim::fault_plan faults() {
        sim::fault_plan made = sim::all_faults();
        made.set(sim::fault::punts, false);
        return made;
    }

    static sim::scenario where() {
        sim::scenario made;
        made.sizes = {.sq_entries = 16, .cq_entries = 64, .buffers = 8, .buffer_size = 64};
        made.world.peers = {sim::echo_peer(100, 50, 20)};
        made.world.peers.front().stagger = std::chrono::milliseconds(1);
        return made;
    }

private:
    friend base;

    abi::io_uring_sqe receive(std::size_t index) {
        return requests::read(this->connections_[index].fd, this->pool_.group(), 0,
                              this->name(base::job::receive, index));
    }

    void take(std::size_t index, const completion& done) {
        if (Repaired || done.res > 0) {
            base::take(index, done);
        } else if (done.buffer()) {
            this->pool_.taken();
        }
    }
};

}  // namespace ringproof::field
