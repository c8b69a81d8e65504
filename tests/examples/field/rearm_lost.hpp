#pragma once
// Many connections come in one round, and the submission queue is smaller than the crowd. The push
// that found no room was taken for done: nobody asks again, and the connection is deaf for ever.
// kevy's server lost receives so, under no more load than a burst of accepts.

#include "tests/examples/field/raw_server.hpp"

namespace ringproof::field {

template <kernel Kernel, bool Repaired>
class rearm_lost : public raw_server<Kernel, rearm_lost<Kernel, Repaired>> {
public:
    using base = raw_server<Kernel, rearm_lost>;
    using base::base;

    static constexpr const char* cause = "no receive is armed";

    static sim::scenario where() {
        sim::scenario made;
        made.sizes = {.sq_entries = 4, .cq_entries = 64, .buffers = 64, .buffer_size = 64};
        made.world.peers = {sim::echo_peer(200, 100, 20)};
        return made;
    }

private:
    friend base;

    void arm(std::size_t index) {
        if constexpr (Repaired) {
            base::arm(index);  // waits in line for room
        } else {
            connection& it = this->connections_[index];
            if (it.fd < 0 || it.armed || it.over) return;
            (void)this->push(this->receive(index));
            it.armed = true;
        }
    }
};

}  // namespace ringproof::field
