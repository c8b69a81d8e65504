#pragma once
// Provided-buffer rings from the kernel's side, with the kernel's own verbs: select a slot, commit
// it (use it up), recycle it (undo the selection), put it (say in the completion what was used).
// The head lives here and nowhere in shared memory; slots and tail are read from memory at every
// selection (rules ABI-08, ABI-09, RNG-07). Matches io_uring/kbuf.c.

#include <cstdint>
#include <memory>
#include <vector>

#include <ringproof/abi.hpp>

#include "sim/kernel/memory.hpp"
#include "sim/kernel/request.hpp"
#include "sim/profile.hpp"

namespace ringproof::sim {

struct ring_context;

inline constexpr unsigned bundle_slots_max = 256;  ///< rule BND-07

/// One group: a registered ring.
struct buffer_list {
    abi::io_uring_buf* slots = nullptr;
    std::uint32_t entries = 0;
    std::uint32_t min_left = 0;
    std::uint16_t group = 0;
    std::uint16_t mask = 0;
    std::uint16_t head = 0;
    std::uint32_t charged_pages = 0;  ///< of locked memory (USR-05)
    bool incremental = false;
    bool mapped = false;        ///< the kernel's own memory (IOU_PBUF_RING_MMAP)
    bool own_copy = false;      ///< user memory that went away; the kernel kept its pages (UNR-07)
    bool head_wrapped = false;  ///< and counts on where the tail begins again (BUG-01)
};

/// How far the application has published buffers, by now.
[[nodiscard]] std::uint16_t tail_of(const buffer_list& list) noexcept;

/// The groups of one ring, by id.
class buffer_lists {
public:
    [[nodiscard]] buffer_list* find(std::uint16_t group) noexcept;
    buffer_list& add(const buffer_list& added);
    void remove(std::uint16_t group) noexcept;
    [[nodiscard]] auto begin() const noexcept { return lists_.begin(); }
    [[nodiscard]] auto end() const noexcept { return lists_.end(); }

private:
    std::size_t lower(std::uint16_t group) const noexcept;

    std::vector<std::unique_ptr<buffer_list>> lists_;  // by group id
};

/// How an attempt runs: what the kernel passes on as issue flags.
struct attempt {
    bool nonblock = true;
    bool on_worker = false;  ///< io-wq: without the ring's lock, so selections commit at once
    bool rewoken = false;    ///< a multishot attempt out of a poll wake-up
};

/// What a selection found. `list` is null when nothing is left to commit.
struct selection {
    buffer_list* list = nullptr;
    std::uint64_t address = 0;
    std::uint64_t length = 0;
    int error = 0;  ///< negated errno, or 0
};

/// True when the request selects buffers and does not hold one.
[[nodiscard]] inline bool wants_selection(const request& asking) noexcept {
    return asking.is(fact::buffer_select) && !asking.is(fact::holds_slot);
}

/// One slot for a transfer of `length` bytes (0: the whole buffer). Commits at once when the
/// attempt runs on a worker or the file cannot poll (rules SEL-08, SEL-09).
selection select_one(request& asking, std::uint64_t length, attempt how);

/// What a request goes on with that waits with its slot not used up; only buggy kernels do that
/// (BUG-03, BUG-16). The group may be gone by now, or another one.
selection kept_selection(request& holder);

/// What a bundle asks for.
struct bundle_query {
    std::uint64_t max_size = 0;  ///< 0: not known
    std::uint32_t room = 1;      ///< slots to map when nothing is known
    bool expand = false;         ///< map as many as `max_size` needs, whatever the room
};

/// Slots for one bundle; they are left in `asking.data`. Nothing is committed.
selection peek_bundle(request& asking, const bundle_query& query);

/// Slots for a send: like a bundle, committed at once (rule SEL-10).
selection select_for_send(request& asking, const bundle_query& query);

/// Uses up `count` slots, or `size` bytes of an incremental ring. False: the slot is current still.
bool commit(request& holder, buffer_list& list, std::int64_t size, unsigned count);

/// Forgets the selection, unless it is committed or kept.
bool recycle(request& holder, buffer_list* list);

/// Ends the selection of a request that failed, as the version has it (ERR-01). Unless it is
/// clean, the completion will name the buffer.
void give_up(request& holder, buffer_list* list, failed_attempt how);

/// Flags of the completion: F_BUFFER, the id, F_BUF_MORE; 0 if the request holds nothing.
/// Commits what is not committed yet.
std::uint32_t put(request& holder, buffer_list* list, std::int64_t size, unsigned count = 1);

}  // namespace ringproof::sim
