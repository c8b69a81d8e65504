// Scenarios that contradict themselves are refused, with what and where.

#include "sim/simulation/scenario.hpp"

#include <cerrno>

#include <boost/test/unit_test.hpp>

namespace ringproof::testing {

using namespace sim;

namespace {

using std::chrono::milliseconds;

scenario sound() {
    scenario made;
    made.world.peers = {echo_peer(100)};
    return made;
}

template <class Change>
void check_refused(const Change& change, std::string_view why) {
    scenario changed = sound();
    change(changed);
    const auto answer = validate(changed);
    BOOST_TEST(!answer.has_value(), why);
    if (!answer) BOOST_TEST(answer.error() == why);
}

void check_step(const peer_step& added, std::string_view why) {
    check_refused(
        [&added](scenario& it) {
            it.world.peers[0].steps.insert(it.world.peers[0].steps.begin() + 2, added);
        },
        why);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(scenario)

BOOST_AUTO_TEST_CASE(a_sound_one_is_not_refused) {
    BOOST_TEST(validate(sound()).has_value());
    sim::scenario faulty = sound();
    faulty.faults = all_faults();
    BOOST_TEST(validate(faulty).has_value());
}

BOOST_AUTO_TEST_CASE(scripts_are_checked_step_by_step) {
    check_step({.kind = step_kind::send}, "peers 1, step 3: nothing to send");
    check_step({.kind = step_kind::hear, .size = 101},
               "peers 1, step 3: it waits for 101 bytes and has sent 100");
    check_step({.kind = step_kind::hear, .text = "x"},
               "peers 1, step 3: an echo peer hears what it sent, and no text");
    check_step({.kind = step_kind::pause}, "peers 1, step 3: a pause of no time");
    check_step({.kind = step_kind::finish}, "peers 1, step 4: it has finished already");
    check_step({.kind = step_kind::reset}, "peers 1, step 4: the peer is gone since its reset");
    check_step({.kind = step_kind::mirror},
               "peers 1, step 3: a mirror cannot know what it will hear: expect nothing");
}

BOOST_AUTO_TEST_CASE(peers_are_checked_as_a_whole) {
    check_refused([](auto& it) { it.world.peers.clear(); }, "peers: there are none");
    check_refused([](auto& it) { it.world.peers[0].count = 0; }, "peers 1: nobody: the count is 0");
    check_refused([](auto& it) { it.world.peers[0].count = 70'000; },
                  "peers: 70000 of them, at most 65536");
    check_refused([](auto& it) { it.world.peers[0].listener = 1; },
                  "peers 1: listener 1 of 1, counted from 0");
    check_refused([](auto& it) { it.world.peers[0].channel = channel_kind::udp; },
                  "peers 1: only tcp peers connect");
    check_refused(
        [](auto& it) {
            it.world.peers[0].channel = channel_kind::pipe;
            it.world.peers[0].connects = false;
        },
        "peers 1, step 2: nothing comes back through a pipe or a file");
}

BOOST_AUTO_TEST_CASE(fault_plans_are_checked_against_the_budget) {
    check_refused(
        [](auto& it) {
            it.faults = all_faults();
            it.budget = milliseconds(1);
        },
        "faults: they go on for 50ms and the run for 1ms: no time to come right");
    check_refused([](auto& it) { it.faults.one_in = 0; }, "faults: one in 0");
    check_refused([](auto& it) { it.faults.refusals = {{call_kind::enter, 0, EAGAIN}}; },
                  "faults, refusal 1: calls count from 1");
    check_refused([](auto& it) { it.faults.refusals = {{call_kind::enter, 1, ENOENT}}; },
                  "faults, refusal 1: enter does not fail with errno 2");
    check_refused(
        [](auto& it) {
            it.faults.refusals = {{call_kind::map, 2, ENOMEM}, {call_kind::map, 2, EAGAIN}};
        },
        "faults, refusal 1: map call 2 is refused twice");
}

BOOST_AUTO_TEST_CASE(names_and_sizes_are_checked) {
    check_refused([](auto& it) { it.profile = "v9_9"; }, "profile: there is no v9_9");
    check_refused([](auto& it) { it.sizes.buffers = 3; },
                  "sizes: 3 buffers; a power of two, 1 to 32768");
    check_refused([](auto& it) { it.sizes.cq_entries = 1; },
                  "sizes: a completion queue of 1 entries behind 64");
    check_refused([](auto& it) { it.budget = {}; }, "budget: no time at all");
}

BOOST_AUTO_TEST_CASE(a_swarm_draws_from_its_seed_and_stays_drawn) {
    sim::scenario swarm = sound();
    swarm.faults = all_faults();
    std::size_t kinds = 0;
    for (swarm.seed = 1; swarm.seed <= 100; ++swarm.seed) {
        const sim::scenario one = drawn(swarm);
        BOOST_TEST((one == drawn(swarm)));
        BOOST_TEST((one == drawn(one)));
        BOOST_TEST(validate(one).has_value());
        kinds += one.faults.kinds.count();
    }
    BOOST_TEST(kinds > 300U);
    BOOST_TEST(kinds < 1000U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::testing
