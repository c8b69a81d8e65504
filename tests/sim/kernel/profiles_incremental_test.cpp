// What versions get wrong on incremental rings.

#include <boost/test/unit_test.hpp>

#include "tests/sim/kernel/versions.hpp"

namespace ringproof::testing {

namespace {

using sim::profile;
using sim::profile_bugs;

}  // namespace

BOOST_AUTO_TEST_SUITE(profiles_incremental)

// BUG-17: a WAITALL receive goes on in what others were given.
BOOST_AUTO_TEST_CASE(bug_17_two_sockets_in_one_buffer) {
    const auto story = [](auto& system) {
        raw_ring ring(system);
        raw_group group(ring, incremental_group);
        auto& world = system.world();
        const int fd = world.open(channel_kind::tcp).value();
        const int other = world.open(channel_kind::tcp).value();
        group.add({64});
        auto& sqe = ring.recv(fd, 1);
        sqe.op_flags = waitall_bit;
        sqe.len = 6;
        (void)ring.submit();
        feed(world, fd, "abc");
        std::string seen = ring.run();
        ring.recv(other, 1, 2);
        feed(world, other, "XY");
        seen += " " + ring.run();
        feed(world, fd, "def");
        seen += " " + ring.run() + " ";
        return seen + std::string(group.text(0, 5));
    };
    BOOST_TEST(newest(story) == "1{3 B0 BM} 2{2 B0 BM}  abcXY");
    // The other's data was overwritten, and the buffer seems to be free.
    const std::string mixed = " 2{2 B0 BM} 1{6 B0} abcde";
    BOOST_TEST(with(&profile_bugs::waitall_retries_uncommitted, story) == mixed);
    for (const char* name : {"v6_17", "v6_18", "v7_2"}) BOOST_TEST(on(name, story) == mixed, name);
    BOOST_TEST(on("v6_12", story) == newest(story));
}

// BUG-21, INC-04, INC-05: the end of a read, a file, a worker, a send.
BOOST_AUTO_TEST_CASE(bug_21_buf_more_is_lost) {
    const auto story = [](auto& system) {
        raw_ring ring(system);
        raw_group group(ring, incremental_group);
        auto& world = system.world();
        group.add({64});
        const int pipe = world.open(channel_kind::pipe).value();
        (void)world.finish(pipe);
        ring.select(abi::ioring_op_read, pipe, 1);
        std::string seen = ring.run(1);
        const int file = world.open(channel_kind::file).value();
        feed(world, file, "abc");
        ring.select(abi::ioring_op_read, file, 1).len = 2;
        seen += " " + ring.run(1);
        const int fd = world.open(channel_kind::tcp).value();
        auto& worker = ring.recv(fd, 1);
        worker.len = 2;
        worker.flags |= abi::iosqe_async;
        (void)ring.submit();
        feed(world, fd, "xy");
        seen += " " + ring.run(1);
        ring.select(abi::ioring_op_send, fd, 1).len = 2;
        return seen + " " + run_and_head(ring, group);
    };
    BOOST_TEST(newest(story) == "1{0 B0 BM} 1{2 B0 BM} 1{2 B0 BM} 1{2 B0 BM} h0");
    const std::string lost = "1{0 B0} 1{2 B0} 1{2 B0} 1{2 B0} h0";
    BOOST_TEST(with(&profile_bugs::early_commit_loses_buf_more, story) == lost);
    for (const char* name : {"v6_16", "v6_17"}) BOOST_TEST(on(name, story) == lost, name);
    for (const char* name : {"v6_12", "v6_18", "v6_19"}) {
        BOOST_TEST(on(name, story) == newest(story), name);
    }
}

// BUG-27, LEN-06: with 4 GiB - 1 the length is -1, as an int.
BOOST_AUTO_TEST_CASE(bug_27_a_length_that_looks_like_an_error) {
    const auto story = [](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        const int fd = system.world().open(channel_kind::udp).value();
        group.add({0xffffffffU});
        feed(system.world(), fd, "abc");
        feed(system.world(), fd, "de");
        ring.recv(fd, 1);
        const std::string seen = run_and_head(ring, group);
        ring.select(abi::ioring_op_read, fd, 1);
        return seen + " " + ring.run();
    };
    BOOST_TEST(newest(story) == "1{3 B0} h1 1{-105}");
    const std::string fails = "1{-1} h0 1{3 B0}";
    BOOST_TEST(with(&profile_bugs::length_over_2g_fails, story) == fails);
    BOOST_TEST(on("v7_2", story) == fails);
    for (const char* name : {"v6_18", "v7_1"}) BOOST_TEST(on(name, story) == newest(story), name);
}

// BUG-28: MSG_TRUNC and the buffers behind.
BOOST_AUTO_TEST_CASE(bug_28_the_length_of_the_datagram) {
    const auto story = [](auto& system) {
        raw_ring ring(system);
        raw_group group(ring, incremental_group);
        const int fd = system.world().open(channel_kind::udp).value();
        group.add({16, 16, 16, 16});
        feed(system.world(), fd, letters(40));
        auto& sqe = ring.recv(fd, 1);
        sqe.op_flags = trunc_bit;
        sqe.len = 10;
        return run_and_head(ring, group);
    };
    BOOST_TEST(newest(story) == "1{40 B0 BM} h0");
    BOOST_TEST(with(&profile_bugs::trunc_commits_message_length, story) == "1{40 B0 BM} h2");
    for (const char* name : {"v6_16", "v6_18", "v7_1"}) {
        BOOST_TEST(on(name, story) == "1{40 B0 BM} h2", name);
    }
    for (const char* name : {"v6_12", "v7_2"}) BOOST_TEST(on(name, story) == newest(story), name);
}

// BUG-32: the address after the commit.
BOOST_AUTO_TEST_CASE(bug_32_data_behind_its_place) {
    const auto story = [](auto& system) {
        raw_ring ring(system);
        raw_group group(ring, incremental_group);
        const int file = system.world().open(channel_kind::file).value();
        feed(system.world(), file, "abcd");
        group.add({64});
        std::fill_n(group.buffer(0), 8, std::byte{'.'});
        ring.select(abi::ioring_op_read, file, 1).len = 4;
        const std::string seen = ring.run(1);
        return seen + " " + std::string(group.text(0, 8));
    };
    BOOST_TEST(newest(story) == "1{4 B0 BM} abcd....");
    BOOST_TEST(with(&profile_bugs::early_commit_returns_moved_address, story) ==
               "1{4 B0 BM} ....abcd");
}

// BUG-33: the kernel never comes back. Nothing is told any more, and what would never return
// answers EDEADLK.
BOOST_AUTO_TEST_CASE(bug_33_a_hang) {
    const auto story = [](auto& system) {
        raw_ring ring(system);
        raw_group group(ring, incremental_group);
        const int fd = system.world().open(channel_kind::udp).value();
        group.add({0x80000000U});
        feed(system.world(), fd, "abc");
        ring.recv(fd, 1);
        std::string seen = std::to_string(ring.submit());
        seen += " " + ring.seen();
        ring.stage(abi::ioring_op_nop, -1, 2);
        seen += " " + std::to_string(ring.submit());
        seen += " " + std::to_string(ring.wait(1));
        feed(system.world(), fd, "more");
        seen += " " + ring.seen();
        return seen + " " + std::to_string(group.head());
    };
    BOOST_TEST(newest(story) == "1 1{3 B0 BM} 1 0 2{0} 0");
    BOOST_TEST(with(&profile_bugs::signed_commit_length, story) == "-35  -35 -35  -35");
    for (const char* name : {"v6_12", "v6_16"}) BOOST_TEST(on(name, story) == newest(story), name);
}

// INC-06: an early commit of 2 GiB or more uses nothing up.
BOOST_AUTO_TEST_CASE(inc_06_an_early_commit_of_2_gib) {
    const auto story = [](auto& system) {
        raw_ring ring(system);
        raw_group group(ring, incremental_group);
        const int file = system.world().open(channel_kind::file).value();
        feed(system.world(), file, "abcd");
        group.add({0x80000000U});
        ring.select(abi::ioring_op_read, file, 1);
        return run_and_head(ring, group);
    };
    for (const char* name : {"v6_18", "v7_3"}) BOOST_TEST(on(name, story) == "1{4 B0} h0", name);
    sim::profile repaired;
    repaired.bugs.early_commit_ignores_over_2g = false;
    BOOST_TEST(under(repaired, story) == "1{4 B0} h1");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::testing
