#pragma once
// What became of the inputs that made a fuzz target fail: one folder for each way to fail.

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sim/report/fuzzing.hpp"
#include "sim/trace/trace.hpp"

namespace ringproof::sim::command {

/// A target that ended on an input.
struct fuzz_crash {
    std::string target;
    std::string program;   ///< by which it can be repeated
    std::string artifact;  ///< the file with the input
    std::string report;    ///< what the target and the engine said
};

/// How it failed.
struct diagnosis {
    std::string signature;          ///< equal for equal failures
    std::optional<trace> wanted{};  ///< if the input is a trace; shrunk when `shown` is true
    bool playable = false;          ///< playing it does this process no harm
    bool shown = false;             ///< the trace fails on the model, in this signature's way
    bool repaired = false;          ///< as its version without that version's own bugs
};

/// Keeps the first input of each signature, also over several runs with one folder.
class finding_keeper {
public:
    /// \param folder  made when there is something to keep
    explicit finding_keeper(std::filesystem::path folder) : folder_(std::move(folder)) {}

    /// Finds out whether it is news; if it is, shrinks its trace and writes
    /// `<signature>/{input,trace,reproducer.c,report.txt}`.
    /// \return false when this run had one like it before
    bool keep(const fuzz_crash& crash);

    [[nodiscard]] std::span<const fuzz_finding> findings() const noexcept { return findings_; }

private:
    void write(const std::filesystem::path& into, const fuzz_crash& crash,
               const diagnosis& found) const;

    std::filesystem::path folder_;
    std::vector<fuzz_finding> findings_;
};

}  // namespace ringproof::sim::command
