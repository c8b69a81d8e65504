#pragma once
// All behaviours of corpus/behaviours, built in, so that a program checks a kernel without files.

#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/behaviour/behaviour.hpp"

namespace ringproof::sim {

struct behaviour_source {
    std::string_view name;  ///< of the file, without the ending
    std::string_view text;
};

/// As they lie in corpus/behaviours, sorted by name.
[[nodiscard]] std::span<const behaviour_source> behaviour_sources() noexcept;

/// Parsed; an error names the file: "SEL-03-empty-ring.trace:7:3: expected ...".
[[nodiscard]] std::expected<std::vector<behaviour>, std::string> all_behaviours();

/// True when `text` fits a pattern in which * stands for anything and ? for one character.
[[nodiscard]] bool matches(std::string_view pattern, std::string_view text) noexcept;

}  // namespace ringproof::sim
