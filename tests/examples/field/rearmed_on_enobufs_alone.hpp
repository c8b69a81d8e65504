#pragma once
// "The receive goes on until -ENOBUFS": true without bundles. A bundle that empties the ring ends
// the request with data, no F_MORE and no error (BND-09); so does a full completion queue. Who
// starts again on -ENOBUFS alone never hears of that connection any more.

#include "tests/examples/field/raw_server.hpp"

namespace ringproof::field {

template <kernel Kernel, bool Repaired>
class rearmed_on_enobufs_alone
    : public raw_server<Kernel, rearmed_on_enobufs_alone<Kernel, Repaired>> {
public:
    using base = raw_server<Kernel, rearmed_on_enobufs_alone>;
    using base::base;

    static constexpr const char* cause = "no receive is armed";

    static bool fits(const sim::profile& version) { return version.has_bundle; }

    static sim::scenario where() {
        sim::scenario made;
        made.sizes = {.sq_entries = 16, .cq_entries = 64, .buffers = 8, .buffer_size = 32};
        made.world.peers = {sim::echo_peer(2000, 400, 3)};
        return made;
    }

private:
    friend base;

    abi::io_uring_sqe receive(std::size_t index) { return base::receive(index, {.bundle = true}); }

    void ended(std::size_t index, const completion& done) {
        if (!Repaired && done.res > 0) return;  // there is more to come
        base::ended(index, done);
    }
};

}  // namespace ringproof::field
