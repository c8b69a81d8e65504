#pragma once
// Everything that decides a run of an application on the model: equal scenarios, equal runs. A
// value; its text form (scenario_text.hpp) is what a failed run leaves behind.

#include <chrono>
#include <cstdint>
#include <expected>
#include <string>
#include <vector>

#include "sim/simulation/fault_plan.hpp"
#include "sim/simulation/world_script.hpp"
#include "sim/trace/trace.hpp"

namespace ringproof::sim {

/// What the application is advised to make its ring and its buffers like; see stage.hpp.
struct advised_sizes {
    std::uint32_t sq_entries = 64;
    std::uint32_t cq_entries = 0;  ///< 0: twice the submission queue
    std::uint32_t buffers = 16;
    std::uint32_t buffer_size = 256;
    bool incremental = false;

    friend bool operator==(const advised_sizes&, const advised_sizes&) = default;
};

struct scenario {
    std::uint64_t seed = 1;
    std::string profile = "v7_3";  ///< as profile_named() takes it; Linux ignores it
    ring_mode mode = ring_mode::coop;
    advised_sizes sizes;
    world_script world;
    fault_plan faults;
    virtual_time budget = std::chrono::seconds(20);  ///< until then all peers must have ended
    std::vector<std::uint8_t> answers;  ///< to the run's questions; then canonical ones. Empty:
                                        ///< the seed answers, as the fault plan lets it

    friend bool operator==(const scenario&, const scenario&) = default;
};

/// What a scenario says that cannot be meant, and where. Nothing when it is sound.
[[nodiscard]] std::expected<void, std::string> validate(const scenario& wanted);

/// One run of it: what a swarm leaves to chance, the kinds of faults, their rate and the sizes of
/// queues and buffers, is drawn from the seed. A scenario without a swarm stays as it is.
[[nodiscard]] scenario drawn(const scenario& wanted);

}  // namespace ringproof::sim
