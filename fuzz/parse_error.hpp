#pragma once
// What must hold of a parser's error, whichever text it is about.

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "fuzz/target.hpp"
#include "sim/trace/words.hpp"

namespace ringproof::fuzz {

inline void check_error(std::string_view text, const sim::parse_error& error) {
    // The end of the text counts as a line of its own.
    const auto lines = static_cast<std::size_t>(std::ranges::count(text, '\n')) + 2;
    require(error.line >= 1 && error.line <= lines, "an error in a line that is not there");
    require(error.column >= 1 && error.column <= text.size() + 1, "an error beyond the text");
    require(!error.expected.empty() && !error.found.empty(), "an error that does not say what");
    require(error.message().find('\n') == std::string::npos, "a message of more than one line");
}

}  // namespace ringproof::fuzz
