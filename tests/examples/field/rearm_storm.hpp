#pragma once
// 64 buffers for a thousand connections. The pool runs dry, every receive ends with -ENOBUFS, and
// every one is started again at once, finds nothing, and ends again: a server that is as busy as it
// can be and moves no byte. Those who wait have to wait for a buffer, not for a turn.

#include "tests/examples/field/raw_server.hpp"

namespace ringproof::field {

template <kernel Kernel, bool Repaired>
class rearm_storm : public raw_server<Kernel, rearm_storm<Kernel, Repaired>> {
public:
    using base = raw_server<Kernel, rearm_storm>;
    using base::base;

    static constexpr const char* cause = "found no buffer .ENOBUFS. and were started again";

    static constexpr std::uint64_t weight = 50;

    /// To find it: buffers wait in sends to those who do not read.
    static sim::fault_plan faults() {
        if (Repaired) return sim::all_faults();
        sim::fault_plan made;
        made.set(sim::fault::slow_readers);
        made.one_in = 2;
        return made;
    }

    static sim::scenario where() {
        sim::scenario made;
        made.sizes = {.sq_entries = 1024, .cq_entries = 4096, .buffers = 64, .buffer_size = 64};
        made.world.peers = {sim::echo_peer(100, 50, 1000)};
        made.world.peers.front().window = 64;
        return made;
    }

private:
    friend base;

    result<unsigned> submit_and_wait() {
        // Some of those that asked need no buffer, and the next one could ask.
        if (Repaired && asked_ > 0) this->do_not_wait();
        asked_ = 0;
        return base::submit_and_wait();
    }

    /// In one turn no more than there are buffers for.
    void arm(std::size_t index) {
        connection& it = this->connections_[index];
        if (it.fd < 0 || it.armed || it.over) return;
        if (Repaired && asked_ >= this->pool_.with_kernel()) {
            return this->arm_later(index);
        }
        ++asked_;
        it.armed = this->push(this->receive(index));
        if (!it.armed) this->arm_later(index);
    }

    std::uint32_t asked_ = 0;
};

}  // namespace ringproof::field
