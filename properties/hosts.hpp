#pragma once
// Where a property that needs a kernel runs: on the model, as every version, and on the running
// Linux. Such a property is one template; a host is what it gets.

#include <map>
#include <string>
#include <vector>

#include <ringproof/capabilities.hpp>
#include <ringproof/linux_kernel.hpp>

#include "properties/model_rig.hpp"
#include "sim/linux_world.hpp"
#include "tests/support/skip.hpp"

namespace ringproof::sim {

/// One version of the model, whose open questions arbitrary bytes answer. Fresh for each case.
class model_host {
public:
    using world_type = model_world;

    model_host(const profile& version, std::span<const std::uint8_t> answers)
        : answers_(choices::from_bytes(answers)), kernel_(answers_, {.kernel_profile = version}) {}

    model_world& world() noexcept { return world_; }
    [[nodiscard]] const capabilities& can() {
        static std::map<std::string_view, capabilities> known;
        const auto [at, fresh] = known.try_emplace(kernel_.version().name);
        if (fresh) {
            choices canonical;
            model_kernel trial(canonical, {.kernel_profile = kernel_.version()});
            at->second = probe(trial).value();
        }
        return at->second;
    }

private:
    choices answers_;
    model_kernel kernel_;
    model_world world_{kernel_};
};

/// The running kernel. One for all cases of a property, since descriptors are its state.
class linux_host {
public:
    using world_type = linux_world;

    /// Ends the running case as skipped where io_uring cannot be used.
    linux_host() {
        const auto found = probe(world_.kernel());
        if (!found) testing::skip("io_uring cannot be used: " + found.error().message());
        can_ = *found;
    }

    linux_world& world() noexcept { return world_; }
    [[nodiscard]] const capabilities& can() const noexcept { return can_; }

private:
    linux_world world_;
    capabilities can_;
};

/// Which versions a property is about, and as what.
struct version_choice {
    bool capabilities::* needs = nullptr;  ///< those that have it; null: all
    bool repaired = false;                 ///< as they were meant to be
};

/// Tries `property(host)` on the model, as a version that RapidCheck picks, 20,000 times.
template <class Property>
void check_on_every_version(const Property& property, const version_choice& which = {}) {
    std::vector<std::string> names;
    for (const profile& each : profiles()) {
        model_host trial(each, {});
        if (which.needs == nullptr || trial.can().*which.needs) names.emplace_back(each.name);
    }
    version_tally versions(names);
    testing::check(20000, [&]() {
        const std::string name = *rc::gen::elementOf(names);
        versions.saw(name);
        const profile& version = *find_profile(name);
        const auto answers = *rc::gen::arbitrary<std::vector<std::uint8_t>>();
        model_host host(which.repaired ? repaired(version) : version, answers);
        property(host);
    });
    versions.require_all();
}

/// Tries `property(host)` on the running kernel, 500 times.
template <class Property>
void check_on_this_kernel(const Property& property, bool capabilities::* needs = nullptr) {
    linux_host host;
    if (needs != nullptr && !(host.can().*needs)) testing::skip("this kernel lacks what it needs");
    testing::check(500, [&]() {
        property(host);
        host.world().clear();
    });
}

}  // namespace ringproof::sim
