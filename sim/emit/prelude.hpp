#pragma once
// What stands in front of an emitted program: its includes, constants and helpers, and of these
// only the ones that it uses. Both forms of a program have the same body; what differs is here.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace ringproof::sim::emitting {

/// For which forms a piece of C is.
enum class form : std::uint8_t { both, liburing, raw };

/// A helper, with its comment: C that is indented by four blanks.
struct helper {
    std::string_view names;  ///< the words that need it, with a blank between them
    form in;
    std::string_view text;
};

/// In the order in which C wants them. A helper's text may name others.
[[nodiscard]] std::span<const helper> ring_helpers() noexcept;
[[nodiscard]] std::span<const helper> group_helpers() noexcept;
[[nodiscard]] std::span<const helper> world_helpers() noexcept;
[[nodiscard]] std::span<const helper> seeing_helpers() noexcept;

/// A macro of the kernel's header. A young one is not in the header of liburing 2.3.
struct constant {
    std::string_view name;
    std::string_view value;
    bool young = false;
};

[[nodiscard]] std::span<const constant> constants() noexcept;

/// The first lines of a program whose other lines these are.
[[nodiscard]] std::string prelude_for(std::string_view body, bool raw);

}  // namespace ringproof::sim::emitting
