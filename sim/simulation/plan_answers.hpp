#pragma once
// Answers as a plan of faults allows them, from a seed.

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <vector>

#include "sim/choice.hpp"
#include "sim/simulation/fault_source.hpp"

namespace ringproof::sim {

/// For choices::advised(): a question that belongs to no fault of the plan gets its first
/// alternative. Source and random bits must outlive the choices; they are not used before the
/// first question is asked.
class plan_answers {
public:
    plan_answers(fault_source& faults, random_bits& random) noexcept
        : faults_(&faults), random_(&random) {}

    std::uint32_t operator()(const question& asked) {
        if (faults_->ended()) return 0;
        if (asked.why == fault_source::how_much) return random_->below(asked.bound);
        const asker& who = asker_of(asked.why);
        const fault_plan& plan = faults_->plan();
        if (!plan.has(who.which)) return 0;
        if (random_->below(plan.one_in) != 0) return 0;
        if (who.is_model) faults_->happened(who.which);
        return asked.bound == 2 ? 1 : random_->below(asked.bound);
    }

private:
    struct asker {
        const char* why;
        fault which;
        bool is_model;
    };

    const asker& asker_of(const char* why) {
        const auto at = std::ranges::find(known_, why, &asker::why);
        if (at != known_.end()) return *at;
        const std::string_view text = why;
        if (const auto named = fault_named(text)) return known_.emplace_back(why, *named, false);
        // Of the model's own questions all others are about who runs when.
        const fault which = text == "bytes left out of a stream transfer" ? fault::short_transfers
            : text == "a wait goes to io-wq"                              ? fault::punts
                                                                          : fault::delayed_work;
        return known_.emplace_back(why, which, true);
    }

    fault_source* faults_;
    random_bits* random_;
    std::vector<asker> known_;  // by address
};

}  // namespace ringproof::sim
