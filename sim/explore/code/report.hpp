#pragma once
// How an exploration is told.

#include <string>

#include "sim/explore/code/explorer.hpp"

namespace ringproof::explore {

/// One line when it is clean; otherwise also what, where, which order is missing, the steps of both
/// sides beside each other, and the line that plays it again.
[[nodiscard]] std::string to_text(const explorer& by, const exploration& done);

/// The same as one JSON object.
[[nodiscard]] std::string to_json(const explorer& by, const exploration& done);

/// Choices as hexadecimal digits, and back; nothing when they are none.
[[nodiscard]] std::string to_hex(const std::vector<std::uint8_t>& choices);
[[nodiscard]] std::optional<std::vector<std::uint8_t>> from_hex(std::string_view text);

}  // namespace ringproof::explore
