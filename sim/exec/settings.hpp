#pragma once
// What `ringproof exec` was told, handed over in the environment: the library is loaded into a
// program that knows nothing of it.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/profile.hpp"

namespace ringproof::sim::exec {

struct settings {
    profile version{};
    std::optional<std::uint64_t> seed;  ///< none: everything at once, and as much as can be
    bool verbose = false;
};

/// The variables of the environment. Absent ones mean what a `settings` begins with.
namespace variable {
inline constexpr const char* profile = "RINGPROOF_EXEC_PROFILE";
inline constexpr const char* seed = "RINGPROOF_EXEC_SEED";
inline constexpr const char* verbose = "RINGPROOF_EXEC_VERBOSE";
}  // namespace variable

/// Nothing when a variable cannot be understood: it was not written by the command.
[[nodiscard]] std::optional<settings> settings_of_environment();

/// One line on standard error, by a single write: "ringproof: " and the message.
void say(const std::string& message) noexcept;

}  // namespace ringproof::sim::exec
