// An application runs on the model, with peers around it, and its run is told.

#include "sim/simulation/run.hpp"

#include <bit>
#include <optional>
#include <stdexcept>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "sim/profile.hpp"
#include "tests/examples/field/rearm_storm.hpp"
#include "tests/support/serve_echo.hpp"

namespace ringproof::testing {

using namespace sim;

namespace {

scenario small_scenario() {
    scenario made;
    made.world.peers = {echo_peer(1000, 100, 3)};
    return made;
}

void check_failure(const run_report& came, failure what, std::string_view in_sentence) {
    BOOST_TEST(name_of(came.failed) == name_of(what));
    BOOST_TEST(came.sentence.find(in_sentence) != std::string::npos, came.sentence);
}

/// A ring, and something in flight that never completes.
template <kernel Kernel>
struct idle_ring {
    explicit idle_ring(sim::stage<Kernel>& on)
        : ring(uring<Kernel>::create(on.kernel(), on.ring()).value()) {}

    uring<Kernel> ring;
};

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
                BOOST_TEST(came.clean(), tell(came));
                BOOST_TEST(came.done.peers.heard == 3000U);
                BOOST_TEST(came.done.peers.ended == 3U);
                BOOST_TEST(came.done.descriptors == 0U);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_run_is_its_scenario) {
    simulator one;
    simulator other;
    scenario wanted = small_scenario();
    wanted.faults = all_faults();
    for (wanted.seed = 1; wanted.seed <= 50; ++wanted.seed) {
        const run_report first = one.run(wanted, serve_echo, {.answers = true});
        (void)other.run(small_scenario(), serve_echo);  // what ran before makes no difference
        BOOST_TEST(first.hash == other.run(wanted, serve_echo).hash);
        BOOST_TEST(first.hash == one.run(first.played, serve_echo).hash,
                   "the answers replace the seed");
    }
    BOOST_TEST(one.run(wanted, serve_echo).hash != one.run(small_scenario(), serve_echo).hash);
}

/// With another compiler, or sanitizers, too: what a seed found must be found by whoever gets it. A
/// model that was changed on purpose gives another number, which belongs here then.
BOOST_AUTO_TEST_CASE(a_run_is_the_same_wherever_it_was_compiled) {
    simulator with;
    scenario wanted = small_scenario();
    wanted.faults = all_faults();
    std::uint64_t all = 0;
    for (unsigned mode = 0; mode < ring_mode_count; ++mode) {
        wanted.mode = static_cast<ring_mode>(mode);
        for (wanted.seed = 1; wanted.seed <= 25; ++wanted.seed) {
            all = std::rotl(all, 1) ^ with.run(wanted, serve_echo).hash;
        }
    }
    BOOST_TEST(all == 16'537'064'998'680'928'814U);
}

BOOST_AUTO_TEST_CASE(ten_thousand_connections_and_the_largest_ring_work) {
    scenario wanted;
    wanted.sizes = {.sq_entries = 32768, .cq_entries = 65536, .buffers = 32768, .buffer_size = 64};
    wanted.world.peers = {echo_peer(100, 50, 10'000)};
    const run_report came = sim::run(wanted, serve_echo);
    BOOST_TEST(came.clean(), came.sentence);
    BOOST_TEST(came.done.peers.heard == 1'000'000U);
    BOOST_TEST(came.done.completions >= 40'000U);
}

BOOST_AUTO_TEST_CASE(a_loop_that_looks_at_its_queue_for_ever_is_stopped_and_named) {
    scenario wanted = small_scenario();
    wanted.mode = ring_mode::defer;
    const run_report came = sim::run(wanted, []<class Stage>(Stage& on) {
        const idle_ring own(on);
        while (own.ring.ready() == 0) {
        }
    });
    check_failure(came, failure::spins, "did not enter");
}

/// A thousand who want one of 64 buffers, and ask again and again: there is always a completion.
BOOST_AUTO_TEST_CASE(who_has_always_something_to_do_need_not_enter_under_sqpoll) {
    using storm = ringproof::field::rearm_storm<simulated_kernel, false>;
    scenario wanted = storm::where();
    wanted.mode = ring_mode::sqpoll;
    wanted.world.peers = {echo_peer(400, 200, 1000)};
    const run_report came =
        sim::run(wanted, [](stage<simulated_kernel>& on) { storm(on).serve(); });
    BOOST_TEST(came.clean(), tell(came));
    BOOST_TEST(came.done.completions > 100U * came.done.enters);
}

BOOST_AUTO_TEST_CASE(a_polling_loop_needs_no_system_call_under_sqpoll) {
    scenario wanted = small_scenario();
    wanted.mode = ring_mode::sqpoll;
    const run_report came = sim::run(wanted, []<class Stage>(Stage& on) {
        idle_ring own(on);
        (void)own.ring.push(requests::accept(on.listener(), user_data{1}));
        (void)own.ring.submit();
        while (own.ring.ready() == 0) {
        }
    });
    check_failure(came, failure::gave_up, "3 of 3 peers");  // and not: spins
}

BOOST_AUTO_TEST_CASE(a_loop_that_will_not_hear_that_all_is_over_is_stopped_and_named) {
    const run_report came = sim::run(small_scenario(), []<class Stage>(Stage& on) {
        idle_ring own(on);
        for (;;) (void)own.ring.submit_and_wait(1);
    });
    check_failure(came, failure::stuck, "nothing can ever happen again");
    BOOST_TEST(came.why.text.find("its connection was never accepted") != std::string::npos,
               came.why.text);
}

BOOST_AUTO_TEST_CASE(a_loop_that_asks_and_never_waits_gets_its_completions) {
    const run_report came = sim::run(small_scenario(), []<class Stage>(Stage& on) {
        idle_ring own(on);
        (void)own.ring.push(requests::accept(on.listener(), user_data{1}));
        while (own.ring.ready() == 0 && own.ring.submit()) {
            (void)on.kernel().enter(own.ring.fd(), 0, 0, abi::ioring_enter_getevents, nullptr, 0);
        }
    });
    check_failure(came, failure::gave_up, "3 of 3 peers");
}

BOOST_AUTO_TEST_CASE(an_exception_is_told_and_leaks_nothing) {
    const run_report came = sim::run(small_scenario(), []<class Stage>(Stage& on) {
        idle_ring own(on);
        auto pool = buffer_group<typename Stage::kernel_type>::create(own.ring, group_id{1});
        throw std::runtime_error("the dog ate it");
    });
    check_failure(came, failure::exception, "the dog ate it");
    BOOST_TEST(came.done.descriptors == 0U, "the ring was closed on the way out");
}

BOOST_AUTO_TEST_CASE(a_peer_that_hears_wrong_bytes_says_which) {
    scenario wanted = small_scenario();
    wanted.world.peers = {{.expects = expected_answer::script,
                           .steps = {{.kind = step_kind::say, .text = "ping\n"},
                                     {.kind = step_kind::hear, .text = "pong\n"}}}};
    const run_report came = sim::run(wanted, serve_echo);
    check_failure(came, failure::wrong_bytes, "byte 1 of what came back is 105 and should be 111");
}

BOOST_AUTO_TEST_CASE(a_peer_that_is_cut_off_says_when) {
    const run_report came = sim::run(small_scenario(), []<class Stage>(Stage& on) {
        idle_ring own(on);
        (void)own.ring.push(requests::accept(on.listener(), user_data{1}));
        std::optional<int> connection;
        while (on.running() && own.ring.submit_and_wait(1)) {
            own.ring.for_each_completion([&](const completion& done) { connection = done.res; });
            (void)on.kernel().close(*connection);
        }
    });
    check_failure(came, failure::lost_connection, "peer 0");
}

BOOST_AUTO_TEST_CASE(a_buffer_in_the_ring_twice_is_seen_from_the_other_side) {
    scenario wanted = small_scenario();
    wanted.sizes.buffers = 4;
    const run_report came = sim::run(wanted, []<class Stage>(Stage& on) {
        using kernel_type = typename Stage::kernel_type;
        idle_ring own(on);
        auto pool = buffer_group<kernel_type>::create(own.ring, group_id{1}, on.buffers()).value();
        (void)own.ring.push(requests::accept(on.listener(), user_data{1}));
        (void)own.ring.submit_and_wait(1);
        own.ring.for_each_completion([&](const completion& done) {
            (void)own.ring.push(requests::recv(done.res, group_id{1}, user_data{2}));
            (void)own.ring.push(requests::recv(done.res, group_id{1}, user_data{3}));
        });
        (void)own.ring.submit_and_wait(2);
        std::vector<buffer_lease<kernel_type>> kept;  // so that there is room for a buffer too many
        own.ring.for_each_completion(
            [&](const completion& done) { kept.push_back(pool.take_one(done).value()); });
        pool.core().ring().stage(kept.front().bytes(), kept.front().id());
        (void)kept.front().give_back();
        (void)own.ring.submit_and_wait(1);
    });
    check_failure(came, failure::misuse, "buffer 0 of group 1 was given to the kernel twice");
}

BOOST_AUTO_TEST_CASE(what_contradicts_itself_is_not_run) {
    scenario wanted = small_scenario();
    wanted.world.peers[0].steps.push_back({.kind = step_kind::send, .size = 1});
    bool ran = false;
    const run_report came = sim::run(wanted, [&ran](auto& /*on*/) { ran = true; });
    check_failure(came, failure::refused, "peers 1, step 5: it has finished and cannot send");
    BOOST_TEST(!ran);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::testing
