#pragma once
// What a run came to, for people and for programs.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/report/comparison.hpp"
#include "sim/trace/outcome.hpp"

namespace ringproof::sim {

/// One violation and where its trace is.
struct finding {
    std::uint64_t number = 0;  ///< of the case in its run
    violation what;
    std::string trace_path;  ///< empty when it could not be written
};

/// What happened on one kernel.
struct backend_summary {
    std::string name = {};     ///< "model" or "Linux"
    std::string version = {};  ///< a profile, or what uname says; for people only
    std::string skipped = {};  ///< why nothing was run; empty when it was
    double seconds = 0;
    std::uint64_t refused = 0;  ///< traces for which the kernel had no ring to give
    counters done = {};
    mark_set met = {};
    mark_set impossible = {};                       ///< what this kernel cannot do, found by trying
    std::vector<finding> findings = {};             ///< in the order of their cases
    std::optional<comparison_tally> compared = {};  ///< if it was held against the model
    std::string compared_with = {};                 ///< the profile of which

    /// Situations that this kernel can come into and did not.
    [[nodiscard]] mark_set missing() const { return ~(met | impossible); }
};

struct run_summary {
    std::uint64_t seed = 0;
    bool interrupted = false;
    bool complete = false;  ///< large enough that every situation must have been met
    std::vector<backend_summary> backends = {};

    [[nodiscard]] bool violated() const;
    /// A run of full size that never met a situation has not done its work.
    [[nodiscard]] bool incomplete() const;
};

/// A table, with the findings below it. Ends in a newline. `colour`: with ANSI escapes.
[[nodiscard]] std::string to_text(const run_summary& run, bool colour);

/// The same as one JSON object.
[[nodiscard]] std::string to_json(const run_summary& run);

}  // namespace ringproof::sim
