#pragma once
// The lexer of the text forms: words, line by line, each with its place. Comments go from # to the
// end of their line.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ringproof::sim {

/// Where a text stopped making sense. Lines and columns count from 1, columns in bytes.
struct parse_error {
    unsigned line = 0;
    unsigned column = 0;
    std::string expected;
    std::string found;

    /// "3:7: expected a channel kind, found 'tpc'"
    [[nodiscard]] std::string message() const;

    friend bool operator==(const parse_error&, const parse_error&) = default;
};

/// Walks over a text, which must outlive it.
class words {
public:
    explicit words(std::string_view text) : rest_(text) {}

    /// Goes to the next line that has a word; false at the end of the text.
    bool next_line();

    /// The next word of the line, empty at its end. Stays in front of it.
    [[nodiscard]] std::string_view peek();
    void skip() { at_ += peek().size(); }

    /// What is left of the line, without the space around it; goes to its end.
    [[nodiscard]] std::string_view rest_of_line();

    [[nodiscard]] unsigned line() const noexcept { return number_; }

    /// "expected ..., found what is here", `inside` bytes into the word.
    [[nodiscard]] parse_error error(std::string expected, std::size_t inside = 0);

private:
    std::string_view rest_;
    std::string_view line_;
    std::size_t at_ = 0;
    unsigned number_ = 0;
    bool ended_ = false;
};

/// A whole number, decimal or 0x; nothing else in the word.
[[nodiscard]] std::optional<std::uint64_t> number_in(std::string_view word);

}  // namespace ringproof::sim
