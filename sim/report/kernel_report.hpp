#pragma once
// What the behaviours showed on one kernel, for people, for test harnesses and for comparison.

#include <algorithm>
#include <array>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/behaviour/judgement.hpp"
#include "sim/trace/words.hpp"

namespace ringproof::sim {

struct kernel_report {
    std::string kernel;   ///< release, as uname(2) says; for people only
    std::string build;    ///< version, as uname(2) says: Debian's own number stands there
    std::string machine;  ///< architecture
    std::string like;     ///< the profile whose behaviour it shows oftenest
    std::string against;  ///< what it was held against: a profile, or a recorded kernel
    std::vector<judgement> all;

    [[nodiscard]] std::array<std::size_t, conformity_count> counts() const noexcept;
    [[nodiscard]] bool unexplained() const noexcept {
        return counts()[static_cast<unsigned>(conformity::unexplained)] > 0;
    }
};

/// One behaviour of a recorded report. Either skipped, or lost, or with what was seen.
struct recorded_behaviour {
    std::string name;
    std::string script;   ///< its fingerprint, which tells whether it does the same thing today
    std::string verdict;  ///< empty: as expected
    std::string reason;
    std::string skipped;                   ///< why
    std::string lost;                      ///< as in performance
    std::vector<std::string> seen;         ///< of each statement with an expectation
    std::vector<failed_statement> failed;  ///< of the others
};

/// A report read back.
struct recorded_kernel {
    std::string kernel;
    std::string build;
    std::string machine;
    std::string like;
    std::string against;
    std::vector<recorded_behaviour> all;

    /// nullptr: it does not have it.
    [[nodiscard]] const recorded_behaviour* find(std::string_view name) const noexcept {
        const auto found = std::ranges::find(all, name, &recorded_behaviour::name);
        return found == all.end() ? nullptr : &*found;
    }
};

/// A table, grouped by the letters of the rules' ids. `colour`: with ANSI escapes. `all`: also what
/// is as expected, a line each.
[[nodiscard]] std::string to_text(const kernel_report& report, bool colour, bool all);

/// KTAP 1, nested: a subtest for each group. Skipped: SKIP; explained: XFAIL.
/// Source: Documentation/dev-tools/ktap.rst of Linux.
[[nodiscard]] std::string to_ktap(const kernel_report& report);

/// JUnit XML: a suite for each group.
[[nodiscard]] std::string to_junit(const kernel_report& report);

/// One JSON object, which from_json() reads.
[[nodiscard]] std::string to_json(const kernel_report& report);

/// Strictly: any other key, type or value is an error with its place.
[[nodiscard]] std::expected<recorded_kernel, parse_error> from_json(std::string_view text);

/// Only what changed from one kernel to the other, by rule, in the words of the behaviours; empty
/// when nothing did.
[[nodiscard]] std::string differences(const recorded_kernel& before, const recorded_kernel& after,
                                      std::span<const behaviour> scripts);

/// "SEL" of "SEL-03": how reports are grouped.
[[nodiscard]] std::string_view group_of(const judgement& it) noexcept;

}  // namespace ringproof::sim
