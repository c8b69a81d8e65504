#pragma once
// Every state that a program can come into, breadth first, so that what is found wrong is found on
// a shortest way. Of agents whose next choice nobody else can see, one goes first alone.

#include <cstdint>
#include <vector>

#include "sim/explore/machine.hpp"

namespace ringproof::sim::explore {

/// One choice of one agent.
struct choice {
    std::uint8_t agent = 0;
    std::uint8_t number = 0;

    bool operator==(const choice&) const = default;
};

struct search_options {
    memory_model model = memory_model::c11;
    /// States are brought into their form, without which only runs that end have an end.
    bool canonical = true;
    /// Positions are part of that form. Without, they wrap where the program says: to show that
    /// wrapping is no more than counting on.
    bool relative_positions = true;
    std::uint32_t states_max = 2'000'000;  ///< then the search gives up
    bool keep_final = false;               ///< the states in which every agent has stopped
};

enum class outcome : std::uint8_t {
    proved,
    refuted,           ///< `wrong` says what, `way` how to get there
    gave_up,           ///< a limit was met; nothing is known
    explored_nothing,  ///< no agent had a choice: the program proves nothing
};

/// What a search has found out.
struct search_result {
    outcome verdict = outcome::proved;
    fault wrong;
    std::vector<choice> way;   ///< from the start, by canonical names
    std::uint8_t goal = none;  ///< of fault_kind::stuck: the goal out of reach
    std::uint32_t states = 0;
    std::uint64_t transitions = 0;
    std::vector<std::uint32_t> reached;  ///< for each goal, transitions that met it
    std::vector<std::vector<std::uint8_t>> final_states;
};

/// Explores `of` to its end, then checks that no goal comes out of reach (progress.hpp).
[[nodiscard]] search_result search(const program& of, const search_options& options);

}  // namespace ringproof::sim::explore
