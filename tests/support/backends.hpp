#pragma once
// The kernels a case runs on. A case that touches a kernel is one template, instantiated for each
// backend, so that the model and the machine are held to the same sentences:
//
//     BOOST_AUTO_TEST_CASE_TEMPLATE(a_ring_opens, Backend, backends) {
//         Backend backend;
//         auto ring = uring<typename Backend::kernel_type>::create(backend.kernel());

#include <concepts>
#include <string>
#include <system_error>
#include <tuple>

#include <ringproof/capabilities.hpp>
#include <ringproof/linux_kernel.hpp>

#include "sim/choice.hpp"
#include "sim/kernel/model_kernel.hpp"
#include "sim/kernel/model_world.hpp"
#include "sim/linux_world.hpp"
#include "sim/world.hpp"
#include "tests/support/skip.hpp"

namespace ringproof::testing {

/// A kernel with its surroundings, fresh for each case.
template <class Backend>
concept backend = sim::world<typename Backend::world_type> &&
    std::same_as<typename Backend::kernel_type, typename Backend::world_type::kernel_type> &&
    std::default_initializable<Backend> && requires(Backend& b) {
        { b.kernel() } -> std::same_as<typename Backend::kernel_type&>;
        { b.world() } -> std::same_as<typename Backend::world_type&>;
    };

/// The running Linux. Ends the case as skipped where io_uring is missing or forbidden.
class linux_backend {
public:
    using kernel_type = linux_kernel;
    using world_type = sim::linux_world;

    linux_backend() {
        static const std::error_code refusal = try_setup(world_.kernel());
        if (refusal) skip("no io_uring here: " + refusal.message());
    }

    kernel_type& kernel() noexcept { return world_.kernel(); }
    world_type& world() noexcept { return world_; }

private:
    static std::error_code try_setup(linux_kernel& kernel) noexcept {
        abi::io_uring_params params{};
        const auto fd = kernel.setup(1, params);
        if (!fd) return fd.error();
        const auto closed = kernel.close(*fd);
        return closed ? std::error_code{} : closed.error();
    }

    sim::linux_world world_;
};

static_assert(backend<linux_backend>);

/// The model of the newest kernel, which takes the first of all alternatives.
class model_backend {
public:
    using kernel_type = sim::model_kernel;
    using world_type = sim::model_world;

    kernel_type& kernel() noexcept { return kernel_; }
    world_type& world() noexcept { return world_; }

private:
    sim::choices choices_{};
    sim::model_kernel kernel_{choices_};
    sim::model_world world_{kernel_};
};

static_assert(backend<model_backend>);

using backends = std::tuple<linux_backend, model_backend>;

/// Ends the case as skipped on a kernel without that capability.
template <backend Backend>
void require(Backend& here, bool capabilities::* member) {
    static const auto found = probe(here.kernel());
    if (found && *found.*member) return;
    for (const capability& one : all_capabilities) {
        if (one.member == member) skip("this kernel lacks " + std::string(one.name));
    }
}

}  // namespace ringproof::testing
