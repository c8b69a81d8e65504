#pragma once
// What came of playing a trace: a violation or none, how much was done, and which situations came
// up at all. A run that never met a situation has proved nothing about it, so those are counted
// too.

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "sim/oracle/oracle.hpp"

namespace ringproof::sim {

/// Situations worth having been in. The order is that of the printed table.
enum class mark : std::uint8_t {
    // Requests that took a buffer and completed with bytes.
    recv,
    recv_multishot,
    recv_bundle,
    recvmsg,
    recvmsg_multishot,
    read,
    readv,
    read_multishot,
    send,
    send_bundle,
    receiver,
    // How they were asked for.
    poll_first,
    async,
    fixed_file,
    size_limit,
    total_limit,
    // Rings.
    mapped_ring,
    incremental,
    min_left,
    batch_return,
    // Happenings.
    no_buffers,
    overflow,
    queue_full,
    rearm,
    wrap,
    cancel,
    end_of_stream,
    reset,
    empty_message,
    cut_message,
    group_closed_while_armed,
    status,
    accept,
    accept_multishot,
    timeout,
    // Ring modes.
    mode_default,
    mode_coop,
    mode_defer,
    mode_sqpoll,
    // Channels that delivered.
    tcp,
    unix_stream,
    udp,
    unix_datagram,
    pipe,
    file,
};

inline constexpr std::size_t mark_count = static_cast<std::size_t>(mark::file) + 1;

using mark_set = std::bitset<mark_count>;

[[nodiscard]] constexpr std::string_view name_of(mark which) noexcept {
    constexpr std::array<std::string_view, mark_count> names{"recv",
                                                             "recv multishot",
                                                             "recv bundle",
                                                             "recvmsg",
                                                             "recvmsg multishot",
                                                             "read",
                                                             "readv",
                                                             "read multishot",
                                                             "send",
                                                             "send bundle",
                                                             "receiver",
                                                             "poll first",
                                                             "async",
                                                             "fixed file",
                                                             "size limit",
                                                             "total limit",
                                                             "mapped ring",
                                                             "incremental",
                                                             "min_left",
                                                             "batch return",
                                                             "ENOBUFS",
                                                             "CQ overflow",
                                                             "SQ full",
                                                             "re-arm",
                                                             "tail wrap",
                                                             "cancel",
                                                             "end of stream",
                                                             "reset",
                                                             "empty message",
                                                             "cut message",
                                                             "group closed while armed",
                                                             "status",
                                                             "accept",
                                                             "accept multishot",
                                                             "timeout",
                                                             "mode default",
                                                             "mode coop",
                                                             "mode defer",
                                                             "mode sqpoll",
                                                             "tcp",
                                                             "unix stream",
                                                             "udp",
                                                             "unix datagram",
                                                             "pipe",
                                                             "file"};
    return names[static_cast<std::size_t>(which)];
}

/// How much was done. Sums over cases.
struct counters {
    std::uint64_t cases = 0;
    std::uint64_t operations = 0;  ///< of the traces; a round of `churn` counts as four
    std::uint64_t idle = 0;        ///< operations that had nothing to act on
    std::uint64_t completions = 0;
    std::uint64_t bytes = 0;        ///< delivered through provided buffers
    std::uint64_t bytes_sent = 0;   ///< out of provided buffers
    std::uint64_t published = 0;    ///< buffers shown to the kernel
    std::uint64_t wraps = 0;        ///< of 16-bit tails
    std::uint64_t no_buffers = 0;   ///< completions with -ENOBUFS
    std::uint64_t overflows = 0;    ///< times the kernel had to hold completions back
    std::uint64_t rearms = 0;       ///< receives started again on a channel
    std::uint64_t incremental = 0;  ///< completions that left their buffer current
    std::uint64_t bundles = 0;      ///< completions over several buffers

    constexpr void add(const counters& other) noexcept {
        cases += other.cases;
        operations += other.operations;
        idle += other.idle;
        completions += other.completions;
        bytes += other.bytes;
        bytes_sent += other.bytes_sent;
        published += other.published;
        wraps += other.wraps;
        no_buffers += other.no_buffers;
        overflows += other.overflows;
        rearms += other.rearms;
        incremental += other.incremental;
        bundles += other.bundles;
    }

    friend bool operator==(const counters&, const counters&) = default;
};

struct outcome {
    std::optional<violation> broken;
    /// Why the trace could not be played at all, as an errno; 0 when it was.
    int refused = 0;
    counters done;
    mark_set marks;
    /// Equal for equal runs of the same trace on the model. On Linux it means nothing.
    std::uint64_t unseed = 0;
};

}  // namespace ringproof::sim
