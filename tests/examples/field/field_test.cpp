// Each bug of the field is found from a cold start, its cause is named, the run is found again by
// what it left behind, and the loop without it passes on every version.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <regex>
#include <string>

#include <boost/test/unit_test.hpp>

#include "sim/profile.hpp"
#include "sim/simulation/run.hpp"
#include "tests/examples/field/buffer_of_an_end_forgotten.hpp"
#include "tests/examples/field/bundle_walked_by_id.hpp"
#include "tests/examples/field/cancel_races_data.hpp"
#include "tests/examples/field/empty_slot_taken_for_the_end.hpp"
#include "tests/examples/field/enobufs_inside_a_frame.hpp"
#include "tests/examples/field/enobufs_taken_for_the_end.hpp"
#include "tests/examples/field/group_dropped_in_flight.hpp"
#include "tests/examples/field/incremental_returned_early.hpp"
#include "tests/examples/field/rearm_lost.hpp"
#include "tests/examples/field/rearm_storm.hpp"
#include "tests/examples/field/rearmed_on_enobufs_alone.hpp"
#include "tests/examples/field/returned_after_an_error.hpp"
#include "tests/examples/field/starved_until_a_return.hpp"
#include "tests/examples/field/unregistered_before_drained.hpp"
#include "tests/examples/field/wakeup_without_fence.hpp"
#include "tests/support/serve_echo.hpp"

namespace ringproof::field {

namespace {

using model = sim::simulated_kernel;

template <template <kernel, bool> class Exercise, bool Repaired>
sim::run_report one_run(sim::simulator& with, const sim::scenario& wanted,
                        const sim::watching& how = {}) {
    return with.run(
        wanted, [](sim::stage<model>& on) { Exercise<model, Repaired>(on).serve(); }, how);
}

/// RINGPROOF_FIELD_RUNS makes it more, of each profile. An exercise with a crowd has fewer.
std::uint64_t runs_of_a_profile(std::uint64_t weight) {
    const char* const wanted = std::getenv("RINGPROOF_FIELD_RUNS");
    const std::uint64_t runs = wanted == nullptr ? 50 : std::strtoull(wanted, nullptr, 10);
    return std::max<std::uint64_t>(1, runs / weight);
}

template <template <kernel, bool> class Exercise>
void is_found() {
    sim::simulator with;
    sim::scenario wanted = Exercise<model, false>::where();
    wanted.faults = Exercise<model, false>::faults();
    sim::run_report came;
    for (wanted.seed = 1; wanted.seed <= 1000 && came.clean(); ++wanted.seed) {
        came = one_run<Exercise, false>(with, wanted);
    }
    BOOST_TEST_REQUIRE(!came.clean());
    const std::string told = sim::tell(came);
    BOOST_TEST_MESSAGE("found in run " << wanted.seed - 1 << ": " << told);
    const std::regex cause(Exercise<model, false>::cause);
    BOOST_TEST(std::regex_search(told, cause), told);
    const sim::run_report again = one_run<Exercise, false>(with, came.played);
    BOOST_TEST(again.hash == came.hash);
    BOOST_TEST(again.sentence == came.sentence);
}

template <template <kernel, bool> class Exercise>
void passes_when_repaired() {
    sim::simulator with;
    sim::scenario wanted = Exercise<model, true>::where();
    wanted.faults = Exercise<model, true>::faults();
    const std::uint64_t runs = runs_of_a_profile(Exercise<model, true>::weight);
    int versions = 0;
    for (const sim::profile& version : sim::profiles()) {
        if (!Exercise<model, true>::fits(version)) continue;
        ++versions;
        wanted.profile = version.name;
        for (wanted.seed = 1; wanted.seed <= runs; ++wanted.seed) {
            const auto came = one_run<Exercise, true>(with, wanted);
            if (came.clean()) continue;
            const auto told = one_run<Exercise, true>(with, came.played, {.events = true});
            BOOST_FAIL(version.name << ", seed " << wanted.seed << ": " << sim::tell(told));
        }
        BOOST_TEST_MESSAGE(version.name << ": " << runs << " runs passed");
    }
    BOOST_TEST(versions > 0);
}

/// The library's own receiver in the same world, in every mode.
template <template <kernel, bool> class Exercise>
void is_nothing_to_a_receiver() {
    sim::simulator with;
    sim::scenario wanted = Exercise<model, true>::where();
    wanted.faults = sim::all_faults();
    const bool incremental = wanted.sizes.incremental;
    const std::uint64_t runs = runs_of_a_profile(Exercise<model, true>::weight);
    for (const sim::profile& version : sim::profiles()) {
        if (!version.has_recv_multishot) continue;  // 5.19
        wanted.profile = version.name;
        wanted.sizes.incremental = incremental && version.has_incremental;
        for (wanted.seed = 1; wanted.seed <= runs; ++wanted.seed) {
            wanted.mode = static_cast<sim::ring_mode>(wanted.seed % sim::ring_mode_count);
            const auto came = with.run(wanted, testing::serve_echo);
            if (came.clean()) continue;
            BOOST_FAIL(sim::tell(with.run(came.played, testing::serve_echo, {.events = true})));
        }
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(field)

#define RINGPROOF_EXERCISE(name) \
    BOOST_AUTO_TEST_CASE(name##_is_found) { is_found<name>(); } \
    BOOST_AUTO_TEST_CASE(name##_passes_when_repaired) { passes_when_repaired<name>(); } \
    BOOST_AUTO_TEST_CASE(name##_is_nothing_to_a_receiver) { is_nothing_to_a_receiver<name>(); }

RINGPROOF_EXERCISE(buffer_of_an_end_forgotten)
RINGPROOF_EXERCISE(bundle_walked_by_id)
RINGPROOF_EXERCISE(cancel_races_data)
RINGPROOF_EXERCISE(empty_slot_taken_for_the_end)
RINGPROOF_EXERCISE(enobufs_inside_a_frame)
RINGPROOF_EXERCISE(enobufs_taken_for_the_end)
RINGPROOF_EXERCISE(group_dropped_in_flight)
RINGPROOF_EXERCISE(incremental_returned_early)
RINGPROOF_EXERCISE(rearm_lost)
RINGPROOF_EXERCISE(rearm_storm)
RINGPROOF_EXERCISE(rearmed_on_enobufs_alone)
RINGPROOF_EXERCISE(returned_after_an_error)
RINGPROOF_EXERCISE(starved_until_a_return)
RINGPROOF_EXERCISE(unregistered_before_drained)
RINGPROOF_EXERCISE(wakeup_without_fence)

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::field
