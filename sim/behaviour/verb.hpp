#pragma once
// The verbs of behaviours: what a program can do to a kernel, at the level of system calls and
// shared words. Their forms are a table, which is the grammar (text.hpp says how lines look).

#include <cstdint>
#include <span>
#include <string_view>

namespace ringproof::sim {

/// What a line of a behaviour does.
enum class verb : std::uint8_t {
    ring,        ///< sets the ring up; first, and once
    enable,      ///< IORING_REGISTER_ENABLE_RINGS
    feature,     ///< a bit of params.features: yes or no
    ring_close,  ///< close(2) of the ring
    ring_unmap,  ///< munmap(2) of its queues
    memlock,     ///< so many pages may be locked, without a privilege
    open,        ///< a channel with a peer
    listen,      ///< a listening socket
    connect,     ///< a peer connects to it
    feed,        ///< a peer sends: text, or so many letters
    finish,      ///< a peer ends its writing
    reset,       ///< a peer goes away
    drain,       ///< a peer reads all there is: how many bytes
    close,       ///< close(2) of the descriptor; the peer stays within reach
    group,       ///< memory for a buffer ring, registered
    register_,   ///< REGISTER_PBUF_RING with any arguments
    opcode,      ///< io_uring_register with any opcode
    opcode_on,   ///< the same, with a file in the ring's place
    unregister,  ///< UNREGISTER_PBUF_RING
    status,      ///< REGISTER_PBUF_STATUS: the head
    map,         ///< mmap of a group's ring
    unmap,       ///< munmap of a group's ring
    discard,     ///< MADV_DONTNEED there
    replace,     ///< mmap over it
    add,         ///< stages buffers of these lengths, with the next ids, and publishes
    stage,       ///< fills the next slot
    publish,     ///< stores the tail
    edit,        ///< writes fields of a slot behind the ring's back
    slot,        ///< what a slot holds
    tail,        ///< the tail in memory
    text,        ///< bytes in a buffer
    request,     ///< stages a request; nothing is submitted
    submit,      ///< io_uring_enter without GETEVENTS: how many were taken
    enter,       ///< io_uring_enter with any arguments
    run,         ///< submits, lets everything happen, takes the completions
    seen,        ///< takes the completions that are there, without a system call
    flags,       ///< the submission queue's flag word
    lost,        ///< the completion queue's overflow counter
    pass,        ///< time passes, in microseconds
    await,       ///< waits until a group's head is there
};

/// How a line of a verb looks.
struct verb_form {
    std::string_view name;
    verb what;
    /// What stands first, a letter each: F a new file's name, f a file's name, k a kind of channel,
    /// n a number, ? a number or nothing, * numbers to the end, t a quoted text or a number.
    std::string_view positional;
    /// Keys, in any order: "len=" takes a number, "addr@" a place in memory, "bundle" stands alone.
    std::string_view operands;
    std::uint8_t opcode = 0;  ///< of requests
};

[[nodiscard]] std::span<const verb_form> verb_forms() noexcept;
[[nodiscard]] const verb_form* find_verb(std::string_view name) noexcept;

/// The operand of that name: "len=", "addr@", "bundle"; empty when the form has none.
[[nodiscard]] std::string_view operand_of(const verb_form& form, std::string_view name) noexcept;

}  // namespace ringproof::sim
