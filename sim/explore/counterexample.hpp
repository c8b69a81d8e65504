#pragma once
// A way to a fault, told for people and for herd7.

#include <string>
#include <vector>

#include "sim/explore/search.hpp"

namespace ringproof::sim::explore {

/// What a search refuted, performed once more with the values that a run has from its start on.
struct counterexample {
    std::vector<access_record> accesses;  ///< in the sequence in which they were taken
    fault wrong;
    /// Of each agent, for each word: the values that it could still have seen in the end.
    std::vector<std::vector<std::vector<std::uint8_t>>> visible;
};

/// \pre `found` is a refutation of `of` under `model`.
[[nodiscard]] counterexample retrace(const program& of, memory_model model,
                                     const search_result& found);

/// What is wrong, in a sentence.
[[nodiscard]] std::string sentence_of(const program& of, const search_result& found,
                                      const counterexample& way);

/// Time runs downwards, each agent has its column; a load names the store that it saw, and what
/// else it could have seen.
[[nodiscard]] std::string diagram_of(const program& of, const counterexample& way);

/// The same accesses as a litmus test: LKMM's primitives or C11's, for `herd7`. What the scheduler
/// does (sleep and wake) has no words there and is left out.
[[nodiscard]] std::string litmus_of(const program& of, memory_model model,
                                    const counterexample& way);

}  // namespace ringproof::sim::explore
