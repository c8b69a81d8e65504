#include "sim/exec/settings.hpp"

#include <charconv>
#include <cstdlib>
#include <cstring>

#include "sim/exec/system_call.hpp"
#include "sim/exec/variables.hpp"
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
    const auto text = [](const char* name) {
        const char* value = std::getenv(name);
        return std::string(value == nullptr ? "" : value);
    };
    if (const std::string list = text(variable::faults); !list.empty()) {
        const auto kinds = parse_faults(list, possible_faults());
        if (!kinds) return {};
        found.faults.kinds = *kinds;
    }
    found.verbose = std::getenv(variable::verbose) != nullptr;
    found.report = std::getenv(variable::report) != nullptr;
    found.check = std::getenv(variable::check) != nullptr;
    found.history = text(variable::history);
    found.records = text(variable::records);
    found.is_first = text(variable::process) == std::to_string(system_call(SYS_getpid));
    return found;
}

void say(const std::string& message) noexcept {
    const std::string line = "ringproof: " + message + "\n";
    system_call(SYS_write, 2, line.data(), line.size());
}

}  // namespace ringproof::sim::exec
