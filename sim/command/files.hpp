#pragma once
// Files as the command's arguments name them.

#include <optional>
#include <string>
#include <string_view>

#include "sim/report/kernel_report.hpp"

namespace ringproof::sim::command {

/// All of a file; none when it cannot be read. A folder cannot.
[[nodiscard]] std::optional<std::string> contents_of(const std::string& path);

/// Writes to a file, or to standard output for "" and "-". Complains and returns false when the
/// file cannot be written.
[[nodiscard]] bool write_to(const std::string& path, std::string_view text);

/// A kernel's report; complains and returns nothing when it cannot be read, or is none.
[[nodiscard]] std::optional<recorded_kernel> read_report(const std::string& path);

}  // namespace ringproof::sim::command
