#pragma once
// The faults that a program under `ringproof exec` can be given.

#include <optional>
#include <string>

namespace ringproof::sim::command {

/// Why such a list cannot be meant, with those that there are; nothing: it can, as can an empty one.
[[nodiscard]] std::optional<std::string> refusal_of_faults(const std::string& list);

}  // namespace ringproof::sim::command
