#pragma once
// The same application and the same peers on the running Linux, with real sockets: what a loop does
// on the model it is seen to do there, too. Nothing is deterministic here, and no fault but those
// that peers can make.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <ringproof/linux_kernel.hpp>

#include "sim/choice.hpp"
#include "sim/linux_world.hpp"
#include "sim/simulation/far_ends.hpp"
#include "sim/simulation/fault_source.hpp"
#include "sim/simulation/peers.hpp"
#include "sim/simulation/run.hpp"
#include "sim/simulation/run_report.hpp"
#include "sim/simulation/stage.hpp"

namespace ringproof::sim {

/// One run on Linux. Peers act inside of enter(), between short waits of the kernel for what the
/// application waits for; nothing sleeps while there is something to do.
class linux_run final : public stage_setting, private far_ends {
public:
    /// \param wanted  sound, drawn; must outlive this
    explicit linux_run(const scenario& wanted);
    linux_run(const linux_run&) = delete;
    linux_run& operator=(const linux_run&) = delete;
    ~linux_run();

    /// Errors: errno of socket(2) and the like.
    [[nodiscard]] result<void> open();
    void perform(const std::function<void()>& application);
    [[nodiscard]] run_report finish();

    [[nodiscard]] bool running() const noexcept override { return !peers_.all_ended(); }

    // For staged_linux_kernel.
    result<unsigned> enter(int fd, std::uint32_t to_submit, std::uint32_t min_complete,
                           std::uint32_t flags, const void* argument, std::size_t size) noexcept;
    [[nodiscard]] linux_kernel& real() noexcept { return world_.kernel(); }

private:
    using clock = std::chrono::steady_clock;

    /// What a wait was asked for, apart from how many.
    struct wait_request;

    result<void> connect(std::uint32_t peer, std::uint32_t listener) override;
    result<std::size_t> send(std::uint32_t peer, std::span<const std::byte> bytes) override;
    result<std::size_t> receive(std::uint32_t peer, std::span<std::byte> into) override;
    result<void> finish(std::uint32_t peer) override;
    result<void> reset(std::uint32_t peer) override;
    void leave(std::uint32_t peer) override;
    void wake_for_nothing(std::uint32_t /*peer*/) override {}

    [[nodiscard]] std::uint64_t now() const noexcept;
    bool act();
    bool nothing_goes_on(bool acted);
    void fail_with(failure what, std::string sentence);

    /// A peer's end: a socket of ours, or the far end of a channel of the world's.
    struct end {
        int socket = -1;
        int channel = -1;
    };

    const scenario* wanted_;
    choices answers_;
    fault_source faults_;
    linux_world world_;
    std::vector<end> ends_;  // by peer
    std::vector<std::uint16_t> ports_;
    peers peers_;
    clock::time_point start_ = clock::now();
    clock::time_point last_progress_ = start_;
    run_report report_;
};

/// Linux, with the peers at work in `enter`. Satisfies `kernel`.
class staged_linux_kernel {
public:
    using memory_type = native_memory;

    explicit staged_linux_kernel(linux_run& inside) noexcept : inside_(&inside) {}

    result<int> setup(std::uint32_t entries, abi::io_uring_params& params) noexcept {
        return inside_->real().setup(entries, params);
    }
    result<unsigned> enter(int fd, std::uint32_t to_submit, std::uint32_t min_complete,
                           std::uint32_t flags, const void* argument, std::size_t size) noexcept {
        return inside_->enter(fd, to_submit, min_complete, flags, argument, size);
    }
    result<unsigned> register_(int fd, std::uint32_t opcode, void* argument,
                               std::uint32_t count) noexcept {
        return inside_->real().register_(fd, opcode, argument, count);
    }
    result<std::span<std::byte>> map(int fd, std::size_t size, std::uint64_t offset) noexcept {
        return inside_->real().map(fd, size, offset);
    }
    result<std::span<std::byte>> map_anonymous(const memory_request& wanted) noexcept {
        return inside_->real().map_anonymous(wanted);
    }
    result<void> unmap(std::span<std::byte> memory) noexcept {
        return inside_->real().unmap(memory);
    }
    result<void> close(int fd) noexcept { return inside_->real().close(fd); }
    [[nodiscard]] caller_id caller() const noexcept { return inside_->real().caller(); }
    [[nodiscard]] std::size_t page_size() const noexcept { return inside_->real().page_size(); }
    [[nodiscard]] static native_memory memory() noexcept { return {}; }

private:
    linux_run* inside_;
};

static_assert(kernel<staged_linux_kernel>);

/// One run on the running kernel. An application that is stuck is told EDEADLK once nothing has
/// happened for a second. Errors are in the report; whether there is an io_uring at all is for the
/// caller to find out first.
template <plays_on<staged_linux_kernel> Application>
[[nodiscard]] run_report run_on_linux(const scenario& wanted, Application&& application) {
    run_report unfit;
    unfit.failed = failure::refused;
    unfit.played = drawn(wanted);
    const auto sound = validate(wanted);
    if (!sound) {
        unfit.sentence = sound.error();
        return unfit;
    }
    linux_run inside(unfit.played);
    if (const auto opened = inside.open(); !opened) {
        unfit.sentence = "no sockets for the peers: " + opened.error().message();
        return unfit;
    }
    inside.perform([&] {
        staged_linux_kernel kernel(inside);
        play_on(kernel, inside, application);
    });
    return inside.finish();
}

}  // namespace ringproof::sim
