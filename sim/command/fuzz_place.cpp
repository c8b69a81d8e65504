#include "sim/command/fuzz_place.hpp"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string_view>

namespace ringproof::sim::command {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view prefix = "fuzz_";

/// Builds are beside each other, one a preset.
fs::path build_beside_this() {
    std::error_code error;
    return fs::read_symlink("/proc/self/exe", error).parent_path().parent_path() / "fuzz";
}

/// From what CMake remembers; empty when that cannot be read.
fs::path source_of(const fs::path& build) {
    constexpr std::string_view key = "CMAKE_HOME_DIRECTORY:INTERNAL=";
    std::ifstream cache(build / "CMakeCache.txt");
    for (std::string line; std::getline(cache, line);) {
        if (line.starts_with(key)) return line.substr(key.size());
    }
    return {};
}

std::vector<std::string> targets_in(const fs::path& folder) {
    std::vector<std::string> names;
    std::error_code error;
    for (const auto& each : fs::directory_iterator(folder, error)) {
        const std::string name = each.path().filename().string();
        const bool runs = each.is_regular_file() && ::access(each.path().c_str(), X_OK) == 0;
        if (runs && name.starts_with(prefix)) names.push_back(name.substr(prefix.size()));
    }
    std::ranges::sort(names);
    return names;
}

}  // namespace

fuzz_place::fuzz_place(const std::string& build, const std::string& out)
    : build_(fs::absolute(build.empty() ? build_beside_this() : fs::path(build))),
      out_(fs::absolute(out.empty() ? build_ / "found" : fs::path(out))),
      source_(source_of(build_)),
      targets_(targets_in(build_ / "fuzz")) {}

fs::path fuzz_place::program(const std::string& target) const {
    return build_ / "fuzz" / (std::string(prefix) + target);
}

fs::path fuzz_place::corpus(const std::string& target) const { return out_ / "corpus" / target; }

fs::path fuzz_place::turn_folder(unsigned number) const {
    fs::path folder = out_ / "turns" / (std::to_string(::getpid()) + "-" + std::to_string(number));
    fs::remove_all(folder);
    fs::create_directories(folder);
    return folder;
}

fs::path fuzz_place::dictionary(const std::string& target) const {
    fs::path file = source_ / "fuzz" / (target + ".dict");
    return !source_.empty() && fs::exists(file) ? file : fs::path();
}

void fuzz_place::sow(const std::string& target) const {
    fs::create_directories(corpus(target));
    const fs::path seeds = source_ / "corpus" / target;
    if (source_.empty() || !fs::is_directory(seeds)) return;
    fs::copy(seeds, corpus(target), fs::copy_options::recursive | fs::copy_options::skip_existing);
}

bool fuzz_place::writable() const {
    std::error_code error;
    fs::create_directories(out_, error);
    return !error && ::access(out_.c_str(), W_OK | X_OK) == 0;
}

std::size_t files_in(const fs::path& folder) {
    std::error_code error;
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(folder, error), fs::directory_iterator()));
}

void move_files(const fs::path& from, const fs::path& to) {
    std::error_code error;
    for (const auto& each : fs::directory_iterator(from, error)) {
        fs::rename(each.path(), to / each.path().filename(), error);
    }
}

}  // namespace ringproof::sim::command
