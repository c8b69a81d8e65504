#pragma once
// Writes down as C what an application does while it plays a trace: every call, every entry that it
// shows to the kernel, every completion that it finds.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <ringproof/abi.hpp>

#include "sim/emit/program.hpp"
#include "sim/history.hpp"
#include "sim/trace/trace.hpp"
#include "sim/world.hpp"

namespace ringproof::sim::emitting {

/// One io_uring_enter(2).
struct entered_call {
    std::uint32_t submit = 0;
    std::uint32_t wait = 0;
    std::uint32_t flags = 0;
    std::int64_t done = 0;  ///< what it answered, or -errno
};

/// Told by recording.hpp. Stops, with a reason, at what it has no C for.
class trace_writer {
public:
    /// \param now  tells which operation of the trace is being played
    trace_writer(c_program& into, const trace& of, const history& now)
        : program_(&into), trace_(&of), now_(&now) {}

    /// Why the trace cannot be written; empty when it can.
    [[nodiscard]] const std::string& refusal() const noexcept { return refusal_; }

    /// To be called when all was played.
    void end();

    // The ring.
    void set_up(std::uint32_t entries, std::uint32_t cq_entries, std::uint32_t flags,
                const abi::io_uring_params& params);
    void mapped(std::span<std::byte> memory, std::uint64_t offset);
    void mapped_anonymous(std::span<std::byte> memory);
    void unmapped(std::span<std::byte> memory);
    void entered(const entered_call& call);
    void registered(std::uint32_t opcode, const void* argument, std::int64_t done);
    void published(const std::uint32_t* word, std::uint32_t value);
    void published(const std::uint16_t* word, std::uint16_t value);
    void completed(const abi::io_uring_cqe* where, const abi::io_uring_cqe& value);

    // What surrounds it.
    void opened(int fd, channel_kind kind);
    void fed(int fd, std::size_t bytes);
    void drained(int fd, std::size_t bytes);
    void finished(int fd);
    void was_reset(int fd);
    void closed(int fd);
    void listening(int fd);
    void connected(int listener);
    void accepted(int listener, int fd);
    void passed(std::chrono::nanoseconds time);

private:
    struct group_state {
        std::span<std::byte> ring;
        std::uint32_t entries = 0;
        std::uint16_t tail = 0;
        const std::byte* slab = nullptr;  // that the program has given it
        bool registered = false;
    };
    struct file_state {
        std::string fd;    // the names of its variables
        std::string peer;  // empty: it has none that anybody knows
        channel_kind kind = channel_kind::tcp;
        std::vector<std::string> waiting{};  // of a listener: who has connected
    };

    void add(std::string form, std::vector<std::int64_t> numbers = {});
    void say_where();
    void flush_drained();
    void refuse(std::string reason);
    void register_group(const abi::io_uring_buf_reg& asked, std::int64_t done);
    void show_slots(std::uint32_t id, group_state& of, std::uint16_t tail);
    void give_slab(std::uint32_t id, group_state& of, const std::byte* buffer);
    void queue(const abi::io_uring_sqe& sqe);
    void accept_completed(std::uint64_t user, const abi::io_uring_cqe& value);
    [[nodiscard]] std::string message_of(const abi::io_uring_sqe& sqe) const;
    [[nodiscard]] std::string descriptor_of(const abi::io_uring_sqe& sqe);
    [[nodiscard]] file_state* find(int fd);
    std::string declare_file(int fd, channel_kind kind);

    c_program* program_;
    const trace* trace_;
    const history* now_;
    std::string refusal_;
    std::uint32_t step_ = 0;  // that the program knows of

    std::span<std::byte> queues_;
    std::span<std::byte> entries_;  // of the submission queue
    abi::io_uring_params params_{};
    std::uint32_t submitted_ = 0;  // tail of the submission queue
    std::uint32_t reaped_ = 0;     // head of the completion queue
    std::map<const std::byte*, std::size_t> mappings_;
    std::map<std::uint32_t, group_state> groups_;
    std::map<std::uint64_t, std::uint8_t> in_flight_;  // opcodes of requests, by user data
    bool any_order_ = false;                           // others than the application have a part
    bool late_order_ = false;  // from now on there is no order among requests

    std::map<int, file_state> files_;
    std::map<int, std::string> connections_;  // accepted, and not named yet: their peers
    unsigned files_made_ = 0;
    unsigned peers_made_ = 0;
    std::string draining_;  // a peer that reads, and how much so far
    std::int64_t drained_ = 0;
};

}  // namespace ringproof::sim::emitting
