#pragma once
// What the switches and bugs of a profile mean, in words: one table, from which tables for people,
// differences between versions and the choice of a mutant can be made. Rules are those of
// sim/kernel/rules.md.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "sim/profile.hpp"

namespace ringproof::sim {

/// Where in a profile a fact is written down.
using profile_member =
    std::variant<bool profile_bugs::*, bool profile::*, std::uint8_t profile::*,
                 std::uint16_t profile::*, std::uint32_t profile::*, int profile::*,
                 registration_order profile::*, failed_attempt profile::*>;

/// One switch, or one bug.
struct profile_fact {
    std::string_view ids;   ///< rules and bugs, the leading one first: "BUG-20, BND-16"
    std::string_view name;  ///< the member's, or what tells two bugs of one member apart
    profile_member member;
    std::string_view range;     ///< versions: where the bug is, or where the switch is on
    std::string_view symptom;   ///< one sentence: what an application sees
    std::string_view repair{};  ///< one sentence; empty: not a bug but a switch
    /// Whether a profile has the bug, where the member alone does not tell.
    bool (*applies)(const profile&) = nullptr;

    [[nodiscard]] bool is_bug() const noexcept { return !repair.empty(); }
};

/// Every switch, in the order of struct profile; then every bug by number.
[[nodiscard]] std::span<const profile_fact> profile_facts() noexcept;

/// What a profile says of it: "yes", "no", a number.
[[nodiscard]] std::string value_of(const profile_fact& fact, const profile& of);

/// True for a bug that the profile has.
[[nodiscard]] bool has_bug(const profile_fact& fact, const profile& of);

/// Makes `to` say of it what `from` says.
void copy_fact(const profile_fact& fact, const profile& from, profile& to);

/// A bug that the model cannot have, and why.
struct absent_bug {
    std::string_view id;
    std::string_view range;
    std::string_view symptom;
    std::string_view reason;
};

[[nodiscard]] std::span<const absent_bug> absent_bugs() noexcept;

}  // namespace ringproof::sim
