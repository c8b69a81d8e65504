#pragma once
// The running kernel, for targets that hold the model against it.

#include <cstdio>
#include <optional>

#include <ringproof/capabilities.hpp>
#include <ringproof/linux_kernel.hpp>

#include "sim/behaviour/catalogue.hpp"
#include "sim/behaviour/check.hpp"
#include "sim/profile.hpp"

namespace ringproof::fuzz {

/// Which profile the running kernel behaves like, found by trying (takes a moment); nothing where
/// it has no io_uring for us, after a line that says so.
inline std::optional<sim::profile> ask_host() {
    linux_kernel kernel;
    if (const auto can = probe(kernel); !can) {
        std::fprintf(stderr, "skipped: io_uring cannot be used here: %s\n",
                     can.error().message().c_str());
        return std::nullopt;
    }
    const auto scripts = sim::all_behaviours();
    const sim::profile* found =
        scripts ? sim::find_profile(sim::check_linux(*scripts, {}).like) : nullptr;
    return found != nullptr ? std::optional(*found) : std::nullopt;
}

}  // namespace ringproof::fuzz
