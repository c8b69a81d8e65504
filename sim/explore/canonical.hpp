#pragma once
// One state for all that differ by names alone. What is left of a run that goes on for ever is
// finite: stores that nobody can see any more are forgotten, positions count from where their
// ring's reader is, slots from its slot, clocks keep their sequence and not their distance,
// buffers are called by where they are found first, and registers that will not be used again are
// 0.

#include <array>
#include <cstdint>
#include <vector>

#include "sim/explore/machine.hpp"

namespace ringproof::sim::explore {

/// For each buffer by its old name, the new one.
using renaming = std::array<std::uint8_t, 16>;

/// Brings states into their form. Keeps scratch memory: one for each thread.
class canonical_form {
public:
    /// Refers to the machine, which must outlive it.
    /// \param relative_positions  false: positions stay what they are.
    explicit canonical_form(const machine& of, bool relative_positions = true);

    /// \returns false if clocks have drifted further apart than it can hold (a limit, no verdict).
    [[nodiscard]] bool apply(state s, renaming& names);

private:
    void clear_dead_registers(state s) const;
    void forget_stores(state s) const;
    void forget_what_readers_know(state s) const;
    void use_what_is_in_bags(state s) const;
    void rebase(state s, std::size_t family) const;
    [[nodiscard]] bool compress_clocks(state s) const;
    void lower_cells(state s, knowledge by) const;
    void close_gaps(state s, const std::array<std::uint64_t, max_agents>& values) const;
    void name_buffers(state s, renaming& names);

    template <class Use>
    void for_each_knowledge(state s, Use use) const;
    /// One register of one agent.
    struct place {
        std::size_t agent;
        std::size_t reg;
    };
    [[nodiscard]] bool is_live(const_state s, const place& it) const {
        return live_[it.agent][s[at_->steps[it.agent]]][it.reg] != 0;
    }

    const machine* machine_;
    const layout* at_;
    std::size_t families_;  // whose positions are relative
    /// Of each agent, at each step: 255 for each register in use, else 0.
    std::vector<std::vector<std::array<std::uint8_t, max_registers>>> live_;
    std::vector<place> buffer_registers_;                 // that name buffers
    std::vector<std::vector<place>> position_registers_;  // that hold positions, by family
    std::vector<std::size_t> of_position_;                // arrays of buffers' names, by position
    std::vector<std::size_t> of_buffer_;                  // arrays by buffer
    std::vector<std::uint8_t> scratch_;
};

}  // namespace ringproof::sim::explore
