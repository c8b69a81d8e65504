#pragma once
// The detectors, each as a function that looks for whatever is wrong with the code as it is woven
// and switched now. They know nothing of mutants but the profile to play under.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "sim/mutants/catalogue.hpp"
#include "sim/trace/trace.hpp"

namespace ringproof::mutants {

/// What a detector found.
struct finding {
    std::uint64_t tests = 0;  ///< until it was found, or all
    std::string how{};        ///< the failure's signature, or the behaviour; empty: nothing found
    std::optional<sim::trace> trace{};  ///< that fails, from properties
    std::uint32_t step = 0;             ///< the operation in which it fails
};

struct search {
    std::uint64_t seed = 1;
    std::uint64_t tests_most = 60'000;
    std::string profile{};  ///< the mutant's, or the newest
    std::chrono::steady_clock::time_point until = std::chrono::steady_clock::time_point::max();

    [[nodiscard]] bool goes_on(const finding& so_far) const;
};

[[nodiscard]] finding look_by_behaviours(const search& how);
[[nodiscard]] finding look_by_properties(const search& how);
[[nodiscard]] finding look_by_differential(const search& how);

/// How a trace fails as the code is now: its signature; empty when it does not.
[[nodiscard]] std::string failure_of(const sim::trace& wanted);

}  // namespace ringproof::mutants
