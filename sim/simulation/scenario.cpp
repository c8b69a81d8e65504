#include "sim/simulation/scenario.hpp"

#include <bit>
#include <fmt/format.h>
#include <utility>

#include "sim/choice.hpp"
#include "sim/profile_name.hpp"

namespace ringproof::sim {

namespace {

std::expected<void, std::string> validate(const advised_sizes& sizes) {
    if (sizes.sq_entries == 0 || sizes.sq_entries > sq_entries_most) {
        return std::unexpected(fmt::format("sizes: a submission queue of {} entries, 1 to {}",
                                           sizes.sq_entries, sq_entries_most));
    }
    if (sizes.cq_entries != 0 &&
        (sizes.cq_entries < sizes.sq_entries || sizes.cq_entries > cq_entries_most)) {
        return std::unexpected(fmt::format("sizes: a completion queue of {} entries behind {}",
                                           sizes.cq_entries, sizes.sq_entries));
    }
    constexpr std::uint32_t buffers_most = 32768;
    if (!std::has_single_bit(sizes.buffers) || sizes.buffers > buffers_most) {
        return std::unexpected(
            fmt::format("sizes: {} buffers; a power of two, 1 to {}", sizes.buffers, buffers_most));
    }
    if (sizes.buffer_size == 0) return std::unexpected("sizes: buffers of 0 bytes");
    return {};
}

}  // namespace

std::expected<void, std::string> validate(const scenario& wanted) {
    if (!profile_named(wanted.profile)) {
        return std::unexpected(fmt::format("profile: there is no {}", wanted.profile));
    }
    if (wanted.budget.count() <= 0) return std::unexpected("budget: no time at all");
    if (auto sound = validate(wanted.sizes); !sound) return sound;
    if (auto sound = validate(wanted.world); !sound) return sound;
    return validate(wanted.faults, wanted.budget);
}

scenario drawn(const scenario& wanted) {
    scenario made = wanted;
    if (!std::exchange(made.faults.swarm, false)) return made;
    random_bits random(wanted.seed ^ 0x5a5a'0f0f'3c3c'9669U);
    for (std::size_t i = 0; i < fault_count; ++i) {
        if (random.below(2) == 0) made.faults.kinds.reset(i);
    }
    made.faults.one_in = 2U << random.below(6);  // 2 .. 64
    if (made.faults.has(fault::small_queues)) {
        made.faults.set(fault::small_queues, false);  // it is in the sizes now
        made.sizes.sq_entries = 1U << random.below(3);
        made.sizes.cq_entries = made.sizes.sq_entries << random.below(2);
        made.sizes.buffers = 1U << random.below(3);
    }
    return made;
}

}  // namespace ringproof::sim
