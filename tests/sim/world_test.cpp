// The contract of worlds, on both: what peers do is what the application's ring then sees.

#include "sim/world.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <ringproof/uring.hpp>

#include "tests/support/backends.hpp"

namespace ringproof::testing {

namespace {

using sim::channel_kind;

constexpr std::array all_kinds{channel_kind::tcp,  channel_kind::unix_stream,
                               channel_kind::udp,  channel_kind::unix_datagram,
                               channel_kind::pipe, channel_kind::file};
constexpr std::array sockets{channel_kind::tcp, channel_kind::unix_stream, channel_kind::udp,
                             channel_kind::unix_datagram};
constexpr std::array streams{channel_kind::tcp, channel_kind::unix_stream, channel_kind::pipe};

/// A world, and a ring to look at it from the application's side.
template <class Backend>
struct seen_from_a_ring : Backend {
    using ring_type = uring<typename Backend::kernel_type>;

    /// What one request brings: its result, the bytes in `memory`.
    std::int32_t run(const abi::io_uring_sqe& request) {
        ring.push(request).value();
        ring.submit_and_wait(1).value();
        std::int32_t result = 0;
        ring.for_each_completion([&](const completion& done) { result = done.res; });
        return result;
    }
    /// Receives up to `size` bytes: text, or the error as "-<errno>".
    std::string receive(int fd, std::size_t size = 64) {
        const std::span into = std::span(memory).first(size);
        const std::int32_t result =
            run(requests::read(fd, into, requests::current_position, user_data{1}));
        if (result < 0) return std::to_string(result);
        return {reinterpret_cast<const char*>(memory.data()), static_cast<std::size_t>(result)};
    }
    std::error_code send(int fd, std::string_view text) {
        const auto sent = this->world().send(fd, std::as_bytes(std::span(text)));
        return sent ? std::error_code{} : sent.error();
    }

    std::vector<std::byte> memory = std::vector<std::byte>(std::size_t{1} << 16U);
    ring_type ring = ring_type::create(this->kernel()).value();
};

template <class Result>
bool refused(const Result& answer, int error) {
    return !answer && is_errno(answer.error(), error);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(world)

BOOST_AUTO_TEST_CASE_TEMPLATE(what_a_peer_sends_is_received, Backend, backends) {
    seen_from_a_ring<Backend> here;
    for (const channel_kind kind : all_kinds) {
        const int fd = here.world().open(kind).value();
        BOOST_TEST(!here.send(fd, "hello"));
        BOOST_TEST(!here.send(fd, ", ring"));
        const bool messages = keeps_messages(kind);
        BOOST_TEST(here.receive(fd) == (messages ? "hello" : "hello, ring"));
        if (messages) BOOST_TEST(here.receive(fd) == ", ring");
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(what_the_application_sends_reaches_its_peer, Backend, backends) {
    seen_from_a_ring<Backend> here;
    for (const channel_kind kind : sockets) {
        const int fd = here.world().open(kind).value();
        std::array<std::byte, 8> got{};
        BOOST_TEST(refused(here.world().receive(fd, got), EAGAIN));
        const std::array<std::byte, 3> sent{std::byte{1}, std::byte{2}, std::byte{3}};
        BOOST_TEST(here.run(requests::send(fd, sent, 0, user_data{1})) == 3);
        BOOST_TEST(here.world().receive(fd, got).value() == 3U);
        BOOST_TEST(std::ranges::equal(std::span(got).first(3), sent));
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_peer_that_finishes_is_heard_to_the_end, Backend, backends) {
    seen_from_a_ring<Backend> here;
    for (const channel_kind kind : streams) {
        const int fd = here.world().open(kind).value();
        BOOST_TEST(!here.send(fd, "last words"));
        BOOST_TEST(here.world().finish(fd).has_value());
        BOOST_TEST(here.receive(fd) == "last words");
        BOOST_TEST(here.receive(fd) == "");
        BOOST_TEST((here.send(fd, "more") == std::error_code(EPIPE, std::system_category())));
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_full_channel_refuses_and_loses_nothing, Backend, backends) {
    seen_from_a_ring<Backend> here;
    const std::vector<std::byte> chunk(std::size_t{1} << 16U, std::byte{7});
    for (const channel_kind kind : streams) {
        const int fd = here.world().open(kind).value();
        std::size_t sent = 0;
        for (;;) {
            const auto accepted = here.world().send(fd, chunk);
            if (!accepted) {
                BOOST_TEST(is_errno(accepted.error(), EAGAIN));
                break;
            }
            sent += *accepted;
        }
        BOOST_TEST(sent > 0U);
        std::size_t received = 0;
        while (received < sent) {
            const std::size_t more = here.receive(fd, here.memory.size()).size();
            BOOST_TEST_REQUIRE(more > 0U);
            received += more;
        }
        BOOST_TEST(received == sent);
        BOOST_TEST(!here.send(fd, "room again"));
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_reset_connection_fails_and_the_others_end, Backend, backends) {
    seen_from_a_ring<Backend> here;
    for (const channel_kind kind : streams) {
        const int fd = here.world().open(kind).value();
        BOOST_TEST(here.world().reset(fd).has_value());
        const std::string expected =
            kind == channel_kind::tcp ? std::to_string(-ECONNRESET) : std::string();
        BOOST_TEST(here.receive(fd) == expected);
        BOOST_TEST((here.send(fd, "more") == std::error_code(EPIPE, std::system_category())));
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_closed_descriptor_leads_nowhere, Backend, backends) {
    seen_from_a_ring<Backend> here;
    for (const channel_kind kind : all_kinds) {
        const int fd = here.world().open(kind).value();
        BOOST_TEST(here.world().close(fd).has_value());
        BOOST_TEST(refused(here.world().close(fd), EBADF));
        BOOST_TEST((here.send(fd, "x") == std::error_code(EBADF, std::system_category())));
        BOOST_TEST(here.receive(fd) == std::to_string(-EBADF));
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_descriptor_that_is_left_keeps_its_far_end, Backend, backends) {
    seen_from_a_ring<Backend> here;
    for (const channel_kind kind : all_kinds) {
        const int fd = here.world().open(kind).value();
        const auto left = here.world().leave(fd);
        BOOST_TEST_REQUIRE(left.has_value());
        BOOST_TEST(*left < 0);
        BOOST_TEST(refused(here.world().leave(fd), EBADF));
        BOOST_TEST(here.receive(fd) == std::to_string(-EBADF));
        BOOST_TEST(here.world().finish(*left).has_value());
    }
    BOOST_TEST(refused(here.world().finish(-1000 - 100), EBADF));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(the_null_device_is_always_at_its_end, Backend, backends) {
    seen_from_a_ring<Backend> here;
    const int fd = here.world().open_null().value();
    BOOST_TEST(here.world().set_nonblocking(fd).has_value());
    BOOST_TEST(refused(here.world().set_nonblocking(1000), EBADF));
    BOOST_TEST(here.receive(fd).empty());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(kinds_of_memory_are_what_they_say, Backend, backends) {
    seen_from_a_ring<Backend> here;
    const int fd = here.world().open(channel_kind::tcp).value();
    constexpr std::size_t size = 4096;
    for (const sim::memory_kind kind :
         {sim::memory_kind::shared, sim::memory_kind::memory_file, sim::memory_kind::private_file,
          sim::memory_kind::write_only, sim::memory_kind::read_only, sim::memory_kind::cut}) {
        const auto made = here.world().map_memory(kind, size);
        BOOST_TEST_REQUIRE(made.has_value());
        // The last four bytes, or two of them and two behind a cut.
        const std::size_t behind = kind == sim::memory_kind::cut ? 2 : 0;
        const std::span<std::byte> into{made->data() + size - 4 + behind, 4};
        const bool fails = kind == sim::memory_kind::read_only || behind != 0;
        BOOST_TEST(!here.send(fd, "four"));
        const int got = here.run(requests::recv(fd, into, {}, user_data{1}));
        BOOST_TEST(got == (fails ? -EFAULT : 4));
        if (fails) BOOST_TEST(here.receive(fd) == "four");
        BOOST_TEST(here.kernel().unmap(*made).has_value());
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(what_a_child_writes_is_its_own, Backend, backends) {
    seen_from_a_ring<Backend> here;
    const auto own = here.kernel().map_anonymous({.size = 8, .hidden_from_forks = false}).value();
    const auto shared = here.world().map_memory(sim::memory_kind::shared, 8).value();
    for (const sim::task_kind kind : {sim::task_kind::child, sim::task_kind::thread}) {
        const std::string told = here.world().in_task(kind, [&] {
            own[0] = shared[0] = std::byte{'x'};
            return std::string{"told"};
        });
        BOOST_TEST(told == "told");
        BOOST_TEST((shared[0] == std::byte{'x'}));
        BOOST_TEST((own[0] == std::byte{'x'}) == (kind == sim::task_kind::thread));
    }
    BOOST_TEST(here.world().discard(own).has_value());
    BOOST_TEST((own[0] == std::byte{0}));
    own[0] = std::byte{'y'};
    BOOST_TEST(here.world().replace(own).has_value());
    BOOST_TEST((own[0] == std::byte{0}));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_number_that_no_channel_has_is_refused, Backend, backends) {
    seen_from_a_ring<Backend> here;
    for (const int fd : {-1, 1000}) {
        std::array<std::byte, 1> byte{};
        BOOST_TEST(refused(here.world().send(fd, byte), EBADF));
        BOOST_TEST(refused(here.world().receive(fd, byte), EBADF));
        BOOST_TEST(refused(here.world().finish(fd), EBADF));
        BOOST_TEST(refused(here.world().reset(fd), EBADF));
        BOOST_TEST(refused(here.world().close(fd), EBADF));
        BOOST_TEST(refused(here.world().connect(fd), EBADF));
        BOOST_TEST(refused(here.world().accepted(fd, fd), EBADF));
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(an_accepted_descriptor_is_a_channel, Backend, backends) {
    seen_from_a_ring<Backend> here;
    const int listener = here.world().listen().value();
    BOOST_TEST(refused(here.world().connect(here.world().open(channel_kind::tcp).value()), EBADF));
    BOOST_TEST(here.world().connect(listener).has_value());
    BOOST_TEST(here.world().connect(listener).has_value());
    const int first = here.run(requests::accept(listener, user_data{1}));
    BOOST_TEST_REQUIRE(first >= 0);
    BOOST_TEST(here.world().accepted(listener, first).has_value());
    const int second = here.run(requests::accept(listener, user_data{1}));
    BOOST_TEST_REQUIRE(second >= 0);
    BOOST_TEST(here.world().accepted(listener, second).has_value());
    BOOST_TEST(!here.send(second, "to the second"));
    BOOST_TEST(!here.send(first, "to the first"));
    BOOST_TEST(here.receive(first) == "to the first");
    BOOST_TEST(here.receive(second) == "to the second");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(time_that_passes_ends_a_timeout, Backend, backends) {
    seen_from_a_ring<Backend> here;
    const abi::kernel_timespec soon{0, 1'000'000};
    here.ring.push(requests::timeout(soon, user_data{1})).value();
    here.ring.submit().value();
    here.world().pass(std::chrono::milliseconds(2));
    here.ring.submit_and_wait(1).value();
    std::int32_t result = 0;
    here.ring.for_each_completion([&](const completion& done) { result = done.res; });
    BOOST_TEST(result == -ETIME);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::testing
