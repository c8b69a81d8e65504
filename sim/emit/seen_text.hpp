#pragma once
// What behaviours expect (sim/behaviour/text.hpp), as C.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ringproof::sim::emitting {

/// "12", "-EINVAL", "yes": an expression; none for anything else.
[[nodiscard]] std::optional<std::string> number_in_c(std::string_view text);

/// The flag word of the submission queue: "overflow taskrun", "none".
[[nodiscard]] std::optional<std::string> queue_flags_in_c(std::string_view text);

/// A literal of what stands between the quotes of "hello".
[[nodiscard]] std::optional<std::string> bytes_in_c(std::string_view text);

/// Completions as initializers, "{ 1, 3, BUFFER(515) }"; none of them for "nothing".
/// \param sorted  by user data, result and flags
[[nodiscard]] std::optional<std::vector<std::string>> completions_in_c(std::string_view text,
                                                                       bool sorted);

/// The flags of one, as "BUFFER(3) | IORING_CQE_F_MORE".
[[nodiscard]] std::string completion_flags_in_c(std::uint32_t flags);

/// A result as C says it best: "-ENOBUFS", "16".
[[nodiscard]] std::string result_in_c(std::int64_t value);

/// A number that needs a U when it is very large.
[[nodiscard]] std::string unsigned_in_c(std::uint64_t value);

}  // namespace ringproof::sim::emitting
