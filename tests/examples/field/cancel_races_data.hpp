#pragma once
// Against readers that are too slow: when too much waits to be sent, the receive is cancelled, and
// started again later. What came between the cancel and its end was thrown away with "we are not
// receiving": bytes in the middle of the stream are missing.

#include "tests/examples/field/raw_server.hpp"

namespace ringproof::field {

template <kernel Kernel, bool Repaired>
class cancel_races_data : public raw_server<Kernel, cancel_races_data<Kernel, Repaired>> {
public:
    using base = raw_server<Kernel, cancel_races_data>;
    using base::base;

    static constexpr const char* cause = "bytes before it are missing";

    static sim::scenario where() {
        sim::scenario made;
        made.sizes = {.sq_entries = 16, .cq_entries = 64, .buffers = 16, .buffer_size = 32};
        made.world.peers = {sim::echo_peer(2000, 40, 2)};
        return made;
    }

private:
    friend base;

    void received(std::size_t index, const completion& done) {
        connection& it = this->connections_[index];
        if (!Repaired && it.paused && done.buffer()) {
            for (const auto& [id, bytes] : this->pool_.parts(done)) this->give_back(id);
            it.armed = done.more();
            return;
        }
        base::received(index, done);
        if (it.output.size() > most && it.armed && !it.paused) {
            const auto receive = this->name(base::job::receive, index);
            it.paused = this->push(requests::cancel(receive, this->name(base::job::other, index)));
        }
    }

    void ended(std::size_t index, const completion& done) {
        connection& it = this->connections_[index];
        if (it.paused && done.res == -ECANCELED) it.paused = false;
        if (done.res == -ECANCELED) {
            this->arm(index);
        } else {
            it.paused = false;
            base::ended(index, done);
        }
    }

    static constexpr std::size_t most = 2;
};

}  // namespace ringproof::field
