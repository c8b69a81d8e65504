#pragma once
// Memory that had to be given up: the kernel may still write to it, so freeing it would be worse.

#include <cstddef>
#include <cstdint>
#include <system_error>

namespace ringproof {

/// One piece of memory that was leaked on purpose, and why.
struct leak {
    std::size_t size = 0;  ///< bytes
    std::error_code reason;
};

/// Called for each leak, on the thread on which it happens, possibly from a destructor.
using leak_handler = void (*)(const leak&) noexcept;

/// Replaces the handler, which writes one line to standard error by default; nullptr silences it.
/// Returns the former one. Safe from any thread.
leak_handler set_leak_handler(leak_handler handler) noexcept;

/// Leaks of this process so far, and their bytes. Safe from any thread.
[[nodiscard]] std::uint64_t leak_count() noexcept;
[[nodiscard]] std::uint64_t leaked_size() noexcept;

/// Counts a leak and tells the handler. For this library's own use.
void report_leak(const leak& lost) noexcept;

}  // namespace ringproof
