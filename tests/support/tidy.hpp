#pragma once
// The rules of the house, as functions from a file to what is wrong with it. They know nothing of
// the disk, so that each rule can be shown a small bad example.

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ringproof::tidy {

/// One broken rule. `line` counts from 1; 0 speaks of the file as a whole.
struct finding {
    std::string path;
    std::size_t line = 0;
    std::string message;

    bool operator==(const finding&) const = default;
};

using findings = std::vector<finding>;

/// A word that may not be written, and what to do instead. Kept in two halves, because the table
/// would be the first to break its rule.
struct banned_word {
    std::string_view head;
    std::string_view tail;
    std::string_view instead;

    std::string word() const { return std::string(head) + std::string(tail); }
};

/// The table that check_words uses.
std::span<const banned_word> banned_words();

/// Source text with comments and the insides of string and character literals, raw ones too,
/// replaced by spaces. Lines stay where they were, so line numbers agree with the original.
std::string code_only(std::string_view text);

/// The comments alone, one after the other, each with its slashes and a newline behind it.
std::string comments_only(std::string_view text);

// Rules over one file. `path` is relative to the repository's root; a rule that does not apply to
// such a path finds nothing.

/// Dependencies point one way, and includes are spelled from the repository's root.
findings check_includes(std::string_view path, std::string_view text);
/// In lib, only linux_kernel.cpp makes system calls.
findings check_system_calls(std::string_view path, std::string_view text);
/// A header has at most 250 lines, a room's README at most 40.
findings check_length(std::string_view path, std::string_view text);
/// C++, CMake and shell keep to 100 columns, counted in characters.
findings check_columns(std::string_view path, std::string_view text);
/// No tabs, no blanks at a line's end, one newline at the end of the file.
findings check_white_space(std::string_view path, std::string_view text);
findings check_words(std::string_view path, std::string_view text);
/// A file of tests holds the suite of its own name, by which ctest runs it, and no main.
findings check_suite(std::string_view path, std::string_view text);

/// All rules over one file.
findings check_file(std::string_view path, std::string_view text);

/// The repository: path to text. Bytes of corpora need not be read; their paths matter.
using tree = std::map<std::string, std::string, std::less<>>;

// Rules over the whole tree.

/// Nothing lies in the root but what every repository has and the seven rooms.
findings check_top_level(const tree& files);
/// Each header is included, each source is built, each corpus has a reader.
findings check_orphans(const tree& files);
/// A source includes the header of its name first, so that the header is compiled alone.
findings check_own_headers(const tree& files);

/// No two headers define types of one name: a program with both breaks without a word from the
/// compiler or the linker.
findings check_types(const tree& files);

/// All rules, over everything.
findings check_tree(const tree& files);

}  // namespace ringproof::tidy
