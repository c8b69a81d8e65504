// The proxy on the model.

#include "tests/examples/line_proxy.hpp"

#include "sim/simulation/search.hpp"
#include "tests/examples/swarm.hpp"

namespace ringproof::testing {

using namespace sim;

namespace {

template <kernel Kernel>
examples::outcome serve(stage<Kernel>& on) {
    return examples::line_proxy<Kernel>::serve(on.kernel(), on.listener(), on.channels().front(),
                                               sizes_of(on));
}

constexpr auto pass_lines = []<kernel Kernel>(stage<Kernel>& on) { must(serve(on)); };

bool able(const profile& version) { return version.has_bundle && version.has_send_select; }

std::string repeated(std::string_view text, unsigned times) {
    std::string made;
    while (times-- > 0) made += text;
    return made;
}

/// All say the same line, so that the upstream knows what must come, whoever comes first: a line
/// that was torn by another is no such line.
constexpr std::string_view line = "what everybody says\n";
constexpr unsigned lines = 20;
constexpr unsigned clients = 4;

peer_script client() {
    return {.count = clients,
            .expects = expected_answer::none,
            .steps = {{.kind = step_kind::say, .chunk = 7, .text = repeated(line, lines)},
                      {.kind = step_kind::finish},
                      {.kind = step_kind::hear_end}}};
}

peer_script upstream(std::string heard) {
    return {.connects = false,
            .expects = expected_answer::script,
            .window = 64,
            .steps = {{.kind = step_kind::hear, .text = std::move(heard)}}};
}

scenario crowd() {
    scenario made;
    made.world.peers = {upstream(repeated(line, clients * lines)), client()};
    made.world.peers.push_back({.count = 2,
                                .expects = expected_answer::none,
                                .steps = {{.kind = step_kind::say, .text = "begun, and not en"},
                                          {.kind = step_kind::reset}}});
    return made;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(line_proxy)

BOOST_AUTO_TEST_CASE(no_line_is_lost_or_torn_in_a_swarm_of_faults) {
    scenario wanted = crowd();
    wanted.faults = all_faults();
    wanted.faults.set(fault::early_finishes, false);  // then nobody knows what must come
    wanted.faults.set(fault::early_resets, false);
    survives(wanted, able, pass_lines);
}

BOOST_AUTO_TEST_CASE(whoever_goes_early_it_goes_on_or_says_why_not) {
    scenario wanted;
    wanted.faults = all_faults();
    wanted.world.peers = {client(),
                          {.connects = false,
                           .expects = expected_answer::none,
                           .steps = {{.kind = step_kind::pause, .time = std::chrono::seconds(9)}}}};
    examples::outcome how;
    const auto program = [&how](auto& on) { how = serve(on); };
    swarm(wanted, able, program, [&how](const run_report& came) {
        return came.clean() || (came.failed == failure::gave_up && !how);
    });
}

BOOST_AUTO_TEST_CASE(it_survives_each_refused_call) {
    simulator with;
    const auto quietly = [](auto& on) { (void)serve(on); };
    const sweep_result found = sweep(with, crowd(), quietly);
    BOOST_TEST(found.runs > 20U);
    for (const run_report& each : found.failed) BOOST_TEST(each.clean(), tell(each));
}

BOOST_AUTO_TEST_CASE(a_line_without_end_is_the_end_of_who_says_it) {
    scenario wanted;
    const std::string endless(examples::line_proxy<simulated_kernel>::line_most + 1, 'x');
    wanted.world.peers = {upstream("short\n")};
    for (const std::string& said : {endless, std::string("short\n")}) {
        wanted.world.peers.push_back(
            {.expects = expected_answer::none,
             .steps = {{.kind = step_kind::say, .text = said}, {.kind = step_kind::hear_end}}});
    }
    wanted.world.peers.back().steps.insert(wanted.world.peers.back().steps.begin() + 1,
                                           {.kind = step_kind::finish});
    const run_report came = sim::run(wanted, pass_lines);
    BOOST_TEST(came.clean(), tell(came));
}

BOOST_AUTO_TEST_CASE(an_older_kernel_is_told_what_it_lacks) {
    refuses(crowd(), able, pass_lines, "lacks bundles, which came with Linux 6.10");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::testing
