#include "sim/explore/search.hpp"

#include <algorithm>
#include <cstring>

#include "sim/explore/canonical.hpp"
#include "sim/explore/graph.hpp"
#include "sim/explore/visited.hpp"

namespace ringproof::sim::explore {

namespace {

/// One search from its start to its end.
class explorer {
public:
    explorer(const program& of, const search_options& options)
        : options_(options),
          machine_(of, options.model, options.canonical ? 0 : 240),
          form_(machine_, options.relative_positions),
          size_(machine_.where().size) {}

    search_result run() {
        const fault wrong = machine_.start(next_successor());
        if (wrong) return refuted(wrong, {});
        if (!take_form({}, 0)) return give_up();
        keep_successors();
        // A level at a time: numbers rise along the way, so the graph's rows come in sequence.
        while (!coming_.empty() && result_.verdict == outcome::proved) {
            level_.swap(coming_);
            coming_.clear();
            for (std::size_t at = 0; at < level_.size(); at += size_) {
                if (!expand(level_.data() + at)) return result_;
                keep_successors();
                graph_.end_of_state();
                if (seen_.size() > options_.states_max) return give_up();
                ++expanded_;
            }
        }
        finish();
        return result_;
    }

private:
    struct origin {
        std::uint32_t from = 0;
        choice by;
    };
    struct successor {
        fingerprint print;
        choice by;
        std::uint8_t reached = 0;
    };

    /// Room for one more state behind those that were made from the state at hand.
    state next_successor() {
        const std::size_t at = successors_.size() * size_;
        if (made_.size() < at + size_) made_.resize(at + size_);
        return made_.data() + at;
    }

    bool expand(const_state s) {
        const std::size_t agents = machine_.where().agents;
        bool moved = false;
        for (std::size_t a = 0; a < agents; ++a) {
            if (machine_.is_private(s, a)) return follow(s, a, moved);
        }
        for (std::size_t a = 0; a < agents; ++a) {
            if (!follow(s, a, moved)) return false;
        }
        if (!moved && options_.keep_final) result_.final_states.emplace_back(s, s + size_);
        return true;
    }

    bool follow(const_state s, std::size_t agent, bool& moved) {
        const unsigned ways = machine_.choices(s, agent);
        for (unsigned way = 0; way < ways; ++way) {
            if (!machine_.possible(s, agent, way)) continue;
            moved = true;
            const state made = next_successor();
            std::memcpy(made, s, size_);
            std::uint8_t reached = 0;
            const choice by{static_cast<std::uint8_t>(agent), static_cast<std::uint8_t>(way)};
            if (const fault wrong = machine_.perform(made, agent, way, reached)) {
                refuted(wrong, by);
                return false;
            }
            // Spinning changes nothing: not worth a form.
            if (reached == 0 && std::memcmp(made, s, size_) == 0) continue;
            if (!take_form(by, reached)) {
                give_up();
                return false;
            }
        }
        return true;
    }

    /// The state just made becomes a successor; false at a limit. The table is far away, so it is
    /// asked for early.
    bool take_form(choice by, std::uint8_t reached) {
        const state made = next_successor();
        renaming names;
        if (options_.canonical && !form_.apply(made, names)) return false;
        successors_.push_back({fingerprint_of(made, size_), by, reached});
        seen_.prefetch(successors_.back().print);
        return true;
    }

    void keep_successors() {
        for (std::size_t i = 0; i < successors_.size(); ++i) {
            const successor& it = successors_[i];
            const bool first = origins_.empty();
            const auto [number, is_new] = seen_.insert(it.print);
            if (!first) graph_.add_edge({number, it.reached});
            if (!is_new) continue;
            const const_state made = made_.data() + i * size_;
            origins_.push_back({expanded_, it.by});
            graph_.add_state(machine_.outstanding(made));
            coming_.insert(coming_.end(), made, made + size_);
        }
        successors_.clear();
    }

    search_result give_up() {
        result_.verdict = outcome::gave_up;
        result_.states = seen_.size();
        return result_;
    }

    search_result refuted(const fault& wrong, choice last) {
        result_.verdict = wrong.kind == fault_kind::exceeded ? outcome::gave_up : outcome::refuted;
        result_.wrong = wrong;
        result_.states = seen_.size();
        if (!origins_.empty()) {
            result_.way = way_to(expanded_);
            result_.way.push_back(last);
        }
        return result_;
    }

    [[nodiscard]] std::vector<choice> way_to(std::uint32_t number) const {
        std::vector<choice> way;
        for (; number != 0; number = origins_[number].from) way.push_back(origins_[number].by);
        std::ranges::reverse(way);
        return way;
    }

    void finish() {
        result_.states = seen_.size();
        result_.transitions = graph_.edges();
        if (graph_.edges() == 0) result_.verdict = outcome::explored_nothing;
        const std::size_t goals = machine_.of().goals.size();
        for (unsigned goal = 0; goal < goals; ++goal) {
            result_.reached.push_back(graph_.count_reached(goal));
            if (result_.verdict != outcome::proved) continue;
            const auto stuck = graph_.first_stuck(goal);
            if (!stuck) continue;
            result_.verdict = outcome::refuted;
            result_.wrong.kind = fault_kind::stuck;
            result_.goal = static_cast<std::uint8_t>(goal);
            result_.way = way_to(*stuck);
        }
    }

    search_options options_;
    machine machine_;
    canonical_form form_;
    std::size_t size_;
    std::vector<successor> successors_;  // of the state at hand
    std::vector<std::uint8_t> made_;     // those states
    std::vector<std::uint8_t> level_;    // states being expanded, one behind the other
    std::vector<std::uint8_t> coming_;   // those found on the way
    visited seen_;
    std::vector<origin> origins_;  // by number
    state_graph graph_;
    std::uint32_t expanded_ = 0;  // the state at hand
    search_result result_;
};

}  // namespace

search_result search(const program& of, const search_options& options) {
    return explorer(of, options).run();
}

}  // namespace ringproof::sim::explore
