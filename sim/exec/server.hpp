#pragma once
// The kernel that a program finds: the model, resting on the program's own files, memory and clock.
// Calls come from any thread of the program; one is served at a time, but for those that sleep.

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "sim/choice.hpp"
#include "sim/exec/event_log.hpp"
#include "sim/exec/ledger.hpp"
#include "sim/exec/program_calls.hpp"
#include "sim/exec/program_files.hpp"
#include "sim/exec/program_memory.hpp"
#include "sim/exec/ring_files.hpp"
#include "sim/exec/settings.hpp"
#include "sim/kernel/host.hpp"
#include "sim/kernel/model_kernel.hpp"
#include "sim/simulation/fault_source.hpp"

namespace ringproof::sim::exec {

inline constexpr std::uint64_t ns_per_s = 1'000'000'000;

/// A system call as the program made it.
struct call {
    long number = 0;
    std::uint64_t arguments[6] = {};
    std::uint64_t signals = 0;  ///< the thread's mask
};

class server final : private host_time, private host_witness {
public:
    explicit server(const settings& wanted);

    /// For the child of a fork, whose parent's rings are not its own.
    ~server();

    /// io_uring_setup, io_uring_enter or io_uring_register: what the kernel would have answered.
    long serve(const call& asked);

    /// The program ends now: reports go out. The status that it is to end with.
    int finish(int status);

    /// Memory of the program's is about to go.
    void unmap(std::uint64_t address, std::uint64_t size);

    /// The program has closed or unmapped something: it may have been a ring.
    void look_for_closed_rings();

    /// A thread of the program has ended.
    void end_thread(caller_id ended);

    /// Nothing is answered between the two: what a fork copies is whole.
    void hold() { one_at_a_time_.lock(); }
    void release() { one_at_a_time_.unlock(); }

private:
    /// A thread that waits in io_uring_enter(2).
    struct sleeper {
        ring_context* ring;
        std::uint32_t seen;  ///< completions, when it went to sleep
        int bell;            ///< an eventfd that wakes it
        sleeper* next;
    };

    long map(const std::uint64_t (&given)[6]);
    long set_up(std::uint32_t entries, std::uint64_t parameters);
    void bury_closed_rings();
    void ring_bells();

    // attendant.cpp
    void call_attendant();
    void start_attendant();
    [[nodiscard]] std::uint64_t next_attendance();
    [[noreturn]] void attend();

    std::uint64_t now() noexcept override;
    int sleep(ring_context& ring, std::uint64_t until, const std::uint64_t* signals) override;
    void lacks(std::string_view what, std::uint32_t number) override;
    void submitted(const request& fresh) override;
    void saw(const ring_context& ring, const event& happened) override;

    [[nodiscard]] long enter(const call& asked);
    void begin_call(const call& asked);
    void look() {
        if (ledger_) ledger_->look(kernel_.inside());
    }
    void leave_lost_rings();
    void wake_for_nothing();
    void come_back_late();
    [[nodiscard]] choices make_choices();

    std::mutex one_at_a_time_;
    program_memory memory_;
    program_files files_;
    ring_files rings_;
    program_calls calls_;
    host host_{*this, memory_, rings_, files_, calls_, *this};
    std::uint64_t signals_ = 0;  // of the thread that is served
    sleeper* sleepers_ = nullptr;
    int attendant_bell_ = -1;
    std::uint64_t attends_until_ = ~std::uint64_t{0};
    settings wanted_;
    event_log history_;
    event_log records_;
    std::unique_ptr<ledger> ledger_;  // null: nobody asks
    random_bits random_;
    fault_source faults_;
    std::vector<std::string> named_;  // what was said to be lacking
    choices choice_;
    model_kernel kernel_;
};

}  // namespace ringproof::sim::exec
