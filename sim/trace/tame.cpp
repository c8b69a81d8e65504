#include "sim/trace/tame.hpp"

#include <algorithm>
#include <cstdint>
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

/// What is left of the limits on a whole trace.
class budget {
public:
    budget(const trace& spending, const tame_limits& limits)
        : rounds_(limits.rounds_in_all),
          bytes_(std::uint64_t{limits.buffers_filled} * smallest_buffer(spending, limits)) {}

    /// Cuts an operation to it, and takes what the operation costs.
    void spend_on(op& wanted) {
        if (wanted.kind == op_kind::feed) bytes_ -= at_most(wanted.count, bytes_);
        if (wanted.kind != op_kind::churn) return;
        rounds_ -= at_most(wanted.count, rounds_);
        if (wanted.count > 0) at_most(wanted.size, bytes_ / wanted.count);
        bytes_ -= std::uint64_t{wanted.count} * wanted.size;
    }

private:
    static std::uint32_t at_most(std::uint32_t& value, std::uint64_t most) {
        return value = static_cast<std::uint32_t>(std::min<std::uint64_t>(value, most));
    }

    static std::uint32_t smallest_buffer(const trace& from, const tame_limits& limits) {
        std::uint32_t smallest = limits.buffer_size;
        for (const op& each : from.operations) {
            if (each.kind == op_kind::group) smallest = std::min(smallest, each.size);
        }
        return std::max(smallest, 1U);
    }

    std::uint64_t rounds_;
    std::uint64_t bytes_;
};

/// True when everything else has been left out for the sake of one long run.
bool only_churns(const trace& wanted) {
    return std::ranges::all_of(wanted.operations, [](const op& each) {
        const bool arms = each.kind >= op_kind::recv && each.kind <= op_kind::read_multishot;
        return arms || each.kind == op_kind::open || each.kind == op_kind::group ||
            each.kind == op_kind::churn;
    });
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
    if (!only_churns(wanted)) {
        budget left(wanted, limits);
        for (op& each : wanted.operations) left.spend_on(each);
    }
    ring_geometry& ring = wanted.ring;
    ring.sq_entries = std::clamp(ring.sq_entries, 1U, limits.sq_entries);
    ring.cq_entries =
        std::clamp(ring.cq_entries, ring.sq_entries, ring.sq_entries * limits.cq_factor);
    wanted.profile = existing(wanted.profile);
    return wanted;
}

}  // namespace ringproof::sim
