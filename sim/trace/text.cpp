#include "sim/trace/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "sim/profile_name.hpp"
#include "sim/trace/words.hpp"

namespace ringproof::sim {

namespace {

constexpr std::string_view magic = "ringproof-trace";

std::string range(std::uint32_t least, std::uint32_t most) {
    return std::to_string(least) + ".." + std::to_string(most);
}

class parser {
public:
    explicit parser(std::string_view text) : words_(text) {}

    std::expected<trace, parse_error> run() {
        if (!header()) return std::unexpected(*error_);
        while (!ended_) {
            if (!operation()) return std::unexpected(*error_);
            ended_ = !words_.next_line();
        }
        return std::move(result_);
    }

private:
    bool fail(std::string expected, std::size_t inside = 0) {
        error_ = words_.error(std::move(expected), inside);
        return false;
    }

    bool end_of_line() { return words_.peek().empty() || fail("the end of the line"); }

    bool next_line() {
        if (!end_of_line()) return false;
        ended_ = !words_.next_line();
        return true;
    }

    bool header() {
        if (!words_.next_line() || words_.peek() != magic) return fail("'ringproof-trace 1'");
        words_.skip();
        if (words_.peek() != "1") return fail("format version 1");
        words_.skip();
        if (!next_line()) return false;
        if (!ended_ && words_.peek() == "profile" && !profile()) return false;
        if (!ended_ && words_.peek() == "ring" && !ring()) return false;
        while (!ended_ && words_.peek() == "choices") {
            if (!choice_bytes()) return false;
        }
        return true;
    }

    bool profile() {
        words_.skip();
        const std::string_view name = words_.peek();
        if (!parse_profile_name(name)) return fail("the name of a profile, as v7_3+BUG-20");
        result_.profile = name;
        words_.skip();
        return next_line();
    }

    bool ring() {
        words_.skip();
        if (!named_number("sq", 1, sq_entries_most, result_.ring.sq_entries)) return false;
        if (!named_number("cq", 1, cq_entries_most, result_.ring.cq_entries)) return false;
        const std::string_view word = words_.peek();
        constexpr std::string_view key = "mode=";
        if (!word.starts_with(key)) return fail("mode=default, coop, defer or sqpoll");
        for (unsigned mode = 0; mode < ring_mode_count; ++mode) {
            if (word.substr(key.size()) != name_of(static_cast<ring_mode>(mode))) continue;
            result_.ring.mode = static_cast<ring_mode>(mode);
            words_.skip();
            return next_line();
        }
        return fail("default, coop, defer or sqpoll", key.size());
    }

    bool choice_bytes() {
        words_.skip();
        for (std::string_view word = words_.peek(); !word.empty(); word = words_.peek()) {
            unsigned value = 0;
            const char* end = word.data() + word.size();
            const auto [stop, code] = std::from_chars(word.data(), end, value, 16);
            if (word.size() != 2 || stop != end || code != std::errc{}) {
                return fail("a byte as two hexadecimal digits");
            }
            result_.choices.push_back(static_cast<std::uint8_t>(value));
            words_.skip();
        }
        return next_line();
    }

    bool operation() {
        const std::string_view name = words_.peek();
        for (unsigned kind = 0; kind < op_kind_count; ++kind) {
            const op_form& form = form_of(static_cast<op_kind>(kind));
            if (form.name != name) continue;
            op parsed{.kind = static_cast<op_kind>(kind)};
            words_.skip();
            if (!operands(form, parsed)) return false;
            result_.operations.push_back(parsed);
            return true;
        }
        if (name == "profile" || name == "ring" || name == "choices") {
            return fail(
                "an operation (header lines come first, in the order profile, ring, choices)");
        }
        return fail("an operation");
    }

    bool operands(const op_form& form, op& parsed) {
        std::string options;
        for (const operand& part : form.operands) {
            if (part.name.empty()) break;
            switch (part.how) {
                case spelling::handle:
                    if (!handle(part, parsed)) return false;
                    break;
                case spelling::word:
                    if (!word(part, parsed)) return false;
                    break;
                case spelling::number:
                case spelling::amount:
                    if (!number(part, parsed)) return false;
                    break;
                case spelling::pair:
                    if (!pair(part, parsed)) return false;
                    break;
                case spelling::option:
                case spelling::flag:
                    if (!optional(part, parsed, options)) return false;
                    break;
            }
        }
        if (words_.peek().empty()) return true;
        return fail(options.empty() ? "the end of the line" : options + " or the end of the line");
    }

    bool handle(const operand& part, op& parsed) {
        const std::string_view word = words_.peek();
        const std::string example = std::string(part.name) + "0";
        const std::string what = part.name == "s" ? "a channel, as "
            : part.name == "g"                    ? "a group, as "
            : part.name == "r"                    ? "a request, as "
                                                  : "a listener, as ";
        if (!word.starts_with(part.name)) return fail(what + example);
        const auto index = number_in(word.substr(1));
        if (!index) return fail(what + example);
        if (*index > part.most) return fail("an index of " + range(0, part.most), 1);
        set_value(parsed, part, static_cast<std::uint32_t>(*index));
        words_.skip();
        return true;
    }

    bool word(const operand& part, op& parsed) {
        std::string choice;
        for (std::uint32_t index = 0; index <= part.most; ++index) {
            const std::string_view name = word_of(parsed.kind, index);
            if (words_.peek() == name) {
                set_value(parsed, part, index);
                words_.skip();
                return true;
            }
            choice += index == 0 ? "" : index == part.most ? " or " : ", ";
            choice += name;
        }
        return fail(choice);
    }

    bool number(const operand& part, op& parsed) {
        const bool may_be_all = part.how == spelling::amount;
        const std::string_view word = words_.peek();
        if (may_be_all && word == "all") {
            set_value(parsed, part, all_of_them);
            words_.skip();
            return true;
        }
        const auto value = number_in(word);
        if (!value || *value > part.most) {
            return fail(std::string(part.name) + ", " + range(0, part.most) +
                        (may_be_all ? " or all" : ""));
        }
        set_value(parsed, part, static_cast<std::uint32_t>(*value));
        words_.skip();
        return true;
    }

    bool named_number(std::string_view name, std::uint32_t least, std::uint32_t most,
                      std::uint32_t& into) {
        const std::string_view word = words_.peek();
        const std::string key = std::string(name) + "=";
        if (!word.starts_with(key)) return fail(key + " and a number of " + range(least, most));
        const auto value = number_in(word.substr(key.size()));
        if (!value || *value < least || *value > most) {
            return fail("a number of " + range(least, most), key.size());
        }
        into = static_cast<std::uint32_t>(*value);
        words_.skip();
        return true;
    }

    bool pair(const operand& part, op& parsed) {
        std::uint32_t value = 0;
        if (!named_number(part.name, 0, part.most, value)) return false;
        set_value(parsed, part, value);
        return true;
    }

    /// Takes the operand if it is next. `options` collects the names of those that were not.
    bool optional(const operand& part, op& parsed, std::string& options) {
        const std::string_view word = words_.peek();
        if (part.how == spelling::flag && word == part.name) {
            set_value(parsed, part, 1);
            words_.skip();
            options.clear();
            return true;
        }
        if (part.how == spelling::option && word.starts_with(part.name) &&
            word.substr(part.name.size()).starts_with("=")) {
            options.clear();
            return pair(part, parsed);
        }
        options += (options.empty() ? "" : ", ") + std::string(part.name) +
            (part.how == spelling::option ? "=" : "");
        return true;
    }

    words words_;
    trace result_;
    std::optional<parse_error> error_;
    bool ended_ = false;
};

void print_operand(std::string& out, const op& wanted, const operand& part) {
    const std::uint32_t value = value_of(wanted, part);
    const bool optional = part.how == spelling::option || part.how == spelling::flag;
    if (optional && value == 0) return;
    out += ' ';
    switch (part.how) {
        case spelling::handle:
            out.append(part.name).append(std::to_string(value));
            break;
        case spelling::word:
            out += word_of(wanted.kind, value);
            break;
        case spelling::number:
            out += std::to_string(value);
            break;
        case spelling::amount:
            out += value == all_of_them ? "all" : std::to_string(value);
            break;
        case spelling::pair:
        case spelling::option:
            out.append(part.name).append("=").append(std::to_string(value));
            break;
        case spelling::flag:
            out += part.name;
            break;
    }
}

void print_operation(std::string& out, const op& wanted) {
    const op_form& form = form_of(wanted.kind);
    out += form.name;
    for (const operand& part : form.operands) {
        if (part.name.empty()) break;
        print_operand(out, wanted, part);
    }
}

void print_choices(std::string& out, const std::vector<std::uint8_t>& choices) {
    constexpr std::size_t per_line = 28;  // keeps lines within 100 columns
    constexpr std::string_view digits = "0123456789abcdef";
    for (std::size_t at = 0; at < choices.size(); ++at) {
        if (at % per_line == 0) out += at == 0 ? "choices" : "\nchoices";
        out += ' ';
        out += digits[choices[at] >> 4U];
        out += digits[choices[at] & 15U];
    }
    if (!choices.empty()) out += '\n';
}

}  // namespace

std::expected<trace, parse_error> parse(std::string_view text) { return parser(text).run(); }

std::string print(const op& wanted) {
    std::string out;
    print_operation(out, wanted);
    return out;
}

std::string print(const trace& wanted) {
    std::string out(magic);
    out += " 1\nprofile " + wanted.profile + "\nring sq=" + std::to_string(wanted.ring.sq_entries) +
        " cq=" + std::to_string(wanted.ring.cq_entries) + " mode=";
    out += name_of(wanted.ring.mode);
    out += '\n';
    print_choices(out, wanted.choices);
    for (const op& each : wanted.operations) {
        print_operation(out, each);
        out += '\n';
    }
    return out;
}

}  // namespace ringproof::sim
