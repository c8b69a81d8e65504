#include "sim/compare/divergence.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "sim/behaviour/catalogue.hpp"

namespace ringproof::sim {

namespace {

constexpr std::array<std::string_view, 3> words{"where", "shows", "since"};

class parser {
public:
    std::expected<std::vector<divergence>, std::string> run(std::string_view text) {
        while (!text.empty() && error_.empty()) {
            ++line_;
            const std::size_t end = std::min(text.find('\n'), text.size());
            take(text.substr(0, end));
            text.remove_prefix(std::min(end + 1, text.size()));
        }
        ++line_;
        if (error_.empty() && next_ != 0) expect("the end");
        if (!error_.empty()) return std::unexpected(error_);
        return std::move(all_);
    }

private:
    void take(std::string_view line) {
        if (line.starts_with('#')) return;
        if (line.empty()) {
            if (next_ != 0) expect("an empty line");
            return;
        }
        const std::string_view word = words.at(next_);
        const bool right =
            line.starts_with(word) && line.size() > word.size() + 1 && line[word.size()] == ' ';
        if (!right) return expect("'" + std::string(line.substr(0, line.find(' '))) + "'");
        if (next_ == 0) all_.emplace_back();
        const std::array<std::string*, 3> parts{&all_.back().where, &all_.back().shows,
                                                &all_.back().since};
        *parts.at(next_) = line.substr(word.size() + 1);
        next_ = (next_ + 1) % words.size();
    }

    void expect(const std::string& found) {
        error_ = std::to_string(line_) + ":1: expected '" + std::string(words.at(next_)) +
            " ...', found " + found;
    }

    std::vector<divergence> all_;
    std::string error_;
    std::size_t next_ = 0;
    unsigned line_ = 0;
};

}  // namespace

std::expected<std::vector<divergence>, std::string> parse_divergences(std::string_view text) {
    return parser().run(text);
}

std::span<const divergence> known_divergences() {
    static const std::vector<divergence> all =
        parse_divergences(divergence_source()).value_or(std::vector<divergence>{});
    return all;
}

const divergence* find_divergence(std::span<const divergence> known, std::string_view profile,
                                  std::string_view sentence) noexcept {
    for (const divergence& each : known) {
        if (matches(each.where, profile) && matches(each.shows, sentence)) return &each;
    }
    return nullptr;
}

}  // namespace ringproof::sim
