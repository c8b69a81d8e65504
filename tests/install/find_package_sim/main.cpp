// A stranger who simulates: an event loop of their own on the model, with a peer that speaks to it.
// Includes are spelled as they are in the tree.

#include <chrono>
#include <cstdio>

#include <ringproof/buffer_group.hpp>
#include <ringproof/socket_requests.hpp>
#include <ringproof/uring.hpp>

#include "sim/simulation/run.hpp"

namespace {

namespace sim = ringproof::sim;
using ringproof::user_data;

/// Takes one connection, and counts what comes until it ends.
template <class Kernel>
std::size_t listen(sim::stage<Kernel>& on) {
    auto ring = ringproof::uring<Kernel>::create(on.kernel(), on.ring()).value();
    auto pool = ringproof::buffer_group<Kernel>::create(ring, ringproof::group_id{1}, on.buffers());
    (void)ring.push(ringproof::requests::accept(on.listener(), user_data{0}));
    std::size_t heard = 0;
    int connection = -1;
    while (on.running() && ring.submit_and_wait(1)) {
        ring.for_each_completion([&](const ringproof::completion& done) {
            if (to_number(done.user) == 0) {
                connection = done.res;
                (void)ring.push(ringproof::requests::recv_multishot(
                    connection, ringproof::group_id{1}, user_data{1}));
            } else if (done.buffer()) {
                heard += pool->take_one(done).value().bytes().size();
            } else {
                (void)on.kernel().close(connection);
            }
        });
    }
    return heard;
}

}  // namespace

int main() {
    sim::scenario wanted;
    wanted.world.peers = {{.expects = sim::expected_answer::none,
                           .steps = {{.kind = sim::step_kind::send, .size = 1000},
                                     {.kind = sim::step_kind::finish},
                                     {.kind = sim::step_kind::hear_end}}}};
    std::size_t heard = 0;
    const sim::run_report came = sim::run(wanted, [&](auto& stage) { heard = listen(stage); });
    if (!came.clean()) std::fputs(sim::tell(came).c_str(), stderr);
    return came.clean() && heard == 1000 ? 0 : 1;
}
