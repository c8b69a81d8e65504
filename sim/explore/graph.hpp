#pragma once
// The closed graph of a search, and what must hold in all of it.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace ringproof::sim::explore {

/// A transition: where to, and a bit for each goal that it meets.
struct edge {
    std::uint32_t to = 0;
    std::uint8_t reached = 0;
};

/// States by their numbers. Transitions are added state by state, in the sequence of the numbers.
class state_graph {
public:
    /// The next state; `outstanding` has a bit for each goal that must stay within its reach.
    void add_state(std::uint8_t outstanding) { outstanding_.push_back(outstanding); }
    void add_edge(edge it) { edges_.push_back(it); }
    /// The transitions since the last call are all those of the next state in sequence.
    void end_of_state() { ends_.push_back(edges_.size()); }

    /// The first state from which a goal is outstanding and cannot be met any more, whatever is
    /// done. \pre each state was ended.
    [[nodiscard]] std::optional<std::uint32_t> first_stuck(unsigned goal);
    [[nodiscard]] std::uint32_t count_reached(unsigned goal) const;
    [[nodiscard]] std::size_t edges() const { return edges_.size(); }

private:
    void turn_round();

    std::vector<std::uint8_t> outstanding_;
    std::vector<edge> edges_;
    std::vector<std::size_t> ends_;  // of each state's edges
    // Who leads to a state: lists in one row, and where each begins. Made when first asked for.
    std::vector<std::uint32_t> sources_;
    std::vector<std::size_t> starts_;
};

}  // namespace ringproof::sim::explore
