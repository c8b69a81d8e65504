#pragma once
// Scenarios as text: what a failed run leaves behind, and what people write and change by hand. One
// thing a line; '#' starts a comment; times are numbers with ns, us, ms or s.
//
//     seed 7
//     profile v7_3
//     mode defer
//     queues 64 128                    # submissions, completions (0: twice as many)
//     buffers 16 256                   # how many, bytes each; then: incremental
//     budget 20s
//     faults jitter bursts one_in 8 until 50ms       # or: faults all swarm ...
//     refuse enter 3 EAGAIN            # the third call
//     answers 0001000200               # to the run's questions, in hexadecimal digits
//     listeners 1
//     latency 20us
//     peers 3 tcp echo                 # or: script, none; then: listener 1, start 1ms,
//       send 1000 chunk 100 every 1ms  # stagger 1ms, window 512, attached
//       hear                           # hear 100, hear "text", say "text", mirror, hear_end,
//       finish                         # pause 1ms, reset
//
// What is not said is as in a scenario{}. Texts have \n, \r, \t, \", \\ and \x00.

#include <expected>
#include <string>
#include <string_view>

#include "sim/simulation/scenario.hpp"

namespace ringproof::sim {

/// parse(print(s)) == s for every scenario.
[[nodiscard]] std::string print(const scenario& wanted);

/// "line 4: there is no fault 'jiter'" when it cannot be read. Whether it contradicts itself is
/// asked of validate().
[[nodiscard]] std::expected<scenario, std::string> parse_scenario(std::string_view text);

}  // namespace ringproof::sim
