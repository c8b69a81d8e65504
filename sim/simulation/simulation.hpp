#pragma once
// One run: the model, the peers around it, the faults between them, and the books over all that.
// What an application sees of it is simulated_kernel and stage.

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sim/choice.hpp"
#include "sim/history.hpp"
#include "sim/kernel/model_world.hpp"
#include "sim/simulation/far_ends.hpp"
#include "sim/simulation/fault_source.hpp"
#include "sim/simulation/observed_memory.hpp"
#include "sim/simulation/own_stack.hpp"
#include "sim/simulation/peers.hpp"
#include "sim/simulation/ring_watch.hpp"
#include "sim/simulation/run_report.hpp"
#include "sim/simulation/stage.hpp"
#include "sim/simulation/unseen_stores.hpp"

namespace ringproof::sim {

/// How a run is watched; it does not change what happens in it.
struct watching {
    bool events = false;   ///< keep the history's events
    bool answers = false;  ///< put the run's answers into the report's scenario
};

class simulation final : public stage_setting,
                         public memory_observer,
                         private surroundings,
                         private far_ends {
public:
    /// \param wanted  sound, drawn; must outlive this
    /// \param pages   lent to the model; start_over() was called
    simulation(const scenario& wanted, const watching& how, page_arena& pages);
    simulation(const simulation&) = delete;
    simulation& operator=(const simulation&) = delete;

    /// Runs the application, which gets its stage from whoever made the function. Once.
    void perform(own_stack& on, const std::function<void()>& application);

    [[nodiscard]] run_report finish();

    [[nodiscard]] bool running() const noexcept override { return !peers_.all_ended(); }

    // The calls of simulated_kernel.
    result<int> setup(std::uint32_t entries, abi::io_uring_params& params) noexcept;
    result<unsigned> enter(int fd, std::uint32_t to_submit, std::uint32_t min_complete,
                           std::uint32_t flags, const void* argument,
                           std::size_t argument_size) noexcept;
    result<unsigned> register_(int fd, std::uint32_t opcode, void* argument,
                               std::uint32_t count) noexcept;
    result<std::span<std::byte>> map(int fd, std::size_t size, std::uint64_t offset) noexcept;
    result<std::span<std::byte>> map_anonymous(const memory_request& wanted) noexcept;
    result<void> unmap(std::span<std::byte> memory) noexcept;
    result<void> close(int fd) noexcept;
    [[nodiscard]] model_kernel& model() noexcept { return kernel_; }

private:
    // Surroundings of the model.
    [[nodiscard]] std::uint64_t next_event() const noexcept override;
    void happen() override;
    void heard(open_file& file) override;
    // Far ends of the peers.
    result<void> connect(std::uint32_t peer, std::uint32_t listener) override;
    result<std::size_t> send(std::uint32_t peer, std::span<const std::byte> bytes) override;
    result<std::size_t> receive(std::uint32_t peer, std::span<std::byte> into) override;
    result<void> finish(std::uint32_t peer) override;
    result<void> reset(std::uint32_t peer) override;
    void leave(std::uint32_t peer) override;
    [[nodiscard]] std::string last_word(std::uint32_t peer) const override;
    void wake_for_nothing(std::uint32_t peer) override;
    // Somebody looks and does not enter; and what the processor's memory may do to it.
    void looks_on(const void* word) noexcept override;
    std::uint32_t load_overtaking() noexcept override;
    void fenced() noexcept override;
    void be_interrupted();
    void see_all();

    [[nodiscard]] choices make_choices();
    void open_channels();
    void adopt(std::uint32_t peer, open_file& file);
    [[nodiscard]] int refused(call_kind which) noexcept;
    void let_the_world_go_on(std::uint64_t nanoseconds);
    bool jump_to_next_event();
    [[nodiscard]] std::optional<int> unwelcome(std::uint32_t to_submit);
    [[nodiscard]] bool enough(int fd, std::uint32_t wanted, std::uint32_t flags);
    void count_completions();
    void look_at_the_starved();
    result<unsigned> at_rest();
    [[nodiscard]] bool is_late();
    void look_at_rings();
    [[nodiscard]] ring_context* polled_ring() noexcept;
    [[nodiscard]] std::uint64_t entries_taken() noexcept;
    void fail_with(failure what, std::string sentence);
    [[noreturn]] void abandon(failure what, std::string sentence) noexcept;

    const scenario* wanted_;
    watching how_;
    history record_;
    random_bits random_;
    choices answers_;
    fault_source faults_;
    model_kernel kernel_;
    model_world world_;
    std::vector<open_file*> files_;  // by peer
    peers peers_;
    ring_watch watch_;
    unseen_stores unseen_;  // since the application last called, or looked at what is the kernel's
    own_stack* stack_ = nullptr;
    run_report report_;
    std::uint32_t fenced_tail_ = 0;  // of the polled submission queue, at the last fence
    std::uint64_t cq_tails_ = 0;     // of all rings, as last seen
    std::uint64_t starved_ = 0;      // of all rings, as last seen
    std::uint64_t moved_ = 0;        // bytes from and to peers
    std::uint64_t starved_when_moved_ = 0;
    std::uint64_t moved_when_looked_ = 0;
    std::uint64_t looks_when_moved_ = 0;  // looks since the last call, when they last did
    std::uint64_t taken_ = 0;             // entries of all submission queues, at the last call
    std::uint32_t idle_enters_ = 0;       // one after the other, in which nothing happened
    std::uint32_t hopeless_ = 0;          // calls that were answered with EDEADLK
    bool in_turn_ = false;                // the world goes on
    bool may_give_up_ = false;
};

}  // namespace ringproof::sim
