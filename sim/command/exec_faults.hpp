#pragma once
// The faults that a program under `ringproof exec` can be given.

#include <optional>
#include <string>

namespace ringproof::sim::command {

/// Why such a list cannot be meant, with the faults that there are. Nothing: it can, as an empty
/// one can.
[[nodiscard]] std::optional<std::string> refusal_of_faults(const std::string& list);

}  // namespace ringproof::sim::command
