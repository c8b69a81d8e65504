#pragma once
// One request, from its preparation to its last completion: what its SQE said, what it holds, and
// which queue it stands in. Requests live in a pool and keep their address, so the queues are
// intrusive; a request stands in at most one wait list, one table and one work queue at a time.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include <ringproof/abi.hpp>
#include <ringproof/ids.hpp>

#include "sim/kernel/user_buffers.hpp"

namespace ringproof::sim {

struct ring_context;
struct open_file;

/// Facts about a request; the first seven are its SQE flags, in the SQE's own bits.
namespace fact {
inline constexpr std::uint32_t fixed_file = abi::iosqe_fixed_file;
inline constexpr std::uint32_t drain = abi::iosqe_io_drain;
inline constexpr std::uint32_t link = abi::iosqe_io_link;
inline constexpr std::uint32_t hardlink = abi::iosqe_io_hardlink;
inline constexpr std::uint32_t force_async = abi::iosqe_async;
inline constexpr std::uint32_t buffer_select = abi::iosqe_buffer_select;
inline constexpr std::uint32_t cqe_skip = abi::iosqe_cqe_skip_success;
inline constexpr std::uint32_t skip_link_cqes = 1U << 8U;  ///< failed with cqe_skip set
inline constexpr std::uint32_t failed = 1U << 9U;          ///< severs its link chain
inline constexpr std::uint32_t nowait = 1U << 10U;         ///< -EAGAIN is final
inline constexpr std::uint32_t polled = 1U << 11U;         ///< has waited for readiness
inline constexpr std::uint32_t multishot = 1U << 12U;
inline constexpr std::uint32_t holds_slot = 1U << 13U;      ///< a ring slot was selected
inline constexpr std::uint32_t commit_pending = 1U << 14U;  ///< and not yet used up
inline constexpr std::uint32_t list_emptied = 1U << 15U;    ///< it was the last published one
inline constexpr std::uint32_t no_recycle = 1U << 16U;      ///< the slot stays with the request
inline constexpr std::uint32_t buf_more = 1U << 17U;        ///< committed, and the slot is current
inline constexpr std::uint32_t drained = 1U << 18U;         ///< stands in the drain list
inline constexpr std::uint32_t holds_legacy = 1U << 19U;    ///< what it holds is no ring's slot
}  // namespace fact

/// What a bundle, a limit and a retry leave behind between two attempts of one receive.
namespace net_fact {
inline constexpr std::uint8_t retry = 1;        ///< appending to the completion under way
inline constexpr std::uint8_t partial_map = 2;  ///< the last slot was left out or cut
inline constexpr std::uint8_t capped = 4;       ///< mshot_len reached
inline constexpr std::uint8_t limit_reached = 8;
inline constexpr std::uint8_t no_append = retry | partial_map | capped | limit_reached;
}  // namespace net_fact

/// Why a request stands in the task-work queue.
enum class task : std::uint8_t {
    none,
    woken,     ///< its file became ready, or it was cancelled
    submit,    ///< attempt it (again) from the start
    requeued,  ///< a multishot that has had its share (rule MSH-08)
    complete,  ///< post its result
    fail,      ///< post its result as a failure, and what it holds
    expired,   ///< its timer ran out
};

struct request {
    ring_context* ring = nullptr;
    open_file* file = nullptr;
    // The SQE.
    std::uint64_t user_data = 0;
    std::uint64_t off = 0;
    std::uint64_t addr = 0;
    std::uint32_t len = 0;
    std::uint32_t op_flags = 0;
    std::uint32_t file_index = 0;
    std::int32_t fd = -1;
    std::uint16_t ioprio = 0;
    std::uint16_t group = 0;
    std::uint8_t opcode = 0;
    std::uint8_t net = 0;  // net_fact
    std::uint32_t facts = 0;
    // The transfer.
    user_buffers data;
    std::uint64_t length = 0;  ///< of the next transfer; 0: as much as the buffer takes
    std::int64_t done = 0;     ///< bytes of earlier attempts of this completion
    std::int64_t inq = -1;     ///< what the protocol said last
    std::uint64_t position = 0;
    std::uint32_t multishot_length = 0;
    std::uint32_t multishot_total = 0;
    std::uint32_t name_size = 0;  ///< areas of a recvmsg header (rule ABI-10)
    std::uint32_t control_size = 0;
    std::uint64_t header_address = 0;
    std::uint64_t control_address = 0;
    std::uint64_t message_address = 0;
    std::uint64_t legacy_address = 0;  ///< of the provided buffer that it holds (LEG-02)
    std::uint32_t legacy_length = 0;
    std::uint32_t segment_room = 0;  ///< slots a bundle may map without a hint (see receive.cpp)
    std::uint16_t retries = 0;       ///< waits that ended before they began
    std::uint16_t rounds = 0;        ///< multishot transfers of this wake-up
    std::uint16_t buffer_id = 0;
    // The result.
    std::int32_t res = 0;
    std::uint32_t flags = 0;
    // Waiting.
    std::uint32_t wakes = 0;     ///< since the last look; more than one is looked at again
    caller_id submitter{};       ///< whose task work its wake-ups are (rule MSH-19)
    std::uint8_t waits_for = 0;  // ready
    bool armed = false;          ///< in its file's wait list
    bool exclusive = false;      ///< of several such waiters one is woken (accept)
    bool cancelled = false;
    std::uint32_t cancel_seen = 0;  ///< the last cancel of several that found it, by its number
    bool in_table = false;          ///< can be found by a cancel request
    task work = task::none;
    // A timeout.
    std::uint64_t expires = 0;
    std::uint64_t interval = 0;
    std::uint32_t target = 0;  ///< completions to wait for, as a CQ position
    std::uint32_t repeats = 0;
    request* guards = nullptr;  ///< of a link timeout: whom it limits, and who has begun
    // Links of the lists it may stand in.
    request* next_work = nullptr;
    request* next_link = nullptr;
    request* wait_before = nullptr;
    request* wait_after = nullptr;
    request* table_before = nullptr;
    request* table_after = nullptr;
    std::uint64_t table_number = 0;  ///< the later it came, the higher

    [[nodiscard]] bool is(std::uint32_t fact_bits) const noexcept {
        return (facts & fact_bits) != 0;
    }
};

/// Keeps requests at fixed addresses and uses them again.
class request_pool {
public:
    /// A request in its initial state; nullptr when a program has more in flight than any can mean.
    request* take() {
        if (live_ == live_max) return nullptr;
        if (free_ == nullptr) add_block();
        request* taken = free_;
        free_ = taken->next_work;
        reset(*taken);
        ++live_;
        return taken;
    }

    void give(request* done) noexcept {
        done->ring = nullptr;
        done->next_work = free_;
        free_ = done;
        --live_;
    }

    [[nodiscard]] std::size_t live() const noexcept { return live_; }

private:
    static constexpr std::size_t block_size = 8;
    static constexpr std::size_t live_max = std::size_t{1} << 16U;

    static void reset(request& fresh) {
        user_buffers kept = std::move(fresh.data);  // its array serves the next bundle
        fresh = request{};
        fresh.data = std::move(kept);
    }

    void add_block() {
        blocks_.emplace_back(new request[block_size]);
        for (std::size_t i = block_size; i-- > 0;) {
            request* each = &blocks_.back()[i];
            each->next_work = free_;
            free_ = each;
        }
    }

    std::vector<std::unique_ptr<request[]>> blocks_;
    request* free_ = nullptr;
    std::size_t live_ = 0;
};

}  // namespace ringproof::sim
