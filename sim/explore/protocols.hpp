#pragma once
// The protocols between an application and the kernel, as steps. Rules ABI-08 and USR-10.

#include <span>
#include <string>
#include <string_view>

#include "sim/explore/program.hpp"

namespace ringproof::sim::explore {

/// A protocol, for any ring of 1, 2, 4, 8 or 16 entries.
struct protocol {
    std::string_view name;
    std::string_view summary;
    program (*make)(unsigned entries);
};

/// All of them, in the sequence in which they are best read.
[[nodiscard]] std::span<const protocol> protocols();

/// Null without a protocol of this name.
[[nodiscard]] const protocol* find_protocol(std::string_view name);

/// Publish and consume, a number of times, and then the end: what other tools can count, too. The
/// kernel looks at the tail only when it has used up what it saw.
[[nodiscard]] program bounded_publish(unsigned entries, unsigned publications);

}  // namespace ringproof::sim::explore
