#pragma once
// What is seen, as the text that behaviours expect (text.hpp).

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <ringproof/abi.hpp>

#include "sim/abi_names.hpp"

namespace ringproof::sim {

/// "7{-ENOBUFS}", "1{64 B3 +M NE}".
[[nodiscard]] std::string describe(const abi::io_uring_cqe& done);

/// All of them, in their order or by their text; "nothing" when there are none.
[[nodiscard]] std::string describe(std::span<const abi::io_uring_cqe> taken, bool sorted);

/// The submission queue's flag word: "overflow taskrun wakeup"; "none".
[[nodiscard]] std::string describe_flags(std::uint32_t flags);

/// Fills a slab before anything happens; describe_bytes() shows it as dots.
inline constexpr std::byte untouched{0xee};

/// "\"hello\""; bytes that are no letters, digits or blanks are dots.
[[nodiscard]] std::string describe_bytes(std::span<const std::byte> bytes);

/// "0800ff": two digits each.
[[nodiscard]] std::string describe_hex(std::span<const std::byte> bytes);

}  // namespace ringproof::sim
