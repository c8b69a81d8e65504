#include "sim/explore/code/source_lines.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <map>
#include <string_view>
#include <vector>

namespace ringproof::explore {

namespace {

struct frame {
    std::string function;
    std::string place;
};

std::vector<std::string> lines_of(const std::string& command) {
    std::vector<std::string> lines;
    std::FILE* pipe = ::popen(command.c_str(), "r");
    if (pipe == nullptr) return lines;
    std::array<char, 4096> line{};
    while (std::fgets(line.data(), line.size(), pipe) != nullptr) {
        std::string text = line.data();
        while (!text.empty() && text.back() == '\n') text.pop_back();
        lines.push_back(std::move(text));
    }
    ::pclose(pipe);
    return lines;
}

/// The last two parts of a path and the line: enough to find it, and the same everywhere.
std::string shortened(std::string place) {
    place = place.substr(0, place.find(" ("));
    const auto last = place.rfind('/');
    const auto before = last == std::string::npos || last == 0 ? last : place.rfind('/', last - 1);
    return before == std::string::npos ? place : place.substr(before + 1);
}

/// The kernel's side is this project's: which namespace it is in tells nobody anything.
std::string without_scope(std::string name) {
    constexpr std::string_view scope = "ringproof::explore::";
    return name.starts_with(scope) ? name.substr(scope.size()) : name;
}

/// What stands between an agent and its fiber: lambdas, and the standard library that calls them.
bool is_machinery(std::string_view function, std::string_view place) {
    return function.starts_with("operator") || function.starts_with("std::") ||
        place.find("/c++/") != std::string_view::npos;
}

/// Innermost first; empty when nobody knows.
const std::vector<frame>& frames_of(site at) {
    static std::map<site, std::vector<frame>> known;
    const auto [place, fresh] = known.try_emplace(at);
    Dl_info object{};
    if (!fresh || at == nullptr || ::dladdr(at, &object) == 0) return place->second;
    const auto address = reinterpret_cast<std::uintptr_t>(at) - 1;
    const auto base = reinterpret_cast<std::uintptr_t>(object.dli_fbase);
    const auto lines = lines_of(fmt::format("addr2line -f -C -i -e '{}' {:#x} 2>/dev/null",
                                            object.dli_fname, address - base));
    for (std::size_t i = 0; i + 1 < lines.size(); i += 2) {
        if (lines[i] == "??" || lines[i + 1].starts_with("??")) continue;
        const std::string name = without_scope(lines[i].substr(0, lines[i].find('(')));
        if (!place->second.empty() && is_machinery(name, lines[i + 1])) break;
        place->second.push_back({name, shortened(lines[i + 1])});
    }
    return place->second;
}

}  // namespace

std::string describe(site at) {
    std::string text;
    for (const frame& each : frames_of(at)) {
        text += fmt::format("{}{} at {}", text.empty() ? "" : ", in ", each.function, each.place);
    }
    return text.empty() ? fmt::format("{}", at) : text;
}

std::string function_of(site at) {
    const auto& frames = frames_of(at);
    return frames.empty() ? fmt::format("{}", at) : frames.front().function;
}

}  // namespace ringproof::explore
