#pragma once
// What a time of fuzzing came to, for people and for programs.

#include <cstdint>
#include <string>
#include <vector>

namespace ringproof::sim {

/// One target's part.
struct fuzzed_target {
    std::string name = {};
    std::string skipped = {};  ///< why it could not be run; empty when it was
    std::uint64_t executions = 0;
    double seconds = 0;          ///< of its processes, one after the other
    std::uint64_t coverage = 0;  ///< edges, as the engine counts them
    std::uint64_t inputs = 0;    ///< in the working corpus
    std::uint64_t crashes = 0;   ///< with those that are the same finding
    std::uint64_t findings = 0;

    [[nodiscard]] double rate() const {
        return seconds > 0 ? static_cast<double>(executions) / seconds : 0;
    }
};

/// One way to fail, however many inputs do.
struct fuzz_finding {
    std::string target;
    std::string signature;
    std::string folder;
    std::uint64_t crashes = 0;
};

struct fuzz_summary {
    double seconds = 0;
    bool interrupted = false;
    std::vector<fuzzed_target> targets = {};
    std::vector<fuzz_finding> findings = {};  ///< in the order in which they came
};

/// A table, with the findings below it. Ends in a newline.
[[nodiscard]] std::string to_text(const fuzz_summary& of);

/// The same as one JSON object.
[[nodiscard]] std::string to_json(const fuzz_summary& of);

}  // namespace ringproof::sim
