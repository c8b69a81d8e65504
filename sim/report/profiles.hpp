#pragma once
// The versions that the model can be, and what tells them apart, for people and for programs.

#include <string>

#include "sim/profile.hpp"

namespace ringproof::sim {

/// Every profile with its bugs, then every bug. Ends in a newline.
[[nodiscard]] std::string profiles_to_text();
[[nodiscard]] std::string profiles_to_json();

/// What one version has and the other has not. Ends in a newline.
[[nodiscard]] std::string difference_to_text(const profile& one, const profile& other);
[[nodiscard]] std::string difference_to_json(const profile& one, const profile& other);

/// "v5_19, v6_1, ...".
[[nodiscard]] std::string profile_names();

}  // namespace ringproof::sim
