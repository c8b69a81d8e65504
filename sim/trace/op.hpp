#pragma once
// One operation of a trace: what somebody asks the application, the peer or the ring to do.
//
// Handles (s0, g1, w0, r2, l0) are indices into the lists of what is alive at that moment, reduced
// modulo their length. So any operation may be deleted and the rest still means something, which is
// all that shrinking needs. An operation with nothing to act on does nothing and counts as idle.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "sim/world.hpp"

namespace ringproof::sim {

/// Append only: the position is what byte-encoded corpora remember.
enum class op_kind : std::uint8_t {
    open,               ///< a new connected channel
    group,              ///< a new buffer group, all its buffers published
    send_group,         ///< a new group of buffers to send from
    close_group,        ///< unregisters a group, whatever is armed on it
    recv,               ///< one receive with buffer selection
    recv_multishot,     ///< the same, until F_MORE is clear
    recvmsg,            ///< with an address
    recvmsg_multishot,  ///< with a header inside the buffer
    read,               ///< read(2)
    readv,              ///< readv(2) with its one vector
    read_multishot,     ///< read until F_MORE is clear
    send,               ///< fills buffers of a send group and sends them
    receive,            ///< arms a receiver, which re-arms itself
    feed,               ///< the peer writes bytes; on a datagram channel one message
    drain,              ///< the peer reads what the application has sent
    finish,             ///< the peer ends its writing
    reset,              ///< the peer goes away at once
    close,              ///< the application closes its descriptor
    nop,                ///< requests that only fill the completion queue
    timeout,            ///< a timer, in microseconds
    cancel,             ///< of the n-th armed request
    listen,             ///< a listening socket
    connect,            ///< a peer connects to it
    accept,             ///< takes one peer
    accept_multishot,   ///< takes every peer
    submit,             ///< hands the queued requests to the kernel
    wait,               ///< submits, then waits for completions that are sure to come
    reap,               ///< reads completions
    give_back,          ///< returns leased buffers
    status,             ///< compares the kernel's head with the application's count
    pass,               ///< lets time go by, in microseconds
    churn,              ///< feed, wait, reap, give back: the hot loop, many times
    settle,             ///< does all that until nothing moves any more
};

inline constexpr unsigned op_kind_count = 33;

/// Words an operation may end with. A bit each in op::modifiers.
enum class modifier : std::uint8_t {
    poll_first = 1U << 0U,   ///< wait for readiness before the first attempt
    bundle = 1U << 1U,       ///< one completion for several buffers
    async = 1U << 2U,        ///< straight to a worker
    fixed = 1U << 3U,        ///< names a registered file
    mapped = 1U << 4U,       ///< the ring's memory is the kernel's
    incremental = 1U << 5U,  ///< a buffer may serve several completions
    batch = 1U << 6U,        ///< published with one store
};

/// In which order leased buffers go back.
enum class return_order : std::uint8_t { fifo, lifo, random };

inline constexpr std::uint32_t all_of_them = 0xffff'ffffU;

struct op {
    op_kind kind = op_kind::submit;
    std::uint8_t word = 0;       ///< channel_kind of `open`, return_order of `give_back`
    std::uint8_t modifiers = 0;  ///< bits of modifier
    std::uint16_t subject = 0;   ///< channel, group, request or listener: an index, modulo
    std::uint16_t group = 0;     ///< the group of a request
    std::uint32_t count = 0;     ///< how many: entries, bytes fed, requests, rounds, microseconds
    std::uint32_t size = 0;      ///< bytes: of a buffer, or the most that one request transfers
    std::uint32_t limit = 0;     ///< bytes: total of a multishot; min_left of a group

    [[nodiscard]] constexpr bool has(modifier wanted) const noexcept {
        return (modifiers & static_cast<std::uint8_t>(wanted)) != 0;
    }
    friend bool operator==(const op&, const op&) = default;
};

/// Which member of op an operand fills.
enum class field : std::uint8_t { word, modifiers, subject, group, count, size, limit };

/// How an operand is written.
enum class spelling : std::uint8_t {
    handle,  ///< a letter and an index: s0
    word,    ///< one word of a list
    number,  ///< bare, required
    amount,  ///< bare, required; or the word all
    pair,    ///< name=number, required
    option,  ///< name=number; absent means 0
    flag,    ///< the name alone; absent means off
};

struct operand {
    field where = field::count;
    spelling how = spelling::number;
    std::string_view name;   ///< for handles, the letter
    std::uint32_t most = 0;  ///< the largest value; for a flag, its bit
};

inline constexpr std::size_t operand_count_max = 8;

/// The form of an operation: what text, bytes and generator need to know about it.
struct op_form {
    std::string_view name;
    std::array<operand, operand_count_max> operands{};  ///< ends at the first empty name
};

/// The form of each kind, in their order.
[[nodiscard]] const op_form& form_of(op_kind kind) noexcept;

/// The words of the `word` operand of that kind; empty when it has none.
[[nodiscard]] std::string_view word_of(op_kind kind, unsigned index) noexcept;

/// Reads and writes the member that an operand fills; a flag's is its bit.
[[nodiscard]] std::uint32_t value_of(const op& which, const operand& part) noexcept;
void set_value(op& which, const operand& part, std::uint32_t value) noexcept;

}  // namespace ringproof::sim
