#pragma once
// Verbs that are programs of their own, because what they are made of is nothing to install.

#include <string>
#include <vector>

namespace ringproof::sim::command {

/// Becomes the program that lies beside this one. Returns when that is not there: the status.
/// \param hint  what to do then
[[nodiscard]] int hand_over(const std::string& program, std::vector<std::string> arguments,
                            const std::string& hint);

}  // namespace ringproof::sim::command
