// Statements that repeat themselves become loops.

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "sim/emit/program.hpp"

namespace ringproof::sim::emitting {

namespace {

constexpr std::size_t longest_body = 24;  // statements of one round
constexpr std::size_t fewest_saved = 4;   // statements; below that a loop is no easier to read
constexpr std::size_t columns_most = 96;

/// Numbers that grow by the same amount each time, modulo something that shows when they wrap.
class progression {
public:
    explicit progression(std::int64_t first) : first_(first), last_(first) {}

    /// False: the next number does not go on like this.
    bool take(std::int64_t next) {
        if (count_ == 1) difference_ = next - first_;
        const std::int64_t straight = last_ + difference_;
        if (next != (modulus_ == 0 ? straight : straight % modulus_)) {
            const bool wraps = modulus_ == 0 && difference_ > 0 && next == 0 && count_ > 1;
            if (!wraps) return false;
            modulus_ = straight;
        }
        last_ = next;
        ++count_;
        return true;
    }

    /// As C says it, in terms of i.
    [[nodiscard]] std::string text() const {
        if (difference_ == 0 || count_ == 1) return std::to_string(first_);
        std::string text = difference_ == 1 ? "i" : fmt::format("{} * i", difference_);
        if (first_ != 0) text = fmt::format("{} + {}", first_, text);
        if (modulus_ == 0) return text;
        if (first_ != 0) text = fmt::format("({})", text);
        return fmt::format("{} % {}", text, modulus_);
    }

private:
    std::int64_t first_;
    std::int64_t last_;
    std::int64_t difference_ = 0;
    std::int64_t modulus_ = 0;
    std::size_t count_ = 1;
};

struct round_shape {
    std::vector<std::vector<progression>> numbers;  ///< of each statement
    std::size_t rounds = 1;
};

/// What a compound literal holds must outlive its statement, which in a loop it would not.
bool alike(const step& one, const step& other) {
    return !one.form.contains("ptr(") && one.numbers.size() == other.numbers.size() &&
        one.form == other.form;
}

/// How often the `period` statements at `from` come again, and how.
round_shape repeats(const std::vector<step>& body, std::size_t from, std::size_t period) {
    round_shape found;
    for (std::size_t i = 0; i < period; ++i) {
        auto& of_statement = found.numbers.emplace_back();
        for (const std::int64_t number : body[from + i].numbers) of_statement.emplace_back(number);
    }
    for (std::size_t at = from + period; at + period <= body.size(); at += period) {
        auto next = found.numbers;
        for (std::size_t i = 0; i < period; ++i) {
            if (!alike(body[from + i], body[at + i])) return found;
            for (std::size_t n = 0; n < next[i].size(); ++n) {
                if (!next[i][n].take(body[at + i].numbers[n])) return found;
            }
        }
        found.numbers = std::move(next);
        ++found.rounds;
    }
    return found;
}

std::string filled(const step& of, const std::vector<progression>* numbers) {
    if (of.numbers.empty()) return of.form;
    std::string text;
    std::size_t next = 0;
    for (const char c : of.form) {
        if (c != '@' || next == of.numbers.size()) {
            text += c;
        } else {
            text += numbers == nullptr ? std::to_string(of.numbers[next]) : (*numbers)[next].text();
            ++next;
        }
    }
    return text;
}

/// The last place behind a comma or a bar, outside of literals, where a line may be broken.
std::size_t break_of(std::string_view line, std::size_t most) {
    std::size_t best = 0;
    bool literal = false;
    for (std::size_t i = 0; i + 1 < line.size() && i < most; ++i) {
        if (literal && line[i] == '\\') {
            ++i;
            continue;
        }
        if (line[i] == '"') literal = !literal;
        const bool may_end = line[i] == ',' || line[i] == '|';
        if (!literal && may_end && line[i + 1] == ' ') best = i + 1;
    }
    return best;
}

/// One statement, in as many lines as it needs.
std::string in_lines(std::string_view statement, unsigned depth) {
    std::string text;
    std::size_t room = columns_most - 8UL * depth;
    std::string indent(depth, '\t');
    while (statement.size() > room) {
        const std::size_t at = break_of(statement, room);
        if (at == 0) break;
        text += fmt::format("{}{}\n", indent, statement.substr(0, at));
        statement.remove_prefix(at + 1);
        indent = std::string(depth + 1, '\t');
        room = columns_most - 8UL * (depth + 1);
    }
    return text + fmt::format("{}{}\n", indent, statement);
}

std::string loop(const std::vector<step>& body, std::size_t from, const round_shape& shape) {
    const std::size_t period = shape.numbers.size();
    std::string text =
        fmt::format("\tfor (int i = 0; i < {}; i++){}\n", shape.rounds, period > 1 ? " {" : "");
    for (std::size_t i = 0; i < period; ++i) {
        text += in_lines(filled(body[from + i], &shape.numbers[i]), 2);
    }
    return text + (period > 1 ? "\t}\n" : "");
}

}  // namespace

std::string rolled(const std::vector<step>& body) {
    std::string text;
    for (std::size_t at = 0; at < body.size();) {
        std::optional<round_shape> best;
        for (std::size_t period = 1; period <= longest_body && at + 2 * period <= body.size();
             ++period) {
            if (best && best->rounds * best->numbers.size() > 8 * longest_body) break;
            round_shape found = repeats(body, at, period);
            const std::size_t saved = (found.rounds - 1) * period;
            const bool pays = found.rounds > 2 && saved >= fewest_saved;
            const std::size_t so_far = best ? (best->rounds - 1) * best->numbers.size() : 0;
            if (pays && saved > so_far) best = std::move(found);
        }
        if (best) {
            text += loop(body, at, *best);
            at += best->rounds * best->numbers.size();
        } else {
            if (body[at].form.starts_with("line(") && at > 0) text += '\n';
            text += in_lines(filled(body[at], nullptr), 1);
            ++at;
        }
    }
    return text;
}

}  // namespace ringproof::sim::emitting
