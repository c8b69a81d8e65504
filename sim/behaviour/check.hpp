#pragma once
// Behaviours against a kernel: which to perform, on what, and what to hold them against.

#include <functional>
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
    /// Called before each behaviour, with its number from 1 on and how many there are.
    std::function<void(std::size_t, std::size_t)> progress = {};
};

/// Performs them one by one; `perform` runs one in a fresh world.
[[nodiscard]] kernel_report check(std::span<const behaviour> scripts, const check_options& options,
                                  const std::function<performance(const behaviour&)>& perform);

/// On the running kernel; kernel and machine are what uname(2) says.
[[nodiscard]] kernel_report check_linux(std::span<const behaviour> scripts,
                                        const check_options& options);

}  // namespace ringproof::sim
