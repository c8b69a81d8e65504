#pragma once
// Files as the command's arguments name them.

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "sim/report/kernel_report.hpp"
#include "sim/trace/trace.hpp"

namespace ringproof::sim::command {

/// All of a file; none when it cannot be read. A folder cannot.
[[nodiscard]] std::optional<std::string> contents_of(const std::string& path);

/// Writes to a file, or to standard output for "" and "-". Complains and returns false when the
/// file cannot be written.
[[nodiscard]] bool write_to(const std::string& path, std::string_view text);

/// False, with a complaint, when a file of that name could not be written; asked before the work
/// whose result it is to hold. True for "" and "-".
[[nodiscard]] bool can_be_written(const std::string& path);

/// A kernel's report; complains and returns nothing when it cannot be read, or is none.
[[nodiscard]] std::optional<recorded_kernel> read_report(const std::string& path);

/// The trace in a file, under `profile` unless that is empty. Complains and returns a status when
/// there is none, or no such profile.
[[nodiscard]] std::expected<trace, int> read_trace(const std::string& path,
                                                   const std::string& profile);

}  // namespace ringproof::sim::command
