#pragma once
// A behaviour: one thing that kernels do, as a script that makes them do it and says what is seen.
// Where versions differ it says for which profiles what is seen, so that one file judges the model
// under every profile and the running kernel.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/behaviour/verb.hpp"

namespace ringproof::sim {

/// Profiles from one to another, both included, as indices into profiles().
struct profile_range {
    std::size_t first = 0;
    std::size_t last = 0;

    [[nodiscard]] bool has(std::size_t profile) const noexcept {
        return first <= profile && profile <= last;
    }
};

/// What some profiles show in place of the usual.
struct other_outcome {
    std::vector<profile_range> where;  ///< empty: nowhere but on kernels with that cause
    std::string cause;                 ///< "BUG-15", or a rule's id; empty: none is named
    std::string text;
};

/// What a statement must show.
struct expectation {
    std::string usual;
    std::vector<other_outcome> others;

    /// The text under a profile: that of the first outcome that names it, else the usual one.
    [[nodiscard]] const std::string& under(std::size_t profile) const noexcept;
    /// The other outcome with that text; nullptr if there is none.
    [[nodiscard]] const other_outcome* find(std::string_view text) const noexcept;
};

/// A key as it was given: a number, or a word for a place in memory.
struct operand_value {
    std::string name;
    std::uint64_t number = 0;
    std::string word{};
};

/// Who does it: the program itself, or another task that ends with the statement.
enum class doer : std::uint8_t { program, child, thread };

/// One line of the script.
struct statement {
    unsigned line = 0;
    doer by = doer::program;
    const verb_form* form = nullptr;
    std::vector<std::string> words{};     ///< what stood first: names, kinds, texts
    std::vector<std::uint64_t> counts{};  ///< and numbers
    std::vector<operand_value> values{};
    std::optional<expectation> expected{};

    [[nodiscard]] bool has(std::string_view name) const noexcept;
    /// The number given for a key; `otherwise` when it is not there.
    [[nodiscard]] std::uint64_t number(std::string_view name,
                                       std::uint64_t otherwise = 0) const noexcept;
    /// The key as it was given; nullptr when it is not there.
    [[nodiscard]] const operand_value* find(std::string_view name) const noexcept;
};

struct behaviour {
    std::string name;                  ///< of its file, without the ending
    std::vector<std::string> rules;    ///< ids; the first one is the file's
    std::string says;                  ///< one sentence
    std::vector<profile_range> holds;  ///< where it can be shown; empty: everywhere
    bool may_hang = false;             ///< an unfixed kernel does not survive it: models and VMs
    std::vector<statement> statements;

    [[nodiscard]] bool holds_under(std::size_t profile) const noexcept;
};

/// A short name for what a behaviour does, without what is expected of it: what was seen of one is
/// seen of the other, too, if both have the same. Six hexadecimal digits.
[[nodiscard]] std::string fingerprint(const behaviour& script);

/// The index of a profile in profiles(); none for an unknown name.
[[nodiscard]] std::optional<std::size_t> index_of_profile(std::string_view name) noexcept;

}  // namespace ringproof::sim
