#pragma once
// Makes a failing trace small: the fewest operations, the smallest operands, the fewest answers of
// the kernel, the smallest rings and the fewest bugs with which it still fails in the same way.
//
// Nothing is known of the failure but a question that the caller answers, so the same shrinker
// serves the model, the running kernel, a comparison of the two, and fuzzers. What comes out is
// 1-minimal: no single step of sim/trace/simplify.hpp leads to a trace that fails. And of up to 64
// operations no two can go together.

#include <cstdint>
#include <functional>

#include "sim/trace/trace.hpp"

namespace ringproof::sim {

/// True when the trace fails in the same way as the one to be shrunk (sim/oracle/signature.hpp).
using still_fails = std::function<bool(const trace&)>;

struct shrink_options {
    std::uint64_t tries_most = 200'000;
    /// Stops early when it says false. Called before each try with the smallest trace so far.
    std::function<bool(const trace& smallest, std::uint64_t tries)> go_on = {};
};

struct shrunk_trace {
    trace smallest;
    std::uint64_t tries = 0;
    bool minimal = false;  ///< false: it was stopped before nothing more could be taken away
};

/// \param whole  fails; it is returned when nothing smaller does
/// \param step   the operation in which it failed, from 1; what follows goes first. 0: unknown
[[nodiscard]] shrunk_trace shrink(const trace& whole, std::uint32_t step, const still_fails& fails,
                                  const shrink_options& options = {});

}  // namespace ringproof::sim
