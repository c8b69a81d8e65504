#pragma once
// Where in the source an access stands, asked of the debug information.

#include <string>

#include "sim/explore/code/weak_memory.hpp"

namespace ringproof::explore {

/// "function at file.c:12, inlined into other at file.c:40"; an address when nothing else is known.
/// \param at  an instruction behind the one that is meant, as hooks have it
[[nodiscard]] std::string describe(site at);

/// The innermost function alone.
[[nodiscard]] std::string function_of(site at);

}  // namespace ringproof::explore
