#pragma once
// One protocol, one size of ring, one memory model, whole or with an order taken away: the verdict
// and how it is told.

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sim/explore/counterexample.hpp"
#include "sim/explore/mutants.hpp"
#include "sim/explore/protocols.hpp"

namespace ringproof::sim::explore {

/// What to prove. Refers to the tables.
struct claim {
    const protocol* of = nullptr;
    unsigned entries = 1;
    memory_model model = memory_model::c11;
    const mutant* without = nullptr;  ///< null: the protocol as it is
};

/// What has come of it.
struct proof {
    claim what;
    program steps;
    search_result found;
    std::optional<counterexample> against;  ///< of a refutation
    double milliseconds = 0;                ///< that the search took; the caller's clock
};

/// Searches. Nothing if the mutant's step is not one of the protocol's.
[[nodiscard]] std::optional<proof> prove(const claim& what);

/// True if it came out as the tables say: proved, and mutants refuted but for their equivalents.
[[nodiscard]] bool as_expected(const proof& done);

/// "PROVED: 4 entries, any number of publications, 141 states, 0.2 ms", or what is wrong instead.
[[nodiscard]] std::string verdict_of(const proof& done);

/// A refutation at length: sentence and diagram.
[[nodiscard]] std::string story_of(const proof& done);

[[nodiscard]] std::string to_json(std::span<const proof> all);

}  // namespace ringproof::sim::explore
