#pragma once
// Which rule of sim/kernel/rules.md is shown by which behaviour and which test, and why some are
// shown by none. Functions from texts to an index; the disk is the test's business.

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace ringproof::rules {

/// One rule, and all that shows it.
struct coverage {
    std::string id;
    std::vector<std::string> behaviours{};  ///< names, without the ending
    std::vector<std::string> tests{};       ///< paths from the root
    std::string kind{};                     ///< why no behaviour shows it: "race", "advice" ...
    std::string reason{};                   ///< the same as a sentence
};

struct rule_index {
    std::vector<coverage> all;       ///< in the order of rules.md
    std::vector<std::string> wrong;  ///< what must be put right, a line each
};

/// Path from the root to text. Looked at are the rules, the behaviours, the reasons, and the C++
/// sources of tests/ and properties/, where a rule is cited by a comment.
using texts = std::map<std::string, std::string, std::less<>>;

inline constexpr std::string_view rules_path = "sim/kernel/rules.md";
inline constexpr std::string_view reasons_path = "corpus/behaviours/without.txt";
inline constexpr std::string_view index_path = "corpus/behaviours/INDEX.md";

[[nodiscard]] rule_index index_rules(const texts& files);

/// The index as it lies in the repository.
[[nodiscard]] std::string to_markdown(const rule_index& made);

}  // namespace ringproof::rules
