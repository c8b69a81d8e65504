#include "sim/behaviour/behaviour.hpp"

#include <fmt/format.h>

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

std::string fingerprint(const behaviour& script) {
    std::uint32_t sum = 0x811c9dc5;  // FNV-1a
    const auto feed = [&sum](std::string_view text) {
        for (const char c : text) sum = (sum ^ static_cast<unsigned char>(c)) * 0x01000193U;
        sum = (sum ^ 0xffU) * 0x01000193U;  // no text has this byte: "ab", "c" is not "a", "bc"
    };
    for (const statement& each : script.statements) {
        feed(each.form->name);
        for (const std::string& word : each.words) feed(word);
        for (const std::uint64_t count : each.counts) feed(std::to_string(count));
        for (const operand_value& value : each.values) {
            feed(value.name);
            feed(value.word.empty() ? std::to_string(value.number) : value.word);
        }
        feed(each.expected ? "->" : "");
    }
    return fmt::format("{:06x}", (sum >> 24U) ^ (sum & 0xffffffU));
}

std::optional<std::size_t> index_of_profile(std::string_view name) noexcept {
    const auto found = std::ranges::find(profiles(), name, &profile::name);
    if (found == profiles().end()) return std::nullopt;
    return static_cast<std::size_t>(found - profiles().begin());
}

}  // namespace ringproof::sim
