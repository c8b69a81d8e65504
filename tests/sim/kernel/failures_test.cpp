// Failures, ends and cancellation: who keeps the buffer (ERR-*).

#include <boost/test/unit_test.hpp>

#include <cstring>

#include "tests/sim/kernel/message_header.hpp"
#include "tests/sim/kernel/systems.hpp"

namespace ringproof::testing {

namespace {

constexpr std::uint32_t msg_peek = 0x2;
constexpr std::uint32_t msg_trunc = 0x20;
constexpr std::uint32_t msg_dontwait = 0x40;
constexpr std::uint32_t msg_waitall = 0x100;

/// A row of ERR-01: what happens, and how the head moves.
struct row {
    const char* story;
    std::string expected;
    int head;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(failures)

// ERR-01: the end of the stream.
BOOST_AUTO_TEST_CASE(err_01_end_of_stream) {
    on_each([](auto& system) {
        for (const channel_kind kind :
             {channel_kind::tcp, channel_kind::unix_stream, channel_kind::pipe}) {
            raw_ring ring(system);
            raw_group group(ring);
            const int fd = system.world().open(kind).value();
            group.add(4, 64);
            (void)system.world().finish(fd);
            if (kind != channel_kind::pipe) {
                const std::string end = kind == channel_kind::tcp ? "1{0 NE}" : "1{0}";
                ring.recv(fd, 1);
                BOOST_TEST(ring.run() == end);
                ring.recv_multishot(fd, 1);
                BOOST_TEST(ring.run() == end);
                message_header header;
                ring.select(abi::ioring_op_recvmsg, fd, 1).addr = address_of(&header);
                BOOST_TEST(ring.run() == end);
            }
            ring.select(abi::ioring_op_read_multishot, fd, 1);
            BOOST_TEST(ring.run() == "1{0}");
            BOOST_TEST(group.head() == 0);
            ring.select(abi::ioring_op_read, fd, 1);
            BOOST_TEST(ring.run() == "1{0 B0}");
            BOOST_TEST(group.head() == 1);
        }
    });
}

// ERR-01, ERR-15: errors of receives and reads keep the buffer in the ring.
BOOST_AUTO_TEST_CASE(err_01_errors_of_receives_and_reads) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        auto& world = system.world();
        group.add(8, 64);
        const int pipe = world.open(channel_kind::pipe).value();
        const int file = world.open(channel_kind::file).value();
        const int listener = world.listen().value();
        const auto reset = [&] {
            const int fd = world.open(channel_kind::tcp).value();
            (void)world.reset(fd);
            return fd;
        };
        ring.recv(reset(), 1);
        BOOST_TEST(ring.run() == "1{-104}");
        ring.recv_multishot(reset(), 1);
        BOOST_TEST(ring.run() == "1{-104}");
        ring.select(abi::ioring_op_read, reset(), 1);
        BOOST_TEST(ring.run() == "1{-104}");
        ring.recv(listener, 1);
        BOOST_TEST(ring.run() == "1{-107}");
        ring.recv(pipe, 1);
        BOOST_TEST(ring.run() == "1{-88}");
        ring.recv(file, 1);
        BOOST_TEST(ring.run() == "1{-88}");
        ring.recv(700, 1);
        BOOST_TEST(ring.run() == "1{-9}");
        BOOST_TEST(group.head() == 0);
    });
}

// ERR-01: a reset with bytes before it. What had arrived can still be read.
BOOST_AUTO_TEST_CASE(a_reset_after_data) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        group.add(8, 64);
        const int fd = system.world().open(channel_kind::tcp).value();
        feed(system.world(), fd, "data");
        (void)system.world().reset(fd);
        for (std::uint64_t i = 1; i <= 3; ++i) ring.recv(fd, 1, i);
        BOOST_TEST(ring.run() == "1{4 B0} 2{-104} 3{0}");
    });
}

// ERR-01, ERR-16: MSG_DONTWAIT and RWF_NOWAIT are one attempt, and it takes nothing.
BOOST_AUTO_TEST_CASE(err_01_attempts_that_may_not_wait) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        group.add(4, 64);
        const int fd = system.world().open(channel_kind::tcp).value();
        const int pipe = system.world().open(channel_kind::pipe).value();
        ring.recv(fd, 1).op_flags = msg_dontwait;
        BOOST_TEST(ring.run() == "1{-11}");
        ring.recv_multishot(fd, 1).op_flags = msg_dontwait;
        BOOST_TEST(ring.run() == "1{-11}");
        ring.select(abi::ioring_op_read, pipe, 1).op_flags = 8;
        BOOST_TEST(ring.run() == "1{-11}");
        BOOST_TEST(group.head() == 0);
    });
}

// ERR-01, ERR-10: cancelled while waiting, without and with a buffer.
BOOST_AUTO_TEST_CASE(err_10_cancelling) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        group.add(4, 64);
        const int fd = system.world().open(channel_kind::tcp).value();
        (void)ring.cancel(1);
        BOOST_TEST(ring.run() == "99{-2}");
        ring.recv(fd, 1);
        (void)ring.submit();
        (void)ring.cancel(1);
        BOOST_TEST(ring.run() == "99{0} 1{-125}");
        ring.recv_multishot(fd, 1);
        (void)ring.submit();
        (void)ring.cancel(1);
        BOOST_TEST(ring.run() == "99{0} 1{-125}");
        BOOST_TEST(group.head() == 0);
        ring.recv(fd, 1).flags |= abi::iosqe_async;
        (void)ring.submit();
        system.world().pass(std::chrono::milliseconds(20));
        (void)ring.cancel(1);
        BOOST_TEST(ring.run() == "99{0} 1{-125 B0}");
        BOOST_TEST(group.head() == 1);
    });
}

// ERR-01: a null address is no buffer. OPEN-05.
BOOST_AUTO_TEST_CASE(err_01_a_null_address) {
    on_each([](auto& system) {
        const auto with_null_slot = [&](channel_kind kind, std::uint8_t opcode,
                                        std::uint16_t ioprio = 0) {
            raw_ring ring(system);
            raw_group group(ring);
            const int fd = system.world().open(kind).value();
            group.stage(0, 64, 0);
            group.publish();
            feed(system.world(), fd, "data");
            ring.select(opcode, fd, 1).ioprio = ioprio;
            const std::string seen = ring.run();
            return seen + " h" + std::to_string(group.head());
        };
        using abi::ioring_op_read;
        using abi::ioring_op_recv;
        BOOST_TEST(with_null_slot(channel_kind::tcp, ioring_op_recv) == "1{-105} h0");
        BOOST_TEST(with_null_slot(channel_kind::tcp, ioring_op_recv, abi::ioring_recv_multishot) ==
                   "1{-105} h0");
        BOOST_TEST(with_null_slot(channel_kind::pipe, ioring_op_read) == "1{-105} h0");
        BOOST_TEST(with_null_slot(channel_kind::file, ioring_op_read) == "1{-105 B0} h1");
        BOOST_TEST(with_null_slot(channel_kind::tcp, ioring_op_recv, abi::ioring_recvsend_bundle) ==
                   "1{-14} h0");
    });
}

// ERR-03, ERR-04, ERR-05: addresses that fault, and what becomes of the data.
BOOST_AUTO_TEST_CASE(err_03_a_bad_address_stays_at_the_head) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        auto& world = system.world();
        const int tcp = world.open(channel_kind::tcp).value();
        const int udp = world.open(channel_kind::udp).value();
        const int pipe = world.open(channel_kind::pipe).value();
        group.stage(0, 64, 0x1000);
        group.publish();
        for (const int fd : {tcp, udp, pipe}) feed(world, fd, "data");
        ring.recv(tcp, 1, 1);
        ring.recv(tcp, 1, 2);
        ring.recv_multishot(tcp, 1, 3);
        ring.recv(udp, 1, 4);
        ring.select(abi::ioring_op_read, pipe, 1, 5);
        BOOST_TEST(ring.run() == "1{-14} 2{-14} 3{-14} 4{-14} 5{-14}");
        BOOST_TEST(group.head() == 0);
        group.slot(0).addr = address_of(group.buffer(0));
        ring.recv(udp, 1, 4).op_flags = msg_dontwait;
        BOOST_TEST(ring.run() == "4{-11}");  // the datagram went with the fault
        ring.recv(tcp, 1, 1);
        BOOST_TEST(ring.run() == "1{4 B0}");
    });
}

BOOST_AUTO_TEST_CASE(err_04_a_kernel_address_is_no_buffer) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        auto& world = system.world();
        const int udp = world.open(channel_kind::udp).value();
        const int file = world.open(channel_kind::file).value();
        group.stage(0, 64, 0xffff800000000000);
        group.publish();
        feed(world, udp, "kept");
        feed(world, file, "data");
        ring.recv(udp, 1);
        BOOST_TEST(ring.run() == system.version("1{-105}", "1{-14}"));
        ring.recv(udp, 1).ioprio = abi::ioring_recvsend_bundle;
        BOOST_TEST(ring.run() == "1{-14}");
        BOOST_TEST(group.head() == 0);
        ring.select(abi::ioring_op_read, file, 1, 2);
        BOOST_TEST(ring.run(1) == system.version("2{-105}", "2{-14 B0}"));
        group.publish(0);
        group.publish(static_cast<std::uint16_t>(group.head()));
        group.stage(3);
        group.publish();
        ring.recv(udp, 1);
        BOOST_TEST(ring.run() == "1{4 B3}");
    });
}

BOOST_AUTO_TEST_CASE(err_05_a_partly_mapped_buffer) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        auto& world = system.world();
        const auto memory =
            system.kernel().map_anonymous({.size = 8192, .guard_page = true}).value();
        const int tcp = world.open(channel_kind::tcp).value();
        const int pipe = world.open(channel_kind::pipe).value();
        group.stage(0, 8192, address_of(memory.data()) + 8192 - 4100);
        group.publish();
        feed(world, tcp, letters(5000));
        feed(world, pipe, letters(20));
        feed(world, pipe, letters(4096));
        feed(world, pipe, letters(4096));
        ring.recv(tcp, 1);
        BOOST_TEST(ring.run() == "1{-14}");
        BOOST_TEST(group.head() == 0);
        ring.select(abi::ioring_op_read, pipe, 1);
        BOOST_TEST(ring.run() == "1{20 B0}");  // whole pages of the pipe, as far as they fit
        BOOST_TEST(group.head() == 1);
        group.stage(1, 8192, address_of(memory.data()) + 8192 - 10);
        group.publish();
        ring.select(abi::ioring_op_read, pipe, 1);
        BOOST_TEST(ring.run() == "1{-14}");
        BOOST_TEST(group.head() == 1);
        BOOST_TEST(plain(system.kernel().unmap(memory)) == 0);
    });
}

// ERR-07, ERR-08: link chains.
BOOST_AUTO_TEST_CASE(err_07_enobufs_severs_a_chain) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        const int fd = system.world().open(channel_kind::tcp).value();
        const auto chain = [&](std::uint8_t link) {
            ring.recv(fd, 1).flags |= link;
            ring.stage(abi::ioring_op_nop, -1, 2);
            return ring.run();
        };
        BOOST_TEST(chain(abi::iosqe_io_link) == "1{-105} 2{-125}");
        BOOST_TEST(chain(abi::iosqe_io_hardlink) == "1{-105} 2{0}");
        group.add(4, 64);
        feed(system.world(), fd, "short");
        BOOST_TEST(chain(abi::iosqe_io_link) == "1{5 B0} 2{0}");
        auto& head = ring.recv_multishot(fd, 1);
        head.flags |= abi::iosqe_io_link;
        ring.stage(abi::ioring_op_nop, -1, 2);
        BOOST_TEST(ring.run() == "");
        feed(system.world(), fd, "x");
        BOOST_TEST(ring.run() == "1{1 B1 +M}");
        (void)system.world().finish(fd);
        BOOST_TEST(ring.run() == "1{0 NE} 2{0}");
    });
}

// ERR-09, ERR-01: WAITALL with a part, then cancel or end. SEL-13: bounded by its one buffer.
BOOST_AUTO_TEST_CASE(err_09_a_partial_waitall_completes_with_its_part) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        group.add(8, 8);
        const int fd = system.world().open(channel_kind::tcp).value();
        const auto waitall = [&] {
            auto& sqe = ring.recv(fd, 1);
            sqe.op_flags = msg_waitall;
            sqe.len = 200;
        };
        waitall();
        feed(system.world(), fd, "abc");
        BOOST_TEST(ring.run() == "");
        BOOST_TEST(group.head() == 1);  // used up with the first part
        feed(system.world(), fd, "defghij");
        BOOST_TEST(ring.run() == "1{8 B0 NE}");
        BOOST_TEST(group.text(0, 8) == "abcdefgh");
        waitall();
        BOOST_TEST(ring.run() == "");
        (void)ring.cancel(1);
        BOOST_TEST(ring.run() == "99{0} 1{2 B1}");
        waitall();
        feed(system.world(), fd, "x");
        BOOST_TEST(ring.run() == "");
        (void)system.world().finish(fd);
        BOOST_TEST(ring.run() == "1{1 B2 NE}");
    });
}

// ERR-11: datagrams of length 0.
BOOST_AUTO_TEST_CASE(err_11_an_empty_datagram_ends_a_multishot) {
    on_each([](auto& system) {
        for (const channel_kind kind : messages) {
            raw_ring ring(system);
            raw_group group(ring);
            group.add(8, 64);
            const int fd = system.world().open(kind).value();
            feed(system.world(), fd, "");
            ring.recv(fd, 1);
            BOOST_TEST(ring.run() == "1{0}");
            feed(system.world(), fd, "a");
            feed(system.world(), fd, "");
            feed(system.world(), fd, "b");
            ring.recv_multishot(fd, 1);
            BOOST_TEST(ring.run() == "1{1 B0 +M} 1{0}");
            ring.recv(fd, 1);
            BOOST_TEST(ring.run() == "1{1 B1}");
            message_header header;
            feed(system.world(), fd, "");
            auto& sqe = ring.select(abi::ioring_op_recvmsg, fd, 1);
            sqe.addr = address_of(&header);
            sqe.ioprio = abi::ioring_recv_multishot;
            BOOST_TEST(ring.run() == "1{16 B2}");
        }
    });
}

// ERR-12: a peek uses up a buffer, and not the data.
BOOST_AUTO_TEST_CASE(err_12_a_peek_uses_up_a_buffer) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        group.add(8, 64);
        const int udp = system.world().open(channel_kind::udp).value();
        const int tcp = system.world().open(channel_kind::tcp).value();
        feed(system.world(), udp, "once");
        feed(system.world(), tcp, "once");
        for (const int fd : {udp, tcp}) {
            ring.recv(fd, 1).op_flags = msg_peek;
            ring.recv(fd, 1);
        }
        BOOST_TEST(ring.run() == "1{4 B0} 1{4 B1} 1{4 B2 NE} 1{4 B3}");
    });
}

// ERR-13, BUG-28: MSG_TRUNC tells the datagram's length, whatever was stored.
BOOST_AUTO_TEST_CASE(err_13_trunc_tells_the_whole_length) {
    on_each([](auto& system) {
        for (const channel_kind kind : messages) {
            raw_ring ring(system);
            raw_group group(ring);
            group.add(8, 10);
            const int fd = system.world().open(kind).value();
            for (const std::uint32_t flags : {0U, msg_trunc}) {
                feed(system.world(), fd, letters(40));
                ring.recv(fd, 1).op_flags = flags;
            }
            BOOST_TEST(ring.run() == "1{10 B0} 1{40 B1}");
            BOOST_TEST(group.head() == 2);
        }
    });
}

// ERR-14: success without a completion still uses up the buffer.
BOOST_AUTO_TEST_CASE(err_14_skipped_completions) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        group.add({64});
        const int fd = system.world().open(channel_kind::tcp).value();
        const auto quiet = [&](bool multishot) {
            auto& sqe = multishot ? ring.recv_multishot(fd, 1) : ring.recv(fd, 1);
            sqe.flags |= abi::iosqe_cqe_skip_success;
            return ring.run();
        };
        feed(system.world(), fd, "x");
        BOOST_TEST(quiet(false) == "");
        BOOST_TEST(group.head() == 1);
        BOOST_TEST(quiet(false) == "1{-105}");
        group.stage(1);
        group.stage(2);
        group.publish();
        feed(system.world(), fd, "y");
        BOOST_TEST(quiet(true) == "1{1 B1 +M}");
        (void)system.world().finish(fd);
        BOOST_TEST(ring.run() == "");  // the last one, a success, is hidden
    });
}

// ERR-15: an SQE that cannot be prepared ends its submission, which counts it.
BOOST_AUTO_TEST_CASE(err_15_a_bad_sqe_ends_the_submission) {
    on_each([](auto& system) {
        for (const bool all : {false, true}) {
            raw_ring ring(system, {.flags = all ? abi::ioring_setup_submit_all : 0});
            raw_group group(ring);
            group.add(4, 64);
            const int fd = system.world().open(channel_kind::tcp).value();
            feed(system.world(), fd, "x");
            ring.stage(abi::ioring_op_nop, -1, 1);
            ring.recv(fd, 1, 2).ioprio = 0x8000;
            ring.stage(abi::ioring_op_nop, -1, 3);
            BOOST_TEST(ring.submit() == (all ? 3 : 2));
            BOOST_TEST(ring.seen() == (all ? "1{0} 2{-22} 3{0}" : "1{0} 2{-22}"));
            if (!all) {
                BOOST_TEST(ring.enter(1, 0, 0) == 1);
                BOOST_TEST(ring.seen() == "3{0}");
            }
            ring.recv_multishot(fd, 1, 4).op_flags = msg_waitall;
            BOOST_TEST(ring.run() == "4{-22}");
            BOOST_TEST(group.head() == 0);
        }
    });
}

// A bad SQE inside a chain fails the whole of it, and does not end the submission before its end.
BOOST_AUTO_TEST_CASE(a_bad_sqe_in_a_chain_fails_the_chain) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        const int fd = system.world().open(channel_kind::tcp).value();
        ring.stage(abi::ioring_op_nop, -1, 1).flags = abi::iosqe_io_link;
        auto& bad = ring.recv(fd, 1, 2);
        bad.ioprio = 0x8000;
        bad.flags |= abi::iosqe_io_link;
        ring.stage(abi::ioring_op_nop, -1, 3);
        ring.stage(abi::ioring_op_nop, -1, 4);
        BOOST_TEST(ring.run() == "1{-125} 4{0} 2{-22} 3{-125}");
    });
}

// Null addresses with RECVMSG: the attempt ends before its selection is undone, so the completion
// names a buffer that was not used up.
BOOST_AUTO_TEST_CASE(recvmsg_with_a_null_address) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        const int fd = system.world().open(channel_kind::unix_stream).value();
        group.stage(6, 64, 0);
        group.publish();
        feed(system.world(), fd, "data");
        message_header header;
        ring.select(abi::ioring_op_recvmsg, fd, 1).addr = address_of(&header);
        BOOST_TEST(ring.run() == "1{-105 B6}");
        BOOST_TEST(group.head() == 0);
    });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::testing
