#include "sim/command/hand_over.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <system_error>

#include "sim/command/command.hpp"

namespace ringproof::sim::command {

int hand_over(const std::string& program, std::vector<std::string> arguments,
              const std::string& hint) {
    std::error_code error;
    const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
    const std::string path = (self.parent_path() / program).string();
    std::vector<char*> words{const_cast<char*>(path.c_str())};
    for (std::string& word : arguments) words.push_back(word.data());
    words.push_back(nullptr);
    ::execv(path.c_str(), words.data());
    complain(fmt::format("{} is not there; {}", path, hint));
    return status_environment;
}

}  // namespace ringproof::sim::command
