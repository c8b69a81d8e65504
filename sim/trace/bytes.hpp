#pragma once
// Any bytes are a trace. For fuzzers: nothing is ever rejected, neighbouring bytes belong to the
// same operation, and a deleted record shifts nothing but the operations behind it.
//
//   byte 0     format version; ignored so far
//   byte 1     ring: mode (bits 0-1), log2 of the submission entries (2-4), of the completion
//              queue's factor (5-6)
//   then       records of six bytes: kind, handles (subject low nibble, group high nibble),
//              modifiers or word (low nibble), count, size, limit
//
// A record whose kind is not assigned carries choices for the model in its other five bytes;
// kinds are only ever appended, so old inputs keep their meaning but for those records. Amounts
// are codes: below 128 the number itself, above it a number near a power of two, then cut to what
// keeps a fuzzer fast.

#include <cstdint>
#include <span>
#include <vector>

#include "sim/trace/trace.hpp"

namespace ringproof::sim {

inline constexpr std::size_t record_size = 6;

/// At most this many records are read: longer inputs find nothing that shorter ones do not.
inline constexpr std::size_t record_count_max = 512;

[[nodiscard]] trace decode(std::span<const std::uint8_t> bytes);

/// Bytes that decode to `wanted`, or to the nearest trace that the codes can say.
[[nodiscard]] std::vector<std::uint8_t> encode(const trace& wanted);

}  // namespace ringproof::sim
