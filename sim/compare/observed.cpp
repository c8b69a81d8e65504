#include "sim/compare/observed.hpp"

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <unordered_set>
#include <utility>

#include <ringproof/abi_constants.hpp>

namespace ringproof::sim {

bool is_timed_out(const event& happened) noexcept {
    return happened.kind == event_kind::refused && happened.a == ETIME;
}

std::vector<event> observed(std::span<const event> happened) {
    std::vector<event> seen;
    std::ranges::remove_copy_if(happened, std::back_inserter(seen), is_timed_out);
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

std::vector<event> without_timing(std::vector<event> seen) {
    struct unit {  // a completion and what was taken of it
        std::uint64_t user;
        std::size_t at;  // in the burst, so that those of one request stay in order
        std::vector<event> events;
    };
    std::vector<event> sorted;
    std::vector<unit> burst;
    const auto end_burst = [&] {
        std::ranges::sort(burst, {},
                          [](const unit& each) { return std::pair(each.user, each.at); });
        for (const unit& each : burst) {
            sorted.insert(sorted.end(), each.events.begin(), each.events.end());
        }
        burst.clear();
    };
    for (event& each : seen) {
        each.step = 0;
        if (each.kind == event_kind::completed) {
            burst.push_back({each.subject, burst.size(), {each}});
        } else if (each.kind == event_kind::taken && !burst.empty()) {
            burst.back().events.push_back(each);
        } else {
            end_burst();
            sorted.push_back(each);
        }
    }
    end_burst();
    return sorted;
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
