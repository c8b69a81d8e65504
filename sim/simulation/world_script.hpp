#pragma once
// The world around an application, as data: who connects, what they send and when, what they
// expect to hear, and how they go away. One script serves both kernels.

#include <array>
#include <chrono>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "sim/world.hpp"

namespace ringproof::sim {

using virtual_time = std::chrono::nanoseconds;

/// Units in which times are written, the longest first.
struct time_unit {
    std::string_view name;
    std::int64_t nanoseconds;
};

inline constexpr std::array time_units{time_unit{"s", 1'000'000'000}, time_unit{"ms", 1'000'000},
                                       time_unit{"us", 1'000}, time_unit{"ns", 1}};

/// "50ms": in the longest unit of which it is a whole number.
[[nodiscard]] std::string print(virtual_time time);

/// As the model's clock counts it.
[[nodiscard]] constexpr std::uint64_t to_nanoseconds(virtual_time time) noexcept {
    return static_cast<std::uint64_t>(time.count());
}

/// What a peer does next. The comment names the fields that count.
enum class step_kind : std::uint8_t {
    send,      ///< `size` bytes of the peer's pattern, `chunk` at a time, `time` in between
    say,       ///< `text`
    hear,      ///< waits for `text`; echo: until `size` bytes have come back, 0: all so far
    hear_end,  ///< waits until the application has finished or closed
    mirror,    ///< sends back what it hears, until `size` bytes, or 0: until the end
    pause,     ///< for `time`
    finish,    ///< sends no more, and listens on
    reset,     ///< is gone at once
};

[[nodiscard]] std::string_view name_of(step_kind kind) noexcept;

struct peer_step {
    step_kind kind = step_kind::send;
    std::uint32_t size = 0;
    std::uint32_t chunk = 0;  ///< 0: as much as fits; of a datagram socket, one message each
    virtual_time time{};
    std::string text{};

    friend bool operator==(const peer_step&, const peer_step&) = default;
};

/// What a peer makes of the bytes that come to it. Each byte is checked as it comes.
enum class expected_answer : std::uint8_t {
    echo,    ///< all that it sent, in order, and nothing else
    script,  ///< the texts of its `hear` steps, one after the other
    none,    ///< whatever it is
};

/// One peer, or many alike.
struct peer_script {
    std::uint32_t count = 1;
    channel_kind channel = channel_kind::tcp;
    bool connects = true;        ///< to a listener; else its descriptor is there from the start
    std::uint32_t listener = 0;  ///< which one
    expected_answer expects = expected_answer::echo;
    virtual_time start{};      ///< of the first
    virtual_time stagger{};    ///< between one and the next
    std::uint32_t window = 0;  ///< bytes that wait for it at most; 0: as the kernel has it
    std::vector<peer_step> steps;

    friend bool operator==(const peer_script&, const peer_script&) = default;
};

struct world_script {
    std::uint32_t listeners = 1;
    virtual_time latency = std::chrono::microseconds(20);  ///< until a peer hears
    std::vector<peer_script> peers;

    friend bool operator==(const world_script&, const world_script&) = default;
};

inline constexpr std::uint32_t peers_most = 65536;  ///< of a world, all counts together

/// What a script says that cannot be meant: "peers 2, step 3: ...". Nothing when it is sound.
[[nodiscard]] std::expected<void, std::string> validate(const world_script& script);

/// How many peers there are, all counts together.
[[nodiscard]] std::uint32_t population(const world_script& script) noexcept;

/// A peer that sends `size` bytes, hears them all come back, finishes and hears the end.
[[nodiscard]] peer_script echo_peer(std::uint32_t size, std::uint32_t chunk = 0,
                                    std::uint32_t count = 1);

}  // namespace ringproof::sim
