// Ways in which a provided-buffer ring that was in production could be broken from safe code, each
// reproduced there, and each shown here to be impossible.

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <ringproof/receiver.hpp>

#include "tests/support/backends.hpp"
#include "tests/support/child.hpp"
#include "tests/support/event_loop.hpp"
#include "tests/support/group_rig.hpp"

namespace {

using namespace ringproof;
using ringproof::testing::backends;
using ringproof::testing::error_of;
using ringproof::testing::event_loop;
using ringproof::testing::group_rig;
using ringproof::testing::in_child;
using ringproof::testing::keep_reachable;
using ringproof::testing::leak_listener;
using ringproof::testing::linux_backend;
using ringproof::testing::require;
using ringproof::testing::rig_group;
using ringproof::testing::text;

constexpr user_data reader{1};
using linux_rig = group_rig<linux_backend>;

/// A child that uses and then drops all it inherited of the parent's ring, in either order; how
/// many of its calls were not refused as they should be.
int misuse_in_child(linux_rig& here, bool group_first) {
    return in_child([&here, group_first] {
        int wrong = 0;
        wrong += error_of(here.group.close()) == errc::forked_child ? 0 : 1;
        wrong += error_of(here.ring.submit()) == errc::forked_child ? 0 : 1;
        wrong += error_of(here.ring.close()) == errc::forked_child ? 0 : 1;
        wrong += error_of(here.group.give_back(buffer_id{0})) == errc::forked_child ? 0 : 1;
        wrong +=
            error_of(here.group.give_back(std::array{buffer_id{0}})) == errc::forked_child ? 0 : 1;
        std::optional group(std::move(here.group));
        std::optional ring(std::move(here.ring));
        if (group_first) group.reset();
        ring.reset();
        group.reset();
        return wrong;
    });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(weak_points)

// 1. Giving a buffer back twice was accepted. One buffer was then in the ring twice: it was handed
// out for several live messages at once, and another one never again.
BOOST_AUTO_TEST_CASE_TEMPLATE(a_buffer_given_back_twice_is_in_the_ring_once, Backend, backends) {
    group_rig<Backend> here;
    const int fd = here.open();
    here.arm(fd, reader);
    const buffer_id id = here.receive(fd, "first").detach();
    BOOST_TEST(here.group.give_back(id).has_value());
    BOOST_TEST((error_of(here.group.give_back(id)) == errc::not_leased));
    BOOST_TEST((error_of(here.group.give_back(std::array{id, id})) == errc::not_leased));
    BOOST_TEST(here.group.tail_published() == 5U);

    std::vector<decltype(here.receive(fd, ""))> live;
    std::set<std::uint16_t> ids;
    for (const char* what : {"a", "b", "c", "d"}) {
        live.push_back(here.receive(fd, what));
        ids.insert(to_number(live.back().id()));
    }
    BOOST_TEST(ids.size() == 4U, "four live messages are in four buffers");
    for (std::size_t i = 0; i < 4; ++i) {
        BOOST_TEST(text(live[i].bytes()) == std::string(1, static_cast<char>('a' + i)));
    }
}

// 2. An id that the group does not have was published all the same, as an address computed from it:
// the kernel then wrote far behind the slab, out of a safe function.
BOOST_AUTO_TEST_CASE_TEMPLATE(a_foreign_id_publishes_nothing, Backend, backends) {
    std::array<std::byte, 32 * 64> memory{};
    const std::span own(memory);
    group_rig<Backend> here({.entries = 4,
                             .buffer_size = 64,
                             .storage = {.kind = slab::caller, .memory = own.first(4 * 64)}});
    for (const std::uint16_t id : std::to_array<std::uint16_t>({4, 20, 0x7fff, 0xffff})) {
        BOOST_TEST((error_of(here.group.give_back(buffer_id{id})) == errc::foreign_buffer));
    }
    BOOST_TEST(here.group.tail_published() == 4U);
    const int fd = here.open();
    here.arm(fd, reader);
    for (int i = 0; i < 12; ++i) (void)here.receive(fd, std::string(64, 'x'));
    BOOST_TEST(std::ranges::count(own.subspan(4 * 64), std::byte{0}) == 28 * 64);
}

// 3. A ring was closed, another one got its descriptor's number and a group of the same id, and
// then the first ring's group was dropped: it unregistered the group of the second.
BOOST_AUTO_TEST_CASE_TEMPLATE(a_stale_group_leaves_the_next_ring_alone, Backend, backends) {
    group_rig<Backend> here;
    using rig = group_rig<Backend>;
    const int number = here.ring.fd();
    BOOST_TEST(here.ring.close().has_value());
    auto ring = rig::ring_type::create(here.kernel, rig::calm).value();
    BOOST_TEST_REQUIRE(ring.fd() == number, "the number was reused");
    auto group = rig::group_type::create(ring, rig_group, rig::small).value();
    std::optional stale(std::move(here.group));
    stale.reset();
    here.ring = std::move(ring);
    here.group = std::move(group);
    const int fd = here.open();
    here.arm(fd, reader);
    BOOST_TEST(text(here.receive(fd, "alive").bytes()) == "alive");
}

// 4. A forked child that dropped what it had inherited unregistered its parent's group, unless the
// ring happened to have a single issuer. Here on the model, where the caller plays the child, and
// below on Linux with real ones.
BOOST_AUTO_TEST_CASE_TEMPLATE(a_forked_child_cannot_end_the_parents_group, Backend, backends) {
    group_rig<Backend> here;
    here.kernel.caller_pretended = here.kernel.forked_child();
    BOOST_TEST((error_of(here.group.close()) == errc::forked_child));
    BOOST_TEST((error_of(here.ring.close()) == errc::forked_child));
    here.kernel.caller_pretended.reset();
    const int fd = here.open();
    here.arm(fd, reader);
    BOOST_TEST(text(here.receive(fd, "alive").bytes()) == "alive");
}

// 4, Linux only: processes.
BOOST_AUTO_TEST_CASE(a_real_child_drops_all_and_the_parent_receives_on) {
    for (const bool group_first : {true, false}) {
        for (const auto mode : {execution::deferred, execution::cooperative, execution::plain}) {
            linux_rig here(linux_rig::small, {.mode = mode});
            const int fd = here.open();
            here.arm(fd, reader);
            const auto held = here.receive(fd, "before");
            BOOST_TEST(misuse_in_child(here, group_first) == 0);
            BOOST_TEST(text(held.bytes()) == "before");
            for (int i = 0; i < 6; ++i) BOOST_TEST(text(here.receive(fd, "on").bytes()) == "on");
        }
    }
}

BOOST_AUTO_TEST_CASE(a_real_child_of_a_polled_ring_does_no_more_harm) {
    linux_rig probed;
    require(probed.backend, &capabilities::polled);
    for (const bool group_first : {true, false}) {
        linux_rig here(linux_rig::small, {.mode = execution::polled});
        const int fd = here.open();
        here.arm(fd, reader);
        BOOST_TEST(misuse_in_child(here, group_first) == 0);
        for (int i = 0; i < 6; ++i) BOOST_TEST(text(here.receive(fd, "on").bytes()) == "on");
    }
}

BOOST_AUTO_TEST_CASE(a_lease_in_a_real_child_gives_nothing_back) {
    linux_rig here;
    const int fd = here.open();
    here.arm(fd, reader);
    auto lease = here.receive(fd, "held");
    const int status = in_child([&lease, &here] {
        {
            const linux_rig::group_type::held_returns batch(here.group);
            if (error_of(lease.give_back()) != errc::forked_child) return 2;
        }
        return 1;
    });
    BOOST_TEST(status == 1);
    BOOST_TEST(text(lease.bytes()) == "held");
    BOOST_TEST(lease.give_back().has_value());
    BOOST_TEST(here.group.with_kernel() == 4U);
}

// 5. A handle dropped on another thread could not unregister, said nothing, and freed the memory:
// the next message was written into freed memory.
BOOST_AUTO_TEST_CASE_TEMPLATE(memory_dropped_elsewhere_stays_where_the_kernel_writes, Backend,
                              backends) {
    group_rig<Backend> here;
    const leak_listener leaks;
    const int fd = here.open();
    here.arm(fd, reader);
    keep_reachable(&here.group.core());
    const auto slab = here.group.core().storage().buffer(buffer_id{0});
    const int mappings = here.kernel.mappings_alive;
    std::optional dropped(std::move(here.group));
    here.kernel.caller_pretended = here.kernel.other_thread();
    dropped.reset();
    here.kernel.caller_pretended.reset();
    BOOST_TEST(leaks.count() == 1U);
    BOOST_TEST(here.kernel.mappings_alive == mappings);
    here.send(fd, "late");
    const completion late = here.next();
    BOOST_TEST(late.res == 4);
    BOOST_TEST((late.buffer() == buffer_id{0}));
    BOOST_TEST(text(slab.first(4)) == "late");
}

// 5, Linux only: threads. The owner goes on using the ring meanwhile, for a race detector to see.
BOOST_AUTO_TEST_CASE(what_a_real_thread_drops_is_leaked_and_races_with_nothing) {
    linux_rig here({.entries = 16, .buffer_size = 16});
    const leak_listener leaks;
    keep_reachable(&here.group.core());
    const int fd = here.open();
    here.arm(fd, reader);
    auto lease = here.receive(fd, "lease");
    auto detached = here.receive(fd, "detached");
    here.send(fd, "bundle");
    auto bundle = here.group.take(here.next()).value();
    std::array<std::error_code, 4> seen{};
    std::thread other([&] {
        seen[0] = error_of(lease.give_back());
        seen[1] = error_of(here.group.give_back(std::array{buffer_id{0}}));
        seen[2] = error_of(here.group.close());
        seen[3] = error_of(bundle.give_back());
        (void)detached.detach();
        const linux_rig::group_type::held_returns batch(here.group);
    });
    for (int i = 0; i < 100; ++i) {
        const linux_rig::group_type::held_returns batch(here.group);
        BOOST_TEST(text(here.receive(fd, "on").bytes()) == "on");
    }
    other.join();
    for (const std::error_code& error : seen) BOOST_TEST((error == errc::wrong_thread));
    BOOST_TEST(leaks.count() == 2U);
    BOOST_TEST(here.group.with_kernel() == 13U);
}

// Without the spy, since a kernel may have a quicker way to know who calls than the one it hides.
BOOST_AUTO_TEST_CASE(the_bare_kernel_tells_threads_and_children_apart) {
    linux_backend backend;
    const leak_listener leaks;
    auto ring = uring<linux_kernel>::create(backend.kernel()).value();
    auto group = buffer_group<linux_kernel>::create(ring, rig_group, linux_rig::small).value();
    keep_reachable(&group.core());
    const completion first{reader, 1, ringproof::abi::ioring_cqe_f_buffer};
    auto lease = group.take_one(first).value();
    BOOST_TEST(in_child([&] { return error_of(lease.give_back()) == errc::forked_child; }) == 1);
    std::error_code elsewhere;
    std::thread([&] { elsewhere = error_of(group.give_back(lease.id())); }).join();
    BOOST_TEST((elsewhere == errc::wrong_thread));
    std::thread([&] { elsewhere = error_of(lease.give_back()); }).join();
    BOOST_TEST((elsewhere == errc::wrong_thread));
    BOOST_TEST(leaks.count() == 1U);
    BOOST_TEST(group.with_kernel() == 3U);
}

BOOST_AUTO_TEST_CASE(a_group_that_a_real_thread_drops_is_leaked_whole) {
    linux_rig here;
    const leak_listener leaks;
    keep_reachable(&here.group.core());
    const int fd = here.open();
    here.arm(fd, reader);
    const auto slab = here.group.core().storage().buffer(buffer_id{0});
    std::thread([dropped = std::move(here.group)] {}).join();
    BOOST_TEST(leaks.count() == 1U);
    here.send(fd, "late");
    BOOST_TEST(here.next().res == 4);
    BOOST_TEST(text(slab.first(4)) == "late");
}

// 6. Buffers of 0 bytes were registered. A receive then said 0 bytes without a buffer, which looks
// like the end of the stream.
BOOST_AUTO_TEST_CASE_TEMPLATE(buffers_without_bytes_are_refused_before_the_kernel_hears_of_them,
                              Backend, backends) {
    group_rig<Backend> here;
    using group_type = typename group_rig<Backend>::group_type;
    here.kernel.register_refused = ringproof::abi::ioring_register_pbuf_ring;
    BOOST_TEST((error_of(group_type::create(here.ring, group_id{8}, {.buffer_size = 0})) ==
                errc::buffer_size_out_of_range));
}

// 7. The slab was allocated after the ring was registered, so that a failed allocation left a group
// behind whose memory was gone; and wrong counts ended the process instead of saying no.
BOOST_AUTO_TEST_CASE_TEMPLATE(a_failed_allocation_leaves_no_group_behind, Backend, backends) {
    group_rig<Backend> here;
    using group_type = typename group_rig<Backend>::group_type;
    for (int granted = 0; granted < 2; ++granted) {
        here.kernel.maps_granted = granted;
        BOOST_TEST(is_errno(error_of(group_type::create(here.ring, group_id{8})), ENOMEM));
    }
    here.kernel.maps_granted = -1;
    // 64 TiB: some systems promise even that. Whatever the answer, it is no crash and no half.
    const group_options huge{.entries = 32768, .buffer_size = 0x7fffffffU};
    (void)group_type::create(here.ring, group_id{8}, huge);
    ringproof::abi::io_uring_buf_reg named{};
    named.bgid = 8;
    const auto unregistered =
        here.ring.core()->register_(ringproof::abi::ioring_unregister_pbuf_ring, &named, 1);
    BOOST_TEST(is_errno(error_of(unregistered), ENOENT));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(wrong_counts_are_errors_and_never_more, Backend, backends) {
    group_rig<Backend> here;
    using group_type = typename group_rig<Backend>::group_type;
    const auto creating = [&here](std::uint32_t entries, std::uint32_t size) {
        return error_of(
            group_type::create(here.ring, group_id{8}, {.entries = entries, .buffer_size = size}));
    };
    for (const std::uint32_t entries : {3U, 5U, 100U, 32767U}) {
        BOOST_TEST((creating(entries, 16) == errc::entries_not_power_of_two));
    }
    for (const std::uint32_t entries : {0U, 65536U, 0xffffffffU}) {
        BOOST_TEST((creating(entries, 16) == errc::entries_out_of_range));
    }
    // entries times size is 0 in 32 bits.
    BOOST_TEST((creating(32768, 0x80000000U) == errc::buffer_size_out_of_range));
    BOOST_TEST((creating(32768, 0xffffffffU) == errc::buffer_size_out_of_range));
}

// 8. An end of stream that comes while the pool is empty is reported as a lack of buffers, and so
// is one that comes before arming. It is neither an end nor an error: the end is found when there
// is a buffer again.
BOOST_AUTO_TEST_CASE_TEMPLATE(an_end_of_stream_behind_an_empty_pool_is_not_missed, Backend,
                              backends) {
    group_rig<Backend> here({.entries = 2, .buffer_size = 16});
    event_loop loop(here.ring, here.group);
    loop.keep = true;
    const int fd = here.open();
    const int other = here.open();
    BOOST_TEST(loop.add(fd).arm().has_value());
    here.send(fd, std::string(32, 'x'));
    loop.run_until([&] { return loop.bytes().size() == 32; });
    here.backend.world().finish(fd).value();
    here.backend.world().finish(other).value();
    BOOST_TEST(loop.add(other).arm().has_value());
    loop.run_until([&] { return loop.last() == "no_buffers"; });
    loop.settle();
    BOOST_TEST(!loop[0].done());
    BOOST_TEST(!loop[1].done());
    BOOST_TEST(loop.log(1).empty());
    loop.kept.pop_back();
    loop.run_until([&] { return loop[0].done() && loop[1].done(); });
    BOOST_TEST(loop.last(0) == "end");
    BOOST_TEST(loop.last(1) == "end");
}

// 9. A group was dropped while a receive was armed on it. The kernel keeps such a receive, and when
// data comes it says that there are no buffers: the data is still there, and the memory must be.
BOOST_AUTO_TEST_CASE_TEMPLATE(data_for_a_dropped_group_waits_for_another_one, Backend, backends) {
    group_rig<Backend> here;
    const int fd = here.open();
    here.arm(fd, reader);
    std::optional dropped(std::move(here.group));
    dropped.reset();
    here.send(fd, "patient");
    const completion done = here.next();
    BOOST_TEST(done.res == -ENOBUFS);
    BOOST_TEST(!done.more());
    here.group = group_rig<Backend>::group_type::create(here.ring, rig_group, here.small).value();
    here.arm(fd, reader);
    BOOST_TEST(text(here.group.take_one(here.next()).value().bytes()) == "patient");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(an_armed_receive_passes_to_the_next_group_of_its_id, Backend,
                              backends) {
    group_rig<Backend> here;
    const int fd = here.open();
    here.arm(fd, reader);
    BOOST_TEST(here.group.close().has_value());
    here.group = group_rig<Backend>::group_type::create(here.ring, rig_group, here.small).value();
    for (int i = 0; i < 6; ++i) {
        BOOST_TEST(text(here.receive(fd, "passed on").bytes()) == "passed on");  // UNR-03
    }
}

// 10. Positions in the ring are 16 bits wide and run free: 140,000 buffers through a ring of two
// wrap them twice, and a few at a time, so that the wrap falls on either slot.
BOOST_AUTO_TEST_CASE_TEMPLATE(positions_wrap_without_a_trace, Backend, backends) {
    group_rig<Backend> here({.entries = 2, .buffer_size = 4});
    const int fd = here.open(sim::channel_kind::unix_datagram);
    here.arm(fd, reader);
    std::array<char, 4> sent{};
    unsigned wrong = 0;
    for (std::uint32_t cycle = 0; cycle < 140000; ++cycle) {
        for (std::size_t i = 0; i < 4; ++i) sent[i] = static_cast<char>(cycle >> 8 * i);
        const std::string what(sent.begin(), sent.end());
        const auto lease = here.receive(fd, what);
        if (text(lease.bytes()) != what || to_number(lease.id()) != cycle % 2) ++wrong;
    }
    BOOST_TEST(wrong == 0U);
    BOOST_TEST(here.group.tail_published() == static_cast<std::uint16_t>(140002));
    BOOST_TEST(here.group.with_kernel() == 2U);
}

BOOST_AUTO_TEST_SUITE_END()
