// A run that is stuck says why, whatever the reason; and in the words of the reason.

#include "sim/simulation/progress.hpp"

#include <chrono>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "sim/simulation/run.hpp"
#include "tests/support/meddling_kernel.hpp"
#include "tests/support/serve_echo.hpp"

namespace ringproof::testing {

using namespace sim;

namespace {

scenario small_scenario() {
    scenario made;
    made.world.peers = {echo_peer(1000, 100, 3)};
    made.sizes.buffers = 4;
    return made;
}

void check_cause(const run_report& came, cause why, std::string_view words) {
    BOOST_TEST(name_of(came.failed) == name_of(failure::stuck));
    BOOST_TEST(static_cast<int>(came.why.why) == static_cast<int>(why), came.why.text);
    BOOST_TEST(came.why.text.find(words) != std::string::npos, came.why.text);
}

/// An echo server whose calls ask for nothing to be submitted.
constexpr auto serve_without_submitting = []<kernel Kernel>(sim::stage<Kernel>& on) {
    meddling_kernel<Kernel> before(on.kernel(), mistake::never_submits);
    sim::stage<meddling_kernel<Kernel>> changed(before, on);
    serve_echo(changed);
};

/// Accepts, receives, and does with what came as it is told.
template <class Use>
auto sink(Use use, bool takes_completions = true) {
    return [use, takes_completions]<kernel Kernel>(sim::stage<Kernel>& on) {
        auto ring = uring<Kernel>::create(on.kernel(), on.ring()).value();
        auto pool = buffer_group<Kernel>::create(ring, group_id{1}, on.buffers()).value();
        std::vector<buffer_lease<Kernel>> kept;
        (void)ring.push(requests::accept_multishot(on.listener(), user_data{0}));
        unsigned wanted = 1;
        while (on.running() && ring.submit_and_wait(wanted)) {
            if (!takes_completions && wanted++ > 1) continue;
            ring.for_each_completion([&](const completion& done) {
                if (to_number(done.user) == 0) {
                    const auto fd = static_cast<std::uint64_t>(done.res);
                    (void)ring.push(requests::recv_multishot(done.res, group_id{1}, user_data{fd}));
                } else if (done.res > 0) {
                    use(kept, pool.take_one(done).value());
                }
            });
        }
    };
}

constexpr auto keep = [](auto& kept, auto lease) { kept.push_back(std::move(lease)); };
constexpr auto forget = [](auto& /*kept*/, auto lease) { (void)lease.give_back(); };

}  // namespace

BOOST_AUTO_TEST_SUITE(progress)

BOOST_AUTO_TEST_CASE(entries_that_nobody_submitted) {
    check_cause(sim::run(small_scenario(), serve_without_submitting), cause::not_submitted,
                "1 entry stands in the submission queue");
}

BOOST_AUTO_TEST_CASE(a_polling_thread_that_nobody_woke) {
    scenario wanted = small_scenario();
    wanted.mode = ring_mode::sqpoll;
    const auto forgetful = []<kernel Kernel>(sim::stage<Kernel>& on) {
        meddling_kernel<Kernel> before(on.kernel(), mistake::never_wakes_poller);
        auto ring = uring<meddling_kernel<Kernel>>::create(before, on.ring()).value();
        (void)ring.submit_and_wait(1, std::chrono::milliseconds(10));  // it sleeps by then
        (void)ring.push(requests::accept_multishot(on.listener(), user_data{0}));
        (void)ring.submit_and_wait(1);
    };
    check_cause(sim::run(wanted, forgetful), cause::lost_wakeup, "a wake-up was lost");
}

BOOST_AUTO_TEST_CASE(buffers_that_somebody_keeps_and_through_which_completion) {
    const run_report came = sim::run(small_scenario(), sink(keep), {.events = true});
    check_cause(came, cause::no_buffers, "the kernel has 0 of 4 buffers");
    BOOST_TEST(came.why.text.find("handed out and never given back: 0 (by completion ") !=
                   std::string::npos,
               came.why.text);
}

BOOST_AUTO_TEST_CASE(completions_that_nobody_took) {
    check_cause(sim::run(small_scenario(), sink(forget, false)), cause::not_taken,
                "never taken out of the completion queue");
}

BOOST_AUTO_TEST_CASE(bytes_that_the_application_has_and_does_not_answer) {
    scenario wanted = small_scenario();
    wanted.world.peers[0].count = 1;
    check_cause(sim::run(wanted, sink(forget)), cause::owes_bytes, "nothing waits at its socket");
}

BOOST_AUTO_TEST_CASE(an_end_that_is_not_answered) {
    scenario wanted = small_scenario();
    wanted.world.peers = {{.expects = expected_answer::none,
                           .steps = {{.kind = step_kind::send, .size = 10},
                                     {.kind = step_kind::finish},
                                     {.kind = step_kind::hear_end}}}};
    // The receive that told of the end is over, and nobody has closed.
    check_cause(sim::run(wanted, sink(forget)), cause::no_receive,
                "the end of its stream at its socket, and no receive is armed");
}

BOOST_AUTO_TEST_CASE(a_budget_that_is_gone_is_explained_alike) {
    scenario wanted = small_scenario();
    wanted.budget = std::chrono::seconds(1);
    const run_report came = sim::run(wanted, []<kernel Kernel>(sim::stage<Kernel>& on) {
        auto ring = uring<Kernel>::create(on.kernel(), on.ring()).value();
        const auto a_while = std::chrono::milliseconds(100);
        for (std::error_code last{}; !is_errno(last, EDEADLK);) {
            last = ring.submit_and_wait(1, a_while).error();  // it looks at its clock in between
        }
    });
    BOOST_TEST(name_of(came.failed) == name_of(failure::out_of_time));
    BOOST_TEST(came.why.text.find("its connection was never accepted") != std::string::npos,
               came.why.text);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::testing
