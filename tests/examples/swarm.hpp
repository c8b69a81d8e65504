#pragma once
// How these programs are tested on the model: by every profile, in every mode, with faults.

#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>

#include <boost/test/unit_test.hpp>

#include "sim/profile.hpp"
#include "sim/simulation/run.hpp"
#include "tests/examples/loop.hpp"

namespace ringproof::testing {

/// Which profiles have what a program needs.
using ability = bool (*)(const sim::profile&);

/// Of each profile in each mode: RINGPROOF_EXAMPLE_RUNS, or twenty.
inline std::uint64_t runs_wanted() {
    std::uint64_t runs = 20;
    const char* asked = std::getenv("RINGPROOF_EXAMPLE_RUNS");
    if (asked == nullptr) return runs;
    const std::string_view text = asked;
    std::from_chars(text.begin(), text.end(), runs);
    return runs;
}

/// What the stage advises.
template <kernel Kernel>
examples::sizes sizes_of(const sim::stage<Kernel>& on) {
    return {on.ring(), on.buffers()};
}

/// A program that failed fails its run, whose report then has the program's own words.
inline void must(const examples::outcome& how) {
    if (!how) throw std::runtime_error(how.error());
}

/// Runs the program with one seed after the other and shows each report to `judge`, which says
/// whether it will do.
template <class Program, class Judge>
void swarm(sim::scenario wanted, ability able, Program program, Judge judge) {
    sim::simulator with;
    std::uint64_t bad = 0;
    for (const sim::profile& version : sim::profiles()) {
        if (!able(version)) continue;
        wanted.profile = version.name;
        for (unsigned mode = 0; mode < sim::ring_mode_count; ++mode) {
            wanted.mode = static_cast<sim::ring_mode>(mode);
            for (std::uint64_t i = 0; i < runs_wanted(); ++i, ++wanted.seed) {
                const sim::run_report came = with.run(wanted, program);
                const bool good = judge(came);
                BOOST_TEST(good, sim::tell(came));
                if (!good && ++bad == 10) return;  // the rest would say the same
            }
        }
    }
}

/// Nothing may go wrong.
template <class Program>
void survives(const sim::scenario& wanted, ability able, Program program) {
    swarm(wanted, able, program, [](const sim::run_report& came) { return came.clean(); });
}

/// On a profile that lacks something the program says what.
template <class Program>
void refuses(sim::scenario wanted, ability able, Program program, std::string_view words) {
    unsigned unable = 0;
    for (const sim::profile& version : sim::profiles()) {
        if (able(version)) continue;
        ++unable;
        wanted.profile = version.name;
        const sim::run_report came = sim::run(wanted, program);
        BOOST_TEST(name_of(came.failed) == name_of(sim::failure::exception));
        BOOST_TEST(came.sentence.find(words) != std::string::npos, came.sentence);
    }
    BOOST_TEST(unable > 0U);
}

}  // namespace ringproof::testing
