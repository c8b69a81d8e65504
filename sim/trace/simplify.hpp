#pragma once
// What is simpler than a trace, or than a part of it: the single steps by which shrinkers go.
// Whatever is taken away, a trace stays a trace (sim/trace/op.hpp), so every step is worth a try.

#include <string>
#include <string_view>
#include <vector>

#include "sim/trace/trace.hpp"

namespace ringproof::sim::simplify {

/// Values simpler than `value`, the simplest first: 0, 1, then ever closer to it from below.
[[nodiscard]] std::vector<std::uint32_t> numbers(std::uint32_t value);

/// The operation with one operand simpler, or one word fewer.
[[nodiscard]] std::vector<op> operands(const op& whole);

/// Operations of a simpler kind that mean nearly the same, with the operands they share.
[[nodiscard]] std::vector<op> kinds(const op& whole);

/// Smaller queues, a plainer mode.
[[nodiscard]] std::vector<ring_geometry> geometry(const ring_geometry& whole);

/// Profiles with fewer bugs: the newest version, with the bugs of this one, then with one of them
/// less. Empty for the newest version as it is.
[[nodiscard]] std::vector<std::string> profile(std::string_view name);

}  // namespace ringproof::sim::simplify
