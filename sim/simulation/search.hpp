#pragma once
// Many runs: one seed after the other until something fails, which is then made small; and one
// refused call after the other.

#include <cstdint>
#include <vector>

#include "sim/simulation/run.hpp"
#include "sim/simulation/shrink_scenario.hpp"

namespace ringproof::sim {

/// How far a search goes.
struct search_limits {
    std::uint64_t runs = 1000;    ///< seeds, from the scenario's own on
    std::uint64_t shrinks = 500;  ///< runs spent on making a failure small; 0: leave it
};

struct search_result {
    std::uint64_t runs = 0;  ///< until the failure, or all
    std::uint64_t seed = 0;  ///< that failed
    run_report report;       ///< of the small failure, with its events; or clean
    run_statistics done;     ///< of the last run before it was made small
};

/// Runs the scenario with one seed after the other. The application is called again and again, and
/// must not remember anything from one time to the next.
template <plays_on<simulated_kernel> Application>
[[nodiscard]] search_result search(simulator& with, const scenario& wanted,
                                   Application&& application, const search_limits& limits = {}) {
    search_result found;
    scenario tried = wanted;
    for (; found.runs < limits.runs && found.report.clean(); ++tried.seed) {
        ++found.runs;
        found.seed = tried.seed;
        found.report = with.run(tried, application);
        found.done = found.report.done;
    }
    if (found.report.clean() || found.report.failed == failure::refused) return found;
    const failure_kind what = found.report.kind();
    // Once more, for the answers that the seed gave: it is they that shrink.
    scenario small = with.run(found.report.played, application, {.answers = true}).played;
    const auto again = [&with, &application](const scenario& each) {
        return with.run(each, application).kind();
    };
    if (limits.shrinks > 0) small = shrink(small, what, again, limits.shrinks);
    found.report = with.run(small, application, {.events = true});
    return found;
}

/// What a sweep found: the runs that failed, in the order of the calls.
struct sweep_result {
    std::uint64_t runs = 0;
    std::vector<run_report> failed;
};

/// Refuses each call that the scenario's run makes, the first `most` of each kind, with each error
/// that it may have: one call a run. A refused setup, registration or mapping may end the
/// application early; whatever else happens is a failure.
template <plays_on<simulated_kernel> Application>
[[nodiscard]] sweep_result sweep(simulator& with, const scenario& wanted, Application&& application,
                                 std::uint64_t most = 100) {
    sweep_result found{.runs = 1, .failed = {}};
    run_report plain = with.run(wanted, application);
    const auto calls = plain.done.calls;
    if (!plain.clean()) found.failed.push_back(std::move(plain));
    for (std::size_t kind = 0; kind < call_kind_count; ++kind) {
        const auto call = static_cast<call_kind>(kind);
        for (std::uint32_t number = 1; number <= std::min(calls[kind], most); ++number) {
            for (const int error : errors_of(call)) {
                scenario refusing = wanted;
                refusing.faults.refusals.push_back({call, number, error});
                ++found.runs;
                run_report came = with.run(refusing, application);
                if (!came.clean()) found.failed.push_back(std::move(came));
            }
        }
    }
    return found;
}

}  // namespace ringproof::sim
