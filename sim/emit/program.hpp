#pragma once
// A program in C while it is being made: the statements of its body, one after another, and what is
// declared in front of them. Statements that repeat themselves become loops.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ringproof::sim::emitting {

/// A statement of C; each '@' stands for the next of its numbers.
struct step {
    std::string form;
    std::vector<std::int64_t> numbers{};

    friend bool operator==(const step&, const step&) = default;
};

/// The same statements, indented by one tab and more. Where at least four would repeat themselves,
/// with numbers that grow by the same amount each time, perhaps modulo something, there is a loop.
[[nodiscard]] std::string rolled(const std::vector<step>& body);

/// As a literal of C, in quotes.
[[nodiscard]] std::string quoted(std::string_view text);

class c_program {
public:
    /// A statement. In the function that is open, or else in main().
    void add(std::string form, std::vector<std::int64_t> numbers = {});

    /// Says which line of the source comes now.
    void line(std::string_view text);

    /// "static int a, a_peer;"
    void declare(std::string declaration) { declared_.push_back(std::move(declaration)); }

    /// Until it is closed, statements go into a function of that name.
    void open_function(std::string name) { function_ = std::move(name); }
    void close_function();

    /// Replaces a word in every form: for what is only known at the end.
    void rename(std::string_view word, std::string_view other);

    [[nodiscard]] std::size_t size() const noexcept { return main_.size(); }

    /// The whole file. \param comment  what stands at its head, without the comment's marks
    [[nodiscard]] std::string text(std::string_view comment, bool raw) const;

private:
    std::vector<std::string> declared_;
    std::vector<step> main_;
    std::string function_;           // that is open; empty: main
    std::vector<step> inner_;        // its body
    std::vector<std::string> done_;  // functions, as text
};

}  // namespace ringproof::sim::emitting
