#pragma once
// The kernel that a program finds: the model, resting on the program's own files, memory and clock.
// Calls come from any thread of the program; one is served at a time, but for those that sleep.

#include <cstdint>
#include <mutex>

#include "sim/choice.hpp"
#include "sim/exec/program_files.hpp"
#include "sim/exec/program_memory.hpp"
#include "sim/exec/ring_files.hpp"
#include "sim/exec/settings.hpp"
#include "sim/kernel/host.hpp"
#include "sim/kernel/model_kernel.hpp"

namespace ringproof::sim::exec {

/// A system call as the program made it.
struct call {
    long number = 0;
    std::uint64_t arguments[6] = {};
    std::uint64_t signals = 0;  ///< the thread's mask
};

class server final : private host_time {
public:
    explicit server(const settings& wanted);

    /// io_uring_setup, io_uring_enter or io_uring_register: what the kernel would have answered.
    long serve(const call& asked);

private:
    /// A thread that waits in io_uring_enter(2).
    struct sleeper {
        ring_context* ring;
        std::uint32_t seen;  ///< completions, when it went to sleep
        int bell;            ///< an eventfd that wakes it
        sleeper* next;
    };

    long set_up(std::uint32_t entries, std::uint64_t parameters);
    void bury_closed_rings();
    void ring_bells();

    std::uint64_t now() noexcept override;
    int sleep(ring_context& ring, std::uint64_t until, const std::uint64_t* signals) override;

    std::mutex one_at_a_time_;
    program_memory memory_;
    program_files files_;
    ring_files rings_;
    host host_{*this, memory_, rings_, files_};
    std::uint64_t signals_ = 0;  // of the thread that is served
    sleeper* sleepers_ = nullptr;
    choices choice_;
    model_kernel kernel_;
};

}  // namespace ringproof::sim::exec
