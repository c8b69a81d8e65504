// Data that comes before buffers do: who can be left without one, and who cannot.

#include "sim/simulation/unseen_stores.hpp"

#include <boost/test/unit_test.hpp>

#include <ringproof/uring.hpp>

#include "sim/simulation/run.hpp"
#include "tests/examples/field/starved_until_a_return.hpp"

namespace ringproof::testing {

using namespace sim;

namespace {

using waits_for_a_return = ringproof::field::starved_until_a_return<simulated_kernel, false>;

constexpr auto serve = [](stage<simulated_kernel>& on) { waits_for_a_return(on).serve(); };

std::uint64_t times(const run_report& came) {
    return came.done.faults[static_cast<std::size_t>(fault::enobufs)];
}

scenario with_faults(ring_mode mode, const fault_set& kinds) {
    scenario made = waits_for_a_return::where();
    made.mode = mode;
    made.faults.kinds = kinds;
    made.faults.one_in = 2;
    return made;
}

fault_set only() { return fault_set().set(static_cast<std::size_t>(fault::enobufs)); }

}  // namespace

BOOST_AUTO_TEST_SUITE(unseen_stores)

/// What is stuck has all its buffers, and hears of it when it can only wait.
BOOST_AUTO_TEST_CASE(a_receive_finds_no_buffer_although_all_are_back_when_the_application_hears) {
    simulator with;
    for (const ring_mode mode : {ring_mode::plain, ring_mode::coop, ring_mode::sqpoll}) {
        scenario wanted = with_faults(mode, only());
        run_report came;
        for (wanted.seed = 1; wanted.seed <= 100 && came.clean(); ++wanted.seed) {
            came = with.run(wanted, serve);
        }
        BOOST_TEST_CONTEXT(name_of(mode)) {
            BOOST_TEST(name_of(came.failed) == name_of(failure::stuck));
            BOOST_TEST(times(came) > 0U);
            BOOST_TEST(came.why.text.find("the kernel has 2 of 2 buffers") != std::string::npos,
                       came.why.text);
        }
    }
}

/// No other fault does that to it, so that it is this one that finds the bug.
BOOST_AUTO_TEST_CASE(no_other_fault_shows_it) {
    simulator with;
    for (const ring_mode mode : {ring_mode::plain, ring_mode::coop, ring_mode::sqpoll}) {
        scenario wanted = with_faults(mode, ~only());
        wanted.faults.set(fault::small_queues, false);
        for (wanted.seed = 1; wanted.seed <= 200; ++wanted.seed) {
            const run_report came = with.run(wanted, serve);
            BOOST_TEST_REQUIRE(came.clean(), tell(came));
        }
    }
}

/// There work waits for the call, which comes behind the stores (RUN-02).
BOOST_AUTO_TEST_CASE(deferred_work_sees_each_buffer_that_came_back) {
    simulator with;
    scenario wanted = with_faults(ring_mode::defer, only());
    std::uint64_t happened = 0;
    for (wanted.seed = 1; wanted.seed <= 500; ++wanted.seed) {
        const run_report came = with.run(wanted, serve);
        BOOST_TEST_REQUIRE(came.clean(), tell(came));
        happened += times(came);
    }
    BOOST_TEST(happened > 0U);
}

BOOST_AUTO_TEST_CASE(what_was_stored_since_is_out_of_memory_and_in_it_again) {
    choices canonical;
    model_kernel kernel(canonical, {});
    auto ring = uring<model_kernel>::create(kernel, {.entries = 8}).value();
    ringproof::field::raw_pool<model_kernel> pool;
    BOOST_TEST_REQUIRE(pool.open(ring, {.entries = 8, .buffer_size = 64}));
    BOOST_TEST(ring.push(requests::nop(user_data{1})).has_value());
    BOOST_TEST(ring.submit_and_wait(1).has_value());
    machine& in = kernel.inside();
    const ring_words& words = in.rings.front()->words;
    const std::uint16_t* tail = &(*in.rings.front()->groups.begin())->slots[0].resv;
    sim::unseen_stores unseen;
    unseen.start_over(in);
    BOOST_TEST(ring.for_each_completion([](const completion&) {}) == 1U);
    BOOST_TEST(!unseen.has_returns());
    pool.give_back(buffer_id{0});
    BOOST_TEST(unseen.has_returns());
    unseen.take_out();
    BOOST_TEST(*words.cq_head == 0U);
    BOOST_TEST(*tail == 8U);
    unseen.put_back();
    BOOST_TEST(*words.cq_head == 1U);
    BOOST_TEST(*tail == 9U);
    unseen.start_over(in);
    BOOST_TEST(!unseen.has_returns());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::testing
