#include "sim/behaviour/catalogue.hpp"

#include "sim/behaviour/text.hpp"

namespace ringproof::sim {

std::expected<std::vector<behaviour>, std::string> all_behaviours() {
    std::vector<behaviour> all;
    for (const behaviour_source& each : behaviour_sources()) {
        auto parsed = parse_behaviour(each.text);
        if (!parsed) {
            return std::unexpected(std::string(each.name) + ".trace:" + parsed.error().message());
        }
        parsed->name = each.name;
        all.push_back(std::move(*parsed));
    }
    return all;
}

bool matches(std::string_view pattern, std::string_view text) noexcept {
    // Where the last * stood, and how much of the text it took so far.
    std::size_t star = std::string_view::npos;
    std::size_t taken = 0;
    std::size_t p = 0;
    for (std::size_t t = 0; t < text.size();) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            taken = t;
        } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
            ++p;
            ++t;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            t = ++taken;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*') ++p;
    return p == pattern.size();
}

}  // namespace ringproof::sim
