#pragma once
// What an application gets to play on: a kernel, sockets that peers talk to, and what its ring
// should be like. The same on the model and on Linux.

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <ringproof/group_handle.hpp>
#include <ringproof/kernel.hpp>
#include <ringproof/uring_setup.hpp>

#include "sim/simulation/scenario.hpp"

namespace ringproof::sim {

/// Runs an application; what came out of it as an exception, in a line.
[[nodiscard]] std::optional<std::string> thrown_by(const std::function<void()>& application);

/// What does not depend on the kernel's type.
class stage_setting {
public:
    /// How a ring is to be made: its mode, and sizes that may be unpleasantly small.
    [[nodiscard]] uring_options ring() const noexcept;

    /// How many buffers, and how large. A proposal, as the ring's sizes are.
    [[nodiscard]] group_options buffers() const noexcept;

    /// Listening sockets.
    [[nodiscard]] std::span<const int> listeners() const noexcept { return listeners_; }
    [[nodiscard]] int listener() const noexcept { return listeners_.front(); }

    /// Descriptors that have a peer from the start, in the script's order: datagram sockets,
    /// pipes, files, connections to other servers. The stage closes those that are open at the end.
    [[nodiscard]] std::span<const int> channels() const noexcept { return channels_; }

    /// Some peer has not come to its end. A loop may leave when this is false; one that waits on
    /// when nothing can ever happen again gets EDEADLK from the kernel.
    [[nodiscard]] virtual bool running() const noexcept = 0;

protected:
    explicit stage_setting(const scenario& played) noexcept : played_(&played) {}
    ~stage_setting() = default;

    std::vector<int> listeners_;
    std::vector<int> channels_;

private:
    const scenario* played_;
};

/// A setting with a kernel. The application may keep it as long as it runs, and no longer.
template <kernel Kernel>
class stage {
public:
    using kernel_type = Kernel;

    stage(Kernel& kernel, const stage_setting& setting) noexcept
        : kernel_(&kernel), setting_(&setting) {}

    /// The same with a kernel that somebody has put in front of the other one's.
    template <kernel Other>
    stage(Kernel& before, const stage<Other>& of) noexcept : stage(before, of.setting()) {}

    [[nodiscard]] Kernel& kernel() const noexcept { return *kernel_; }
    [[nodiscard]] const stage_setting& setting() const noexcept { return *setting_; }

    // As in stage_setting.
    [[nodiscard]] uring_options ring() const noexcept { return setting_->ring(); }
    [[nodiscard]] group_options buffers() const noexcept { return setting_->buffers(); }
    [[nodiscard]] std::span<const int> listeners() const noexcept { return setting_->listeners(); }
    [[nodiscard]] int listener() const noexcept { return setting_->listener(); }
    [[nodiscard]] std::span<const int> channels() const noexcept { return setting_->channels(); }
    [[nodiscard]] bool running() const noexcept { return setting_->running(); }

private:
    Kernel* kernel_;
    const stage_setting* setting_;
};

}  // namespace ringproof::sim
