#pragma once
// The mutants: what is wrong in each, and who must notice. They stand in mutants.txt:
//
//   mutant M12                          an id
//   in kernel                           what is broken: kernel, ring or application
//   what Slot 0 is written whole.       one sentence
//   from liburing, a10                  where it happened, or "inferred"
//   order tail-release                  the order that is missing, as `explore proof` calls it
//   edit lib/ringproof/buffer_ring.hpp  a source, and in it, once and exactly,
//   - the text that is replaced         (several lines: several of these)
//   + the text in its place
//   except fuzzing Why it survives that detector; "except plays": all that play traces.
//
// Two statements or expressions are made into one that chooses; text that says MUTANT itself is
// taken as it is. Bugs of profiles (profile v7_3+BUG-20) are no edits but data: they are mutants
// without being listed, and stand here only for their exceptions.

#include <array>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ringproof::mutants {

/// Who can notice a mutant.
enum class detector : unsigned char {
    behaviours,    ///< what kernels do, rule by rule (corpus/behaviours)
    properties,    ///< generated traces under all oracles
    differential,  ///< the mutant's play held against the model, as a kernel's is
    fuzzing,       ///< libFuzzer, from an empty corpus
    proof,         ///< the protocol's steps without that order (sim/explore)
    code,          ///< the compiled ring on weak memory (sim/explore/code)
};

inline constexpr std::array<std::string_view, 6> detector_names{
    "behaviours", "properties", "differential", "fuzzing", "proof", "code"};

[[nodiscard]] constexpr std::string_view name_of(detector who) noexcept {
    return detector_names[static_cast<unsigned>(who)];
}

/// What a mutant breaks, and so who is meant for it: all detectors for the kernel's; those that
/// run the library and the player, properties and fuzzing, for the others. An order that is missing
/// is for proof and code, too.
enum class broken_part : unsigned char { kernel, ring, application };

struct source_edit {
    unsigned line = 0;  ///< of mutants.txt
    std::string file;   ///< from the repository's root
    std::string before;
    std::string after;
};

struct excuse {
    detector from;
    std::string reason;
};

struct mutant {
    std::string id;
    unsigned index = 0;  ///< its switch: the place in mutants.txt, from 1; 0: not listed there
    broken_part part = broken_part::kernel;
    std::string what{};
    std::string origin{};
    std::string order{};               ///< its name in sim/explore/mutants.cpp; empty: none is
    std::vector<source_edit> edits{};  ///< empty: `profile` is what is wrong
    std::string profile{};             ///< "v7_3+BUG-20", or the newest
    std::vector<excuse> excuses{};

    /// Nothing is wrong with it: it is there to show that detectors cry for a reason.
    [[nodiscard]] bool is_control() const noexcept;
    /// Whether that detector is meant for it.
    [[nodiscard]] bool is_for(detector who) const noexcept;
    /// Why it survives that detector; empty: it must not.
    [[nodiscard]] std::string_view excuse_from(detector who) const noexcept;
};

/// Reads mutants.txt. An error is one line: "31: expected ...".
[[nodiscard]] std::expected<std::vector<mutant>, std::string> parse_mutants(std::string_view text);

/// mutants.txt, built in.
[[nodiscard]] std::string_view catalogue_text() noexcept;

}  // namespace ringproof::mutants
