#pragma once
// Programs with one order taken away. A proof that survives its mutants proves nothing.

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "sim/explore/program.hpp"

namespace ringproof::sim::explore {

/// Which steps of a program: one agent's accesses of one kind to one word or array.
struct step_pattern {
    std::string_view agent;
    action what = action::stop;
    std::string_view at;  ///< empty: fences have none
};

enum class weakening : std::uint8_t {
    relaxed,  ///< the access keeps its place and loses its order
    dropped,  ///< the step is not taken
    earlier,  ///< the step is taken just before another one that it comes after
};

/// A weakened order, and what becomes of it.
struct mutant {
    std::string_view name;
    std::string_view summary;
    /// A protocol that it is refuted in, from rings of one entry on. Elsewhere another order may
    /// hide it: where a completion needs a buffer, publishing tells what the queue's head would
    /// tell.
    std::string_view home;
    weakening how = weakening::relaxed;
    step_pattern which;
    step_pattern before{};  ///< of weakening::earlier
    /// Why nothing is wrong with it under LKMM; empty: it is refuted there, as it is under C11.
    std::string_view equivalent_under_lkmm{};
};

[[nodiscard]] std::span<const mutant> mutants();

/// Null without a mutant of this name.
[[nodiscard]] const mutant* find_mutant(std::string_view name);

/// The program with every such step weakened; nothing if it takes no such step.
[[nodiscard]] std::optional<program> weakened(const program& of, const mutant& by);

}  // namespace ringproof::sim::explore
