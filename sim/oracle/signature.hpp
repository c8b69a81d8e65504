#pragma once
// What makes two failures the same failure: the invariant, and what was said of it but for the
// numbers. Shrinkers keep it, so that they do not slip from one bug to the next, and who collects
// findings keeps one of each.

#include <string>

#include "sim/oracle/oracle.hpp"

namespace ringproof::sim {

/// "I3: buffer # was handed out although it was leased". A number that is part of a word is a name
/// and stays: v6_18, BUG-20.
[[nodiscard]] inline std::string signature_of(const violation& broken) {
    const auto in = [](char c, char least, char most) { return c >= least && c <= most; };
    const auto letter = [&in](char c) { return in(c, 'a', 'z') || in(c, 'A', 'Z') || c == '_'; };
    std::string made(broken.invariant);
    made += ": ";
    bool in_word = false;
    for (const char c : broken.sentence) {
        const bool digit = in(c, '0', '9');
        in_word = letter(c) || (in_word && (digit || c == '-'));
        if (!digit || in_word) {
            made += c;
        } else if (made.back() != '#') {
            made += '#';
        }
    }
    return made;
}

}  // namespace ringproof::sim
