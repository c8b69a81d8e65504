#pragma once
// A bundle's completion names its first buffer; the others were taken to be the ids behind it. That
// is so as long as buffers go back in order. Then one is late, and from there on bytes of one
// connection are read out of the buffers of another (BND-02).

#include "tests/examples/field/raw_server.hpp"

namespace ringproof::field {

template <kernel Kernel, bool Repaired>
class bundle_walked_by_id : public raw_server<Kernel, bundle_walked_by_id<Kernel, Repaired>> {
public:
    using base = raw_server<Kernel, bundle_walked_by_id>;
    using base::base;

    static constexpr const char* cause =
        "bytes before it are missing|was given to the kernel twice|of what peer";

    static bool fits(const sim::profile& version) { return version.has_bundle; }

    static sim::scenario where() {
        sim::scenario made;
        made.sizes = {.sq_entries = 16, .cq_entries = 64, .buffers = 16, .buffer_size = 32};
        made.world.peers = {sim::echo_peer(1000, 150, 4)};
        return made;
    }

private:
    friend base;

    abi::io_uring_sqe receive(std::size_t index) { return base::receive(index, {.bundle = true}); }

    void take(std::size_t index, const completion& done) {
        if (Repaired || !done.buffer()) return base::take(index, done);
        std::uint32_t id = to_number(*done.buffer());
        for (std::size_t rest = done.bytes(); rest > 0; ++id) {
            const auto next = static_cast<buffer_id>(id % this->pool_.size());
            const auto memory = this->pool_.buffer(next);
            const std::size_t size = std::min(rest, memory.size());
            this->keep(index, {next, memory.first(size)});
            this->pool_.taken();
            rest -= size;
        }
    }
};

}  // namespace ringproof::field
