#pragma once
// The front door of the model: the six calls of the `kernel` concept, on the same bytes in the
// same layout as Linux, without a system call. It delegates and decides nothing.
//
// A run is determined by the calls, by what the application stores into shared memory, and by the
// choices: equal calls, stores and choices give an equal history. Nothing here asks a clock, and
// nothing is global; several models may live side by side.

#include <cstddef>
#include <cstdint>
#include <span>

#include <ringproof/kernel.hpp>

#include "sim/choice.hpp"
#include "sim/kernel/machine.hpp"
#include "sim/kernel/memory.hpp"

namespace ringproof::sim {

class model_kernel {
public:
    using memory_type = model_memory;

    /// \param choice  answers whatever Linux leaves open; must outlive the model.
    explicit model_kernel(choices& choice, const model_options& options = {});
    model_kernel(const model_kernel&) = delete;
    model_kernel& operator=(const model_kernel&) = delete;
    ~model_kernel();

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
    [[nodiscard]] caller_id caller() const noexcept { return machine_.caller; }
    [[nodiscard]] std::size_t page_size() const noexcept { return sim::page_size; }
    [[nodiscard]] model_memory memory() const noexcept { return {}; }

    // Beyond the concept: what a test does to the model.

    /// From now on another thread calls, or a forked child (lowest bit 0).
    void set_caller(caller_id caller) noexcept { machine_.caller = caller; }

    /// That thread ends; requests it submitted are cancelled at their next event (rule MSH-19).
    void end_caller(caller_id caller);

    /// The SQPOLL threads and whatever else may run get one turn.
    void step();

    /// Memory of the application that it did not map through the kernel: needed when the model is
    /// strict, and to make memory read-only in either mode.
    void expose(std::span<const std::byte> memory, access how = access::read_write);
    void conceal(std::span<const std::byte> memory);

    [[nodiscard]] const profile& version() const noexcept { return machine_.version(); }

    /// For the world and for tests that look inside.
    [[nodiscard]] machine& inside() noexcept { return machine_; }

private:
    struct mapping {
        std::byte* first;
        std::size_t size;
        ring_context* ring;  // null: anonymous
    };

    machine machine_;
    std::vector<mapping> mappings_;
};

static_assert(ringproof::kernel<model_kernel>);

}  // namespace ringproof::sim
