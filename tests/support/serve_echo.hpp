#pragma once
// The echo server of the examples as an application: what the simulation is tested with.

#include "sim/simulation/stage.hpp"
#include "tests/examples/echo_server.hpp"

namespace ringproof::testing {

/// Does as the stage advises. What went wrong with it, the peers will say.
inline constexpr auto serve_echo = []<kernel Kernel>(sim::stage<Kernel>& on) {
    using server = examples::echo_server<Kernel>;
    (void)server::serve(on.kernel(), on.listener(), {on.ring(), on.buffers()});
};

}  // namespace ringproof::testing
