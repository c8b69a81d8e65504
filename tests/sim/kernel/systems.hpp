#pragma once
// The systems that a case of this folder runs on.

#include <chrono>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include <boost/test/unit_test.hpp>

#include "sim/kernel/model_world.hpp"
#include "sim/linux_world.hpp"
#include "tests/sim/kernel/raw_group.hpp"

namespace ringproof::testing {

/// The model, canonical: everything happens as soon as it can.
class model_system {
public:
    using world_type = sim::model_world;
    using kernel_type = sim::model_kernel;
    static constexpr bool is_model = true;

    explicit model_system(const sim::model_options& options = {}, sim::choices answers = {})
        : choices_(std::move(answers)), kernel_(choices_, options), world_(kernel_) {}
    explicit model_system(const sim::profile& version)
        : model_system(sim::model_options{.kernel_profile = version}) {}

    sim::model_world& world() { return world_; }
    sim::model_kernel& kernel() { return kernel_; }

    /// What version 7.3 does, and what 6.18.44 does instead.
    template <class Value>
    Value version(Value on_7_3, Value on_6_18) {
        return kernel_.version().name == "v6_18" ? on_6_18 : on_7_3;
    }

private:
    sim::choices choices_;
    sim::model_kernel kernel_;
    sim::model_world world_;
};

/// The running kernel.
class linux_system {
public:
    using world_type = sim::linux_world;
    using kernel_type = linux_kernel;
    static constexpr bool is_model = false;

    static bool is_wanted() {
        const char* asked = std::getenv("RINGPROOF_RAW_ON_LINUX");
        return asked != nullptr && std::string_view(asked) == "1";
    }

    sim::linux_world& world() { return world_; }
    linux_kernel& kernel() { return world_.kernel(); }

    template <class Value>
    Value version(Value /*on_7_3*/, Value on_6_18) {
        return on_6_18;
    }

private:
    sim::linux_world world_;
};

/// Runs a case on the model, as 7.3 and as 6.18.44, then, if wanted, on the running kernel.
template <class Case>
void on_each(Case run) {
    BOOST_TEST_CONTEXT("on the model") {
        model_system model;
        run(model);
    }
    BOOST_TEST_CONTEXT("on the model of 6.18.44") {
        model_system model(*sim::find_profile("v6_18"));
        run(model);
    }
    if (!linux_system::is_wanted()) return;
    BOOST_TEST_CONTEXT("on the running kernel") {
        linux_system running;
        run(running);
    }
}

/// Bytes of a peer: the text itself, or so many letters.
inline std::span<const std::byte> bytes_of(std::string_view text) {
    return std::as_bytes(std::span(text.data(), text.size()));
}

template <class World>
int feed(World& world, int fd, std::string_view text) {
    return plain(world.send(fd, bytes_of(text)));
}

/// `count` bytes abc...zabc....
inline std::string letters(std::size_t count) {
    std::string text(count, 'a');
    for (std::size_t i = 0; i < count; ++i) text[i] = static_cast<char>('a' + i % 26);
    return text;
}

/// The stream and message channels.
inline constexpr channel_kind streams[] = {channel_kind::tcp, channel_kind::unix_stream};
inline constexpr channel_kind messages[] = {channel_kind::udp, channel_kind::unix_datagram};

}  // namespace ringproof::testing
