#pragma once
// A kernel between a ring and its kernel: it counts what must balance in the end, refuses what a
// test wants refused, and lets a test say who is calling.

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include <ringproof/kernel.hpp>

namespace ringproof::testing {

/// One io_uring_enter(2), as it was asked for.
struct entered {
    int fd = -1;
    std::uint32_t submit = 0;
    std::uint32_t wait = 0;
    std::uint32_t flags = 0;
};

/// Satisfies `kernel` on top of another one. A case reads and sets its members directly.
template <kernel Kernel>
class spy_kernel {
public:
    using memory_type = typename Kernel::memory_type;

    explicit spy_kernel(Kernel& real) noexcept : real_(&real) {}

    // What happened.
    std::vector<std::uint32_t> setup_flags{};  // of each io_uring_setup(2), refused ones too
    std::vector<entered> enters{};
    int rings_open = 0;
    int mappings_alive = 0;
    int ring_fds_registered = 0;

    // What shall happen.
    int setup_error = 0;  // errno of each setup from now on, if not 0
    std::uint32_t features_hidden = 0;
    std::uint32_t setup_flags_refused = 0;  // EINVAL, as from a kernel that is too old
    std::deque<int> enter_errors{};  // for the next calls, instead of making them; 0 makes one
    std::optional<std::uint32_t> register_refused{};  // EINVAL for this opcode
    int maps_granted = -1;                            // then ENOMEM; negative: no limit
    std::optional<caller_id> caller_pretended{};
    std::function<void()> before_enter{};

    result<int> setup(std::uint32_t entries, abi::io_uring_params& params) noexcept {
        setup_flags.push_back(params.flags);
        if (setup_error != 0) return fail(setup_error);
        if ((params.flags & setup_flags_refused) != 0) return fail(EINVAL);
        auto fd = real_->setup(entries, params);
        if (fd) ++rings_open;
        params.features &= ~features_hidden;
        return fd;
    }

    result<unsigned> enter(int fd, std::uint32_t submit, std::uint32_t wait, std::uint32_t flags,
                           const void* argument, std::size_t size) noexcept {
        enters.push_back({fd, submit, wait, flags});
        if (before_enter) before_enter();
        if (!enter_errors.empty()) {
            const int error = enter_errors.front();
            enter_errors.pop_front();
            if (error != 0) return fail(error);
        }
        return real_->enter(fd, submit, wait, flags, argument, size);
    }

    result<unsigned> register_(int fd, std::uint32_t opcode, void* argument,
                               std::uint32_t count) noexcept {
        if (register_refused == opcode) return fail(EINVAL);
        const auto done = real_->register_(fd, opcode, argument, count);
        if (done && opcode == abi::ioring_register_ring_fds) ++ring_fds_registered;
        if (done && opcode == abi::ioring_unregister_ring_fds) --ring_fds_registered;
        return done;
    }

    result<std::span<std::byte>> map(int fd, std::size_t size, std::uint64_t offset) noexcept {
        if (!grant()) return fail(ENOMEM);
        return counted(real_->map(fd, size, offset));
    }

    result<std::span<std::byte>> map_anonymous(const memory_request& wanted) noexcept {
        if (!grant()) return fail(ENOMEM);
        return counted(real_->map_anonymous(wanted));
    }

    result<void> unmap(std::span<std::byte> memory) noexcept {
        --mappings_alive;
        return real_->unmap(memory);
    }

    result<void> close(int fd) noexcept {
        --rings_open;
        return real_->close(fd);
    }

    [[nodiscard]] caller_id caller() const noexcept {
        return caller_pretended.value_or(real_->caller());
    }
    [[nodiscard]] std::size_t page_size() const noexcept { return real_->page_size(); }
    [[nodiscard]] memory_type memory() noexcept { return real_->memory(); }

    // Who else could call: another thread of this process, and the same thread in a forked child.
    [[nodiscard]] caller_id other_thread() const noexcept {
        return static_cast<caller_id>(to_number(real_->caller()) + (1U << process_bits));
    }
    [[nodiscard]] caller_id forked_child() const noexcept {
        return static_cast<caller_id>(to_number(real_->caller()) ^ 1U);
    }

private:
    [[nodiscard]] bool grant() noexcept {
        if (maps_granted == 0) return false;
        if (maps_granted > 0) --maps_granted;
        return true;
    }
    result<std::span<std::byte>> counted(result<std::span<std::byte>> memory) noexcept {
        if (memory) ++mappings_alive;
        return memory;
    }

    Kernel* real_;
};

}  // namespace ringproof::testing
