// Many runs of one application: what fails is found, made small, explained, and comes back.

#include "sim/simulation/search.hpp"

#include <boost/test/unit_test.hpp>

#include "sim/simulation/scenario_text.hpp"
#include "tests/support/serve_echo.hpp"

namespace ringproof::testing {

using namespace sim;

namespace {

/// The commonest wedge of the field: it arms all connections that came in one round, and forgets
/// the one that found the submission queue full.
constexpr auto forgets_to_arm = []<kernel Kernel>(sim::stage<Kernel>& on) {
    auto ring = uring<Kernel>::create(on.kernel(), on.ring()).value();
    auto pool = buffer_group<Kernel>::create(ring, group_id{1}, on.buffers()).value();
    constexpr user_data accepting{0};
    (void)ring.push(requests::accept_multishot(on.listener(), accepting));
    while (on.running() && ring.submit_and_wait(1)) {
        for_each_completion(ring, pool, [&](const completion& done) {
            if (done.user == accepting) {
                const auto fd = user_data{static_cast<std::uint64_t>(done.res)};
                (void)ring.push(requests::recv_multishot(done.res, group_id{1}, fd));
            } else if (done.res > 0) {
                (void)pool.take(done);
            } else if (!done.more()) {
                (void)on.kernel().close(static_cast<int>(to_number(done.user)));
            }
        });
    }
};

/// Peers that only want to be read.
scenario crowd() {
    scenario made;
    made.sizes = {.sq_entries = 2, .cq_entries = 64, .buffers = 16, .buffer_size = 64};
    made.world.peers = {{.count = 8,
                         .expects = expected_answer::none,
                         .steps = {{.kind = step_kind::send, .size = 100},
                                   {.kind = step_kind::finish},
                                   {.kind = step_kind::hear_end}}}};
    return made;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(search)

BOOST_AUTO_TEST_CASE(a_forgotten_receive_is_found_made_small_and_explained) {
    simulator with;
    const search_result found = sim::search(with, crowd(), forgets_to_arm);
    BOOST_TEST(name_of(found.report.failed) == name_of(failure::stuck));
    BOOST_TEST(population(found.report.played.world) <= 3U, tell(found.report));
    BOOST_TEST(found.report.why.text.find("no receive is armed") != std::string::npos,
               found.report.why.text);
    const auto again = parse_scenario(print(found.report.played));
    BOOST_TEST_REQUIRE(again.has_value());
    const run_report repeated = with.run(*again, forgets_to_arm, {.events = true});
    BOOST_TEST(repeated.hash == found.report.hash);
    BOOST_TEST(tell(repeated) == tell(found.report));
}

BOOST_AUTO_TEST_CASE(a_sound_server_survives_a_swarm_of_faults) {
    simulator with;
    scenario wanted;
    wanted.faults = all_faults();
    wanted.world.peers = {echo_peer(1000, 100, 4)};
    const search_result found = sim::search(with, wanted, serve_echo, {.runs = 2000});
    BOOST_TEST(found.report.clean(), tell(found.report));
    BOOST_TEST(found.runs == 2000U);
}

BOOST_AUTO_TEST_CASE(a_sound_server_survives_each_refused_call) {
    simulator with;
    scenario wanted;
    wanted.world.peers = {echo_peer(1000, 100, 2)};
    for (unsigned mode = 0; mode < ring_mode_count; ++mode) {
        wanted.mode = static_cast<ring_mode>(mode);
        const sweep_result found = sim::sweep(with, wanted, serve_echo);
        BOOST_TEST(found.runs > 20U);
        for (const run_report& each : found.failed) BOOST_TEST(each.clean(), tell(each));
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::testing
