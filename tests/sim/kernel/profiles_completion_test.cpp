// What versions differ in when requests wait, are woken and complete.

#include <boost/test/unit_test.hpp>

#include <array>

#include "tests/sim/kernel/versions.hpp"

namespace ringproof::testing {

namespace {

using sim::profile;
using sim::profile_bugs;

/// Lengths of the runs of equal user data: "33 33 34".
std::string runs_of(const std::vector<abi::io_uring_cqe>& done) {
    std::string text;
    std::size_t length = 0;
    for (std::size_t i = 0; i < done.size(); ++i) {
        ++length;
        if (i + 1 < done.size() && done[i + 1].user_data == done[i].user_data) continue;
        text += (text.empty() ? "" : " ") + std::to_string(length);
        length = 0;
    }
    return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(profiles_completion)

// OVF-04, BUG-40: multishots and a full completion queue.
BOOST_AUTO_TEST_CASE(bug_40_a_multishot_overflows) {
    const auto story = [](auto& system) {
        raw_ring ring(system, {.entries = 4, .cq_entries = 4});
        raw_group group(ring);
        const int fd = system.world().open(channel_kind::udp).value();
        group.add(8, 16);
        for (int i = 0; i < 7; ++i) feed(system.world(), fd, "x");
        ring.recv_multishot(fd, 1);
        (void)ring.run();
        return ring.run();
    };
    BOOST_TEST(newest(story) == "1{1 B4}");
    const std::string goes_on = "1{1 B4 +M} 1{1 B5 +M} 1{1 B6 +M}";
    BOOST_TEST(with(&profile::multishot_may_overflow, true, story) == goes_on);
    BOOST_TEST(on("v6_4", story) == goes_on);
    for (const char* name : {"v6_1", "v6_8", "v6_18"}) {
        BOOST_TEST(on(name, story) == "1{1 B4}", name);
    }
}

// BUG-25, OVF-08: completions that overflowed change places, if it so happens.
BOOST_AUTO_TEST_CASE(bug_25_the_overflow_list_is_reordered) {
    const std::string in_order = "9{0} 10{0} 11{0} 12{0} 13{0} 14{0} 15{0} 16{0}";
    const auto orders = [&in_order](bool bug) {
        std::string unordered;
        for (std::uint64_t seed = 1; seed <= 16; ++seed) {
            profile version;
            version.bugs.overflow_flush_reorders = bug;
            model_system system({.kernel_profile = version}, sim::choices::random(seed));
            raw_ring ring(system, {.entries = 8, .cq_entries = 8});
            for (std::uint64_t i = 1; i <= 16; ++i) {
                ring.stage(abi::ioring_op_nop, -1, i);
                if (i % 8 == 0) (void)ring.submit();
            }
            (void)ring.run();
            const std::string seen = ring.run();
            if (seen != in_order) unordered = seen;
        }
        return unordered;
    };
    BOOST_TEST(orders(false) == "");
    BOOST_TEST(orders(true).size() == in_order.size());  // none is lost
}

// BUG-24, MSH-12: data and the end in one wake-up.
BOOST_AUTO_TEST_CASE(bug_24_the_end_is_missed) {
    const auto story = [](auto& system) {
        raw_ring ring(system, {.flags = deferring});
        raw_group group(ring);
        const int fd = system.world().open(channel_kind::unix_stream).value();
        group.add(4, 16);
        ring.recv_multishot(fd, 1);
        (void)ring.run();
        feed(system.world(), fd, "abc");
        (void)system.world().finish(fd);
        const std::string seen = ring.run();
        return seen + ring.run();
    };
    BOOST_TEST(newest(story) == "1{3 B0 +M} 1{0}");
    BOOST_TEST(with(&profile_bugs::misses_end_on_wake_race, story) == "1{3 B0 +M}");
    BOOST_TEST(on("v6_17", story) == "1{3 B0 +M}");
    BOOST_TEST(on("v6_18", story) == "1{3 B0 +M} 1{0}");
}

// BUG-36: a multishot read that becomes a single one.
BOOST_AUTO_TEST_CASE(bug_36_a_read_without_its_buffer) {
    const auto story = [](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        const int fd = system.world().open(channel_kind::pipe).value();
        group.add(4, 16);
        feed(system.world(), fd, "abc");
        ring.select(abi::ioring_op_read_multishot, fd, 1).flags |= abi::iosqe_async;
        const std::string seen = ring.run(1);
        return seen + " h" + std::to_string(group.head());
    };
    BOOST_TEST(newest(story) == "1{3 B0 +M} h1");
    BOOST_TEST(with(&profile_bugs::downgraded_read_drops_buffer, story) == "1{3} h1");
}

// MSH-08: how long one multishot goes on while another waits.
BOOST_AUTO_TEST_CASE(msh_08_fairness) {
    const auto story = [](auto& system) {
        raw_ring ring(system, {.entries = 8, .cq_entries = 512, .flags = deferring});
        raw_group group(ring, {.entries = 512});
        auto& world = system.world();
        const std::array fds{world.open(channel_kind::tcp).value(),
                             world.open(channel_kind::tcp).value()};
        group.add(300, 1);
        for (std::uint64_t i = 0; i < 2; ++i) ring.recv_multishot(fds[i], 1, i);
        (void)ring.run();
        for (const int fd : fds) feed(world, fd, letters(100));
        for (int turn = 0; turn < 8; ++turn) (void)ring.enter(0, 0, abi::ioring_enter_getevents);
        return runs_of(ring.take());
    };
    BOOST_TEST(newest(story).starts_with("33 33 33 33"));
    for (const char* name : {"v6_8", "v6_18"}) {
        BOOST_TEST(on(name, story).starts_with("33 33 33 33"), name);
    }
    BOOST_TEST(on("v6_1", story) == "100 100");
    BOOST_TEST(with(&profile::multishot_retries, 9, story).starts_with("10 10 10"));
}

// RUN-05: the order of deferred wake-ups.
BOOST_AUTO_TEST_CASE(run_05_deferred_wake_ups) {
    const auto story = [](auto& system) {
        raw_ring ring(system, {.flags = deferring});
        raw_group group(ring);
        auto& world = system.world();
        const std::array fds{world.open(channel_kind::udp).value(),
                             world.open(channel_kind::udp).value(),
                             world.open(channel_kind::udp).value()};
        group.add(4, 16);
        for (std::uint64_t i = 0; i < 3; ++i) ring.recv(fds[i], 1, i + 1);
        (void)ring.run();
        for (const int fd : fds) feed(world, fd, "x");
        return ring.run();
    };
    for (const char* name : {"v6_18", "v7_3"}) {
        BOOST_TEST(on(name, story) == "1{1 B0} 2{1 B1} 3{1 B2}", name);
    }
    BOOST_TEST(on("v6_1", story) == "3{1 B0} 2{1 B1} 1{1 B2}");
    BOOST_TEST(with(&profile::deferred_work_lifo, true, story) == on("v6_1", story));
}

// MSH-13, MSH-14: several requests on one file, whatever the mode of the ring.
BOOST_AUTO_TEST_CASE(msh_14_several_waiters) {
    const auto story = [](auto& system) {
        std::string seen;
        for (const std::uint32_t flags : {0U, deferring}) {
            raw_ring ring(system, {.flags = flags});
            raw_group group(ring);
            const int fd = system.world().open(channel_kind::tcp).value();
            group.add(4, 16);
            for (std::uint64_t i = 1; i <= 3; ++i) ring.recv(fd, 1, i).len = 1;
            (void)ring.run();
            feed(system.world(), fd, "abc");
            (void)ring.enter(0, 0, abi::ioring_enter_getevents);
            for (const auto& each : ring.take()) seen += std::to_string(each.user_data);
            seen += " ";
        }
        return seen;
    };
    BOOST_TEST(newest(story) == "321 321 ");
    for (const char* name : {"v6_12", "v6_18"}) BOOST_TEST(on(name, story) == "321 321 ", name);
    BOOST_TEST(on("v6_1", story) == "123 123 ");
    BOOST_TEST(with(&profile::last_waiter_first, false, story) == "123 123 ");
}

// RUN-02: how much one enter does that waits for nothing.
BOOST_AUTO_TEST_CASE(run_02_a_batch_of_deferred_work) {
    const auto story = [](auto& system) {
        raw_ring ring(system, {.entries = 32, .cq_entries = 64, .flags = deferring});
        raw_group group(ring, {.entries = 32});
        auto& world = system.world();
        group.add(32, 16);
        std::vector<int> fds;
        for (int i = 0; i < 30; ++i) {
            fds.push_back(world.open(channel_kind::udp).value());
            ring.recv(fds.back(), 1);
        }
        (void)ring.run();
        for (const int fd : fds) feed(world, fd, "x");
        (void)ring.enter(0, 0, abi::ioring_enter_getevents);
        return std::to_string(ring.take().size());
    };
    for (const char* name : {"v6_18", "v7_3"}) BOOST_TEST(on(name, story) == "20", name);
    BOOST_TEST(on("v6_12", story) == "30");
    BOOST_TEST(with(&profile::deferred_work_batch, 7, story) == "7");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::testing
