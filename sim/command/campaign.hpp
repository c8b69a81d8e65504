#pragma once
// Many generated traces on one kernel, on several threads, until a number or a time is reached.

#include <cstdint>
#include <string>

#include "sim/command/backend.hpp"
#include "sim/profile.hpp"
#include "sim/report/summary.hpp"

namespace ringproof::sim::command {

struct campaign_options {
    backend_kind kind = backend_kind::model;
    std::uint64_t seed = 0;
    generate_options may;     ///< what its traces may use
    std::uint64_t cases = 0;  ///< 0: by time
    double seconds = 0;
    unsigned jobs = 1;
    std::string out;                   ///< where traces of violations go; empty: a temporary one
    const profile* against = nullptr;  ///< hold each trace against the model as this version
};

/// Runs it, with progress on a terminal; ends early on Ctrl-C.
[[nodiscard]] backend_summary run_campaign(const campaign_options& options);

/// While it lives, Ctrl-C asks for an early end instead of ending the program.
class interrupt_guard {
public:
    interrupt_guard();
    interrupt_guard(const interrupt_guard&) = delete;
    interrupt_guard& operator=(const interrupt_guard&) = delete;
    ~interrupt_guard();
};

/// True when Ctrl-C was typed.
[[nodiscard]] bool was_interrupted() noexcept;

}  // namespace ringproof::sim::command
