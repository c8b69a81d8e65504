#include "sim/mutants/orders.hpp"

#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string_view>

#include "sim/explore/proof.hpp"
#include "sim/mutants/program.hpp"

namespace ringproof::mutants {

namespace {

namespace proofs = sim::explore;

constexpr std::array<std::string_view, 3> targets{"ours_in_order", "ours_out_of_order",
                                                  "ours_wake_up"};

// In turns, and each time more: nobody says which target a mutant is for.
constexpr std::uint64_t first_runs = 50;
constexpr std::uint64_t more_runs = 10;
constexpr std::uint64_t runs_most = 5'000;

}  // namespace

finding look_by_proof(const mutant& which) {
    const proofs::mutant* without = proofs::find_mutant(which.order);
    finding found;
    for (const unsigned entries : {1U, 2U, 4U}) {
        for (const proofs::protocol& each : proofs::protocols()) {
            if (without != nullptr && each.name != without->home) continue;
            const auto done = proofs::prove({.of = &each, .entries = entries, .without = without});
            found.tests += done->found.states;
            if (done->found.verdict == proofs::outcome::proved) continue;
            found.how = verdict_of(*done);
            return found;
        }
    }
    return found;
}

finding look_by_code(const search& how, const mutant& which, const std::string& explorer) {
    constexpr int found_something = 1;
    const std::uint64_t most = std::min(how.tests_most, runs_most);
    finding found;
    for (std::uint64_t runs = first_runs; runs <= most; runs *= more_runs) {
        for (const std::string_view target : targets) {
            const program_end came = run_program({explorer, "--target", std::string(target),
                                                  "--seed", std::to_string(how.seed), "--runs",
                                                  std::to_string(runs), "--seconds", "60"},
                                                 which);
            const bool ended =
                WIFEXITED(came.status) && WEXITSTATUS(came.status) <= found_something;
            if (!ended) throw std::runtime_error("the explorer of code cannot be run");
            if (WEXITSTATUS(came.status) != found_something) {
                found.tests += runs;
                continue;
            }
            found.tests += number_after(came.said, "FOUND: ");
            found.how = target;
            return found;
        }
    }
    return found;
}

}  // namespace ringproof::mutants
