#pragma once
// Fuzz targets taking turns on the processors, until the time is over.

#include <chrono>
#include <filesystem>
#include <list>
#include <string>
#include <vector>

#include "sim/command/child.hpp"
#include "sim/command/engine_output.hpp"
#include "sim/command/fuzz_findings.hpp"
#include "sim/command/fuzz_place.hpp"
#include "sim/report/fuzzing.hpp"

namespace ringproof::sim::command {

/// A turn is one process of one target. What it has found is merged into the target's working
/// corpus afterwards, so the next turn goes on from there; its failure goes to the keeper.
class fuzz_rotation {
public:
    /// \param place    must outlive this, as must `keeper`
    /// \param targets  are there; each has its turn, then the first one again
    /// \param jobs     processes at a time
    fuzz_rotation(const fuzz_place& place, const std::vector<std::string>& targets, double seconds,
                  unsigned jobs, finding_keeper& keeper);

    /// Runs it, with progress on a terminal; ends early on Ctrl-C.
    [[nodiscard]] fuzz_summary run();

    /// A target could not be run, or ended in a way that nobody understands.
    [[nodiscard]] bool failed() const noexcept { return failed_; }

private:
    using clock = std::chrono::steady_clock;

    struct turn {
        std::size_t target;
        std::filesystem::path folder;
        bool merging;
        child process;
        engine_output said = {};
        clock::time_point began = clock::now();

        [[nodiscard]] double seconds() const {
            return std::chrono::duration<double>(clock::now() - began).count();
        }
    };

    [[nodiscard]] double left() const;
    [[nodiscard]] bool is_out(std::size_t target) const;
    [[nodiscard]] bool more();
    void begin_turn();
    void begin_merge(turn& of);
    void start(std::size_t target, std::filesystem::path folder, bool merging,
               const std::vector<std::string>& words);
    void listen();
    void end(turn& of);
    void end_fuzzing(turn& of, int status);
    void show_progress();

    const fuzz_place* place_;
    finding_keeper* keeper_;
    double seconds_;
    unsigned jobs_;
    double turn_seconds_;
    clock::time_point began_;
    fuzz_summary summary_;
    std::vector<unsigned> no_news_;  // of each target: crashes in a row that were known
    std::size_t next_ = 0;
    unsigned turns_ = 0;
    std::list<turn> running_;
    bool failed_ = false;
    bool interrupted_ = false;  // and the children were told
    bool showing_ = false;
};

}  // namespace ringproof::sim::command
