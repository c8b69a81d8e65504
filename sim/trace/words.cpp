#include "sim/trace/words.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>
#include <utility>

namespace ringproof::sim {

namespace {

constexpr std::size_t shown_most = 40;

/// What was found, quoted, with bytes that would upset a terminal replaced.
std::string quoted(std::string_view word) {
    std::string out = "'";
    for (const char c : word.substr(0, shown_most)) {
        const auto byte = static_cast<unsigned char>(c);
        out += byte < 0x20U || byte >= 0x7fU ? '?' : c;
    }
    if (word.size() > shown_most) out += "...";
    return out + "'";
}

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r'; }

}  // namespace

std::string parse_error::message() const {
    return std::to_string(line) + ":" + std::to_string(column) + ": expected " + expected +
        ", found " + found;
}

bool words::next_line() {
    while (!rest_.empty()) {
        const std::size_t end = rest_.find('\n');
        line_ = rest_.substr(0, end);
        rest_ = end == std::string_view::npos ? std::string_view{} : rest_.substr(end + 1);
        line_ = line_.substr(0, line_.find('#'));
        ++number_;
        at_ = 0;
        if (!peek().empty()) return true;
    }
    ++number_;
    line_ = {};
    at_ = 0;
    ended_ = true;
    return false;
}

std::string_view words::peek() {
    while (at_ < line_.size() && is_space(line_[at_])) ++at_;
    std::size_t end = at_;
    while (end < line_.size() && !is_space(line_[end])) ++end;
    return line_.substr(at_, end - at_);
}

std::string_view words::rest_of_line() {
    (void)peek();  // goes over space
    std::string_view rest = line_.substr(at_);
    while (!rest.empty() && is_space(rest.back())) rest.remove_suffix(1);
    at_ = line_.size();
    return rest;
}

parse_error words::error(std::string expected, std::size_t inside) {
    const std::string_view word = peek();
    std::string found = ended_ ? "the end of the text"
        : word.empty()         ? "the end of the line"
                               : quoted(word.substr(std::min(inside, word.size())));
    const auto column = static_cast<unsigned>(at_ + inside + 1);
    return {number_, ended_ ? 1 : column, std::move(expected), std::move(found)};
}

std::optional<std::uint64_t> number_in(std::string_view word) {
    int base = 10;
    if (word.starts_with("0x")) {
        base = 16;
        word.remove_prefix(2);
    }
    std::uint64_t value = 0;
    const char* end = word.data() + word.size();
    const auto [stop, code] = std::from_chars(word.data(), end, value, base);
    if (word.empty() || stop != end || code != std::errc{}) return std::nullopt;
    return value;
}

}  // namespace ringproof::sim
