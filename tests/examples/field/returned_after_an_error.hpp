#pragma once
// Some kernels name a buffer in a completion that failed, and have not taken it (BUG-15). Who gives
// it back, as on every other kernel one must, has it in the ring twice; later two connections
// write into it at the same time. Who never asks without waiting is not
// lied to.

#include "tests/examples/field/raw_server.hpp"

namespace ringproof::field {

template <kernel Kernel, bool Repaired>
class returned_after_an_error
    : public raw_server<Kernel, returned_after_an_error<Kernel, Repaired>> {
public:
    using base = raw_server<Kernel, returned_after_an_error>;
    using base::base;

    static constexpr const char* cause =
        "was given to the kernel twice|was given .* buffers, and its ring has";

    static sim::scenario where() {
        sim::scenario made;
        made.profile = "v6_16";
        made.sizes = {.sq_entries = 16, .cq_entries = 64, .buffers = 8, .buffer_size = 64};
        made.world.peers = {sim::echo_peer(600, 100, 4)};
        return made;
    }

private:
    friend base;

    abi::io_uring_sqe receive(std::size_t index) {
        const connection& it = this->connections_[index];
        if (Repaired || it.tried) return base::receive(index);
        constexpr std::uint32_t dont_wait = 0x40;  // MSG_DONTWAIT: perhaps something is there
        return requests::recv(it.fd, this->pool_.group(), this->name(base::job::receive, index),
                              {.message_flags = dont_wait});
    }

    void ended(std::size_t index, const completion& done) {
        this->connections_[index].tried = done.res == -EAGAIN;
        if (done.res == -EAGAIN) {
            this->arm(index);
        } else {
            base::ended(index, done);
        }
    }
};

}  // namespace ringproof::field
