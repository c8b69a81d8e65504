#pragma once
// Profiles by name, and what is made of them: "v7_3+BUG-20" is 7.3 with that repaired bug put back,
// "v6_16-BUG-15" is 6.16 with one repaired. So a trace can say which bug it needs, and a mutant of
// the model is a name like any other.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/profile.hpp"
#include "sim/profile_facts.hpp"

namespace ringproof::sim {

/// A name, taken apart.
struct profile_name {
    std::string base;                    ///< of a version
    std::vector<std::string> with{};     ///< bugs put back, by id: "BUG-20"
    std::vector<std::string> without{};  ///< bugs repaired

    [[nodiscard]] std::string text() const;
};

/// The longest name that a trace may carry.
inline constexpr std::size_t profile_name_most = 200;

/// Nothing when it is not formed like a name; whether there is such a version is not looked at.
[[nodiscard]] std::optional<profile_name> parse_profile_name(std::string_view text);

/// The profile that a name means; nothing when there is no such version, or no such bug. The
/// profile's own `name` stays that of its version.
[[nodiscard]] std::optional<profile> profile_named(std::string_view text);

/// The fact of a bug, by its id; nullptr when no model has such a bug.
[[nodiscard]] const profile_fact* find_bug(std::string_view id) noexcept;

/// Puts a bug into a profile, or takes it out.
void set_bug(const profile_fact& bug, profile& into, bool has);

/// The ids of the bugs that a profile has.
[[nodiscard]] std::vector<std::string> bugs_of(const profile& of);

}  // namespace ringproof::sim
