#pragma once
// Judging what was seen of a behaviour: as a profile says, or as something else that is known, or
// as nothing that is known.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/behaviour/behaviour.hpp"

namespace ringproof::sim {

enum class conformity : std::uint8_t {
    as_expected,  ///< everything is as the profile says
    explained,    ///< it differs, as another profile does or by a known bug
    unexplained,  ///< it differs, and nobody knows why
    skipped,      ///< it was not, or cannot be, looked at
};

inline constexpr unsigned conformity_count = 4;

[[nodiscard]] std::string_view name_of(conformity what) noexcept;

/// What one statement showed.
struct observation {
    const statement* of = nullptr;
    std::string seen;
};

/// A statement that had to succeed, and what was seen instead.
struct failed_statement {
    std::size_t number = 0;  ///< in the script, from 1 on
    std::string seen{};

    friend bool operator==(const failed_statement&, const failed_statement&) = default;
};

/// True when the rest of the script would talk of something else: without a ring, or a file.
[[nodiscard]] bool ends_script(const observation& it) noexcept;

/// One behaviour on one kernel.
struct judgement {
    const behaviour* of = nullptr;
    conformity what = conformity::skipped;
    std::string reason;  ///< by what it is explained; why it was skipped
    unsigned line = 0;   ///< the first statement that differs, with these two:
    std::string expected{};
    std::string seen{};
    std::vector<std::string> all{};  ///< what was seen of each statement with an expectation
    std::vector<failed_statement> failed{};  ///< of the others
    std::string lost{};                      ///< as in performance
};

/// Holds what was seen against a profile (its index); if it differs, looks for who does so, too.
[[nodiscard]] judgement judge(const behaviour& script, std::span<const observation> seen,
                              std::size_t profile);

/// A behaviour that was not performed, and why.
[[nodiscard]] judgement skip(const behaviour& script, std::string reason);

/// All that was seen of one behaviour, or why nothing was.
struct performance {
    const behaviour* of = nullptr;
    std::vector<observation> seen{};
    std::string missing{};  ///< why it was not performed
    std::string lost{};     ///< how the kernel did not survive it: "hung: ...", "died: ..."

    [[nodiscard]] bool complete() const noexcept { return missing.empty() && lost.empty(); }
};

/// What was not performed is skipped; a kernel that was lost is explained by the bug for which the
/// behaviour is gated, if it is.
[[nodiscard]] judgement judge(const performance& it, std::size_t profile);

/// The profile (its index) that says what was seen oftenest, the oldest of equals: which kernel
/// this is like. What was not performed to its end says nothing.
[[nodiscard]] std::size_t nearest_profile(std::span<const performance> all);

}  // namespace ringproof::sim
