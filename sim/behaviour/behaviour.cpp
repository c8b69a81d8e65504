#include "sim/behaviour/behaviour.hpp"

#include <algorithm>

#include "sim/profile.hpp"

namespace ringproof::sim {

namespace {

bool any_has(const std::vector<profile_range>& ranges, std::size_t profile) noexcept {
    return std::ranges::any_of(ranges, [=](const profile_range& it) { return it.has(profile); });
}

}  // namespace

const std::string& expectation::under(std::size_t profile) const noexcept {
    for (const other_outcome& other : others) {
        if (any_has(other.where, profile)) return other.text;
    }
    return usual;
}

const other_outcome* expectation::find(std::string_view text) const noexcept {
    const auto found = std::ranges::find(others, text, &other_outcome::text);
    return found == others.end() ? nullptr : &*found;
}

const operand_value* statement::find(std::string_view name) const noexcept {
    const auto found = std::ranges::find(values, name, &operand_value::name);
    return found == values.end() ? nullptr : &*found;
}

bool statement::has(std::string_view name) const noexcept { return find(name) != nullptr; }

std::uint64_t statement::number(std::string_view name, std::uint64_t otherwise) const noexcept {
    const operand_value* given = find(name);
    return given == nullptr ? otherwise : given->number;
}

bool behaviour::holds_under(std::size_t profile) const noexcept {
    return holds.empty() || any_has(holds, profile);
}

std::optional<std::size_t> index_of_profile(std::string_view name) noexcept {
    const auto found = std::ranges::find(profiles(), name, &profile::name);
    if (found == profiles().end()) return std::nullopt;
    return static_cast<std::size_t>(found - profiles().begin());
}

}  // namespace ringproof::sim
