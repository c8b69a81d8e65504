// The echo server on the model.

#include "tests/examples/echo_server.hpp"

#include "sim/simulation/search.hpp"
#include "tests/examples/swarm.hpp"
#include "tests/support/serve_echo.hpp"

namespace ringproof::testing {

using namespace sim;

namespace {

constexpr auto echo = []<kernel Kernel>(stage<Kernel>& on) {
    must(examples::echo_server<Kernel>::serve(on.kernel(), on.listener(), sizes_of(on)));
};

bool able(const profile& version) { return version.has_recv_multishot; }

/// Some talk long, some briefly; some finish before they listen, and some go without a word.
scenario crowd() {
    scenario made;
    made.world.peers = {echo_peer(1500, 100, 3), echo_peer(10, 0, 3)};
    made.world.peers.push_back({.steps = {{.kind = step_kind::send, .size = 700, .chunk = 300},
                                          {.kind = step_kind::finish},
                                          {.kind = step_kind::hear},
                                          {.kind = step_kind::hear_end}}});
    made.world.peers.push_back(
        {.count = 2,
         .expects = expected_answer::none,
         .steps = {{.kind = step_kind::send, .size = 600}, {.kind = step_kind::reset}}});
    return made;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(echo_server)

BOOST_AUTO_TEST_CASE(it_survives_a_swarm_of_faults) {
    scenario wanted = crowd();
    wanted.faults = all_faults();
    survives(wanted, able, echo);
}

BOOST_AUTO_TEST_CASE(it_leaves_nothing_open) {
    swarm(crowd(), able, echo,
          [](const run_report& came) { return came.clean() && came.done.descriptors == 0; });
}

BOOST_AUTO_TEST_CASE(it_survives_each_refused_call) {
    simulator with;
    const sweep_result found = sweep(with, crowd(), serve_echo);
    BOOST_TEST(found.runs > 20U);
    for (const run_report& each : found.failed) BOOST_TEST(each.clean(), tell(each));
}

BOOST_AUTO_TEST_CASE(it_leaves_when_as_many_as_wanted_have_gone) {
    scenario wanted;
    wanted.world.peers = {echo_peer(100, 0, 3), echo_peer(100)};
    wanted.world.peers.back().start = std::chrono::seconds(1);
    const run_report came = sim::run(wanted, []<kernel Kernel>(stage<Kernel>& on) {
        must(examples::echo_server<Kernel>::serve(on.kernel(), on.listener(), sizes_of(on), 3));
    });
    BOOST_TEST(name_of(came.failed) == name_of(failure::gave_up));
    BOOST_TEST(came.done.peers.connected == 3U);  // for the fourth it does not wait
}

BOOST_AUTO_TEST_CASE(an_older_kernel_is_told_what_it_lacks) {
    refuses(crowd(), able, echo, "lacks multishot receives, which came with Linux 6.0");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::testing
