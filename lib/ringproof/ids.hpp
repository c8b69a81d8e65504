#pragma once
// Names for things that are all small integers to the kernel. They are distinct types without
// arithmetic, so that a buffer id cannot be used as a ring slot: after one out-of-order return the
// two differ for ever, and code that mixes them reads another connection's bytes.

#include <cstdint>
#include <type_traits>

namespace ringproof {

/// Names a buffer group (the kernel's bgid) within one ring: any 16-bit value (rule REG-14).
enum class group_id : std::uint16_t {};

/// Names a buffer within its group (the kernel's bid). Opaque to the kernel (rule RNG-06).
enum class buffer_id : std::uint16_t {};

/// Index of an entry in a buffer ring: 0 .. slot_count() - 1. Never a buffer's name.
enum class slot_index : std::uint16_t {};

/// Travels with a request and comes back in each of its completions.
enum class user_data : std::uint64_t {};

/// Index into a ring's registered files, where a request may name one in place of a descriptor.
enum class file_slot : std::uint32_t {};

/// Who is calling: a number for the process, from 1 and another one in each forked child, and a
/// number for the thread, from 1. Two values compare equal exactly when it is the same thread of
/// the same process.
enum class caller_id : std::uint64_t {};

/// Bits of a caller_id that name the process; the others, above them, name the thread.
inline constexpr unsigned process_bits = 24;

[[nodiscard]] constexpr caller_id make_caller(std::uint64_t process,
                                              std::uint64_t thread) noexcept {
    return static_cast<caller_id>(thread << process_bits | process);
}

/// True when `now` is a caller in another process than `then`: in a child of it.
[[nodiscard]] constexpr bool forked_since(caller_id then, caller_id now) noexcept {
    constexpr std::uint64_t process = (std::uint64_t{1} << process_bits) - 1;
    return ((static_cast<std::uint64_t>(then) ^ static_cast<std::uint64_t>(now)) & process) != 0;
}

template <class Id>
[[nodiscard]] constexpr auto to_number(Id id) noexcept {
    return static_cast<std::underlying_type_t<Id>>(id);
}

}  // namespace ringproof
