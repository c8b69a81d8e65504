#include "sim/behaviour/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <string>
#include <utility>

#include "sim/profile.hpp"
#include "sim/world.hpp"

namespace ringproof::sim {

namespace {

constexpr std::string_view magic = "ringproof-behaviour";
constexpr std::string_view arrow = "->";

/// "SEL-03", "BUG-27": capitals, a dash, two digits or three.
bool is_id(std::string_view word) {
    const std::size_t dash = word.find('-');
    if (dash < 2 || dash > 5 || word.size() < dash + 3 || word.size() > dash + 4) return false;
    const auto capital = [](char c) { return c >= 'A' && c <= 'Z'; };
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    return std::ranges::all_of(word.substr(0, dash), capital) &&
        std::ranges::all_of(word.substr(dash + 1), digit);
}

constexpr auto kinds =
    std::to_array<std::string_view>({"tcp", "unix_stream", "udp", "unix_datagram", "pipe", "file",
                                     "write_only", "write_end", "dev_null"});

constexpr std::string_view places =
    "null kernel unmapped misaligned shared memory_file private_file read_only write_only one_page "
    "cut";

bool is_word_of(std::string_view list, std::string_view word) {
    while (!list.empty()) {
        const std::string_view each = list.substr(0, list.find(' '));
        if (each == word) return true;
        list.remove_prefix(std::min(list.size(), each.size() + 1));
    }
    return false;
}

/// A child has the memory of its parent as it was, and none of the queues.
bool is_for_children(verb what) {
    constexpr auto fit = std::to_array<verb>({verb::register_, verb::unregister, verb::status,
                                              verb::add, verb::stage, verb::publish, verb::edit,
                                              verb::slot, verb::tail, verb::text, verb::enter});
    return std::ranges::find(fit, what) != fit.end();
}

class behaviour_parser {
public:
    explicit behaviour_parser(std::string_view text) : words_(text) {}

    std::expected<behaviour, parse_error> run() {
        if (!header()) return std::unexpected(*error_);
        while (!ended_) {
            if (!line()) return std::unexpected(*error_);
            ended_ = !words_.next_line();
        }
        if (result_.statements.empty()) {
            (void)fail("a statement");
            return std::unexpected(*error_);
        }
        return std::move(result_);
    }

private:
    bool fail(std::string expected, std::size_t inside = 0) {
        error_ = words_.error(std::move(expected), inside);
        return false;
    }
    bool next_line() {
        if (!words_.peek().empty()) return fail("the end of the line");
        ended_ = !words_.next_line();
        return true;
    }

    bool header() {
        if (!words_.next_line() || words_.peek() != magic) return fail("'ringproof-behaviour 1'");
        words_.skip();
        if (words_.peek() != "1") return fail("format version 1");
        words_.skip();
        if (!next_line() || !rules() || !says()) return false;
        if (!ended_ && words_.peek() == "holds") {
            words_.skip();
            if (!ranges(result_.holds) || !next_line()) return false;
        }
        if (!ended_ && words_.peek() == "may_hang") {
            words_.skip();
            result_.may_hang = true;
            if (!next_line()) return false;
        }
        return true;
    }

    bool rules() {
        if (ended_ || words_.peek() != "rule") return fail("'rule' and the ids of rules");
        words_.skip();
        while (is_id(words_.peek())) {
            result_.rules.emplace_back(words_.peek());
            words_.skip();
        }
        if (result_.rules.empty()) return fail("the id of a rule, as SEL-03");
        return next_line();
    }

    bool says() {
        if (ended_ || words_.peek() != "says") return fail("'says' and a sentence");
        words_.skip();
        if (words_.peek().empty()) return fail("a sentence");
        result_.says = words_.rest_of_line();
        return next_line();
    }

    /// "v6_4..", "..v6_8", "v6_12,v6_16..v6_18"
    bool ranges(std::vector<profile_range>& into) {
        const std::string_view word = words_.peek();
        for (std::size_t at = 0; at <= word.size();) {
            const std::size_t end = std::min(word.find(',', at), word.size());
            const std::string_view part = word.substr(at, end - at);
            const std::size_t dots = part.find("..");
            const bool single = dots == std::string_view::npos;
            const std::string_view first = part.substr(0, dots);
            const std::string_view last = single ? part : part.substr(dots + 2);
            profile_range range{0, profiles().size() - 1};
            if (part.empty()) return fail("the name of a profile, or a range v6_4..v6_8", at);
            if (!first.empty() && !profile_named(first, range.first)) return fail(known(), at);
            if (!last.empty() && !profile_named(last, range.last)) return fail(known(), at);
            into.push_back(range);
            at = end + 1;
        }
        words_.skip();
        return true;
    }

    static bool profile_named(std::string_view name, std::size_t& index) {
        const auto found = index_of_profile(name);
        if (found) index = *found;
        return found.has_value();
    }
    static std::string known() {
        std::string text = "a profile:";
        for (const profile& each : profiles()) text += fmt::format(" {}", each.name);
        return text;
    }

    bool line() {
        if (words_.peek() == "or") return other();
        statement made{.line = words_.line()};
        if (words_.peek() == "child") made.by = doer::child;
        if (words_.peek() == "thread") made.by = doer::thread;
        if (made.by != doer::program) words_.skip();
        made.form = find_verb(words_.peek());
        if (made.form == nullptr) return fail("a statement");
        if (made.by == doer::child && !is_for_children(made.form->what)) {
            return fail("a statement that a child can do");
        }
        words_.skip();
        if (!positional(made) || !operands(made)) return false;
        if (words_.peek() == arrow) {
            words_.skip();
            if (words_.peek().empty()) return fail("what must be seen");
            made.expected.emplace();
            made.expected->usual = words_.rest_of_line();
        }
        result_.statements.push_back(std::move(made));
        return true;
    }

    bool other() {
        words_.skip();
        if (result_.statements.empty() || !result_.statements.back().expected) {
            return fail("'or' only below a statement with '->'");
        }
        other_outcome made;
        if (!is_id(words_.peek()) && !ranges(made.where)) return false;
        if (is_id(words_.peek())) {
            made.cause = words_.peek();
            words_.skip();
        }
        if (words_.peek() != arrow) return fail("a bug or a rule, or '->'");
        words_.skip();
        if (words_.peek().empty()) return fail("what is seen there");
        made.text = words_.rest_of_line();
        result_.statements.back().expected->others.push_back(std::move(made));
        return true;
    }

    bool positional(statement& into) {
        for (const char form : into.form->positional) {
            if (!positional(form, into)) return false;
        }
        return true;
    }

    bool positional(char form, statement& into) {
        switch (form) {
            case 'F':
            case 'f':
                return file_name(form == 'F', into);
            case 'k':
                if (std::ranges::find(kinds, words_.peek()) == kinds.end()) {
                    return fail(
                        "tcp, unix_stream, udp, unix_datagram, pipe, file, write_only, write_end "
                        "or dev_null");
                }
                return take_word(into);
            case 't':
                return text(into);
            case 'n':
                return number(into) || fail("a number");
            case '?':
                (void)number(into);
                return true;
            default:
                while (number(into)) {
                }
                return true;
        }
    }

    bool take_word(statement& into) {
        into.words.emplace_back(words_.peek());
        words_.skip();
        return true;
    }

    bool file_name(bool fresh, statement& into) {
        const std::string_view word = words_.peek();
        const bool known = std::ranges::find(files_, word) != files_.end();
        const bool fits = !word.empty() && word.size() <= 16 &&
            std::ranges::all_of(word, [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
        if (!fits) return fail("the name of a file: small letters");
        if (fresh && known) return fail("a name that no file has");
        if (!fresh && !known) return fail("a file that was opened above");
        if (fresh) files_.emplace_back(word);
        return take_word(into);
    }

    bool text(statement& into) {
        const std::string_view word = words_.peek();
        if (word.size() >= 2 && word.front() == '"' && word.back() == '"') return take_word(into);
        return number(into) || fail("a text in quotes, without spaces, or a number of letters");
    }

    bool number(statement& into) {
        const auto value = number_in(words_.peek());
        if (!value) return false;
        into.counts.push_back(*value);
        words_.skip();
        return true;
    }

    bool operands(statement& into) {
        while (!words_.peek().empty() && words_.peek() != arrow) {
            const std::string_view word = words_.peek();
            const std::size_t equals = word.find('=');
            const std::string_view name = word.substr(0, equals);
            const std::string_view form = operand_of(*into.form, name);
            const bool valued = form.ends_with('=') || form.ends_with('@');
            const bool given = equals != std::string_view::npos;
            if (form.empty() || valued != given || into.has(name)) return fail(choices(*into.form));
            operand_value made{.name = std::string(name)};
            if (given && !value(form.back(), word.substr(equals + 1), made)) {
                return fail(form.ends_with('@') ? fmt::format("a number, +N, or one of {}", places)
                                                : "a number",
                            equals + 1);
            }
            into.values.push_back(std::move(made));
            words_.skip();
        }
        return true;
    }

    static bool value(char form, std::string_view text, operand_value& into) {
        if (form == '@') {
            if (is_word_of(places, text)) {
                into.word = text;
                return true;
            }
            if (text.starts_with('+')) {
                into.word = "+";
                text.remove_prefix(1);
            }
        }
        const auto number = number_in(text);
        if (number) into.number = *number;
        return number.has_value();
    }

    static std::string choices(const verb_form& form) {
        if (form.operands.empty()) return "'->' or the end of the line";
        return fmt::format("one of {}, each once, '->'", form.operands);
    }

    words words_;
    behaviour result_;
    std::vector<std::string> files_;
    std::optional<parse_error> error_;
    bool ended_ = false;
};

}  // namespace

std::expected<behaviour, parse_error> parse_behaviour(std::string_view text) {
    return behaviour_parser(text).run();
}

}  // namespace ringproof::sim
