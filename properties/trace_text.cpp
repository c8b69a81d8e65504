// A trace and its text are the same thing: nothing is lost on the way to text and back, however the
// text is spelled, and no text at all brings the parser down.

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "properties/check.hpp"
#include "properties/generators.hpp"

using namespace ringproof::sim;
using ringproof::testing::check;

namespace {

/// Where in a text, and the byte that goes there.
using edits = std::vector<std::pair<std::uint16_t, std::uint8_t>>;

/// Each edit replaces a byte, inserts one or deletes one.
std::string edited(std::string text, const edits& wanted) {
    for (const auto& [place, byte] : wanted) {
        const std::size_t at = place % (text.size() + 1);
        if (at == text.size() || byte % 3 == 0) {
            text.insert(at, 1, static_cast<char>(byte));
        } else if (byte % 3 == 1) {
            text.erase(at, 1);
        } else {
            text[at] = static_cast<char>(byte);
        }
    }
    return text;
}

/// Something that means a space, and something that means the end of a line.
rc::Gen<std::string> blank() { return rc::gen::element<std::string>(" ", "  ", "\t", " \t "); }
rc::Gen<std::string> line_end() {
    return rc::gen::element<std::string>("\n", "\r\n", " \n", "\n\n", " # open tcp\n", "#\n\t\n");
}

/// The number in another base. Only where it stands behind '=': a choice is two digits.
std::string other_base(std::string_view word) {
    constexpr std::string_view digits = "0123456789abcdef";
    const std::size_t equals = word.find('=');
    if (equals == std::string_view::npos || word.starts_with("mode=")) return std::string(word);
    std::string reversed;
    for (std::uint64_t rest = std::stoull(std::string(word.substr(equals + 1))); rest > 0;
         rest /= 16) {
        reversed += digits[rest % 16];
    }
    std::ranges::reverse(reversed);
    return std::string(word.substr(0, equals)) + "=0x" + (reversed.empty() ? "0" : reversed);
}

/// The same words between other blanks, comments and bases. Draws from the running property.
std::string spelled_differently(std::string_view text) {
    const auto draws = *rc::gen::container<std::vector<std::string>>(16, blank());
    const auto ends = *rc::gen::container<std::vector<std::string>>(16, line_end());
    std::string out;
    std::string word;
    std::size_t words = 0;
    for (const char c : text) {
        if (c != ' ' && c != '\n') {
            word += c;
            continue;
        }
        const std::size_t draw = words++ % draws.size();
        out += draw % 2 == 0 ? other_base(word) : word;
        out += c == ' ' ? draws[draw] : ends[draw];
        word.clear();
    }
    return out;
}

/// The parser takes `text`, and then what it took can be written down; or it says where it stopped.
void check_any(const std::string& text) {
    const auto parsed = parse(text);
    if (parsed) {
        const std::string canonical = print(*parsed);
        const auto again = parse(canonical);
        RC_ASSERT(again.has_value());
        RC_ASSERT(*again == *parsed);
        RC_ASSERT(print(*again) == canonical);
        return;
    }
    const parse_error& error = parsed.error();
    const auto lines = static_cast<unsigned>(std::ranges::count(text, '\n')) + 1;
    RC_ASSERT(error.line >= 1U);
    RC_ASSERT(error.line <= lines + 1);  // the end of the text is a line of its own
    RC_ASSERT(error.column >= 1U);
    RC_ASSERT(error.column <= text.size() + 1);
    const std::string place = std::to_string(error.line) + ":" + std::to_string(error.column) + ":";
    RC_ASSERT(error.message().starts_with(place + " expected "));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(trace_text)

BOOST_AUTO_TEST_CASE(what_is_printed_is_parsed_back) {
    check(20000, [](const trace& to_play) {
        for (const trace& wanted : {to_play, *arbitrary::values()}) {
            const auto parsed = parse(print(wanted));
            if (parsed != wanted) RC_FAIL("I20: the text of a trace means another one");
        }
    });
}

BOOST_AUTO_TEST_CASE(every_spelling_means_the_same) {
    check(20000, [](const trace& wanted) {
        const std::string canonical = print(wanted);
        const std::string text = spelled_differently(canonical);
        const auto parsed = parse(text);
        if (!parsed) RC_FAIL(parsed.error().message() + " in\n" + text);
        RC_ASSERT(print(*parsed) == canonical);
    });
}

BOOST_AUTO_TEST_CASE(a_damaged_text_is_a_trace_or_an_error_with_its_place) {
    check(20000, [](const trace& wanted, const edits& damage) {
        check_any(edited(print(wanted), damage));
    });
}

BOOST_AUTO_TEST_CASE(any_bytes_are_a_trace_or_an_error_with_its_place) {
    check(20000, [](const std::vector<std::uint8_t>& bytes) {
        const std::string body(bytes.begin(), bytes.end());
        check_any(body);
        check_any("ringproof-trace 1\n" + body);
    });
}

BOOST_AUTO_TEST_SUITE_END()
