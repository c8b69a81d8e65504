#pragma once
// Any bytes are a trace, and any trace is bytes. For fuzzers: nothing is ever rejected,
// neighbouring bytes belong to the same operation, and a deleted record shifts nothing but the
// operations behind it. For corpora: decode(encode(t)) == t for every trace that has a text.
//
//   byte 0     format version, 1; nobody asks for it so far
//   byte 1     ring: mode (bits 0-1), log2 of the submission entries (2-4), of the completion
//              queue's factor (5-6)
//   then       records of six bytes, the first one's low six bits tell of which kind:
//
//   an operation   kind, handles (subject low nibble, group high nibble), modifiers or word (low
//                  nibble), count, size, limit. Amounts are codes: below 128 the number itself,
//                  above it a number near a power of two.
//   62  exact      a place, and four bytes of a value, lowest first: what the codes cannot say.
//                  Places 2 to 6 are members of `field`, from subject to limit, of the operation
//                  behind it; 7 and 8 the entries of the two queues. Others say nothing.
//   61  profile    five more characters of the profile's name, without zeros. As many are taken as
//                  are a name (sim/profile_name.hpp). Characters, because an index shifts when a
//                  version is inserted.
//   63  choices    answers for the model: all five, or as many as the two high bits say, 1 to 3.
//
// Kinds of operations are only ever appended. A kind between theirs and 61 is not assigned so far
// and carries choices, so old inputs keep their meaning but for those records. Nothing is cut to
// what is quick to play: that is `tame`.

#include <cstdint>
#include <span>
#include <vector>

#include "sim/trace/trace.hpp"

namespace ringproof::sim {

inline constexpr std::size_t header_size = 2;
inline constexpr std::size_t record_size = 6;

/// The trace that the bytes mean; an incomplete record at the end means nothing. Its text can be
/// parsed back, whatever the bytes were.
[[nodiscard]] trace decode(std::span<const std::uint8_t> bytes);

/// The canonical bytes of a trace, for which the same is asked as for its text: a profile's
/// name that can be one, and operations that carry nothing beyond their operands.
[[nodiscard]] std::vector<std::uint8_t> encode(const trace& wanted);

}  // namespace ringproof::sim
