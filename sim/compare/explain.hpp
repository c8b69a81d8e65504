#pragma once
// Can the model do what a kernel did? The model leaves open what Linux leaves open (whether a
// worker has run yet, how much of a stream came), and asks. The search looks for answers with which
// the model shows the same to the application; when there are none, the kernel did what the model
// forbids.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "sim/choice.hpp"
#include "sim/history.hpp"

namespace ringproof::sim {

/// One run of the model, as observed(). The questions' events are indices into `seen`, or where it
/// is sorted near them.
struct showing {
    std::vector<event> seen;
    std::vector<question> asked;
};

/// Runs the model with these answers first, canonical ones after them.
using show = std::function<showing(std::span<const std::uint8_t> answers)>;

/// How much a search may cost. It ends at whichever comes first.
struct explain_limits {
    std::size_t runs = 1024;
    std::size_t events = 8'000'000;  ///< of all runs
};

struct explanation {
    bool found = false;
    bool exhausted = false;       ///< not found, and there was nothing left to try
    std::size_t runs = 0;         ///< of the model
    std::size_t matched = 0;      ///< events that the best run shared with what was wanted
    std::vector<question> asked;  ///< of the best run, before its first difference
    /// What the model showed instead of the first event that was not matched, over all runs that
    /// came so far; empty when it showed nothing more.
    std::vector<event> instead;

    /// The answers of `asked`, for a trace's choices.
    [[nodiscard]] std::vector<std::uint8_t> answers() const;
};

/// Best first: what has matched longest is varied next, latest questions before earlier ones.
[[nodiscard]] explanation explain(std::span<const event> wanted, const show& model,
                                  const explain_limits& limits = {});

}  // namespace ringproof::sim
