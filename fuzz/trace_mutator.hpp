#pragma once
// Mutation and cross-over on whole operations, for every target whose input is a trace as bytes
// (sim/trace/bytes.hpp). An engine that flips bytes makes most of a trace mean something else at
// once; here one operation comes, goes, moves or changes one operand, and the rest stays.
//
// What a target's input looks like is its `layout`; a mutated input is always laid out like that.

#include <cstddef>
#include <cstdint>
#include <span>

namespace ringproof::fuzz {

/// Bytes of the target's own, the trace's header, records; and perhaps answers to the model's
/// questions behind them, in which case the last byte of the prefix counts the records.
struct layout {
    std::size_t prefix = 0;
    bool answers_behind = false;
};

/// Where an input's parts begin and end. Any bytes have parts; those behind may be empty.
struct parts {
    std::span<const std::uint8_t> prefix;
    std::span<const std::uint8_t> trace;    ///< header and records
    std::span<const std::uint8_t> answers;  ///< empty unless they are behind
};

[[nodiscard]] parts parts_of(const layout& how, std::span<const std::uint8_t> input) noexcept;

/// Changes the first `size` bytes of `buffer` by one edit or a few; how many bytes there are now,
/// at most the buffer's size. The same seed does the same.
[[nodiscard]] std::size_t mutate(const layout& how, std::span<std::uint8_t> buffer,
                                 std::size_t size, unsigned seed);

/// Puts parts of both into `child`: how many bytes, at most its size.
[[nodiscard]] std::size_t cross_over(const layout& how, std::span<const std::uint8_t> one,
                                     std::span<const std::uint8_t> other,
                                     std::span<std::uint8_t> child, unsigned seed);

/// Each target that links the hooks of trace_mutator_hooks.cpp defines its own.
extern const layout input_layout;

}  // namespace ringproof::fuzz
