// A scenario from text.

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "sim/simulation/scenario_text.hpp"
#include "sim/simulation/scenario_words.hpp"

namespace ringproof::sim {

namespace {

/// The words of one line; a quoted text is one word, with its quote in front.
class words {
public:
    explicit words(std::string_view line) : line_(line) {}

    /// Nothing at the end. A text that does not end is an error.
    std::optional<std::string> next() {
        while (!line_.empty() && (line_.front() == ' ' || line_.front() == '\t')) {
            line_.remove_prefix(1);
        }
        if (line_.empty() || line_.front() == '#') return {};
        if (line_.front() == '"') return text();
        const std::size_t size = std::min(line_.find_first_of(" \t#"), line_.size());
        std::string word(line_.substr(0, size));
        line_.remove_prefix(size);
        return word;
    }

    [[nodiscard]] const std::string& error() const noexcept { return error_; }

private:
    std::optional<std::string> text() {
        std::string made = "\"";
        for (line_.remove_prefix(1); !line_.empty() && line_.front() != '"';) {
            if (line_.front() != '\\') {
                made += line_.front();
                line_.remove_prefix(1);
            } else if (!escape(made)) {
                return {};
            }
        }
        if (line_.empty()) {
            error_ = "a text without its closing quote";
            return {};
        }
        line_.remove_prefix(1);
        return made;
    }

    bool escape(std::string& into) {
        const char what = line_.size() > 1 ? line_[1] : '\0';
        std::size_t used = 2;
        unsigned byte = 0;
        switch (what) {
            case 'n':
                into += '\n';
                break;
            case 'r':
                into += '\r';
                break;
            case 't':
                into += '\t';
                break;
            case '"':
            case '\\':
                into += what;
                break;
            case 'x': {
                const std::string_view digits = line_.substr(2, 2);
                const auto [end, wrong] =
                    std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
                if (wrong == std::errc() && end == digits.data() + 2) {
                    into += static_cast<char>(byte);
                    used = 4;
                    break;
                }
                [[fallthrough]];
            }
            default:
                error_ = fmt::format("no such escape: \\{}", what);
                line_ = {};
                return false;
        }
        line_.remove_prefix(used);
        return true;
    }

    std::string_view line_;
    std::string error_;
};

class reader {
public:
    /// "" or what is wrong.
    std::string read(std::string_view line) {
        words from(line);
        words_ = &from;
        error_.clear();
        if (const auto first = from.next()) take(*first);
        if (error_.empty() && !from.error().empty()) error_ = from.error();
        if (error_.empty()) {
            if (const auto rest = from.next()) error_ = fmt::format("'{}' is too much", *rest);
        }
        return error_;
    }

    [[nodiscard]] scenario take_result() && { return std::move(made_); }

private:
    void take(const std::string& key) {
        if (key == "seed") {
            made_.seed = number<std::uint64_t>();
        } else if (key == "profile") {
            made_.profile = word("a version");
        } else if (key == "mode") {
            made_.mode = static_cast<ring_mode>(one_of(scenario_words::modes, "mode"));
        } else if (key == "queues") {
            made_.sizes.sq_entries = number<std::uint32_t>();
            made_.sizes.cq_entries = number<std::uint32_t>();
        } else if (key == "buffers") {
            buffers();
        } else if (key == "budget") {
            made_.budget = time();
        } else if (key == "faults") {
            faults();
        } else if (key == "refuse") {
            refuse();
        } else if (key == "answers") {
            answers();
        } else if (key == "listeners") {
            made_.world.listeners = number<std::uint32_t>();
        } else if (key == "latency") {
            made_.world.latency = time();
        } else if (key == "peers") {
            peers();
        } else {
            step(key);
        }
    }

    void wrong(std::string why) {
        if (error_.empty()) error_ = std::move(why);
    }

    std::string word(std::string_view what) {
        auto found = words_->next();
        if (!found) wrong(fmt::format("{} is missing", what));
        return found.value_or("");
    }

    template <class Number>
    Number to_number(const std::string& text) {
        Number value{};
        const bool hex = text.starts_with("0x");
        const char* first = text.data() + (hex ? 2 : 0);
        const char* last = text.data() + text.size();
        const auto [end, failed] = std::from_chars(first, last, value, hex ? 16 : 10);
        if (failed != std::errc() || end != last) wrong(fmt::format("'{}' is no number", text));
        return value;
    }
    template <class Number>
    Number number() {
        return to_number<Number>(word("a number"));
    }

    virtual_time time() {
        const std::string text = word("a time");
        const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
        for (const time_unit& each : time_units) {
            if (text.substr(digits) != each.name) continue;
            return virtual_time(to_number<std::int64_t>(text.substr(0, digits)) * each.nanoseconds);
        }
        wrong(fmt::format("'{}' is no time: a number with ns, us, ms or s", text));
        return {};
    }

    template <std::size_t Size>
    std::size_t one_of(const std::array<std::string_view, Size>& names, std::string_view what) {
        const std::string found = word(fmt::format("a {}", what));
        for (std::size_t i = 0; i < Size; ++i) {
            if (names[i] == found) return i;
        }
        wrong(fmt::format("there is no {} '{}'", what, found));
        return 0;
    }

    void buffers() {
        made_.sizes.buffers = number<std::uint32_t>();
        made_.sizes.buffer_size = number<std::uint32_t>();
        if (const auto more = words_->next()) {
            made_.sizes.incremental = *more == "incremental";
            if (!made_.sizes.incremental) wrong(fmt::format("there are no '{}' buffers", *more));
        }
    }

    void faults() {
        while (const auto found = words_->next()) {
            if (*found == "swarm") {
                made_.faults.swarm = true;
            } else if (*found == "one_in") {
                made_.faults.one_in = number<std::uint32_t>();
            } else if (*found == "until") {
                made_.faults.until = time();
            } else if (*found == "all") {
                made_.faults.kinds.set();
            } else if (const auto which = fault_named(*found)) {
                made_.faults.set(*which);
            } else {
                wrong(fmt::format("there is no fault '{}'", *found));
            }
        }
    }

    void refuse() {
        static constexpr std::array<std::string_view, call_kind_count> calls{"setup", "enter",
                                                                             "register", "map"};
        refusal made;
        made.call = static_cast<call_kind>(one_of(calls, "call"));
        made.number = number<std::uint32_t>();
        const std::string error = word("an error");
        made.error = 0;
        for (const auto& [name, value] : scenario_words::errors) {
            if (name == error) made.error = value;
        }
        if (made.error == 0) made.error = to_number<int>(error);
        made_.faults.refusals.push_back(made);
    }

    void answers() {
        const std::string digits = word("digits");
        if (digits.size() % 2 != 0) wrong("an odd number of hexadecimal digits");
        for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
            made_.answers.push_back(to_number<std::uint8_t>("0x" + digits.substr(i, 2)));
        }
    }

    void peers() {
        peer_script made;
        made.count = number<std::uint32_t>();
        made.channel = static_cast<channel_kind>(one_of(scenario_words::channels, "channel"));
        made.expects =
            static_cast<expected_answer>(one_of(scenario_words::expectations, "expected_answer"));
        while (const auto found = words_->next()) {
            if (*found == "attached") {
                made.connects = false;
            } else if (*found == "listener") {
                made.listener = number<std::uint32_t>();
            } else if (*found == "start") {
                made.start = time();
            } else if (*found == "window") {
                made.window = number<std::uint32_t>();
            } else if (*found == "stagger") {
                made.stagger = time();
            } else {
                wrong(fmt::format("peers do not know '{}'", *found));
            }
        }
        made_.world.peers.push_back(std::move(made));
    }

    void step(const std::string& name) {
        static constexpr std::array kinds{step_kind::send,     step_kind::say,    step_kind::hear,
                                          step_kind::hear_end, step_kind::mirror, step_kind::pause,
                                          step_kind::finish,   step_kind::reset};
        for (const step_kind kind : kinds) {
            if (name_of(kind) != name) continue;
            if (made_.world.peers.empty()) return wrong("a step before there are peers");
            made_.world.peers.back().steps.push_back(step_of(kind));
            return;
        }
        wrong(fmt::format("'{}' means nothing here", name));
    }

    peer_step step_of(step_kind kind) {
        peer_step made{.kind = kind};
        if (kind == step_kind::pause) made.time = time();
        while (const auto found = words_->next()) {
            if (found->front() == '"') {
                made.text = found->substr(1);
            } else if (*found == "chunk") {
                made.chunk = number<std::uint32_t>();
            } else if (*found == "every") {
                made.time = time();
            } else {
                made.size = to_number<std::uint32_t>(*found);
            }
        }
        return made;
    }

    scenario made_;
    words* words_ = nullptr;
    std::string error_;
};

}  // namespace

std::expected<scenario, std::string> parse_scenario(std::string_view text) {
    reader from;
    for (std::size_t number = 1; !text.empty(); ++number) {
        const std::size_t size = std::min(text.find('\n'), text.size());
        if (const std::string wrong = from.read(text.substr(0, size)); !wrong.empty()) {
            return std::unexpected(fmt::format("line {}: {}", number, wrong));
        }
        text.remove_prefix(std::min(size + 1, text.size()));
    }
    return std::move(from).take_result();
}

}  // namespace ringproof::sim
