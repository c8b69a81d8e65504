#pragma once
// A program under `ringproof exec --perfetto`: this one waits for its end, and draws.

#include <functional>
#include <string>

namespace ringproof::sim::command {

/// Runs `become`, which does not return but with a status, in a child, and gives it the name of the
/// file for its events (exec/event_log.hpp). Then writes them to `picture`, in the form of
/// report/perfetto.hpp, each ring a process of it. The child's own end is this process's: its
/// status, or its signal. A status where there is no child or nothing can be written.
[[nodiscard]] int run_and_draw(const std::string& picture, const std::string& kernel,
                               const std::function<int(const std::string&)>& become);

}  // namespace ringproof::sim::command
