// What versions differ in when one buffer is received into or read into: selection, failures,
// multishots, incremental rings.

#include <boost/test/unit_test.hpp>

#include <array>

#include "tests/sim/kernel/versions.hpp"

namespace ringproof::testing {

namespace {

using sim::failed_attempt;
using sim::profile;
using sim::profile_bugs;

template <class System>
abi::io_uring_sqe& waitall(raw_ring<System>& ring, int fd, std::uint32_t length,
                           std::uint64_t user_data = 1) {
    auto& sqe = ring.recv(fd, 1, user_data);
    sqe.op_flags = waitall_bit;
    sqe.len = length;
    return sqe;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(profiles_receive)

// BUG-01: the head goes on where the 16-bit tail begins again.
BOOST_AUTO_TEST_CASE(bug_01_after_65536_buffers) {
    const auto story = [](auto& system) {
        raw_ring ring(system, {.entries = 512, .cq_entries = 1024});
        raw_group group(ring, {.entries = 512});
        const int fd = system.world().open(channel_kind::file).value();
        for (int turn = 0; turn < 128; ++turn) {
            group.add(512, 64);
            for (int i = 0; i < 512; ++i) ring.select(abi::ioring_op_read, fd, 1);
            (void)ring.run();
        }
        ring.select(abi::ioring_op_read, fd, 1);
        return ring.run();
    };
    BOOST_TEST(newest(story) == "1{-105}");
    BOOST_TEST(with(&profile_bugs::head_wider_than_tail, story) == "1{0 B65024}");
}

// BUG-03: without early commit two requests in workers hold one buffer.
BOOST_AUTO_TEST_CASE(bug_03_two_workers_share_a_buffer) {
    const auto story = [](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        auto& world = system.world();
        const std::array fds{world.open(channel_kind::tcp).value(),
                             world.open(channel_kind::pipe).value()};
        group.add(4, 64);
        ring.recv(fds[0], 1, 1).flags |= abi::iosqe_async;
        ring.select(abi::ioring_op_read, fds[1], 1, 2).flags |= abi::iosqe_async;
        std::string seen = run_and_head(ring, group);
        for (const int fd : fds) {
            feed(world, fd, "ab");
            seen += ring.run();
        }
        return seen + " h" + std::to_string(group.head());
    };
    BOOST_TEST(newest(story) == " h21{2 B0}2{2 B1} h2");
    BOOST_TEST(with(&profile_bugs::no_early_commit, story) == " h01{2 B0}2{2 B0} h2");
}

// BUG-04, BUG-16: what a WAITALL receive does with its buffer while it waits for the rest.
BOOST_AUTO_TEST_CASE(bug_04_a_part_in_a_buffer_of_others) {
    const auto story = [](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        auto& world = system.world();
        const int fd = world.open(channel_kind::tcp).value();
        const int other = world.open(channel_kind::tcp).value();
        group.add(4, 64);
        waitall(ring, fd, 6);
        (void)ring.submit();
        feed(world, fd, "abcd");
        std::string seen = run_and_head(ring, group);
        ring.recv(other, 1, 2);
        feed(world, other, "X");
        seen += " " + run_and_head(ring, group);
        feed(world, fd, "ef");
        seen += " " + run_and_head(ring, group) + " ";
        return seen + std::string(group.text(0, 6)) + std::to_string(group.text(1, 2) == "ef");
    };
    BOOST_TEST(newest(story) == " h1 2{1 B1} h2 1{6 B0} h2 abcdef0");
    // The rest goes into the next buffer, and the first has become another's.
    const std::string split = with(&profile_bugs::partial_not_consumed, story);
    BOOST_TEST(split.starts_with(" h0 2{1 B0} h1 1{6 B1} h2 Xbcd"));
    BOOST_TEST(split.ends_with("1"));
    const std::string shared = " h0 2{1 B0} h1 1{6 B0} h2 Xbcdef0";
    BOOST_TEST(with(&profile_bugs::partial_kept_uncommitted, story) == shared);
}

// BUG-16: the group may be gone when the rest arrives.
BOOST_AUTO_TEST_CASE(bug_16_on_6_10) {
    const auto story = [](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        const int fd = system.world().open(channel_kind::tcp).value();
        group.add(1, 64);
        waitall(ring, fd, 4);
        (void)ring.submit();
        feed(system.world(), fd, "ab");
        std::string seen = run_and_head(ring, group);
        (void)group.close();
        feed(system.world(), fd, "cd");
        return seen + " " + ring.run();
    };
    BOOST_TEST(on("v6_10", story) == " h0 1{4 B0}");
    for (const char* name : {"v6_8", "v6_18"}) BOOST_TEST(on(name, story) == " h1 1{4 B0}", name);
    BOOST_TEST(newest(story) == " h1 1{4 B0}");
}

// BUG-06: a multishot in a worker takes its buffer's id for its group.
BOOST_AUTO_TEST_CASE(bug_06_the_group_is_lost) {
    const auto story = [](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        const raw_group unused(ring, {.id = 2});
        const int fd = system.world().open(channel_kind::tcp).value();
        group.stage(7);
        group.stage(8);
        group.publish();
        feed(system.world(), fd, letters(100));
        ring.recv_multishot(fd, 1).flags |= abi::iosqe_async;
        return ring.run(2);
    };
    BOOST_TEST(newest(story) == "1{64 B7 +M NE} 1{36 B8 +M}");
    BOOST_TEST(with(&profile_bugs::group_lost_on_worker, story) == "1{64 B7 +M NE} 1{-105}");
}

// BUG-08, MSH-18: the smallest buffer so far is the limit.
BOOST_AUTO_TEST_CASE(bug_08_a_length_that_sticks) {
    const auto story = [](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        const int fd = system.world().open(channel_kind::unix_stream).value();
        group.add({16, 64, 8, 64});
        feed(system.world(), fd, letters(140));
        ring.recv_multishot(fd, 1);
        return ring.run();
    };
    BOOST_TEST(on("v6_12", story) == "1{16 B0 +M} 1{64 B1 +M} 1{8 B2 +M} 1{52 B3 +M} 1{-105}");
    BOOST_TEST(on("v6_1", story) == "1{16 B0 +M} 1{16 B1 +M} 1{8 B2 +M} 1{8 B3 +M} 1{-105}");
    BOOST_TEST(with(&profile_bugs::multishot_length_sticks, story) ==
               "1{16 B0 +M NE} 1{16 B1 +M NE} 1{8 B2 +M NE} 1{8 B3 +M NE} 1{-105}");
}

// BUG-09: WAITALL, length 0, two parts.
BOOST_AUTO_TEST_CASE(bug_09_a_length_below_0) {
    const auto story = [](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        const int fd = system.world().open(channel_kind::tcp).value();
        group.add(1, 4);
        waitall(ring, fd, 0);
        (void)ring.submit();
        feed(system.world(), fd, "ab");
        std::string seen = ring.run();
        feed(system.world(), fd, "cd");
        return seen + ring.run();
    };
    BOOST_TEST(newest(story) == "1{4 B0}");
    BOOST_TEST(with(&profile_bugs::waitall_length_underflows, story) == "1{-14 B0}");
    BOOST_TEST(on("v5_19", story) == "1{0 B0 NE}");  // there 0 is 0 (LEN-02)
    BOOST_TEST(on("v6_4", story).starts_with("1{-14 B0}"));
    BOOST_TEST(on("v6_1", story) == "1{4 B0}");
}

// LEN-02: 0 stood for nothing.
BOOST_AUTO_TEST_CASE(len_02_a_length_of_0) {
    const auto story = [](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        const int fd = system.world().open(channel_kind::pipe).value();
        group.add(2, 64);
        feed(system.world(), fd, "abc");
        ring.select(abi::ioring_op_read, fd, 1);
        std::string seen = ring.run();
        ring.select(abi::ioring_op_read, fd, 1).len = 2;
        return seen + " " + ring.run();
    };
    BOOST_TEST(newest(story) == "1{3 B0} ");
    BOOST_TEST(on("v5_19", story) == "1{0 B0} 1{2 B1}");
    BOOST_TEST(with(&profile::length_zero_is_whole_buffer, false, story) == "1{0 B0} 1{2 B1}");
}

// LEN-03, BUG-42: negative lengths.
BOOST_AUTO_TEST_CASE(bug_42_a_negative_length) {
    const auto story = [](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        const int fd = system.world().open(channel_kind::udp).value();
        group.add(1, 64);
        feed(system.world(), fd, "abc");
        ring.recv(fd, 1).len = 0xffffffffU;
        return ring.run();
    };
    BOOST_TEST(newest(story) == "1{-22}");
    BOOST_TEST(with(&profile_bugs::negative_length_accepted, story) == "1{3 B0}");
    for (const char* name : {"v6_1", "v6_17"}) BOOST_TEST(on(name, story) == "1{3 B0}", name);
    for (const char* name : {"v6_12", "v6_18", "v6_19"}) BOOST_TEST(on(name, story) == "1{-22}");
}

// ERR-04: kernel addresses.
BOOST_AUTO_TEST_CASE(err_04_a_kernel_address) {
    const auto story = [](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        const int fd = system.world().open(channel_kind::tcp).value();
        group.stage(0, 64, 0xffff800000000000U);
        group.publish();
        feed(system.world(), fd, "abc");
        ring.recv(fd, 1);
        return run_and_head(ring, group);
    };
    BOOST_TEST(newest(story) == "1{-105} h0");
    for (const char* name : {"v6_18", "v7_1"}) BOOST_TEST(on(name, story) == "1{-14} h0", name);
    BOOST_TEST(with(&profile::selection_checks_address, false, story) == "1{-14} h0");
}

// ERR-01, BUG-14, BUG-15: a receive that may not wait.
BOOST_AUTO_TEST_CASE(bug_14_msg_dontwait_on_an_empty_socket) {
    const auto story = [](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        const int fd = system.world().open(channel_kind::tcp).value();
        group.add(2, 64);
        ring.recv(fd, 1).op_flags = dontwait_bit;
        std::string seen = ring.run();
        message_header header;
        auto& message = ring.select(abi::ioring_op_recvmsg, fd, 1);
        message.addr = address_of(&header);
        message.op_flags = dontwait_bit;
        return seen + " " + run_and_head(ring, group);
    };
    BOOST_TEST(newest(story) == "1{-11} 1{-11} h0");
    BOOST_TEST(on("v6_18", story) == newest(story));
    BOOST_TEST(on("v6_17", story) == "1{-11 B0} 1{-11 B0} h0");
    BOOST_TEST(on("v6_8", story) == "1{-11 B0} 1{-11 B1} h2");
    BOOST_TEST(with(&profile::recv_would_block, failed_attempt::spurious_flag, story) ==
               "1{-11 B0} 1{-11 B0} h0");
    BOOST_TEST(with(&profile::recv_would_block, failed_attempt::consumed, story) ==
               "1{-11 B0} 1{-11 B1} h2");
}

// ERR-01, BUG-14, BUG-15: a read that fails.
BOOST_AUTO_TEST_CASE(bug_15_reads_that_fail) {
    const auto story = [](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        auto& world = system.world();
        group.add(4, 64);
        const int reset = world.open(channel_kind::tcp).value();
        (void)world.reset(reset);
        ring.select(abi::ioring_op_read, reset, 1);
        std::string seen = ring.run();
        const int pipe = world.open(channel_kind::pipe).value();
        ring.select(abi::ioring_op_read, pipe, 1).op_flags = 8;  // RWF_NOWAIT
        seen += " " + ring.run();
        // A wait is no failure.
        ring.select(abi::ioring_op_read, pipe, 1);
        (void)ring.submit();
        feed(world, pipe, "x");
        return seen + " " + run_and_head(ring, group);
    };
    BOOST_TEST(newest(story) == "1{-104} 1{-11} 1{1 B0} h1");
    BOOST_TEST(on("v6_18", story) == newest(story));
    BOOST_TEST(on("v6_16", story) == "1{-104 B0} 1{-11 B0} 1{1 B0} h1");
    BOOST_TEST(on("v6_8", story) == "1{-104 B0} 1{-11 B1} 1{1 B2} h3");
    BOOST_TEST(with(&profile::read_failed, failed_attempt::spurious_flag, story) ==
               "1{-104 B0} 1{-11 B0} 1{1 B0} h1");
    BOOST_TEST(with(&profile::read_failed, failed_attempt::consumed, story) ==
               "1{-104 B0} 1{-11 B1} 1{1 B2} h3");
    BOOST_TEST(with(&profile::pipes_take_nowait, false, story) == "1{-104} 1{-95} 1{1 B0} h1");
}

// ERR-01: a null address in a slot.
BOOST_AUTO_TEST_CASE(err_01_a_null_address) {
    const auto story = [](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        const int fd = system.world().open(channel_kind::tcp).value();
        group.stage(0, 64, 0);
        group.stage(1, 64, 0);
        group.publish();
        feed(system.world(), fd, "abc");
        ring.recv(fd, 1);
        const std::string seen = ring.run();
        ring.select(abi::ioring_op_read, fd, 1);
        return seen + " " + run_and_head(ring, group);
    };
    BOOST_TEST(newest(story) == "1{-105} 1{-105} h0");
    BOOST_TEST(on("v6_18", story) == newest(story));
    BOOST_TEST(on("v6_16", story) == "1{-105} 1{-105 B0} h0");
    BOOST_TEST(on("v6_8", story) == "1{-105 B0} 1{-105 B1} h2");
}

// MSH-06: an empty queue is trusted, or tried.
BOOST_AUTO_TEST_CASE(msh_06_lazy_and_eager) {
    const auto story = [](auto& system) {
        std::string seen;
        for (const channel_kind kind : streams) {
            raw_ring ring(system);
            raw_group group(ring);
            const int fd = system.world().open(kind).value();
            group.add(1, 64);
            feed(system.world(), fd, "abc");
            ring.recv_multishot(fd, 1);
            seen += ring.run() + "; ";
            (void)ring.cancel(1);
        }
        return seen;
    };
    BOOST_TEST(newest(story) == "1{3 B0 +M}; 1{3 B0 +M}; ");
    BOOST_TEST(on("v6_18", story) == newest(story));
    BOOST_TEST(on("v6_16", story) == "1{3 B0 +M}; 1{3 B0 +M} 1{-105}; ");
    BOOST_TEST(on("v6_4", story) == "1{3 B0 +M} 1{-105}; 1{3 B0 +M} 1{-105}; ");
    BOOST_TEST(with(&profile::unix_stream_tells_inq, false, story) ==
               "1{3 B0 +M}; 1{3 B0 +M} 1{-105}; ");
    BOOST_TEST(with(&profile::multishot_trusts_inq, false, story) ==
               "1{3 B0 +M} 1{-105}; 1{3 B0 +M} 1{-105}; ");
}

// BUG-38: a control message that nobody sent.
BOOST_AUTO_TEST_CASE(bug_38_ctrunc_on_a_unix_stream) {
    const auto story = [](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        const int fd = system.world().open(channel_kind::unix_stream).value();
        group.add(1, 64);
        feed(system.world(), fd, "abc");
        message_header header;
        auto& sqe = ring.select(abi::ioring_op_recvmsg, fd, 1);
        sqe.addr = address_of(&header);
        const std::string seen = ring.run();
        return seen + " " + std::to_string(header.flags & 0xffU);
    };
    BOOST_TEST(newest(story) == "1{3 B0} 0");
    BOOST_TEST(on("v6_18", story) == newest(story));
    BOOST_TEST(on("v6_17", story) == "1{3 B0} 8");
    BOOST_TEST(with(&profile_bugs::unix_recvmsg_sets_ctrunc, story) == "1{3 B0} 8");
}

// BUG-39: a fault that speaks of the queue.
BOOST_AUTO_TEST_CASE(bug_39_nonempty_with_a_fault) {
    const auto story = [](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        const int fd = system.world().open(channel_kind::unix_stream).value();
        group.stage(0, 64, 0x1000);
        group.publish();
        feed(system.world(), fd, "abc");
        ring.recv(fd, 1);
        return run_and_head(ring, group);
    };
    BOOST_TEST(newest(story) == "1{-14} h0");
    BOOST_TEST(on("v6_18", story) == newest(story));
    BOOST_TEST(on("v6_17", story) == "1{-14 NE} h0");
    BOOST_TEST(with(&profile_bugs::unix_fault_sets_nonempty, story) == "1{-14 NE} h0");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::testing
