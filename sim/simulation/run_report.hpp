#pragma once
// What came of running an application: a failure or none, why, how much was done, and everything
// that is needed to do it again.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/history.hpp"
#include "sim/simulation/fault_plan.hpp"
#include "sim/simulation/peers.hpp"
#include "sim/simulation/progress.hpp"
#include "sim/simulation/scenario.hpp"

namespace ringproof::sim {

/// How a run can fail. What shrinking keeps.
enum class failure : std::uint8_t {
    none,
    wrong_bytes,      ///< a peer got bytes that it should not get
    lost_connection,  ///< a peer was cut off in the middle
    stuck,            ///< nothing can ever happen again, and peers wait
    out_of_time,      ///< the budget of virtual time is gone, and peers wait
    gave_up,          ///< the application returned, and peers wait
    busy,             ///< its receives find no buffer and are started again, for nothing
    spins,            ///< it looks at its queues for ever and does not enter the kernel
    goes_on,          ///< it was told EDEADLK again and again, and does not leave
    exception,        ///< one came out of it
    misuse,           ///< of a buffer ring: what the kernel's side sees (ring_watch.hpp)
    refused,          ///< the scenario contradicts itself: nothing was run
};

[[nodiscard]] std::string_view name_of(failure which) noexcept;

struct run_statistics {
    std::uint64_t enters = 0;
    std::uint64_t completions = 0;
    std::uint64_t starved = 0;  ///< completions that said -ENOBUFS
    peer_totals peers;
    std::uint64_t nanoseconds = 0;  ///< of virtual time
    std::uint64_t descriptors = 0;  ///< that the application left open
    std::array<std::uint64_t, call_kind_count> calls{};
    std::array<std::uint64_t, fault_count> faults{};  ///< that happened, by kind
    std::uint64_t refusals = 0;                       ///< of the plan, that happened
};

/// What makes two failures the same; shrinking keeps it.
struct failure_kind {
    failure what = failure::none;
    cause why = cause::none;

    friend bool operator==(const failure_kind&, const failure_kind&) = default;
};

struct run_report {
    failure failed = failure::none;
    std::string sentence;       ///< what happened, in one line; empty when nothing did
    diagnosis why;              ///< of one that is stuck: who waits for what
    scenario played;            ///< with what was drawn from the seed: run it, and get the same
    std::uint64_t hash = 0;     ///< equal for equal runs; on Linux it means nothing
    std::vector<event> events;  ///< when they were kept
    run_statistics done;

    [[nodiscard]] bool clean() const noexcept { return failed == failure::none; }
    [[nodiscard]] failure_kind kind() const noexcept { return {failed, why.why}; }
};

/// For people: what failed, why, what happened last, and the scenario to do it again with.
[[nodiscard]] std::string tell(const run_report& report);

}  // namespace ringproof::sim
