#include "sim/simulation/progress.hpp"

namespace ringproof::sim {

std::string explain(machine& /*in*/, const peers& waiting, std::span<open_file* const> /*files*/) {
    for (std::uint32_t i = 0; i < waiting.size(); ++i) {
        if (!waiting.ended(i)) return waiting.describe(i) + ".";
    }
    return {};
}

}  // namespace ringproof::sim
