#pragma once
// A seed becomes a trace. Two habits make such traces find things: whole kinds of operation are
// left out of a run (swarm testing: what is always possible hides what happens when it is not),
// and amounts sit at the boundaries of what the trace itself has set up.

#include <cstdint>
#include <string>
#include <string_view>

#include <ringproof/capabilities.hpp>

#include "sim/trace/trace.hpp"

namespace ringproof::sim {

/// What generated traces may use.
struct generate_options {
    std::string profile = "v7_3";
    std::uint32_t operations_least = 40;  ///< of one trace
    std::uint32_t operations_most = 160;
    bool sqpoll = true;       ///< may ask for a kernel thread
    bool incremental = true;  ///< may ask for incremental rings
    bool min_left = true;     ///< may ask for min_left on them
    bool mapped = true;       ///< may ask for rings in the kernel's memory
    bool bundles = true;      ///< may use bundles, and sends from a ring
    bool read_multishot = true;
    bool receive_limits = true;  ///< len= and total= on multishot receives
    bool workers = true;         ///< may do what io-wq has to do: IOSQE_ASYNC, and files in memory
    bool timers = true;  ///< may let time pass: on the running kernel, more passes by itself
};

/// Whatever a kernel of those capabilities can do.
[[nodiscard]] generate_options options_for(const capabilities& can,
                                           const std::string& profile = "v7_3");

/// The same seed and options give the same trace on every machine.
[[nodiscard]] trace generate(std::uint64_t seed, const generate_options& options = {});

/// Enough rounds that the ring's 16-bit tail wraps, and then an emptied ring: the first case of
/// every run, since no other is long enough.
[[nodiscard]] trace wrap_trace(const std::string& profile);

/// Any text as a seed: a number stands for itself (decimal or 0x), anything else is hashed, so that
/// a commit's hash makes a seed that changes and can still be named.
[[nodiscard]] std::uint64_t seed_of(std::string_view text) noexcept;

/// The seed of the n-th case of a run.
[[nodiscard]] std::uint64_t case_seed(std::uint64_t run_seed, std::uint64_t n) noexcept;

}  // namespace ringproof::sim
