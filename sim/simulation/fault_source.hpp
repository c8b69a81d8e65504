#pragma once
// Where a run's faults come from: its plan, its choices, and the time at which faults end.

#include <array>
#include <cstdint>

#include "sim/choice.hpp"
#include "sim/simulation/fault_plan.hpp"

namespace ringproof::sim {

/// Asks the choices on behalf of whoever could do something wrong. Once the faults have ended
/// nothing is asked any more, and what the model asks by itself is answered canonically.
class fault_source {
public:
    /// \param plan  drawn already (scenario.hpp); must outlive this, as must `answers`
    fault_source(const fault_plan& plan, choices& answers) noexcept
        : plan_(&plan), answers_(&answers) {}

    /// True when it happens now.
    [[nodiscard]] bool happens(fault which) {
        if (!may(which)) return false;
        // A name is a literal, so it ends where a string of C does.
        const char* why =
            name_of(which).data();  // NOLINT(bugprone-suspicious-stringview-data-usage)
        if (answers_->choose(2, why) == 0) return false;  // as without faults
        happened(which);
        return true;
    }

    /// 0 .. bound - 1: how much of it.
    [[nodiscard]] std::uint32_t amount(std::uint32_t bound) {
        return answers_->choose(bound, how_much);
    }

    /// An array, since who answers knows it by its address: equal literals may have different ones.
    static constexpr char how_much[] = "how much of a fault";

    [[nodiscard]] bool may(fault which) const noexcept { return !ended_ && plan_->has(which); }

    /// The model was answered so that it does.
    void happened(fault which) noexcept { ++counts_[static_cast<std::size_t>(which)]; }

    void end() noexcept { ended_ = true; }
    [[nodiscard]] bool ended() const noexcept { return ended_; }
    [[nodiscard]] const fault_plan& plan() const noexcept { return *plan_; }
    [[nodiscard]] const std::array<std::uint64_t, fault_count>& counts() const noexcept {
        return counts_;
    }

private:
    const fault_plan* plan_;
    choices* answers_;
    bool ended_ = false;
    std::array<std::uint64_t, fault_count> counts_{};
};

}  // namespace ringproof::sim
