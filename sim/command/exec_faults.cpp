#include "sim/command/exec_faults.hpp"

#include <fmt/format.h>

#include "sim/exec/settings.hpp"

namespace ringproof::sim::command {

std::optional<std::string> refusal_of_faults(const std::string& list) {
    if (list.empty()) return {};
    const fault_set possible = exec::possible_faults();
    const auto kinds = parse_faults(list, possible);
    if (kinds) return {};
    std::string names;
    for (std::size_t i = 0; i < fault_count; ++i) {
        if (!possible.test(i)) continue;
        names += fmt::format("{}{}", names.empty() ? "" : ", ", name_of(static_cast<fault>(i)));
    }
    return fmt::format("{}; here there are {}, and all", kinds.error(), names);
}

}  // namespace ringproof::sim::command
