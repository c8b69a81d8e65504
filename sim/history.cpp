#include "sim/history.hpp"

#include <array>
#include <cstddef>
#include <string_view>

#include "sim/telling.hpp"

namespace ringproof::sim {

std::string describe(const event& happened) {
    std::string out = std::to_string(happened.step);
    out.append(out.size() < 5 ? 5 - out.size() : 0, ' ');
    constexpr std::array<std::string_view, 3> actors{"application", "kernel", "peer"};
    const std::string_view who = actors[static_cast<std::size_t>(happened.who)];
    out.append("  ").append(who).append(12 - who.size(), ' ');
    return out + sentence_of(happened);
}

}  // namespace ringproof::sim
