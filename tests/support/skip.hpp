#pragma once

#include <string>

namespace ringproof::testing {

/// Ends the running test case as skipped, and says why on standard error. The suite's program ends
/// with status 77 when every case that was selected ended this way.
/// Never returns: it throws what the main of the suites expects, so no code may swallow it.
[[noreturn]] void skip(const std::string& reason);

}  // namespace ringproof::testing
