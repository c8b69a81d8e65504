#pragma once
// A kernel with a spy in front, a ring, one group and channels: what most cases about provided
// buffers start from.

#include <chrono>
#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <ringproof/buffer_group.hpp>
#include <ringproof/socket_requests.hpp>

#include "tests/support/backends.hpp"
#include "tests/support/leak_listener.hpp"
#include "tests/support/spy_kernel.hpp"

namespace ringproof::testing {

[[nodiscard]] inline std::string text(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
[[nodiscard]] inline std::span<const std::byte> bytes_of(std::string_view text) {
    return std::as_bytes(std::span(text));
}

/// The error of a call that must fail; none when it did not.
template <class Value>
[[nodiscard]] std::error_code error_of(const result<Value>& outcome) {
    return outcome ? std::error_code() : outcome.error();
}

/// What is leaked on purpose stays reachable, so that a leak checker finds only the other leaks.
inline void keep_reachable(const void* lost) {
    static auto* all = new std::vector<const void*>;  // reachable to the very end
    all->push_back(lost);
}

inline constexpr group_id rig_group{7};

/// Fresh for each case. Work is deferred to the owner's calls where the kernel knows how, so that
/// what happens when is the case's own doing.
template <backend Backend>
struct group_rig {
    using kernel_type = spy_kernel<typename Backend::kernel_type>;
    using ring_type = uring<kernel_type>;
    using group_type = buffer_group<kernel_type>;

    static constexpr group_options small{.entries = 4, .buffer_size = 16};
    static constexpr uring_options calm{.mode = execution::deferred};

    explicit group_rig(const group_options& wanted = small, const uring_options& how = calm)
        : ring(ring_type::create(kernel, how).value()),
          group(group_type::create(ring, rig_group, wanted).value()) {}

    int open(sim::channel_kind kind = sim::channel_kind::tcp) {
        return backend.world().open(kind).value();
    }
    void send(int fd, std::string_view what) {
        if (backend.world().send(fd, bytes_of(what)).value() != what.size()) {
            throw std::runtime_error("the channel took only a part");
        }
    }

    /// Exactly the next `count` completions or more, waiting for them.
    std::vector<completion> wait(std::size_t count = 1) {
        std::vector<completion> seen;
        while (seen.size() < count) {
            ring.submit_and_wait(1, patience).value();
            ring.for_each_completion([&seen](const completion& done) { seen.push_back(done); });
        }
        return seen;
    }
    /// The next completion, which must be the only one.
    completion next() {
        const auto seen = wait(1);
        if (seen.size() != 1) throw std::runtime_error("more completions than one");
        return seen.front();
    }
    /// True when nothing more happens by itself.
    bool quiet() {
        ring.submit().value();
        return ring.ready() == 0;
    }

    /// One multishot receive, armed and waiting.
    void arm(int fd, user_data user, const receive_options& options = {}) {
        ring.push(requests::recv_multishot(fd, rig_group, user, options)).value();
        ring.submit().value();
    }
    /// Sends `what` and gives the lease on it. \pre a receive is armed on fd
    buffer_lease<kernel_type> receive(int fd, std::string_view what) {
        send(fd, what);
        return group.take_one(next()).value();
    }

    // Longer than anything takes; a wait that reaches it has failed.
    static constexpr std::chrono::seconds patience{20};

    Backend backend{};
    kernel_type kernel{backend.kernel()};
    ring_type ring;
    group_type group;
};

}  // namespace ringproof::testing
