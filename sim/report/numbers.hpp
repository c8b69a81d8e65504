#pragma once
// Numbers for people.

#include <cstddef>
#include <cstdint>
#include <string>

namespace ringproof::sim {

/// 1234567 as 1,234,567.
[[nodiscard]] inline std::string grouped(std::uint64_t value) {
    std::string digits = std::to_string(value);
    for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3) {
        digits.insert(static_cast<std::size_t>(at), 1, ',');
    }
    return digits;
}

}  // namespace ringproof::sim
