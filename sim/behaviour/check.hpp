#pragma once
// Behaviours against a kernel: which to perform, on what, and what to hold them against.

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sim/behaviour/judgement.hpp"
#include "sim/behaviour/perform.hpp"
#include "sim/report/kernel_report.hpp"

namespace ringproof::sim {

struct check_options {
    std::string rule = "*";                     ///< a pattern for ids or names of behaviours
    bool hazardous = false;                     ///< also what an unfixed kernel may not survive
    std::optional<std::size_t> profile = {};    ///< none: the one that the kernel is nearest to
    const recorded_kernel* recorded = nullptr;  ///< instead of a profile; must outlive the call
    /// What this kernel is known not to survive, by name, and how: not performed again.
    std::map<std::string, std::string> lost = {};
    bool guarded = false;               ///< each in a process of its own, not only what may hang
    std::chrono::seconds patience{20};  ///< with such a process
    /// Called before each behaviour, with its number from 1 on and how many there are.
    std::function<void(const behaviour&, std::size_t, std::size_t)> progress = {};
};

/// Performs them one by one, hazardous ones last; `perform` runs one in a fresh world.
[[nodiscard]] kernel_report check(std::span<const behaviour> scripts, const check_options& options,
                                  const std::function<performance(const behaviour&)>& perform);

/// Judges what was performed, in that order, by the same options.
[[nodiscard]] kernel_report judge_all(std::span<const performance> performed,
                                      const check_options& options);

/// What a report recorded, judged again by behaviours as they are now. What they do not say of it,
/// or what does another thing now, is skipped. `profile`: none: the one that it is nearest to.
[[nodiscard]] kernel_report check_again(std::span<const behaviour> scripts,
                                        const recorded_kernel& recorded,
                                        std::optional<std::size_t> profile = {});

/// On the running kernel; kernel, build and machine are what uname(2) says.
[[nodiscard]] kernel_report check_linux(std::span<const behaviour> scripts,
                                        const check_options& options);

}  // namespace ringproof::sim
