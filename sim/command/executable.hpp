#pragma once
// A program that the user names, and whether a library can be loaded into it.

#include <expected>
#include <string>

namespace ringproof::sim::command {

/// The file that execvp(3) would run for `name`, as it was found: a script stays the script. Error:
/// one line that says why nothing can be loaded into it: it is not there, it is static, it gains
/// privileges, or it is for another processor. A script is as good as its interpreter.
[[nodiscard]] std::expected<std::string, std::string> find_preloadable(const std::string& name);

}  // namespace ringproof::sim::command
