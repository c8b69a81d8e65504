// cat on the model.

#include "tests/examples/ring_cat.hpp"

#include "sim/simulation/search.hpp"
#include "tests/examples/swarm.hpp"

namespace ringproof::testing {

using namespace sim;

namespace {

/// The copy, and then as much of the world as goes on without it: somebody has to read the rest.
template <kernel Kernel>
examples::outcome copy(stage<Kernel>& on) {
    const auto how = examples::ring_cat<Kernel>::copy(on.kernel(), on.channels()[0],
                                                      on.channels()[1], sizes_of(on));
    auto ring = uring<Kernel>::create(on.kernel(), on.ring());
    while (how && ring) {
        const auto waited = ring->submit_and_wait(1);
        if (!waited && is_errno(waited.error(), EDEADLK)) break;
    }
    return how;
}

constexpr auto cat = []<kernel Kernel>(stage<Kernel>& on) { must(copy(on)); };

/// It needs nothing that came later than buffer rings.
bool able(const profile& /*version*/) { return true; }

std::string poem() {
    std::string made;
    for (unsigned verse = 0; verse < 150; ++verse) made += "verse " + std::to_string(verse) + '\n';
    return made;
}

scenario between(channel_kind from, expected_answer reader) {
    scenario made;
    made.world.peers = {{.channel = from,
                         .connects = false,
                         .expects = expected_answer::none,
                         .steps = {{.kind = step_kind::say, .chunk = 100, .text = poem()},
                                   {.kind = step_kind::finish}}},
                        {.channel = channel_kind::unix_stream,
                         .connects = false,
                         .expects = reader,
                         .window = 300,
                         .steps = {}}};
    auto& steps = made.world.peers.back().steps;
    if (reader == expected_answer::script) steps = {{.kind = step_kind::hear, .text = poem()}};
    if (reader == expected_answer::none) {
        steps = {{.kind = step_kind::pause, .time = std::chrono::seconds(9)}};
    }
    return made;
}

fault_plan faults_that_leave_peers_alone() {
    fault_plan made = all_faults();
    made.set(fault::early_finishes, false);
    made.set(fault::early_resets, false);
    return made;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ring_cat)

BOOST_AUTO_TEST_CASE(a_pipe_comes_through_a_swarm_of_faults_whole) {
    scenario wanted = between(channel_kind::pipe, expected_answer::script);
    wanted.world.peers.front().steps.front().time = std::chrono::microseconds(50);
    wanted.faults = faults_that_leave_peers_alone();
    survives(wanted, able, cat);
}

BOOST_AUTO_TEST_CASE(so_does_a_file_that_cannot_tell_when_it_is_readable) {
    scenario wanted = between(channel_kind::file, expected_answer::script);
    wanted.faults = faults_that_leave_peers_alone();
    survives(wanted, able, cat);
}

BOOST_AUTO_TEST_CASE(whoever_goes_early_it_ends_well_or_says_why_not) {
    scenario wanted = between(channel_kind::pipe, expected_answer::none);
    wanted.faults = all_faults();
    examples::outcome how;
    const auto program = [&how](auto& on) { how = copy(on); };
    swarm(wanted, able, program, [&how](const run_report& came) {
        return came.clean() || (came.failed == failure::gave_up && !how);
    });
}

BOOST_AUTO_TEST_CASE(it_survives_each_refused_call) {
    simulator with;
    const auto quietly = [](auto& on) { (void)copy(on); };
    const auto wanted = between(channel_kind::pipe, expected_answer::script);
    const sweep_result found = sweep(with, wanted, quietly);
    BOOST_TEST(found.runs > 20U);
    for (const run_report& each : found.failed) BOOST_TEST(each.clean(), tell(each));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::testing
