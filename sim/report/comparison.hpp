#pragma once
// What it came to to hold the running kernel against the model, trace by trace.

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

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
    std::uint64_t again = 0;       ///< of these two, traces that took a second play to explain
    std::uint64_t known = 0;       ///< traces on the list of known divergences
    std::uint64_t forbidden = 0;   ///< traces that the model cannot do
    std::uint64_t undecided = 0;   ///< traces of which no play was searched to the end
    std::uint64_t runs = 0;        ///< of the model
    std::map<std::string_view, leeway> open;  ///< by question

    void add(const comparison_tally& other);
};

/// Some lines, each with its count; ends in a newline. `like`: the profile that the model was.
[[nodiscard]] std::string to_text(const comparison_tally& tally, std::string_view like);

/// The same as one JSON object.
[[nodiscard]] std::string to_json(const comparison_tally& tally, std::string_view like);

}  // namespace ringproof::sim
