#pragma once
// A trace: everything that is needed to do a run again. Seeds make traces, traces make histories;
// a seed is worth something only as long as the generator stays the same, a trace for ever.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/trace/op.hpp"

namespace ringproof::sim {

/// How the ring is set up.
enum class ring_mode : std::uint8_t {
    plain,   ///< "default" in text: completions come at the next system call
    coop,    ///< COOP_TASKRUN
    defer,   ///< SINGLE_ISSUER and DEFER_TASKRUN: nothing happens until the application waits
    sqpoll,  ///< a kernel thread submits
};

inline constexpr unsigned ring_mode_count = 4;

[[nodiscard]] constexpr std::string_view name_of(ring_mode mode) noexcept {
    constexpr std::string_view names[ring_mode_count] = {"default", "coop", "defer", "sqpoll"};
    return names[static_cast<unsigned>(mode)];
}

/// Sizes of the two queues. The kernel wants powers of two and rounds up.
struct ring_geometry {
    std::uint32_t sq_entries = 8;   ///< 1 .. 32768
    std::uint32_t cq_entries = 16;  ///< sq_entries .. 65536
    ring_mode mode = ring_mode::plain;

    friend bool operator==(const ring_geometry&, const ring_geometry&) = default;
};

inline constexpr std::uint32_t sq_entries_most = 32768;
inline constexpr std::uint32_t cq_entries_most = 65536;

struct trace {
    std::string profile = "v7_3";  ///< which kernel; the running one ignores it
    ring_geometry ring;
    std::vector<std::uint8_t> choices;  ///< answers to the model's questions, then canonical ones
    std::vector<op> operations;

    friend bool operator==(const trace&, const trace&) = default;
};

}  // namespace ringproof::sim
