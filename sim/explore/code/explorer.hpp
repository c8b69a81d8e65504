#pragma once
// Many runs of one target: at random, by priorities, or every one there is.

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/explore/code/scene.hpp"

namespace ringproof::explore {

enum class strategy : std::uint8_t {
    random,  ///< each choice by itself
    pct,  ///< agents by priority, which changes at a few random points; finds what is d deep with
          ///< a known chance (Burckhardt and others, 2010)
    dfs,  ///< every combination, in order
};

[[nodiscard]] std::optional<strategy> strategy_named(std::string_view name) noexcept;

struct explore_options {
    strategy by = strategy::random;
    std::uint64_t seed = 1;
    std::uint64_t runs_most = ~std::uint64_t{0};
    std::chrono::duration<double> time{1.0};
    std::function<void(std::uint64_t runs)> progress{};  ///< called now and then
};

/// A run that is wrong, by its choices; with these it is the same again.
struct found_run {
    finding what;
    std::vector<std::uint8_t> choices;
    std::vector<step> steps;
};

struct exploration {
    std::uint64_t runs = 0;
    std::uint64_t accesses = 0;  ///< that compiled code told of, in all runs
    bool complete = false;       ///< every run there is was made
    double seconds = 0;
    std::optional<found_run> found;
};

/// One target in one scene. Belongs to one thread.
class explorer {
public:
    explorer(const target& of, const scene_options& in) : target_(&of), scene_(in) {}

    /// Until something is found, or runs or time are used up.
    [[nodiscard]] exploration explore(const explore_options& options);

    /// One run, with its steps.
    [[nodiscard]] std::optional<found_run> replay(const std::vector<std::uint8_t>& choices);

    /// Fewer and smaller choices that end in a finding of the same kind at the same places.
    [[nodiscard]] found_run shrink(found_run found);

    [[nodiscard]] const target& of() const noexcept { return *target_; }
    /// Whose memory the findings speak of.
    [[nodiscard]] const scene& in() const noexcept { return scene_; }

private:
    std::optional<finding> run(sim::choices& decides, bool keep_steps);

    const target* target_;
    scene scene_;
    session session_;
};

}  // namespace ringproof::explore
