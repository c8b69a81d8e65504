#pragma once
// Holds what the running kernel did with a trace against the model under a profile.

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "sim/compare/explain.hpp"
#include "sim/compare/model_player.hpp"
#include "sim/kernel/page_arena.hpp"
#include "sim/oracle/oracle.hpp"
#include "sim/profile.hpp"
#include "sim/report/comparison.hpp"

namespace ringproof::sim {

/// One play of a trace on the running kernel.
struct kernel_play {
    history record;                    ///< with its events
    std::vector<std::int64_t> writes;  ///< what its peers' writes brought: linux_world::writes()
    std::uint64_t operations = 0;
};

/// False where what the application sees depends on a clock: a kernel thread that polls, and time
/// that passes by itself. Such traces are left to the oracles.
[[nodiscard]] bool can_be_compared(const trace& wanted);

/// Plays the same trace on the same kernel once more; nothing when that could not be done.
using play_again = std::function<std::optional<kernel_play>()>;

/// Belongs to one thread.
class comparer {
public:
    explicit comparer(const profile& version) : version_(version) {}

    /// What no answers of the model explain is played again, up to `plays_most` times: workers are
    /// threads, and how they ran may be too much for the search; what the model forbids comes back.
    /// \return a violation of I21 when the model cannot do any of it, whatever it chooses
    [[nodiscard]] verdict compare(const trace& wanted, const kernel_play& first,
                                  const play_again& again);

    static constexpr unsigned plays_most = 10;

    [[nodiscard]] const comparison_tally& tally() const noexcept { return tally_; }

private:
    [[nodiscard]] showing show_model(const trace& wanted, std::span<const std::int64_t> writes,
                                     std::span<const std::uint8_t> answers);
    [[nodiscard]] explanation explain_play(const trace& wanted, const kernel_play& played);
    void count(const explanation& found, unsigned plays);

    profile version_;
    page_arena pages_;  ///< of one model after another
    player<model_world> player_;
    std::vector<event> kernel_;  ///< what was seen, in its order
    std::vector<event> wanted_;  ///< what is to be explained: the same, perhaps without_timing()
    bool timed_ = true;          ///< nothing of the trace is done by workers
    comparison_tally tally_;
};

}  // namespace ringproof::sim
