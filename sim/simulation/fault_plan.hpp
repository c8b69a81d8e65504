#pragma once
// Faults that an application has to survive, as data. Each of them is a question to the run's
// choices (choice.hpp), so that a fault that happened is an answer like any other: it is in the
// replay, and it shrinks. Faults happen for a while; then they stop, and all must come right.

#include <array>
#include <bitset>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/simulation/world_script.hpp"

namespace ringproof::sim {

/// What may go wrong without anybody's mistake.
enum class fault : std::uint8_t {
    short_transfers,  ///< a stream transfer is shorter than it could be
    delayed_work,     ///< task work, the SQPOLL thread and workers run later than they could
    punts,            ///< a request is given to io-wq
    interruptions,    ///< EINTR out of a wait
    refusals,         ///< EAGAIN or EBUSY from io_uring_enter(2)
    bursts,           ///< peers do not keep to their pauses: all speak at once
    jitter,           ///< peers hear late, each at its own time
    spurious_wakes,   ///< a socket wakes its waiters for nothing
    slow_readers,     ///< peers leave what they could read: buffers wait in sends
    early_finishes,   ///< a peer finishes somewhere in its script
    early_resets,     ///< a peer resets somewhere in its script
    time_jumps,       ///< the clock moves on far
    late_stores,      ///< the polling thread sees an entry after the load of its flags (no fence)
    enobufs,          ///< data comes just before buffers do: receives find none, and all are back
    small_queues,     ///< in a swarm: queues and pools of one to four entries
};

inline constexpr std::size_t fault_count = static_cast<std::size_t>(fault::small_queues) + 1;

using fault_set = std::bitset<fault_count>;

[[nodiscard]] std::string_view name_of(fault which) noexcept;
[[nodiscard]] std::optional<fault> fault_named(std::string_view name) noexcept;

/// The calls that can be refused.
enum class call_kind : std::uint8_t { setup, enter, registration, map };

inline constexpr std::size_t call_kind_count = 4;

[[nodiscard]] std::string_view name_of(call_kind which) noexcept;

/// The n-th call of a kind fails, and nothing is done.
struct refusal {
    call_kind call = call_kind::enter;
    std::uint32_t number = 1;  ///< from 1
    int error = 11;            ///< errno

    friend bool operator==(const refusal&, const refusal&) = default;
};

/// The errors with which that call may be refused.
[[nodiscard]] const std::vector<int>& errors_of(call_kind which);

struct fault_plan {
    fault_set kinds;           ///< those that may happen
    bool swarm = false;        ///< each run has only some of them, drawn from its seed
    std::uint32_t one_in = 8;  ///< how often, where a kind may happen
    virtual_time until = std::chrono::milliseconds(50);  ///< then none happens any more
    std::vector<refusal> refusals;                       ///< beside them, whatever the time

    [[nodiscard]] bool has(fault which) const noexcept {
        return kinds.test(static_cast<std::size_t>(which));
    }
    void set(fault which, bool on = true) { kinds.set(static_cast<std::size_t>(which), on); }

    friend bool operator==(const fault_plan&, const fault_plan&) = default;
};

/// Everything that an application has to survive, in a swarm.
[[nodiscard]] fault_plan all_faults();

/// "short_transfers,punts", "short,pu" where that can mean nothing else that is possible, or "all".
/// Error: which of them there is not, is not possible, or can mean several.
[[nodiscard]] std::expected<fault_set, std::string> parse_faults(std::string_view list,
                                                                 const fault_set& possible);

/// What a plan says that cannot be meant: "faults, refusal 2: ...". Nothing when it is sound.
[[nodiscard]] std::expected<void, std::string> validate(const fault_plan& plan,
                                                        virtual_time budget);

}  // namespace ringproof::sim
