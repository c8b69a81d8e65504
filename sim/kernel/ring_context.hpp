#pragma once
// The state of one io_uring: its shared words, its queues, its registrations. Plain data; what
// happens to it is in the files named after the deeds.

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include <ringproof/abi.hpp>
#include <ringproof/ids.hpp>

#include "sim/history.hpp"
#include "sim/kernel/fifo.hpp"
#include "sim/kernel/kbuf.hpp"
#include "sim/kernel/legacy_buffers.hpp"
#include "sim/kernel/memory.hpp"
#include "sim/kernel/request.hpp"
#include "sim/kernel/request_queues.hpp"
#include "sim/kernel/request_table.hpp"
#include "sim/kernel/restrictions.hpp"

namespace ringproof::sim {

struct machine;

/// Where the shared words are. The same layout as Linux: both rings in one mapping.
struct ring_words {
    std::uint32_t* sq_head = nullptr;
    std::uint32_t* sq_tail = nullptr;
    std::uint32_t* cq_head = nullptr;
    std::uint32_t* cq_tail = nullptr;
    std::uint32_t* sq_dropped = nullptr;
    std::uint32_t* sq_flags = nullptr;
    std::uint32_t* cq_flags = nullptr;
    std::uint32_t* cq_overflow = nullptr;
    std::uint32_t* sq_array = nullptr;
    abi::io_uring_cqe* cqes = nullptr;
    abi::io_uring_sqe* sqes = nullptr;
};

/// The SQPOLL thread.
struct sq_thread {
    bool exists = false;
    bool asleep = false;
    std::uint64_t idle_ns = 0;    ///< how long it looks before it sleeps
    std::uint64_t last_busy = 0;  ///< virtual time
};

struct ring_context {
    machine* in = nullptr;
    int fd = -1;
    std::uint64_t identity = 0;    ///< of its descriptor, as a host knows it
    std::uint32_t references = 0;  ///< descriptor, registered descriptors, mappings
    std::uint32_t setup_flags = 0;
    std::uint32_t sq_entries = 0;
    std::uint32_t cq_entries = 0;
    ring_words words;
    std::byte* rings_memory = nullptr;
    std::byte* sqes_memory = nullptr;
    std::uint64_t rings_size = 0;
    std::uint64_t sqes_size = 0;
    std::uint8_t sqe_shift = 0;  ///< SQE128: an SQE is two
    std::uint8_t cqe_shift = 0;  ///< CQE32: a CQE is two
    bool brings_memory = false;  ///< NO_MMAP: the program's own
    bool disabled = false;
    bool has_submitter = false;  ///< SINGLE_ISSUER, once enabled
    caller_id submitter{};

    std::uint32_t sq_head = 0;  ///< the kernel's own copies: user space may scribble on its own
    std::uint32_t cq_tail = 0;
    std::uint32_t timers = 0;          ///< TIMEOUT requests in the table
    std::uint32_t timeouts_fired = 0;  ///< completions that end a wait and count for no timeout
    bool overflowing = false;
    bool dropped = false;  ///< a completion was lost; told once as -EBADR
    fifo<abi::io_uring_cqe> overflow;
    std::uint64_t starved = 0;  ///< completions that said -ENOBUFS

    request_pool requests;
    request_table table;
    std::uint32_t cancels = 0;  ///< how many there were
    work_queue task_work;
    work_queue retry_work;        ///< left over from the last batch (DEFER_TASKRUN)
    work_queue workers;           ///< what io-wq has to do
    work_queue deferred;          ///< behind a drain
    std::size_t outstanding = 0;  ///< submitted, not complete, not deferred
    bool draining = false;
    bool drain_next = false;        ///< what follows the chain waits like the chain
    bool drain_disabled = false;    ///< CQE_SKIP_SUCCESS was used: completions cannot be counted
    request* chain_head = nullptr;  ///< the link chain being put together
    request* chain_tail = nullptr;
    sq_thread poller;

    buffer_lists groups;
    legacy_groups legacy;
    bool low_group_used = false;            ///< UNR-06
    std::vector<std::uint16_t> kept_heads;  ///< of groups below 64 that were unregistered (UNR-06)
    std::vector<open_file*> files;
    std::vector<std::uint32_t> spare_room;  ///< bundle arrays of finished requests (BND-05)
    bool has_files = false;
    std::vector<segment> buffers;                  ///< registered ones; holes are empty
    std::array<std::uint32_t, 2> worker_limits{};  ///< bounded, unbounded (IOWQ_MAX_WORKERS)
    restrictions allowed;                          ///< REGISTER_RESTRICTIONS
    open_file* events = nullptr;  ///< an eventfd that hears of completions; a host's

    [[nodiscard]] bool has(std::uint32_t setup_flag) const noexcept {
        return (setup_flags & setup_flag) != 0;
    }

    /// Task work waits for the submitter's enter (rule RUN-02).
    [[nodiscard]] bool defers() const noexcept { return has(abi::ioring_setup_defer_taskrun); }

    /// The file that a number means, among the registered ones if `fixed`; or null.
    [[nodiscard]] open_file* file_at(std::int32_t number, bool fixed) const;

    void note(event_kind kind, std::uint64_t subject, std::int64_t a = 0, std::int64_t b = 0,
              std::int64_t c = 0);
    /// What the program did, for a host's witness.
    void tell_program(event_kind kind, std::uint64_t subject) const;
};

}  // namespace ringproof::sim
