#include "sim/command/files.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "sim/command/command.hpp"

namespace ringproof::sim::command {

std::optional<std::string> contents_of(const std::string& path) {
    std::error_code error;
    if (std::filesystem::is_directory(path, error)) return std::nullopt;  // opens, then throws
    std::ifstream file(path, std::ios::binary);
    if (!file) return std::nullopt;
    std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    if (file.bad()) return std::nullopt;
    return text;
}

bool write_to(const std::string& path, std::string_view text) {
    if (path.empty() || path == "-") {
        fmt::print("{}", text);
        return true;
    }
    std::ofstream file(path, std::ios::binary);
    file << text;
    file.close();
    if (file) return true;
    complain(fmt::format("{}: cannot be written: {}", path, std::strerror(errno)));
    return false;
}

std::optional<recorded_kernel> read_report(const std::string& path) {
    const auto text = contents_of(path);
    if (!text) {
        complain(fmt::format("{}: cannot be read", path));
        return std::nullopt;
    }
    auto parsed = from_json(*text);
    if (!parsed) {
        complain(fmt::format("{}:{}", path, parsed.error().message()));
        return std::nullopt;
    }
    return std::move(*parsed);
}

}  // namespace ringproof::sim::command
