#pragma once
// "No buffer means that we hold them all": so who was left without one waits until some are given
// back. Mostly they are held, and mostly it works. But data can come between the last look at the
// completion queue and the store that gives a batch of buffers back. That receive found none, and
// when the application hears of it all of them are with the kernel: no return will ever come.

#include <chrono>
#include <vector>

#include "tests/examples/field/raw_server.hpp"

namespace ringproof::field {

template <kernel Kernel, bool Repaired>
class starved_until_a_return : public raw_server<Kernel, starved_until_a_return<Kernel, Repaired>> {
public:
    using base = raw_server<Kernel, starved_until_a_return>;
    using base::base;

    static constexpr const char* cause = "no receive is armed";

    /// Few peers, who speak every now and then, and room in all queues: what is found is this.
    static sim::scenario where() {
        sim::scenario made;
        made.sizes = {.sq_entries = 16, .cq_entries = 64, .buffers = 2, .buffer_size = 64};
        sim::peer_script peer = sim::echo_peer(1000, 50, 2);
        peer.steps.front().time = std::chrono::microseconds(100);
        made.world.peers = {peer};
        return made;
    }

private:
    friend base;

    void begin_turn() {
        const bool returns = !returned_.empty();
        for (const buffer_id id : std::exchange(returned_, {})) this->pool_.give_back(id);
        if (!returns && !(Repaired && this->pool_.with_kernel() > 0)) return;
        for (const std::size_t index : std::exchange(starved_, {})) this->arm(index);
    }

    void give_back(buffer_id id) { returned_.push_back(id); }  // all of a turn together

    void ended(std::size_t index, const completion& done) {
        if (done.res == -ENOBUFS) {
            starved_.push_back(index);
        } else {
            base::ended(index, done);
        }
    }

    std::vector<buffer_id> returned_;
    std::vector<std::size_t> starved_;  // connections
};

}  // namespace ringproof::field
