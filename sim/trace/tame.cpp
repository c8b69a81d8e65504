#include "sim/trace/tame.hpp"

#include <algorithm>
#include <numeric>
#include <span>
#include <string>

#include "sim/profile.hpp"
#include "sim/profile_name.hpp"

namespace ringproof::sim {

namespace {

void limit(op& wanted, const tame_limits& limits) {
    const auto at_most = [](std::uint32_t& value, std::uint32_t most) {
        value = std::min(value, most);
    };
    switch (wanted.kind) {
        case op_kind::group:
        case op_kind::send_group:
            at_most(wanted.count, limits.entries);
            at_most(wanted.size, limits.buffer_size);
            break;
        case op_kind::feed:
            at_most(wanted.count, limits.fed);
            break;
        case op_kind::send:
            at_most(wanted.count, limits.sent);
            break;
        case op_kind::nop:
            at_most(wanted.count, limits.nops);
            break;
        case op_kind::churn:
            at_most(wanted.count, limits.rounds);
            at_most(wanted.size, limits.round_bytes);
            break;
        default:
            break;
    }
}

/// Sums, so that any change of one character leads to another profile.
std::string existing(const std::string& name) {
    if (profile_named(name)) return name;
    const auto sum =
        std::accumulate(name.begin(), name.end(), std::size_t{0}, [](std::size_t so_far, char c) {
            return so_far + static_cast<unsigned char>(c);
        });
    return std::string(profiles()[sum % profiles().size()].name);
}

}  // namespace

trace tame(trace wanted, const tame_limits& limits) {
    if (wanted.operations.size() > limits.operations) wanted.operations.resize(limits.operations);
    for (op& each : wanted.operations) limit(each, limits);
    ring_geometry& ring = wanted.ring;
    ring.sq_entries = std::clamp(ring.sq_entries, 1U, limits.sq_entries);
    ring.cq_entries =
        std::clamp(ring.cq_entries, ring.sq_entries, ring.sq_entries * limits.cq_factor);
    wanted.profile = existing(wanted.profile);
    return wanted;
}

}  // namespace ringproof::sim
