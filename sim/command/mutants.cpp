// ringproof mutants: hands over to ringproof-mutants, which lies beside this program. The library
// and the model with mutants in them are not what anybody wants to have installed.

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <vector>

#include "sim/command/command.hpp"

namespace ringproof::sim::command {

namespace {

int hand_over(std::vector<std::string> arguments) {
    std::error_code error;
    const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
    const std::string program = (self.parent_path() / "ringproof-mutants").string();
    std::vector<char*> words{const_cast<char*>(program.c_str())};
    for (std::string& word : arguments) words.push_back(word.data());
    words.push_back(nullptr);
    ::execv(program.c_str(), words.data());
    complain(fmt::format("{} is not there; configure with -DRINGPROOF_MUTANTS=ON, or use the "
                         "launcher ./ringproof, which builds it",
                         program));
    return status_environment;
}

}  // namespace

void add_mutants(CLI::App& app, action& chosen) {
    CLI::App* verb =
        app.add_subcommand("mutants", "Tell which detectors notice which mutants: the kill matrix");
    verb->set_help_flag();  // the other program's
    verb->prefix_command();
    verb->callback(
        [verb, &chosen] { chosen = [rest = verb->remaining()] { return hand_over(rest); }; });
}

}  // namespace ringproof::sim::command
