#include "sim/command/files.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "sim/command/command.hpp"
#include "sim/command/host.hpp"
#include "sim/profile_name.hpp"
#include "sim/trace/text.hpp"

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

bool can_be_written(const std::string& path) {
    if (path.empty() || path == "-") return true;
    // Appending nothing changes nothing, but may leave an empty file where there was none.
    const bool there = std::filesystem::exists(path);
    const bool opened = std::ofstream(path, std::ios::app).is_open();
    if (!opened) complain(fmt::format("{}: cannot be written: {}", path, std::strerror(errno)));
    if (opened && !there) std::filesystem::remove(path);
    return opened;
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

std::expected<trace, int> read_trace(const std::string& path, const std::string& profile) {
    const auto text = contents_of(path);
    if (!text) {
        complain(fmt::format("{}: cannot be read", path));
        return std::unexpected(status_usage);
    }
    auto parsed = parse(*text);
    if (!parsed) {
        complain(fmt::format("{}:{}", path, parsed.error().message()));
        return std::unexpected(status_usage);
    }
    if (!profile.empty()) parsed->profile = profile;
    if (!settle_profile(parsed->profile)) return std::unexpected(status_environment);
    if (!profile_named(parsed->profile)) {
        complain(fmt::format("{}: no profile is called {}", path, parsed->profile));
        return std::unexpected(status_usage);
    }
    return std::move(*parsed);
}

}  // namespace ringproof::sim::command
