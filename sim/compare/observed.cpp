#include "sim/compare/observed.hpp"

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <unordered_set>

#include <ringproof/abi_constants.hpp>

namespace ringproof::sim {

std::vector<event> observed(std::span<const event> happened) {
    // When a wait ran out of time is the machine's business; what it waited for is not.
    const auto timed_out = [](const event& each) {
        return each.kind == event_kind::refused && each.a == ETIME;
    };
    std::vector<event> seen;
    std::ranges::remove_copy_if(happened, std::back_inserter(seen), timed_out);
    std::unordered_set<std::uint64_t> accepts;  // by user data
    for (event& each : seen) {
        switch (each.kind) {
            case event_kind::fed:
            case event_kind::finished:
            case event_kind::reset:
                each.subject = 0;
                break;
            case event_kind::submitted:
                each.c = 0;
                if (each.a == abi::ioring_op_accept) accepts.insert(each.subject);
                break;
            case event_kind::completed:
                if (each.a > 0 && accepts.contains(each.subject)) each.a = 0;
                break;
            default:
                break;
        }
    }
    return seen;
}

std::string say_observed(const event& seen) {
    std::string line = describe(seen);
    line.erase(0, line.find_first_not_of("0123456789 "));
    for (auto at = line.find("  "); at != std::string::npos; at = line.find("  ")) {
        line.erase(at, 1);
    }
    return line;
}

}  // namespace ringproof::sim
