#include "sim/report/json_reader.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace ringproof::sim {

namespace {

constexpr std::size_t found_most = 40;  // characters of what is there instead

/// The word at a place: a string with its quotes, a sign, or what comes before the next sign.
std::string token_at(std::string_view text, std::size_t place) {
    if (place >= text.size()) return "the end of the text";
    const std::string_view rest = text.substr(place);
    std::size_t size = rest.find_first_of(" \n\r\t,:[]{}\"");
    if (size == 0) size = 1;
    if (rest.front() == '"') {
        const std::size_t end = rest.find('"', 1);
        size = end == std::string_view::npos ? 1 : end + 1;
    }
    return "'" + std::string(rest.substr(0, std::min(size, found_most))) + "'";
}

void append_utf8(std::string& into, std::uint32_t code) {
    const auto put = [&](std::uint32_t byte) { into += static_cast<char>(byte); };
    if (code < 0x80) {
        put(code);
    } else if (code < 0x800) {
        put(0xc0 | code >> 6U);
        put(0x80 | (code & 0x3f));
    } else {
        put(0xe0 | code >> 12U);
        put(0x80 | (code >> 6U & 0x3f));
        put(0x80 | (code & 0x3f));
    }
}

}  // namespace

void json_reader::refuse_at(std::size_t place, std::string expected) {
    if (wrong_) return;
    const std::string_view before = text_.substr(0, std::min(place, text_.size()));
    const std::size_t start = before.rfind('\n');
    const std::size_t column =
        start == std::string_view::npos ? before.size() + 1 : before.size() - start;
    wrong_ = {static_cast<unsigned>(std::ranges::count(before, '\n') + 1),
              static_cast<unsigned>(column), std::move(expected), token_at(text_, place)};
}

void json_reader::skip_space() {
    at_ = std::min(text_.find_first_not_of(" \n\r\t", at_), text_.size());
}

void json_reader::sign(char wanted) {
    skip_space();
    if (at_ < text_.size() && text_[at_] == wanted) {
        ++at_;
    } else {
        refuse_at(at_, "'" + std::string(1, wanted) + "'");
    }
}

bool json_reader::open(char first, char last, std::string_view what) {
    if (wrong_) return false;
    skip_space();
    began_ = at_;
    if (at_ == text_.size() || text_[at_] != first) {
        refuse_at(at_, std::string(what));
        return false;
    }
    ++at_;
    skip_space();
    if (at_ == text_.size() || text_[at_] != last) return true;
    ++at_;
    return false;
}

bool json_reader::next(char last) {
    if (wrong_) return false;
    skip_space();
    const char here = at_ < text_.size() ? text_[at_] : '\0';
    if (here == ',') {
        ++at_;
        return true;
    }
    if (here != last) refuse_at(at_, "',' or '" + std::string(1, last) + "'");
    ++at_;
    return false;
}

std::uint32_t json_reader::code_unit() {
    const std::string_view digits = text_.substr(at_, 4);
    std::uint32_t code = 0;
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
    // Surrogates come in pairs, for characters that no report has.
    if (error != std::errc{} || end != digits.data() + 4 || (code & 0xf800U) == 0xd800) {
        refuse_at(at_, "four hexadecimal digits of a character");
    }
    at_ += digits.size();
    return code;
}

void json_reader::append_escape(std::string& into) {
    constexpr std::string_view names = "\"\\/bfnrt";
    constexpr std::string_view meant = "\"\\/\b\f\n\r\t";
    const char name = at_ < text_.size() ? text_[at_] : '\0';
    if (name == 'u') {
        ++at_;
        append_utf8(into, code_unit());
        return;
    }
    const std::size_t which = names.find(name);
    if (which == std::string_view::npos) return refuse_at(at_, "an escape of JSON");
    into += meant[which];
    ++at_;
}

std::string json_reader::string(std::string_view what) {
    std::string value;
    if (wrong_) return value;
    skip_space();
    began_ = at_;
    if (at_ == text_.size() || text_[at_] != '"') {
        refuse_at(at_, std::string(what));
        return value;
    }
    for (++at_; !wrong_;) {
        if (at_ == text_.size() || static_cast<unsigned char>(text_[at_]) < ' ') {
            refuse_at(at_, "the string's end");
        } else if (text_[at_] == '"') {
            ++at_;
            return value;
        } else if (text_[at_] == '\\') {
            ++at_;
            append_escape(value);
        } else {
            value += text_[at_++];
        }
    }
    return {};
}

std::uint64_t json_reader::number() {
    std::uint64_t value = 0;
    if (wrong_) return value;
    skip_space();
    began_ = at_;
    const char* const first = text_.data() + at_;
    const auto [end, error] = std::from_chars(first, text_.data() + text_.size(), value);
    if (error != std::errc{}) {
        refuse_at(at_, "a whole number");
        return 0;
    }
    at_ += static_cast<std::size_t>(end - first);
    return value;
}

void json_reader::end() {
    skip_space();
    if (at_ != text_.size()) refuse_at(at_, "the end of the text");
}

}  // namespace ringproof::sim
