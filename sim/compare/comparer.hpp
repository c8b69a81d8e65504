#pragma once
// Holds what the running kernel did with a trace against the model under a profile.

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "sim/compare/explain.hpp"
#include "sim/kernel/model_world.hpp"
#include "sim/oracle/oracle.hpp"
#include "sim/profile.hpp"
#include "sim/trace/play.hpp"

namespace ringproof::sim {

/// How often the model leaves a question open, and how often the kernel chose which answer.
struct leeway {
    static constexpr std::size_t answers_most = 8;  ///< the last one stands for all behind it
    std::array<std::uint64_t, answers_most> offered{};
    std::array<std::uint64_t, answers_most> taken{};
};

/// Sums over traces.
struct comparison_tally {
    std::uint64_t traces = 0;
    std::uint64_t operations = 0;  ///< of the traces, as counters::operations
    std::uint64_t events = 0;      ///< that the application saw, and the model, too
    std::uint64_t required = 0;    ///< traces on which the model leaves nothing open
    std::uint64_t allowed = 0;     ///< traces on which the kernel did one of several things
    std::uint64_t forbidden = 0;   ///< traces that the model cannot do
    std::uint64_t recorded = 0;    ///< forbidden, and on the list of known divergences
    std::uint64_t runs = 0;        ///< of the model
    std::map<std::string_view, leeway> open;  ///< by question

    void add(const comparison_tally& other);
};

/// Belongs to one thread.
class comparer {
public:
    explicit comparer(const profile& version) : version_(version) {}

    /// \param seen    what the application saw on the running kernel, whole and in order
    /// \param writes  what its peers' writes brought there: linux_world::writes()
    /// \return a violation of I21 when the model cannot do that, whatever it chooses
    [[nodiscard]] verdict compare(const trace& wanted, std::span<const event> seen,
                                  std::span<const std::int64_t> writes, std::uint64_t operations);

    [[nodiscard]] const comparison_tally& tally() const noexcept { return tally_; }

private:
    [[nodiscard]] showing show_model(const trace& wanted, std::span<const std::int64_t> writes,
                                     std::span<const std::uint8_t> answers);
    void count(const explanation& found);

    profile version_;
    player<model_world> player_;
    std::vector<event> kernel_;  ///< what is to be explained
    comparison_tally tally_;
};

}  // namespace ringproof::sim
