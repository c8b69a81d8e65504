#pragma once
// Messages of many parts, and a reader with states. -ENOBUFS between two frames starts the receive
// again; inside of one nobody does, since "the rest of the frame is on its way". So it is, and it
// waits at the socket for ever. kevy's server stood still so, once in some thousand connections.

#include "tests/examples/field/raw_server.hpp"

namespace ringproof::field {

template <kernel Kernel, bool Repaired>
class enobufs_inside_a_frame : public raw_server<Kernel, enobufs_inside_a_frame<Kernel, Repaired>> {
public:
    using base = raw_server<Kernel, enobufs_inside_a_frame>;
    using base::base;

    static constexpr const char* cause = "no receive is armed";

    static sim::scenario where() {
        sim::scenario made;
        made.sizes = {.sq_entries = 16, .cq_entries = 64, .buffers = 4, .buffer_size = 64};
        made.world.peers = {sim::echo_peer(10 * frame, frame, 4)};
        return made;
    }

private:
    friend base;

    void take(std::size_t index, const completion& done) {
        this->connections_[index].heard += done.bytes();
        base::take(index, done);
    }

    void ended(std::size_t index, const completion& done) {
        const bool inside = this->connections_[index].heard % frame != 0;
        if (!Repaired && done.res == -ENOBUFS && inside) return;  // the rest will come
        base::ended(index, done);
    }

    static constexpr std::uint32_t frame = 100;
};

}  // namespace ringproof::field
