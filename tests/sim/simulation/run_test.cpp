// An application runs on the model, with peers around it, and its run is told.

#include "sim/simulation/run.hpp"

#include <stdexcept>

#include <boost/test/unit_test.hpp>

#include "sim/profile.hpp"
#include "tests/support/echo_server.hpp"

namespace ringproof::testing {

using namespace sim;

namespace {

scenario small_scenario() {
    scenario made;
    made.world.peers = {echo_peer(1000, 100, 3)};
    return made;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(run)

BOOST_AUTO_TEST_CASE(an_echo_server_serves_every_mode_and_profile) {
    simulator reused;
    for (const profile& version : profiles()) {
        if (!version.has_recv_multishot) continue;
        for (unsigned mode = 0; mode < ring_mode_count; ++mode) {
            scenario wanted = small_scenario();
            wanted.profile = version.name;
            wanted.mode = static_cast<ring_mode>(mode);
            const run_report came = reused.run(wanted, serve_echo);
            BOOST_TEST_CONTEXT(version.name << " " << name_of(wanted.mode)) {
                BOOST_TEST(came.sentence == "");
                BOOST_TEST(came.why.text == "");
                BOOST_TEST(came.done.peers.heard == 3000U);
                BOOST_TEST(came.done.peers.ended == 3U);
            }
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::testing
