#pragma once
// What the command tells the library that it loads into a program.

namespace ringproof::sim::exec {

/// The variables of the environment. Absent ones mean what a `settings` begins with.
namespace variable {
inline constexpr const char* profile = "RINGPROOF_EXEC_PROFILE";
inline constexpr const char* seed = "RINGPROOF_EXEC_SEED";
inline constexpr const char* faults = "RINGPROOF_EXEC_FAULTS";
inline constexpr const char* verbose = "RINGPROOF_EXEC_VERBOSE";
inline constexpr const char* report = "RINGPROOF_EXEC_REPORT";
inline constexpr const char* check = "RINGPROOF_EXEC_CHECK";
inline constexpr const char* history = "RINGPROOF_EXEC_HISTORY";
inline constexpr const char* records = "RINGPROOF_EXEC_RECORDS";
inline constexpr const char* process = "RINGPROOF_EXEC_PROCESS";  // the first one's id
}  // namespace variable

}  // namespace ringproof::sim::exec
