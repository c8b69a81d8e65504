#include "sim/exec/settings.hpp"

#include <charconv>
#include <cstdlib>
#include <cstring>

#include "sim/exec/system_call.hpp"
#include "sim/profile_name.hpp"

namespace ringproof::sim::exec {

std::optional<settings> settings_of_environment() {
    settings found;
    if (const char* name = std::getenv(variable::profile)) {
        const auto named = profile_named(name);
        if (!named) return {};
        found.version = *named;
    }
    if (const char* digits = std::getenv(variable::seed)) {
        const char* end = digits + std::strlen(digits);
        std::uint64_t seed = 0;
        if (std::from_chars(digits, end, seed).ptr != end) return {};
        found.seed = seed;
    }
    found.verbose = std::getenv(variable::verbose) != nullptr;
    return found;
}

void say(const std::string& message) noexcept {
    const std::string line = "ringproof: " + message + "\n";
    system_call(SYS_write, 2, line.data(), line.size());
}

}  // namespace ringproof::sim::exec
