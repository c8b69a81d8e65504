#pragma once
// What `ringproof exec` was told, handed over in the environment: the library is loaded into a
// program that knows nothing of it.

#include <cstdint>
#include <optional>
#include <string>

#include "sim/profile.hpp"
#include "sim/simulation/fault_plan.hpp"

namespace ringproof::sim::exec {

struct settings {
    profile version{};
    std::optional<std::uint64_t> seed;  ///< none: everything at once, and as much as can be
    fault_plan faults;                  ///< none: as the seed has it
    bool verbose = false;
    bool report = false;   ///< what the rings were used for, at the end
    bool check = false;    ///< mistakes of the program are told, and make its status 1
    std::string history;   ///< a file for events as lines; empty: none
    std::string records;   ///< the same for who makes a picture of them (event_log.hpp)
    bool is_first = true;  ///< not a child: the files are its own

    /// Whether anybody looks at what the program does.
    [[nodiscard]] bool watches() const noexcept {
        return report || check || !history.empty() || !records.empty();
    }
};

/// Faults that can be had where peers, files and time are real.
[[nodiscard]] inline fault_set possible_faults() {
    fault_plan can;
    for (const fault each :
         {fault::short_transfers, fault::delayed_work, fault::punts, fault::interruptions,
          fault::refusals, fault::spurious_wakes, fault::enobufs}) {
        can.set(each);
    }
    return can.kinds;
}

/// Nothing when a variable cannot be understood: it was not written by the command.
[[nodiscard]] std::optional<settings> settings_of_environment();

/// One line on standard error, by a single write: "ringproof: " and the message.
void say(const std::string& message) noexcept;

}  // namespace ringproof::sim::exec
