#pragma once
// Events in words, for people and for programs that ask by name.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/history.hpp"

namespace ringproof::sim {

/// "published", "selected".
[[nodiscard]] std::string_view verb_of(const event& happened) noexcept;

/// A number that an event carries, and its name.
struct event_detail {
    std::string_view name;
    std::int64_t value = 0;
};

/// All that an event carries, its subject first: group 0, buffer 3, ...
[[nodiscard]] std::vector<event_detail> details_of(const event& happened);

/// "published group 0: buffer 3, length 16, tail 4": without the step and without who did it.
[[nodiscard]] std::string sentence_of(const event& happened);

}  // namespace ringproof::sim
