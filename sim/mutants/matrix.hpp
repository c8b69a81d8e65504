#pragma once
// The kill matrix: every mutant against every detector that is meant for it, from several seeds.

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sim/mutants/catalogue.hpp"

namespace ringproof::mutants {

/// One search, from one seed.
struct attempt {
    std::uint64_t tests = 0;
    double milliseconds = 0;
    std::string how{};               ///< what gave the mutant away; empty: nothing did
    std::size_t operations = 0;      ///< of the trace that it was shrunk to; 0: there was none
    double shrink_milliseconds = 0;  ///< that this took
};

enum class fate : unsigned char {
    killed,      ///< from every seed
    survived,    ///< with a reason that is written down
    escaped,     ///< from some seed, and without a reason
    overstated,  ///< killed, although there is a reason why it cannot be
    clean,       ///< sound code, and nothing was found
    alarmed,     ///< sound code, and something was found
    untold,      ///< the detector could not be asked, or is not meant for it
};

/// One mutant against one detector.
struct cell {
    detector who = detector::behaviours;
    fate what = fate::untold;
    std::vector<attempt> attempts{};
    std::string reason{};

    [[nodiscard]] std::size_t kills() const noexcept;
    [[nodiscard]] double median_tests() const;
    [[nodiscard]] double median_milliseconds() const;
};

struct row {
    const mutant* of = nullptr;
    std::vector<cell> cells{};
};

struct matrix_options {
    std::vector<detector> detectors;
    unsigned seeds = 10;
    unsigned jobs = 2;
    std::uint64_t tests_most = 60'000;
    double seconds_most = 20;  ///< of one search; what goes on for longer hangs, and is caught
    std::string fuzzer;        ///< the libFuzzer target with the mutants; empty: no fuzzing
    std::string explorer;      ///< ringproof-explore with the mutants; empty: no code
    std::function<void(std::size_t done, std::size_t all)> progress = {};
};

/// All that can be wrong, and the answer of each detector. Each search runs in a process of its
/// own: a mutant may crash or hang, and is caught by that.
[[nodiscard]] std::vector<row> run_matrix(std::span<const mutant> mutants,
                                          const matrix_options& options);

/// The catalogue, and a mutant for each bug that a profile can have and the newest has not.
/// The switch of a catalogue's mutant is its place, from 1.
[[nodiscard]] std::vector<mutant> all_mutants(std::vector<mutant> catalogue);

[[nodiscard]] std::string to_text(std::span<const row> rows, bool colour);
[[nodiscard]] std::string to_json(std::span<const row> rows);

}  // namespace ringproof::mutants
