#include <ringproof/receiver.hpp>

#include <sys/socket.h>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <ringproof/message.hpp>

#include "tests/support/backends.hpp"
#include "tests/support/event_loop.hpp"
#include "tests/support/fake_kernel.hpp"
#include "tests/support/group_rig.hpp"

namespace {

using namespace ringproof;
using ringproof::testing::backends;
using ringproof::testing::error_of;
using ringproof::testing::event_loop;
using ringproof::testing::fake_kernel;
using ringproof::testing::group_rig;
using ringproof::testing::require;
using ringproof::testing::rig_group;
using ringproof::testing::text;
using sim::channel_kind;

constexpr user_data canceller{1000};
constexpr const char* full = "0123456789abcdef";  // as long as a buffer

/// A rig with an event loop around it.
template <class Backend>
struct server : group_rig<Backend> {
    using rig = group_rig<Backend>;
    using loop_type = event_loop<typename rig::kernel_type>;
    using log_type = typename loop_type::log_type;

    explicit server(const group_options& wanted = rig::small, const uring_options& how = rig::calm)
        : rig(wanted, how) {}

    /// A channel with a receiver on it, armed.
    int serve(channel_kind kind = channel_kind::tcp, const receiver_options& options = {}) {
        const int fd = this->open(kind);
        loop.add(fd, options).arm().value();
        return fd;
    }

    loop_type loop{this->ring, this->group};
};

/// A receiver on a kernel that says what the case wants.
struct told {
    using loop_type = event_loop<fake_kernel>;

    told() { serve({.patience = 3}); }

    void serve(const receiver_options& options) {
        loop.add(5, options).arm().value();
        loop.settle();
    }
    void say(std::int32_t res, std::uint32_t flags = 0) {
        kernel.complete(user_data{0}, res, flags);
        loop.settle();
    }
    std::size_t asked() const { return kernel.requests.size(); }

    fake_kernel kernel;
    uring<fake_kernel> ring = uring<fake_kernel>::create(kernel).value();
    ringproof::buffer_group<fake_kernel> group =
        ringproof::buffer_group<fake_kernel>::create(ring, rig_group,
                                                     {.entries = 2, .buffer_size = 16})
            .value();
    loop_type loop{ring, group};
};

constexpr std::uint32_t more = ringproof::abi::ioring_cqe_f_more;
constexpr std::uint32_t nonempty = ringproof::abi::ioring_cqe_f_sock_nonempty;

template <class Log>
bool is(const Log& log, std::initializer_list<std::string> expected) {
    return std::ranges::equal(log, expected);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(receiver)

// --- What arrives --------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE_TEMPLATE(data_arrives_in_order_under_one_request, Backend, backends) {
    server<Backend> here;
    const int fd = here.serve();
    for (const char* what : {"one", "two", "three", "four", "five", "six"}) {
        here.send(fd, what);
        here.loop.run_until(
            [&, before = here.loop.log().size()] { return here.loop.log().size() > before; });
    }
    BOOST_TEST(here.loop.bytes() == "onetwothreefourfivesix");
    BOOST_TEST(here.loop[0].armed());
    BOOST_TEST(!here.loop[0].done());
    BOOST_TEST(here.loop[0].rearm_count() == 0U);
    BOOST_TEST(here.group.with_kernel() == 4U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(the_end_comes_after_the_last_byte_and_once, Backend, backends) {
    for (const auto kind : {channel_kind::tcp, channel_kind::unix_stream}) {
        server<Backend> here;
        const int fd = here.serve(kind);
        here.send(fd, std::string(50, 'x'));
        here.backend.world().finish(fd).value();
        here.loop.run_until([&] { return here.loop[0].done(); });
        here.loop.settle();
        BOOST_TEST(here.loop.bytes() == std::string(50, 'x'));
        BOOST_TEST(here.loop.last() == "end");
        BOOST_TEST(here.loop.count(0, "end") == 1U);
        // TCP says at its end that there is more (CQE-07); that costs one more request, not two.
        BOOST_TEST(here.loop.count(0, "interrupted") <= 1U);
        BOOST_TEST(here.ring.in_flight() == 0U);
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(an_ended_receiver_may_be_armed_again, Backend, backends) {
    server<Backend> here;
    const int fd = here.serve();
    here.backend.world().finish(fd).value();
    here.loop.run_until([&] { return here.loop[0].done(); });
    BOOST_TEST(here.loop[0].arm().has_value());
    here.loop.run_until([&] { return here.loop[0].done(); });
    BOOST_TEST(here.loop.count(0, "end") == 2U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_pipe_is_read_to_its_end, Backend, backends) {
    server<Backend> here;
    require(here.backend, &capabilities::read_multishot);
    const int fd = here.serve(channel_kind::pipe, {.kind = receive_kind::read});
    here.send(fd, "through a pipe, more than a buffer");
    here.loop.run_until([&] { return here.loop.bytes().size() == 34; });
    here.backend.world().finish(fd).value();
    here.loop.run_until([&] { return here.loop[0].done(); });
    BOOST_TEST(here.loop.last() == "end");
    BOOST_TEST(here.loop.bytes() == "through a pipe, more than a buffer");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(an_empty_datagram_is_a_message_and_not_the_end, Backend, backends) {
    for (const auto kind : {channel_kind::udp, channel_kind::unix_datagram}) {
        server<Backend> here;
        const int fd = here.serve(kind, {.messages = true});
        here.send(fd, "a");
        here.send(fd, "");
        here.send(fd, "b");
        here.send(fd, "");
        here.loop.run_until([&] { return here.loop.log().size() == 4; });
        BOOST_TEST(is(here.loop.log(), {"data 1", "data 0", "data 1", "data 0"}));
        BOOST_TEST(here.loop[0].armed());
        BOOST_TEST(here.loop[0].rearm_count() == 2U);  // each ended the request (ERR-11)
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(messages_come_with_their_header_even_empty_ones, Backend, backends) {
    server<Backend> here({.entries = 4, .buffer_size = 128});
    msghdr header{};
    const int fd = here.serve(channel_kind::udp,
                              {.kind = receive_kind::recvmsg, .header = &header, .messages = true});
    here.loop.keep = true;
    here.send(fd, "hello");
    here.send(fd, "");
    here.send(fd, "bye");
    here.loop.run_until([&] { return here.loop.log().size() == 3; });
    BOOST_TEST(is(here.loop.log(), {"data 21", "data 16", "data 19"}));
    std::vector<std::string> payloads;
    payloads.reserve(here.loop.kept.size());
    for (const auto& data : here.loop.kept) {
        payloads.push_back(text(parse_message(data.front(), 0, 0).value().payload));
    }
    BOOST_TEST(is(payloads, {"hello", "", "bye"}));
    BOOST_TEST(here.loop[0].armed());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_reset_is_an_error_and_the_end, Backend, backends) {
    server<Backend> here;
    const int fd = here.serve();
    here.loop.settle();
    here.backend.world().reset(fd).value();
    here.loop.run_until([&] { return here.loop[0].done(); });
    BOOST_TEST(here.loop.last() == "error system:" + std::to_string(ECONNRESET));
    here.loop.settle();
    BOOST_TEST(here.loop.log().size() == 1U);
    BOOST_TEST(here.group.with_kernel() == 4U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_request_that_the_kernel_refuses_is_an_error, Backend, backends) {
    server<Backend> here;
    here.loop.add(-1).arm().value();
    here.loop.run_until([&] { return here.loop[0].done(); });
    BOOST_TEST(here.loop.last() == "error system:" + std::to_string(EBADF));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_total_limit_ends_with_its_last_bytes, Backend, backends) {
    server<Backend> here;
    require(here.backend, &capabilities::recv_multishot_limits);
    const int fd = here.serve(channel_kind::tcp, {.request = {.total_limit = 20}});
    here.send(fd, std::string(64, 'x'));
    here.loop.run_until([&] { return here.loop[0].done(); });
    here.loop.settle();
    BOOST_TEST(is(here.loop.log(), {"data 16", "data 16"}));  // MSH-04: not cut
    BOOST_TEST(here.loop[0].rearm_count() == 0U);
    BOOST_TEST(here.loop[0].arm().has_value());
    here.loop.run_until([&] { return here.loop[0].done(); });
    BOOST_TEST(here.loop.bytes().size() == 64U, "what was not wanted was not lost either");
}

// --- Without buffers -----------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE_TEMPLATE(an_empty_pool_stops_and_a_returned_buffer_starts_again, Backend,
                              backends) {
    server<Backend> here({.entries = 2, .buffer_size = 16});
    const int fd = here.serve();
    here.loop.keep = true;
    for (int i = 0; i < 3; ++i) here.send(fd, full);
    here.loop.run_until([&] { return here.loop.last() == "no_buffers"; });
    BOOST_TEST(is(here.loop.log(), {"data 16", "data 16", "no_buffers"}));
    BOOST_TEST(here.loop[0].in_line());
    BOOST_TEST(!here.loop[0].armed());
    BOOST_TEST(!here.loop[0].done());
    here.loop.settle();
    BOOST_TEST(here.ring.in_flight() == 0U, "no request while there is no buffer");
    here.loop.kept.erase(here.loop.kept.begin());
    here.loop.run_until([&] { return here.loop.log().size() == 4; });
    BOOST_TEST(here.loop.last() == "data 16");
    BOOST_TEST(here.loop[0].rearm_count() == 1U);
    BOOST_TEST(here.loop.bytes() == std::string(full) + full + full);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(an_end_behind_an_empty_pool_is_found_later, Backend, backends) {
    server<Backend> here({.entries = 1, .buffer_size = 16});
    const int fd = here.serve();
    here.loop.keep = true;
    here.send(fd, full);
    here.loop.run_until([&] { return here.loop.log().size() == 1; });
    here.backend.world().finish(fd).value();  // SEL-07: told as -ENOBUFS
    here.loop.run_until([&] { return here.loop.last() == "no_buffers"; });
    BOOST_TEST(!here.loop[0].done());
    here.loop.kept.clear();
    here.loop.run_until([&] { return here.loop[0].done(); });
    BOOST_TEST(here.loop.last() == "end");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(arming_on_an_empty_pool_waits_without_a_request, Backend, backends) {
    server<Backend> here({.entries = 1, .buffer_size = 16});
    here.loop.keep = true;
    const int holder = here.serve();
    here.send(holder, full);
    here.loop.run_until([&] { return here.loop.log().size() == 1; });
    const int fd = here.serve();
    BOOST_TEST(here.loop[1].in_line());
    BOOST_TEST((error_of(here.loop[1].arm()) == errc::already_armed));
    here.send(fd, "late");
    here.loop.settle();
    BOOST_TEST(here.ring.in_flight() == 1U);  // the holder's
    BOOST_TEST(here.loop.log(1).empty());
    here.loop.kept.clear();
    here.loop.run_until([&] { return !here.loop.log(1).empty(); });
    BOOST_TEST(here.loop.bytes(1) == "late");
    BOOST_TEST(here.loop[1].rearm_count() == 0U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(receivers_start_again_at_the_low_water_mark, Backend, backends) {
    server<Backend> here({.entries = 4, .buffer_size = 16, .low_water = 3});
    const int fd = here.serve();
    here.loop.keep = true;
    for (int i = 0; i < 5; ++i) here.send(fd, full);
    here.loop.run_until([&] { return here.loop.last() == "no_buffers"; });
    for (int i = 0; i < 2; ++i) {
        here.loop.kept.pop_back();
        here.loop.settle();
        BOOST_TEST(here.loop[0].in_line());
        BOOST_TEST(here.loop.log().size() == 5U);
    }
    here.loop.kept.pop_back();
    here.loop.run_until([&] { return here.loop.log().size() == 6; });
    BOOST_TEST(here.loop.last() == "data 16");
}

// The buffers come back while the batch still holds them, and the receiver hears of the empty pool
// in the same batch: whoever looks at the wrong tail waits for ever.
BOOST_AUTO_TEST_CASE_TEMPLATE(a_batch_of_returns_wakes_who_found_none_within_it, Backend,
                              backends) {
    server<Backend> here({.entries = 2, .buffer_size = 16});
    const int fd = here.serve();
    here.loop.batch = true;
    here.ring.submit().value();
    for (int i = 0; i < 7; ++i) here.send(fd, full);
    here.loop.run_until([&] { return here.loop.bytes().size() == 7 * 16; });
    BOOST_TEST(here.loop.count(0, "no_buffers") >= 1U);
    BOOST_TEST(here.loop.count(0, "data 16") == 7U);
    BOOST_TEST(here.loop[0].armed());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_bundle_that_empties_the_ring_ends_silently, Backend, backends) {
    server<Backend> here({.entries = 1, .buffer_size = 16});
    require(here.backend, &capabilities::bundles);
    const int fd = here.serve(channel_kind::tcp, {.request = {.bundle = true}});
    here.loop.keep = true;
    here.send(fd, "ten bytes!");
    here.loop.run_until([&] { return here.loop.bytes().size() == 10; });
    here.loop.settle();
    BOOST_TEST(here.loop.count(0, "no_buffers") == 0U);  // BND-09
    BOOST_TEST(here.loop[0].in_line(), "it ended, and there is no buffer to start with");
    here.send(fd, "more");
    here.loop.kept.clear();
    here.loop.run_until([&] { return here.loop.bytes().size() == 14; });
    BOOST_TEST(here.loop.bytes() == "ten bytes!more");
}

template <class Backend>
void share(std::size_t connections, std::uint32_t buffers, std::size_t rounds, bool batch) {
    server<Backend> here({.entries = buffers, .buffer_size = 16});
    here.loop.batch = batch;
    std::vector<int> fds;
    fds.reserve(connections);
    std::vector<std::string> sent(connections);
    for (std::size_t i = 0; i < connections; ++i) fds.push_back(here.serve());
    for (std::size_t round = 0; round < rounds; ++round) {
        for (std::size_t i = 0; i < connections; ++i) {
            const std::string what(1 + (round * 7 + i * 5) % 40,
                                   static_cast<char>('a' + (round + i) % 26));
            here.send(fds[i], what);
            sent[i] += what;
        }
        if (round % 3 == 0) here.loop.settle();
    }
    for (const int fd : fds) here.backend.world().finish(fd).value();
    here.loop.run_until([&] {
        for (std::size_t i = 0; i < connections; ++i) {
            if (!here.loop[i].done()) return false;
        }
        return true;
    });
    for (std::size_t i = 0; i < connections; ++i) {
        BOOST_TEST(here.loop.bytes(i) == sent[i]);
        BOOST_TEST(here.loop.last(i) == "end");
    }
    BOOST_TEST(here.group.with_kernel() == buffers);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(eight_receivers_share_four_buffers, Backend, backends) {
    share<Backend>(8, 4, 20, false);
    share<Backend>(8, 4, 20, true);
}

// One buffer at a time goes to one of a hundred: the others are unlucky, not starving.
BOOST_AUTO_TEST_CASE_TEMPLATE(a_hundred_receivers_share_one_buffer, Backend, backends) {
    share<Backend>(100, 1, 3, false);
    share<Backend>(100, 1, 3, true);
}

// As in the field, where a thousand connections and 64 buffers keep a server busy and move nothing.
BOOST_AUTO_TEST_CASE_TEMPLATE(a_returned_buffer_starts_one_and_not_all, Backend, backends) {
    constexpr std::size_t crowd = 64;
    server<Backend> here({.entries = 2, .buffer_size = 16}, {.entries = crowd, .cq_entries = 256});
    std::vector<int> fds;
    for (std::size_t i = 0; i < crowd; ++i) {
        fds.push_back(here.serve());
        here.send(fds.back(), std::string(full) + full);
    }
    here.loop.run_until([&] {
        std::size_t heard = 0;
        for (std::size_t i = 0; i < crowd; ++i) heard += here.loop.bytes(i).size();
        return heard == crowd * 32;
    });
    std::size_t in_vain = 0;
    for (std::size_t i = 0; i < crowd; ++i) in_vain += here.loop.count(i, "no_buffers");
    BOOST_TEST(in_vain < 4 * crowd);
}

// The one buffer is offered to each of those that stand in line, until somebody has a use for it.
BOOST_AUTO_TEST_CASE_TEMPLATE(who_has_nothing_to_hear_does_not_keep_others_waiting, Backend,
                              backends) {
    for (const bool polled : {false, true}) {
        server<Backend> here(
            {.entries = 1, .buffer_size = 16},
            {.entries = 8, .mode = polled ? execution::polled : execution::deferred});
        here.loop.keep = true;
        const int holder = here.serve();
        here.send(holder, full);
        here.loop.run_until([&] { return here.loop.log().size() == 1; });
        for (int i = 1; i <= 20; ++i) here.serve();
        const int last = here.serve();
        here.send(last, "at last");
        here.loop.settle();
        for (std::size_t i = 1; i <= 21; ++i) BOOST_TEST(here.loop[i].in_line());
        here.loop.kept.clear();
        here.loop.run_until([&] { return !here.loop.log(21).empty(); });
        BOOST_TEST(here.loop.bytes(21) == "at last");
        for (std::size_t i = 1; i <= 20; ++i) BOOST_TEST(here.loop[i].armed());
    }
}

// --- Without room in the queues ------------------------------------------------------------------

BOOST_AUTO_TEST_CASE_TEMPLATE(a_full_submission_queue_at_arm_is_waited_for, Backend, backends) {
    for (const std::uint32_t entries : {1U, 2U}) {
        server<Backend> here({.entries = 16, .buffer_size = 16},
                             {.entries = entries, .cq_entries = 64, .mode = execution::deferred});
        std::vector<int> fds;
        fds.reserve(8);
        for (int i = 0; i < 8; ++i) fds.push_back(here.serve());
        BOOST_TEST(here.loop[0].armed());
        BOOST_TEST(here.loop[7].in_line());
        BOOST_TEST((error_of(here.loop[7].arm()) == errc::already_armed));
        here.loop.settle();
        for (std::size_t i = 0; i < fds.size(); ++i) {
            BOOST_TEST(here.loop[i].armed());
            here.send(fds[i], std::to_string(i));
            here.loop.run_until([&] { return !here.loop.log(i).empty(); });
            BOOST_TEST(here.loop.bytes(i) == std::to_string(i));
        }
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_full_submission_queue_at_restart_is_waited_for, Backend, backends) {
    server<Backend> here({.entries = 16, .buffer_size = 16},
                         {.entries = 1, .cq_entries = 64, .mode = execution::deferred});
    // Each empty datagram ends its request; all of them restart in the same batch.
    std::vector<int> fds;
    fds.reserve(8);
    for (int i = 0; i < 8; ++i) {
        fds.push_back(here.serve(channel_kind::unix_datagram, {.messages = true}));
    }
    here.loop.settle();
    for (const int fd : fds) here.send(fd, "");
    here.loop.settle();
    for (const int fd : fds) here.send(fd, "after");
    here.loop.run_until([&] { return here.loop.bytes(7) == "after"; });
    here.loop.settle();
    for (std::size_t i = 0; i < fds.size(); ++i) {
        BOOST_TEST(is(here.loop.log(i), {"data 0", "data 5"}));
        BOOST_TEST(here.loop[i].armed());
        BOOST_TEST(here.loop[i].rearm_count() == 1U);
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_wait_is_not_taken_for_one_that_the_queue_has_no_room_for, Backend,
                              backends) {
    server<Backend> here({.entries = 8, .buffer_size = 16},
                         {.entries = 1, .cq_entries = 64, .mode = execution::deferred});
    here.serve();
    here.serve();
    const int last = here.serve();
    here.send(last, "only this one has data");
    // The completion waited for is of the request that found no room: a wait that came first would
    // never end.
    here.ring.submit_and_wait(1, here.patience).value();
    here.loop.drain();
    BOOST_TEST(here.loop.log(2).size() >= 1U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_full_completion_queue_ends_the_request_and_loses_nothing, Backend,
                              backends) {
    server<Backend> here({.entries = 16, .buffer_size = 16},
                         {.entries = 1, .cq_entries = 2, .mode = execution::deferred});
    const int fd = here.serve(channel_kind::unix_datagram, {.messages = true});
    here.ring.submit().value();
    std::string sent;
    for (int i = 0; i < 9; ++i) {
        here.send(fd, std::to_string(i));
        sent += std::to_string(i);
    }
    here.loop.run_until([&] { return here.loop.bytes().size() == 9; });
    BOOST_TEST(here.loop.bytes() == sent);
    BOOST_TEST(here.loop[0].rearm_count() >= 1U);  // OVF-02
    BOOST_TEST(here.loop.count(0, "data 1") == here.loop.log().size());
    BOOST_TEST(here.loop[0].armed());
}

// --- Ends on request -----------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE_TEMPLATE(an_armed_receiver_is_cancelled_by_a_request, Backend, backends) {
    server<Backend> here;
    const int fd = here.serve();
    here.loop.settle();
    BOOST_TEST(here.loop[0].cancel(canceller).has_value());
    BOOST_TEST(!here.loop[0].done());
    here.loop.run_until([&] { return here.loop[0].done() && !here.loop.others.empty(); });
    BOOST_TEST(is(here.loop.log(), {"cancelled"}));
    BOOST_TEST((here.loop.others.front().user == canceller));
    BOOST_TEST(here.loop.others.front().res == 0);
    here.send(fd, "unheard");
    here.loop.settle();
    BOOST_TEST(here.loop.log().size() == 1U);
    BOOST_TEST(here.loop[0].arm().has_value());
    here.loop.run_until([&] { return here.loop.log().size() == 2; });
    BOOST_TEST(here.loop.bytes() == "unheard");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_receiver_that_waits_for_buffers_is_cancelled_at_once, Backend,
                              backends) {
    server<Backend> here({.entries = 1, .buffer_size = 16});
    here.loop.keep = true;
    const int holder = here.serve();
    here.send(holder, full);
    here.loop.run_until([&] { return here.loop.log().size() == 1; });
    here.serve();
    BOOST_TEST(here.loop[1].cancel(canceller).has_value());
    BOOST_TEST(here.loop[1].done());
    here.loop.kept.clear();
    here.loop.settle();
    BOOST_TEST(here.loop[1].done());
    BOOST_TEST(here.loop.log(1).empty());
    BOOST_TEST(here.loop.others.empty());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_receiver_that_waits_for_room_is_cancelled_at_once, Backend,
                              backends) {
    server<Backend> here(server<Backend>::small, {.entries = 1, .mode = execution::deferred});
    here.serve();
    here.serve();
    BOOST_TEST(here.loop[1].in_line());
    BOOST_TEST(here.loop[1].cancel(canceller).has_value());
    BOOST_TEST(here.loop[1].done());
    here.loop.settle();
    BOOST_TEST(here.ring.in_flight() == 1U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(draining_leaves_nobody_waiting_for_room, Backend, backends) {
    server<Backend> here(server<Backend>::small, {.entries = 1, .mode = execution::deferred});
    here.serve();
    here.serve();
    BOOST_TEST(here.loop[1].in_line());
    BOOST_TEST(here.ring.drain(here.patience).value());
    BOOST_TEST(here.loop[1].done());
    here.ring.submit().value();
    BOOST_TEST(here.ring.in_flight() == 0U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_cancel_that_finds_no_room_can_be_repeated, Backend, backends) {
    server<Backend> here(server<Backend>::small, {.entries = 1, .mode = execution::deferred});
    here.serve();  // its request fills the queue
    BOOST_TEST((error_of(here.loop[0].cancel(canceller)) == errc::submission_queue_full));
    here.ring.submit().value();
    BOOST_TEST(here.loop[0].cancel(canceller).has_value());
    here.loop.run_until([&] { return here.loop[0].done(); });
    BOOST_TEST(here.loop.last() == "cancelled");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(cancelling_what_does_not_run_does_nothing, Backend, backends) {
    server<Backend> here;
    here.loop.add(here.open());
    BOOST_TEST(here.loop[0].cancel(canceller).has_value());
    here.loop.settle();
    BOOST_TEST(here.loop.others.empty());
    BOOST_TEST(here.loop[0].done());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(data_that_came_before_a_cancel_is_delivered, Backend, backends) {
    server<Backend> here;
    const int fd = here.serve();
    here.loop.settle();
    here.send(fd, "just in time");
    here.ring.submit_and_wait(1, here.patience).value();
    BOOST_TEST(here.loop[0].cancel(canceller).has_value());
    here.loop.run_until([&] { return here.loop[0].done(); });
    BOOST_TEST(is(here.loop.log(), {"data 12", "cancelled"}));
}

// --- Ends of others ------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE_TEMPLATE(a_receiver_destroyed_in_line_leaves_it, Backend, backends) {
    server<Backend> here({.entries = 1, .buffer_size = 16},
                         {.entries = 1, .mode = execution::deferred});
    here.loop.keep = true;
    const int holder = here.serve();
    here.send(holder, full);
    here.loop.run_until([&] { return here.loop.log().size() == 1; });
    for (int i = 1; i <= 3; ++i) here.serve();  // in line for the buffer
    const int fd = here.serve();
    here.loop.destroy(2);
    here.loop.kept.clear();  // now in line for room in the submission queue
    here.loop.destroy(1);
    here.send(fd, "here");
    here.loop.run_until([&] { return !here.loop.log(4).empty(); });
    BOOST_TEST(here.loop.bytes(4) == "here");
    BOOST_TEST(here.loop[3].armed());
    BOOST_TEST(here.ring.in_flight() == 3U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(receivers_that_wait_learn_that_their_group_was_closed, Backend,
                              backends) {
    server<Backend> here({.entries = 1, .buffer_size = 16});
    here.loop.keep = true;
    const int holder = here.serve();
    here.send(holder, full);
    here.loop.run_until([&] { return here.loop.log().size() == 1; });
    here.serve();
    BOOST_TEST(here.loop[1].in_line());
    BOOST_TEST(here.group.close().has_value());
    here.loop.settle();
    BOOST_TEST(here.loop[1].done());
    BOOST_TEST((error_of(here.loop[1].arm()) == errc::group_closed));
    here.loop.kept.clear();
    here.send(holder, "unheard");
    here.loop.run_until([&] { return here.loop[0].done(); });
    BOOST_TEST(here.loop.last() == "no_buffers");  // UNR-03; and no restart
    BOOST_TEST(here.ring.in_flight() == 0U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_ring_may_close_under_its_receivers, Backend, backends) {
    server<Backend> here({.entries = 1, .buffer_size = 16});
    here.loop.keep = true;
    const int armed = here.serve();
    here.send(armed, full);
    here.loop.run_until([&] { return here.loop.log().size() == 1; });
    here.serve();
    here.loop.add(here.open());
    BOOST_TEST(here.loop[0].armed());
    BOOST_TEST(here.loop[1].in_line());
    BOOST_TEST(here.ring.close().has_value());
    for (std::size_t i = 0; i < 3; ++i) {
        BOOST_TEST((error_of(here.loop[i].arm()) == errc::ring_closed));
        BOOST_TEST((error_of(here.loop[i].cancel(canceller)) == errc::ring_closed));
    }
    here.loop.kept.clear();
    for (std::size_t i = 0; i < 3; ++i) here.loop.destroy(i);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_receiver_outlives_group_and_ring, Backend, backends) {
    server<Backend> here;
    here.serve();
    here.loop.settle();
    auto& survivor = here.loop[0];
    std::optional group(std::move(here.group));
    std::optional ring(std::move(here.ring));
    group.reset();
    ring.reset();
    BOOST_TEST((error_of(survivor.arm()) == errc::group_closed));
    BOOST_TEST((error_of(survivor.cancel(canceller)) == errc::ring_closed));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(calls_of_others_are_refused_and_change_nothing, Backend, backends) {
    server<Backend> here;
    const int fd = here.serve();
    here.loop.add(here.open());
    here.loop.settle();
    for (const auto& [who, why] : {std::pair(here.kernel.other_thread(), errc::wrong_thread),
                                   std::pair(here.kernel.forked_child(), errc::forked_child)}) {
        here.kernel.caller_pretended = who;
        BOOST_TEST((error_of(here.loop[1].arm()) == why));
        BOOST_TEST((error_of(here.loop[0].cancel(canceller)) == why));
        BOOST_TEST((here.loop[0].on({user_data{0}, -ENOBUFS, 0}).error == why));
        BOOST_TEST(here.loop[0].armed());
    }
    here.kernel.caller_pretended.reset();
    here.send(fd, "unharmed");
    here.loop.run_until([&] { return here.loop.bytes() == "unharmed"; });
}

// --- What only some kernels say ------------------------------------------------------------------

BOOST_FIXTURE_TEST_CASE(the_request_is_what_the_options_say, told) {
    const auto& plain = kernel.requests.back();
    BOOST_TEST(plain.opcode == ringproof::abi::ioring_op_recv);
    BOOST_TEST(plain.fd == 5);
    BOOST_TEST(plain.ioprio == ringproof::abi::ioring_recv_multishot);
    BOOST_TEST(plain.flags == ringproof::abi::iosqe_buffer_select);
    BOOST_TEST(plain.buf_index == to_number(rig_group));
    BOOST_TEST(plain.len == 0U);
    serve({.request = {.size_limit = 8, .total_limit = 100, .bundle = true}});
    const auto& limited = kernel.requests.back();
    BOOST_TEST(limited.user_data == 1U);
    BOOST_TEST(limited.len == 8U);
    BOOST_TEST(limited.file_index == 100U);
    BOOST_TEST((limited.ioprio & ringproof::abi::ioring_recvsend_bundle) != 0);
    msghdr header{};
    serve({.kind = receive_kind::recvmsg, .header = &header});
    BOOST_TEST(kernel.requests.back().opcode == ringproof::abi::ioring_op_recvmsg);
    serve({.kind = receive_kind::read});
    BOOST_TEST(kernel.requests.back().opcode == ringproof::abi::ioring_op_read_multishot);
}

// A server that took this for the end dropped live connections (kernel 6.12.95).
BOOST_FIXTURE_TEST_CASE(zero_bytes_with_more_in_the_socket_are_not_the_end, told) {
    say(0, nonempty);
    BOOST_TEST(loop.last() == "interrupted");
    BOOST_TEST(asked() == 2U);
    BOOST_TEST(loop[0].armed());
    kernel.receive(rig_group, user_data{0}, "the rest");
    loop.settle();
    BOOST_TEST(loop.bytes() == "the rest");
    // TCP says so at its real end, too: then it says it again.
    say(0, nonempty);
    BOOST_TEST(loop.last() == "interrupted", "data came in between, so this is the first of two");
    say(-ENOBUFS);
    say(0, nonempty);
    BOOST_TEST(loop.last() == "end");
    BOOST_TEST(loop[0].done());
    BOOST_TEST(loop[0].rearm_count() == 3U);
}

BOOST_FIXTURE_TEST_CASE(zero_bytes_of_an_empty_socket_are_the_end, told) {
    say(0);
    BOOST_TEST(loop.last() == "end");
    BOOST_TEST(asked() == 1U);
    BOOST_TEST(loop[0].done());
}

BOOST_FIXTURE_TEST_CASE(an_attempt_that_was_only_interrupted_is_repeated, told) {
    say(-EINTR);
    say(-EAGAIN);
    BOOST_TEST(is(loop.log(), {"interrupted", "interrupted"}));
    BOOST_TEST(asked() == 3U);
    BOOST_TEST(loop[0].armed());
}

BOOST_FIXTURE_TEST_CASE(no_buffers_again_and_again_although_some_are_free_is_an_error, told) {
    for (int i = 0; i < 3; ++i) {
        say(-ENOBUFS);
        BOOST_TEST(loop.last() == "no_buffers");
        BOOST_TEST(loop[0].armed());
    }
    say(-ENOBUFS);
    const int starving = static_cast<int>(errc::starving);
    BOOST_TEST(loop.last() == "error ringproof:" + std::to_string(starving));
    BOOST_TEST(loop[0].done());
    BOOST_TEST(asked() == 4U);
    BOOST_TEST(loop[0].arm().has_value(), "whoever wants to try may");
}

BOOST_FIXTURE_TEST_CASE(data_in_between_shows_that_nobody_starves, told) {
    for (int i = 0; i < 20; ++i) {
        for (int j = 0; j < 3; ++j) say(-ENOBUFS);
        kernel.receive(rig_group, user_data{0}, "x");
        loop.settle();
    }
    BOOST_TEST(loop[0].armed());
    BOOST_TEST(loop.bytes().size() == 20U);
}

BOOST_FIXTURE_TEST_CASE(buffers_that_go_round_elsewhere_show_that_nobody_starves, told) {
    serve({});
    for (int i = 0; i < 20; ++i) {
        kernel.receive(rig_group, user_data{1}, "x");
        say(-ENOBUFS);
        BOOST_TEST(loop.last() == "no_buffers");
    }
    BOOST_TEST(loop[0].armed());
}

BOOST_FIXTURE_TEST_CASE(an_empty_pool_never_starves_anybody, told) {
    loop.keep = true;
    kernel.receive(rig_group, user_data{0}, "a");
    kernel.receive(rig_group, user_data{0}, "b");
    loop.settle();
    for (int i = 0; i < 20; ++i) {
        BOOST_TEST(group.with_kernel() == 0U);
        say(-ENOBUFS);
        BOOST_TEST(loop[0].in_line());
        loop.kept.erase(loop.kept.begin());
        loop.settle();
        BOOST_TEST(loop[0].armed());
        kernel.receive(rig_group, user_data{0}, "c");
        loop.settle();
    }
}

// The pool is empty for the kernel while our own account still has a buffer with it: its completion
// is not read yet. Asking again before that would only bring the next -ENOBUFS.
BOOST_FIXTURE_TEST_CASE(a_restart_waits_when_the_kernel_has_no_buffer_left, told) {
    loop.keep = true;
    kernel.pick(rig_group);
    kernel.pick(rig_group);
    say(-ENOBUFS);
    BOOST_TEST(group.with_kernel() == 2U);
    BOOST_TEST(loop[0].in_line());
    BOOST_TEST(asked() == 1U);
}

BOOST_FIXTURE_TEST_CASE(an_end_in_the_batch_that_holds_the_returns_wakes_afterwards, told) {
    loop.batch = true;
    serve({});
    kernel.receive(rig_group, user_data{1}, "a");
    kernel.receive(rig_group, user_data{1}, "b");
    kernel.complete(user_data{0}, -ENOBUFS);  // after the returns, before their publication
    loop.settle();
    BOOST_TEST(loop[0].armed());
    BOOST_TEST(asked() == 3U);
    kernel.pick(rig_group);
    const auto last = kernel.pick(rig_group);
    kernel.complete(user_data{0}, -ENOBUFS);  // before the return
    kernel.complete(user_data{1}, 1, more, buffer_id{last.bid});
    loop.settle();
    BOOST_TEST(loop[0].armed());
    BOOST_TEST(asked() == 4U);
}

// liburing issue 1185.
BOOST_FIXTURE_TEST_CASE(bytes_without_a_buffer_are_malformed, told) {
    say(5, more);
    const int no_buffer = static_cast<int>(errc::no_buffer);
    BOOST_TEST(loop.last() == "malformed ringproof:" + std::to_string(no_buffer));
    BOOST_TEST(loop[0].armed());
}

BOOST_FIXTURE_TEST_CASE(a_wrong_buffer_is_malformed_and_the_receive_goes_on, told) {
    const int foreign = static_cast<int>(errc::foreign_buffer);
    say(5, more | fake_kernel::with_buffer(buffer_id{2}));
    BOOST_TEST(loop.last() == "malformed ringproof:" + std::to_string(foreign));
    BOOST_TEST(asked() == 1U);
    say(5, fake_kernel::with_buffer(buffer_id{2}));
    BOOST_TEST(asked() == 2U);
    kernel.receive(rig_group, user_data{0}, "fine");
    loop.settle();
    BOOST_TEST(loop.bytes() == "fine");
}

// Between 6.12 and 6.17 a failure may name a buffer that the kernel has kept (liburing issue 1530):
// it is a failure all the same.
BOOST_FIXTURE_TEST_CASE(a_failure_that_names_a_buffer_is_the_failure, told) {
    say(-ECONNRESET, fake_kernel::with_buffer(buffer_id{0}));  // kept: the head has not moved
    BOOST_TEST(loop.last() == "error system:" + std::to_string(ECONNRESET));
    BOOST_TEST(loop[0].done());
    BOOST_TEST(group.with_kernel() == 2U);
    BOOST_TEST(group.tail_published() == 2U, "not published twice");
    BOOST_TEST(loop[0].arm().has_value());
    loop.settle();
    kernel.pick(rig_group);
    say(-ECONNRESET, fake_kernel::with_buffer(buffer_id{0}));  // handed over
    BOOST_TEST(loop.last() == "error system:" + std::to_string(ECONNRESET));
    BOOST_TEST(group.with_kernel() == 2U);
    BOOST_TEST(group.tail_published() == 3U, "and given back");
}

BOOST_FIXTURE_TEST_CASE(a_completion_of_nobodys_request_is_stale_and_its_buffer_goes_back, told) {
    say(0);
    BOOST_TEST(loop[0].done());
    kernel.receive(rig_group, user_data{0}, "late", 0);
    loop.settle();
    const int stale = static_cast<int>(errc::stale_completion);
    BOOST_TEST(loop.last() == "malformed ringproof:" + std::to_string(stale));
    BOOST_TEST(loop[0].done());
    BOOST_TEST(asked() == 1U);
    BOOST_TEST(group.with_kernel() == 2U);
}

BOOST_AUTO_TEST_SUITE_END()
