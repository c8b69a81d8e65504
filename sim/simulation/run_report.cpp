#include "sim/simulation/run_report.hpp"

namespace ringproof::sim {

std::string_view name_of(failure which) noexcept {
    static constexpr std::string_view names[] = {
        "none",  "wrong bytes", "lost connection", "stuck",  "out of time", "gave up",
        "spins", "goes on",     "exception",       "misuse", "refused"};
    return names[static_cast<std::size_t>(which)];
}

}  // namespace ringproof::sim
