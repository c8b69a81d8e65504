#pragma once
// A receive that ends with -ENOBUFS was closed like one that failed: whenever the pool was empty
// for a moment, healthy connections died. -ENOBUFS ends a request and says nothing of the stream;
// no byte is lost (ERR-06, MSH-07).

#include "tests/examples/field/raw_server.hpp"

namespace ringproof::field {

template <kernel Kernel, bool Repaired>
class enobufs_taken_for_the_end
    : public raw_server<Kernel, enobufs_taken_for_the_end<Kernel, Repaired>> {
public:
    using base = raw_server<Kernel, enobufs_taken_for_the_end>;
    using base::base;

    static constexpr const char* cause = "had ended with -ENOBUFS";

    static sim::scenario where() {
        sim::scenario made;
        made.sizes = {.sq_entries = 16, .cq_entries = 64, .buffers = 2, .buffer_size = 64};
        made.world.peers = {sim::echo_peer(600, 100, 6)};
        return made;
    }

private:
    friend base;

    void ended(std::size_t index, const completion& done) {
        if (!Repaired && done.res <= 0) {
            this->connections_[index].over = true;
        } else {
            base::ended(index, done);
        }
    }
};

}  // namespace ringproof::field
