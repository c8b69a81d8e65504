#pragma once
// What is asked of every kernel of the matrix. The executable that boots as PID 1 knows only this.

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace ringproof::matrix {

struct report_options {
    bool hazardous = false;  ///< also what may cost the machine
    /// Behaviours that this machine is known not to survive, and how.
    std::map<std::string, std::string> lost = {};
    /// Called with its name before each behaviour.
    std::function<void(std::string_view)> at = {};
};

/// Judges the running kernel, each behaviour in a process of its own. One JSON document, an object.
std::string report(const report_options& options);

}  // namespace ringproof::matrix
