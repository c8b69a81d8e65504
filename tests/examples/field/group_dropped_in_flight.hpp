#pragma once
// A server that gives its buffers' memory up when it is idle, and takes new when somebody connects.
// Idle was "no buffer is in use"; but receives were armed on that group. They end with -ENOBUFS at
// the next byte, and wait for buffers that nobody will ever give back (UNR rules, MSH-07).

#include <algorithm>
#include <chrono>

#include "tests/examples/field/raw_server.hpp"

namespace ringproof::field {

template <kernel Kernel, bool Repaired>
class group_dropped_in_flight
    : public raw_server<Kernel, group_dropped_in_flight<Kernel, Repaired>> {
public:
    using base = raw_server<Kernel, group_dropped_in_flight>;
    using base::base;

    static constexpr const char* cause = "started again";

    static sim::scenario where() {
        sim::scenario made;
        made.sizes = {.sq_entries = 16, .cq_entries = 64, .buffers = 8, .buffer_size = 64};
        made.world.peers = {sim::echo_peer(600, 60, 3)};
        made.world.peers.front().stagger = std::chrono::milliseconds(1);
        made.world.peers.front().steps.front().time = std::chrono::milliseconds(1);
        return made;
    }

private:
    friend base;

    result<unsigned> submit_and_wait() {
        const bool idle = this->pool_.with_kernel() == this->pool_.size();
        if (registered_ && idle && this->connections_.size() > 1 && (!Repaired || !any_armed())) {
            this->pool_.close();
            this->pool_.forget();
            registered_ = false;
        }
        return base::submit_and_wait();
    }

    void arm(std::size_t index) {
        const bool asks = this->connections_[index].output.empty();
        if (!registered_ && asks && (Repaired || !this->connections_[index].heard)) {
            registered_ = this->pool_.open(*this->ring_, this->stage_.buffers(), group_id{next_++});
        }
        base::arm(index);
    }

    void take(std::size_t index, const completion& done) {
        this->connections_[index].heard += done.bytes();
        base::take(index, done);
    }

    bool any_armed() const { return std::ranges::any_of(this->connections_, &connection::armed); }

    bool registered_ = true;
    std::uint16_t next_ = 8;
};

}  // namespace ringproof::field
