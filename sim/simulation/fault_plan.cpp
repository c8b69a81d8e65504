#include "sim/simulation/fault_plan.hpp"

#include <algorithm>
#include <cerrno>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <ranges>

namespace ringproof::sim {

namespace {

using found_fault = std::expected<fault, std::string>;

/// The only one of them that begins so. A name that is whole is no beginning of others.
found_fault fault_beginning_with(std::string_view beginning, const fault_set& among) {
    if (const auto whole = fault_named(beginning)) return *whole;
    std::vector<std::string_view> names;
    for (std::size_t i = 0; i < fault_count && !beginning.empty(); ++i) {
        const std::string_view name = name_of(static_cast<fault>(i));
        if (among.test(i) && name.starts_with(beginning)) names.push_back(name);
    }
    if (names.size() == 1) return *fault_named(names.front());
    if (!names.empty()) {
        return std::unexpected(
            fmt::format("'{}' can mean {}", beginning, fmt::join(names, " or ")));
    }
    if (!among.all()) return fault_beginning_with(beginning, fault_set().set());
    return std::unexpected(fmt::format("there is no fault '{}'", beginning));
}

}  // namespace

std::string_view name_of(fault which) noexcept {
    static constexpr std::array<std::string_view, fault_count> names{
        "short_transfers", "delayed_work", "punts",          "interruptions", "refusals",
        "bursts",          "jitter",       "spurious_wakes", "slow_readers",  "early_finishes",
        "early_resets",    "time_jumps",   "late_stores",    "enobufs",       "small_queues"};
    return names[static_cast<std::size_t>(which)];
}

std::optional<fault> fault_named(std::string_view name) noexcept {
    for (std::size_t i = 0; i < fault_count; ++i) {
        const auto which = static_cast<fault>(i);
        if (name_of(which) == name) return which;
    }
    return {};
}

std::string_view name_of(call_kind which) noexcept {
    static constexpr std::array<std::string_view, call_kind_count> names{"setup", "enter",
                                                                         "register", "map"};
    return names[static_cast<std::size_t>(which)];
}

const std::vector<int>& errors_of(call_kind which) {
    static const std::array<std::vector<int>, call_kind_count> errors{{
        {ENOMEM, EAGAIN},        // no memory; RLIMIT_MEMLOCK or a thread that cannot be made
        {EAGAIN, EBUSY, EINTR},  // no memory for a request; completions held back; a signal
        {ENOMEM, EBUSY},
        {ENOMEM, EAGAIN},
    }};
    return errors[static_cast<std::size_t>(which)];
}

fault_plan all_faults() { return {.kinds = fault_set{}.set(), .swarm = true, .refusals = {}}; }

std::expected<fault_set, std::string> parse_faults(std::string_view list,
                                                   const fault_set& possible) {
    fault_set made;
    for (const auto part : std::views::split(list, ',')) {
        const std::string_view name(part.begin(), part.end());
        if (name == "all") {
            made |= possible;
            continue;
        }
        const auto which = fault_beginning_with(name, possible);
        if (!which) return std::unexpected(which.error());
        if (!possible.test(static_cast<std::size_t>(*which))) {
            return std::unexpected(
                fmt::format("'{}' is for simulated peers to do", name_of(*which)));
        }
        made.set(static_cast<std::size_t>(*which));
    }
    return made;
}

std::expected<void, std::string> validate(const fault_plan& plan, virtual_time budget) {
    if (plan.one_in == 0) return std::unexpected("faults: one in 0");
    if (plan.until.count() < 0) return std::unexpected("faults: they end before they begin");
    if (plan.kinds.any() && plan.until >= budget) {
        return std::unexpected(
            fmt::format("faults: they go on for {} and the run for {}: no time to come right",
                        print(plan.until), print(budget)));
    }
    for (std::size_t i = 0; i < plan.refusals.size(); ++i) {
        const refusal& each = plan.refusals[i];
        const auto wrong = [i](std::string_view why) {
            return std::unexpected(fmt::format("faults, refusal {}: {}", i + 1, why));
        };
        if (each.number == 0) return wrong("calls count from 1");
        if (std::ranges::count(errors_of(each.call), each.error) == 0) {
            return wrong(
                fmt::format("{} does not fail with errno {}", name_of(each.call), each.error));
        }
        const auto same = [&each](const refusal& other) {
            return other.call == each.call && other.number == each.number;
        };
        if (std::ranges::count_if(plan.refusals, same) > 1) {
            return wrong(
                fmt::format("{} call {} is refused twice", name_of(each.call), each.number));
        }
    }
    return {};
}

}  // namespace ringproof::sim
