#pragma once
// The profile called host: whichever the running kernel behaves like, found by trying.

#include <string>

namespace ringproof::sim::command {

/// Replaces "host" by the name of a profile, and says on standard error which and how well it fits;
/// any other name stays as it is. The kernel is asked once, however often this is called. False:
/// io_uring cannot be had, and it was said why; the status is status_environment.
[[nodiscard]] bool settle_profile(std::string& name);

/// Why there is no io_uring to ask; empty when there is.
[[nodiscard]] std::string refusal_of_host();

}  // namespace ringproof::sim::command
