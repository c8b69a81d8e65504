#pragma once
// The interpreter of traces: it is the application. Everything it does with the ring goes through
// the library, which is the code under test; everything it sees it tells the oracles, which trust
// neither the library nor the kernel. The same template runs on the model and on the machine.
//
//   play.hpp, play_loop.hpp   what the player keeps; the loop over the operations
//   play_groups.hpp           groups; play_leases.hpp: giving back
//   play_requests.hpp         requests; play_receives.hpp, play_machines.hpp: receives
//   play_completions.hpp      completions; play_deliveries.hpp: what they hand over
//   play_peers.hpp            channels and what their far ends do
//   play_endings.hpp          waiting, settling, churning, the end

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include <ringproof/message.hpp>
#include <ringproof/registered_files.hpp>
#include <ringproof/uring.hpp>

#include "sim/choice.hpp"
#include "sim/history.hpp"
#include "sim/oracle/completion.hpp"
#include "sim/oracle/ownership.hpp"
#include "sim/oracle/ring.hpp"
#include "sim/oracle/stream.hpp"
#include "sim/trace/outcome.hpp"
#include "sim/trace/play_parts.hpp"
#include "sim/trace/trace.hpp"
#include "sim/world.hpp"

namespace ringproof::sim {

/// How patient a player is. A wait ends as soon as what it waits for is there; these are limits.
struct play_options {
    std::chrono::nanoseconds slice = std::chrono::milliseconds(10);  ///< of one wait
    unsigned slices_most = 500;  ///< without progress, before the run counts as stuck
};

/// Plays traces, one after another. Keeps its tables between them. Belongs to one thread.
template <world World>
class player {
public:
    using kernel_type = typename World::kernel_type;

    /// Plays one trace in a fresh world. Neither throws nor asserts whatever the trace says.
    /// \param record  hashes, and keeps on demand, what happened. Fresh, too.
    [[nodiscard]] outcome play(const trace& wanted, World& around, history& record,
                               const play_options& options = {});

private:
    using channel = playing::channel<kernel_type>;
    using group = playing::group<kernel_type>;
    using request = playing::request;
    using holding = playing::holding<kernel_type>;
    static constexpr std::uint16_t nothing = playing::nothing;

    // The loop.
    [[nodiscard]] bool set_up(const trace& wanted);
    bool perform(const op& wanted);  // false: it had nothing to act on
    bool perform_request(const op& wanted);
    bool perform_peer(const op& wanted);
    bool judge(verdict&& found);  // true: the run is over
    [[nodiscard]] bool over() const noexcept { return result_.broken.has_value(); }
    void seen(mark which) noexcept { result_.marks.set(static_cast<std::size_t>(which)); }
    void note(actor who, event_kind kind, std::uint64_t subject, std::int64_t a = 0,
              std::int64_t b = 0, std::int64_t c = 0) {
        history_->record(who, kind, subject, a, b, c);
    }

    // play_groups.hpp
    bool open_group(const op& wanted);
    bool open_send_group(const op& wanted);
    std::uint16_t enter_group(std::uint32_t entries, std::uint32_t size, bool incremental,
                              bool mapped, std::uint32_t min_left);
    [[nodiscard]] std::uint16_t free_group();
    [[nodiscard]] bool group_to_spare() const;
    bool close_group(std::uint16_t index);
    void retire_send_group(std::uint16_t index);
    void sync_published(std::uint16_t index);
    bool give_back(const op& wanted);
    void give_back(holding& held);
    void give_back_batch(std::size_t first, std::size_t count);
    void give_back_all();
    void before_return(holding& held);
    bool check_status(std::uint16_t index, bool at_rest);
    [[nodiscard]] bool has_buffers(std::uint16_t index);

    // play_requests.hpp
    bool arm(const op& wanted);
    bool arm(const op& wanted, std::uint16_t on, std::uint16_t from);
    bool arm_receiver(const op& wanted);
    void follow_machine(std::uint16_t index);
    bool cancel_machine(std::uint16_t on);
    void retire_machine(std::uint16_t index);
    void retire_done_machines();
    bool send(const op& wanted);
    bool push_nops(std::uint32_t count);
    bool push_timeout(std::uint32_t micros);
    bool push_cancel(std::uint64_t user);
    bool accept(const op& wanted);
    [[nodiscard]] abi::io_uring_sqe receive_request(const op& wanted, std::uint16_t index,
                                                    file from, const group& buffers);
    [[nodiscard]] file file_of(std::uint16_t on, bool fixed);
    [[nodiscard]] std::uint16_t new_request(op_kind kind);
    bool push(const abi::io_uring_sqe& sqe, std::uint16_t index, const request_shape& shape);
    bool stage(const abi::io_uring_sqe& sqe);
    void drop(std::uint16_t index);
    [[nodiscard]] playing::request_memory& memory_of(std::uint16_t index);

    // play_completions.hpp
    std::uint32_t reap(std::uint32_t most);
    void handle(const completion& done);
    void received(std::uint16_t index, const completion& done);
    void received_by_machine(std::uint16_t index, const completion& done);
    void judge_end(const channel& on, ringproof::received what);
    bool settle_books(std::uint16_t index, const completion& done, std::uint32_t& buffers);
    void keep(std::uint16_t index, const completion& done, ringproof::bundle<kernel_type>& data);
    [[nodiscard]] bool announce(const request& it, ringproof::bundle<kernel_type>& data);
    void deliver(const request& it, std::span<std::byte> bytes);
    void without_buffer(const request& it, const completion& done);
    void sent(const request& it, const completion& done);
    void accepted(const request& it, const completion& done);
    void mark_delivery(const request& it, std::uint32_t buffers, const completion& done);
    void ended(std::uint16_t index, const completion& done);

    // play_peers.hpp
    bool open_channel(channel_kind kind);
    std::uint16_t adopt(int fd, channel_kind kind);
    bool feed(std::uint16_t on, std::uint32_t size);
    bool drain(std::uint16_t on);
    bool finish(std::uint16_t on);
    bool reset(std::uint16_t on);
    bool close(std::uint16_t on);
    bool connect(std::uint32_t handle);

    // play_endings.hpp
    void watch_overflow();
    bool submit();
    bool wait(std::uint32_t count);
    bool wait_for(std::uint32_t count);
    [[nodiscard]] bool expecting() const;
    [[nodiscard]] static bool meets_end(const channel& it);
    [[nodiscard]] bool unfinished() const;
    bool settle();
    void rearm_idle_channels();
    void cancel_early();
    [[nodiscard]] std::uint16_t group_with_buffers(std::uint16_t on);
    bool churn(const op& wanted);
    bool arm_for_churn(std::uint16_t on, std::uint16_t from);
    void check_rest();
    void blame_unfinished();
    void end();

    World* world_ = nullptr;
    history* history_ = nullptr;
    play_options options_;
    outcome result_;
    std::uint32_t step_ = 0;

    std::optional<uring<kernel_type>> ring_;
    std::optional<registered_files<kernel_type>> files_;
    std::array<channel, playing::channels_most> channels_;
    std::vector<group> groups_;
    std::vector<request> requests_;
    std::vector<std::uint16_t> free_requests_;
    std::vector<std::unique_ptr<playing::request_memory>> memory_;  // by request, on demand
    std::vector<holding> leases_;
    std::size_t leases_first_ = 0;  // those before it were given back
    // What drain() reads into. Longer messages are not sent: see send().
    std::array<std::byte, playing::send_most> drained_;
    std::vector<completion> unread_;  // taken from the queue, not looked at yet
    std::vector<std::pair<int, std::uint32_t>> listeners_;  // descriptor, peers that wait
    playing::live_list live_channels_;
    playing::live_list live_groups_;
    playing::live_list live_send_groups_;
    playing::live_list armed_;
    std::uint64_t generation_ = 0;  // tells a request from the one that had its number before
    std::uint32_t salt_ = 0;        // tells a channel from the one that had its number before
    std::uint32_t sure_ = 0;        // requests in flight that end by themselves
    std::uint32_t accepts_ = 0;     // in flight
    std::uint16_t spare_group_ = nothing;  // made by settle() when no other has buffers
    bool overflowed_ = false;
    random_bits random_{0};  // for give_back random; the same in every run

    ownership_oracle ownership_;
    stream_oracle in_;
    stream_oracle out_;
    ring_oracle rings_;
    completion_oracle completions_;
};

}  // namespace ringproof::sim

#include "sim/trace/play_completions.hpp"
#include "sim/trace/play_deliveries.hpp"
#include "sim/trace/play_endings.hpp"
#include "sim/trace/play_groups.hpp"
#include "sim/trace/play_leases.hpp"
#include "sim/trace/play_loop.hpp"
#include "sim/trace/play_machines.hpp"
#include "sim/trace/play_peers.hpp"
#include "sim/trace/play_receives.hpp"
#include "sim/trace/play_requests.hpp"
