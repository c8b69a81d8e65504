#pragma once
// Where model and kernel are known to differ, and why that is left so: corpus/divergences.txt.
//
//     # comment
//     where v6_18                       a profile, or *
//     shows *completed request *-11*    fits the finding's sentence; * is anything, ? one character
//     since nobody knows                the reason, one line
//
// Entries are separated by empty lines.

#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ringproof::sim {

struct divergence {
    std::string where;
    std::string shows;
    std::string since;
};

/// An error is "line:column: expected ..., found ...".
[[nodiscard]] std::expected<std::vector<divergence>, std::string> parse_divergences(
    std::string_view text);

/// Those of the corpus, built in.
[[nodiscard]] std::span<const divergence> known_divergences();

/// The text that they are parsed from.
[[nodiscard]] std::string_view divergence_source() noexcept;

/// The first of `known` that says so of a kernel like that profile; or nullptr.
[[nodiscard]] const divergence* find_divergence(std::span<const divergence> known,
                                                std::string_view profile,
                                                std::string_view sentence) noexcept;

}  // namespace ringproof::sim
