#pragma once
// What happened in a run: one event after another, each with its step, who did it, and what. The
// application side is written by whoever plays a trace, on either kernel; the kernel side only by
// the model, for people to read. Oracles judge from the application's events alone, so that they
// judge both kernels.

#include <cstdint>
#include <string>
#include <vector>

namespace ringproof::sim {

/// Whose step it was.
enum class actor : std::uint8_t { application, kernel, peer };

/// What happened. The comment names the event's `subject`, `a`, `b`, `c`.
enum class event_kind : std::uint8_t {
    // The application.
    group_opened,  ///< group; a entries, b buffer size, c registration flags
    group_closed,  ///< group
    published,     ///< group; a buffer id, b length, c tail after it
    submitted,     ///< user data; a opcode, b group or -1, c descriptor
    completed,     ///< user data; a result, b flags
    taken,         ///< group; a buffer id, b offset in the buffer, c bytes
    returned,      ///< group; a buffer id, b offset in the buffer
    refused,       ///< user data or group; a errc or errno
    // The peer.
    fed,       ///< descriptor; a bytes
    finished,  ///< descriptor
    reset,     ///< descriptor
    // The model's kernel.
    selected,    ///< group; a buffer id, b head, c tail
    recycled,    ///< group; a buffer id
    committed,   ///< group; a buffer id, b bytes, c head after it
    armed,       ///< user data; waits for readiness
    woken,       ///< user data
    posted,      ///< user data; a result, b flags
    overflowed,  ///< user data; a result, b flags
    chose,       ///< a answer, b bound
};

struct event {
    std::uint32_t step = 0;  ///< the operation of the trace in which it happened, from 1
    actor who = actor::application;
    event_kind kind = event_kind::completed;
    std::uint64_t subject = 0;
    std::int64_t a = 0;
    std::int64_t b = 0;
    std::int64_t c = 0;

    friend bool operator==(const event&, const event&) = default;
};

/// The record of a run. Always hashes (so that two runs can be compared for nothing), keeps the
/// events themselves only when asked to.
class history {
public:
    void keep_events(bool on) noexcept { keeping_ = on; }
    void begin_step(std::uint32_t step) noexcept { step_ = step; }

    void record(actor who, event_kind kind, std::uint64_t subject, std::int64_t a = 0,
                std::int64_t b = 0, std::int64_t c = 0) {
        mix(static_cast<std::uint64_t>(who) << 8U | static_cast<std::uint64_t>(kind));
        mix(subject);
        mix(static_cast<std::uint64_t>(a));
        mix(static_cast<std::uint64_t>(b) ^ (static_cast<std::uint64_t>(c) << 32U));
        if (keeping_) events_.push_back({step_, who, kind, subject, a, b, c});
    }

    [[nodiscard]] std::uint32_t step() const noexcept { return step_; }
    [[nodiscard]] const std::vector<event>& events() const noexcept { return events_; }

    /// Equal for equal runs. With one more draw of the run's choices it is the run's unseed.
    [[nodiscard]] std::uint64_t hash() const noexcept { return hash_; }

private:
    void mix(std::uint64_t value) noexcept {
        hash_ = (hash_ ^ value) * 0x9fb21c651e98df25U;
        hash_ ^= hash_ >> 32U;
    }

    std::uint32_t step_ = 0;
    bool keeping_ = false;
    std::uint64_t hash_ = 0x243f6a8885a308d3U;
    std::vector<event> events_;
};

/// One line a person can read, without a newline.
[[nodiscard]] std::string describe(const event& happened);

}  // namespace ringproof::sim
