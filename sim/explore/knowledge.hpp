#pragma once
// What an agent knows, or a store carries: for each word the oldest store that may still be read,
// and for each agent how far its clock had come. Eight bytes, joined in one instruction.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace ringproof::sim::explore {

inline constexpr std::size_t knowledge_size = 8;  ///< words and agents of a program together

/// A copy of such bytes. GCC's and Clang's vectors compare and choose lane by lane.
using knowledge = std::uint8_t __attribute__((vector_size(knowledge_size)));

inline knowledge knowledge_at(const std::uint8_t* at) {
    knowledge made;
    std::memcpy(&made, at, knowledge_size);
    return made;
}
inline void put(std::uint8_t* at, knowledge it) { std::memcpy(at, &it, knowledge_size); }

inline knowledge most(knowledge left, knowledge right) { return left > right ? left : right; }
inline knowledge least(knowledge left, knowledge right) { return left < right ? left : right; }

/// The first of them in the lowest bits.
inline std::uint64_t bytes_of(knowledge it) {
    static_assert(std::endian::native == std::endian::little);
    return std::bit_cast<std::uint64_t>(it);
}

/// What is left above a floor.
inline knowledge above(knowledge it, knowledge floor) { return most(it, floor) - floor; }

inline void join(std::uint8_t* into, knowledge more) { put(into, most(knowledge_at(into), more)); }

}  // namespace ringproof::sim::explore
