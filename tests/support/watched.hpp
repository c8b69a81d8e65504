#pragma once
// A backend with a spy in front of its kernel, and a listener for leaks: what most cases about the
// life of a ring need.

#include <ringproof/uring.hpp>

#include "tests/support/backends.hpp"
#include "tests/support/leak_listener.hpp"
#include "tests/support/spy_kernel.hpp"

namespace ringproof::testing {

template <backend Backend>
struct watched {
    using real_kernel_type = typename Backend::kernel_type;
    using kernel_type = spy_kernel<real_kernel_type>;
    using ring_type = uring<kernel_type>;

    ring_type open(const uring_options& options = {}) {
        return ring_type::create(kernel, options).value();
    }
    /// Nothing was left behind in the kernel.
    [[nodiscard]] bool balanced() const noexcept {
        return kernel.rings_open == 0 && kernel.mappings_alive == 0 &&
            kernel.ring_fds_registered == 0;
    }
    auto& world() noexcept { return real.world(); }

    Backend real{};
    kernel_type kernel{real.kernel()};
    leak_listener leaks{};
};

}  // namespace ringproof::testing
