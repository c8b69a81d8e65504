// The running kernel's thread that polls (SQPOLL), over loopback: every byte checked, buffers
// returned out of order, the ring's 16-bit tail around twenty times, and a kernel that falls asleep
// as often as it can. x86 shows no missing release here; what this shows are lost wake-ups and
// buffers that somebody else had.

#include <boost/test/unit_test.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <ringproof/capabilities.hpp>
#include <ringproof/receiver.hpp>

#include "sim/choice.hpp"
#include "sim/linux_world.hpp"
#include "tests/support/skip.hpp"

namespace {

using namespace ringproof;
using sim::linux_world;

constexpr std::uint32_t buffer_size = 8;
constexpr std::uint64_t buffers_wanted = 20 * 65536;
// Nothing here takes a second; what is not there after so long never comes.
constexpr std::chrono::seconds never{60};

std::byte pattern(std::uint64_t position) {
    return static_cast<std::byte>(position * 131 + (position >> 8U));
}

uring<linux_kernel> polled_ring(linux_kernel& kernel) {
    const auto can = probe(kernel);
    if (!can) testing::skip("io_uring cannot be used: " + can.error().message());
    if (!can->polled) testing::skip("this kernel has no thread that polls for us");
    return uring<linux_kernel>::create(kernel,
                                       {.entries = 64, .mode = execution::polled, .idle_ms = 1})
        .value();
}

/// A peer that always has something to write.
class writer {
public:
    writer(linux_world& around, int to) : around_(&around), to_(to) {}

    void write_some() {
        std::array<std::byte, 4096> bytes{};
        for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = pattern(written_ + i);
        const auto count = around_->send(to_, bytes);
        if (count) written_ += *count;
    }

private:
    linux_world* around_;
    int to_;
    std::uint64_t written_ = 0;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(sqpoll_stress)

BOOST_AUTO_TEST_CASE(twenty_times_around_with_returns_out_of_order) {
    linux_world around;
    auto ring = polled_ring(around.kernel());
    auto pool = buffer_group<linux_kernel>::create(ring, group_id{0},
                                                   {.entries = 64, .buffer_size = buffer_size})
                    .value();
    const int socket = around.open(sim::channel_kind::tcp).value();
    writer peer(around, socket);
    receiver<linux_kernel> input(ring, pool, socket, user_data{1});
    input.arm().value();

    sim::random_bits random(1);
    std::vector<buffer_lease<linux_kernel>> kept;
    std::uint64_t buffers = 0;
    std::uint64_t position = 0;
    std::uint64_t wrong = 0;
    while (buffers < buffers_wanted) {
        peer.write_some();
        BOOST_REQUIRE_MESSAGE(ring.submit_and_wait(1, never).has_value(),
                              "nothing comes any more after " << buffers << " buffers");
        for_each_completion(ring, pool, [&](const completion& done) {
            auto seen = input.on(done);
            while (!seen.data.empty()) {
                kept.push_back(seen.data.pop_front());
                for (const std::byte each : kept.back().bytes()) {
                    wrong += each == pattern(position++) ? 0 : 1;
                }
                ++buffers;
            }
            // A quarter stays behind and overtakes nobody for a while.
            while (kept.size() > 16) {
                std::swap(kept[random.below(static_cast<std::uint32_t>(kept.size()))], kept.back());
                kept.pop_back();
            }
        });
        BOOST_REQUIRE(wrong == 0U);
        if (input.done()) input.arm().value();
    }
    BOOST_TEST(position >= buffers);
    kept.clear();
}

// Store buffering: the application's tail and the thread's flag. Each request is staged just when
// the thread has said that it sleeps, or is about to say so.
BOOST_AUTO_TEST_CASE(no_wake_up_is_lost) {
    linux_world around;
    auto ring = polled_ring(around.kernel());
    for (std::uint64_t round = 0; round < 300; ++round) {
        ring.push(requests::nop(user_data{round})).value();
        BOOST_REQUIRE_MESSAGE(ring.submit_and_wait(1, never).has_value(),
                              "request " << round << " was never taken");
        std::uint64_t user = ~std::uint64_t{0};
        ring.for_each_completion([&](const completion& done) { user = to_number(done.user); });
        BOOST_REQUIRE(user == round);
        // Sometimes the thread is given the time to fall asleep, sometimes nearly.
        around.pass(std::chrono::microseconds(700 + round % 8 * 100));
    }
}

BOOST_AUTO_TEST_SUITE_END()
