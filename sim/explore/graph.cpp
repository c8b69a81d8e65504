#include "sim/explore/graph.hpp"

#include <algorithm>

namespace ringproof::sim::explore {

void state_graph::turn_round() {
    const std::size_t count = outstanding_.size();
    starts_.assign(count + 1, 0);
    for (const edge& each : edges_) ++starts_[each.to + std::size_t{1}];
    for (std::size_t i = 0; i < count; ++i) starts_[i + 1] += starts_[i];
    sources_.resize(edges_.size());
    std::vector<std::size_t> next = starts_;
    std::size_t at = 0;
    for (std::uint32_t from = 0; from < count; ++from) {
        for (; at < ends_[from]; ++at) sources_[next[edges_[at].to]++] = from;
    }
}

std::optional<std::uint32_t> state_graph::first_stuck(unsigned goal) {
    if (starts_.empty()) turn_round();
    // Backwards from the transitions that meet the goal.
    const std::size_t count = outstanding_.size();
    std::vector<bool> can(count, false);
    std::vector<std::uint32_t> to_do;
    std::size_t at = 0;
    for (std::uint32_t from = 0; from < count; ++from) {
        for (; at < ends_[from]; ++at) {
            if ((edges_[at].reached >> goal & 1U) == 0 || can[from]) continue;
            can[from] = true;
            to_do.push_back(from);
        }
    }
    while (!to_do.empty()) {
        const std::uint32_t here = to_do.back();
        to_do.pop_back();
        for (std::size_t i = starts_[here]; i < starts_[here + std::size_t{1}]; ++i) {
            if (can[sources_[i]]) continue;
            can[sources_[i]] = true;
            to_do.push_back(sources_[i]);
        }
    }
    for (std::uint32_t each = 0; each < count; ++each) {
        if (!can[each] && (outstanding_[each] >> goal & 1U) != 0) return each;
    }
    return {};
}

std::uint32_t state_graph::count_reached(unsigned goal) const {
    return static_cast<std::uint32_t>(std::ranges::count_if(
        edges_, [goal](const edge& each) { return (each.reached >> goal & 1U) != 0; }));
}

}  // namespace ringproof::sim::explore
