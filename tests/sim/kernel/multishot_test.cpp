// Multishot requests: how they go on, how they end, and when -ENOBUFS comes (MSH-*). The header of
// recvmsg completions (ABI-10, ABI-11).

#include <boost/test/unit_test.hpp>

#include <cstring>

#include "tests/sim/kernel/message_header.hpp"
#include "tests/sim/kernel/systems.hpp"

namespace ringproof::testing {

namespace {

template <class System>
void recvmsg_multishot(raw_ring<System>& ring, int fd, const message_header& header,
                       std::uint32_t flags = 0) {
    auto& sqe = ring.select(abi::ioring_op_recvmsg, fd, 1);
    sqe.addr = address_of(&header);
    sqe.ioprio = abi::ioring_recv_multishot;
    sqe.op_flags = flags;
}

template <class System>
abi::io_uring_recvmsg_out header_in(raw_group<System>& group, std::size_t id) {
    abi::io_uring_recvmsg_out out{};
    std::memcpy(&out, group.buffer(id), sizeof out);
    return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(multishot)

// MSH-01, MSH-05: F_MORE on all but the last, which may carry data.
BOOST_AUTO_TEST_CASE(msh_01_more_on_all_but_the_last) {
    on_each([](auto& system) {
        for (const channel_kind kind : streams) {
            raw_ring ring(system);
            raw_group group(ring);
            const int fd = system.world().open(kind).value();
            group.add(8, 64);
            ring.recv_multishot(fd, 1);
            BOOST_TEST(ring.run() == "");
            for (const char* text : {"one", "three"}) {
                feed(system.world(), fd, text);
                ring.poke();
            }
            BOOST_TEST(ring.run() == "1{3 B0 +M} 1{5 B1 +M}");
            (void)system.world().finish(fd);
            BOOST_TEST(ring.run() == (kind == channel_kind::tcp ? "1{0 NE}" : "1{0}"));
        }
    });
}

// MSH-02, MSH-03, MSH-04: what a multishot may be asked for.
BOOST_AUTO_TEST_CASE(msh_02_what_a_multishot_needs) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        const int fd = system.world().open(channel_kind::tcp).value();
        const int pipe = system.world().open(channel_kind::pipe).value();
        group.add(8, 64);
        const auto refused = [&](auto change) {
            auto& sqe = ring.recv_multishot(fd, 1);
            change(sqe);
            return ring.run();
        };
        BOOST_TEST(refused([](auto& sqe) { sqe.flags = 0; }) == "1{-22}");
        BOOST_TEST(refused([](auto& sqe) { sqe.op_flags = 0x100; }) == "1{-22}");
        BOOST_TEST(refused([](auto& sqe) { sqe.off = 1; }) == "1{-22}");
        BOOST_TEST(refused([](auto& sqe) { sqe.ioprio = 0, sqe.file_index = 5; }) == "1{-22}");
        const message_header header;
        recvmsg_multishot(ring, fd, header);
        BOOST_TEST(ring.run() == "");
        (void)ring.cancel(1);
        (void)ring.run();
        BOOST_TEST(refused([&](auto& sqe) {
                       sqe.opcode = abi::ioring_op_recvmsg;
                       sqe.addr = address_of(&header);
                       sqe.file_index = 5;
                   }) == "1{-22}");
        const auto read = [&](auto change) {
            auto& sqe = ring.select(abi::ioring_op_read_multishot, pipe, 1);
            change(sqe);
            return ring.run();
        };
        BOOST_TEST(read([](auto& sqe) { sqe.flags = 0; }) == "1{-22}");
        BOOST_TEST(read([](auto& sqe) { sqe.len = 1; }) == "1{-22}");
        BOOST_TEST(read([](auto& sqe) { sqe.addr = 0x100000; }) == "1{-22}");
    });
}

// MSH-03: sqe.len caps each transfer.
BOOST_AUTO_TEST_CASE(msh_03_the_length_caps_each_transfer) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        const int fd = system.world().open(channel_kind::tcp).value();
        group.add(8, 64);
        ring.recv_multishot(fd, 1).len = 10;
        feed(system.world(), fd, letters(25));
        BOOST_TEST(ring.run() == "1{10 B0 +M NE} 1{10 B1 +M NE} 1{5 B2 +M}");
    });
}

// MSH-04: the total limit of a plain multishot may be passed by part of a buffer.
BOOST_AUTO_TEST_CASE(msh_04_the_total_limit) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        const int fd = system.world().open(channel_kind::tcp).value();
        group.add(8, 16);
        feed(system.world(), fd, letters(60));
        ring.recv_multishot(fd, 1).file_index = 20;
        BOOST_TEST(ring.run() == "1{16 B0 +M NE} 1{16 B1 NE}");
    });
}

// MSH-06, MSH-07, ERR-06: ENOBUFS comes with the next data if the protocol tells that nothing is
// queued, and at once if it does not.
BOOST_AUTO_TEST_CASE(msh_06_lazy_and_eager_enobufs) {
    on_each([](auto& system) {
        for (const channel_kind kind : {channel_kind::tcp, channel_kind::unix_stream,
                                        channel_kind::udp, channel_kind::unix_datagram}) {
            raw_ring ring(system);
            raw_group group(ring);
            const int fd = system.world().open(kind).value();
            group.add(1, 64);
            ring.recv_multishot(fd, 1);
            feed(system.world(), fd, "x");
            const bool lazy = !sim::keeps_messages(kind);
            BOOST_TEST(ring.run() == (lazy ? "1{1 B0 +M}" : "1{1 B0 +M} 1{-105}"));
            feed(system.world(), fd, "y");
            BOOST_TEST(ring.run() == (lazy ? "1{-105}" : ""));
            group.add(1, 64);
            ring.recv(fd, 1, 2);
            BOOST_TEST(ring.run() == "2{1 B1}");
        }
    });
}

// MSH-06: READ_MULTISHOT asks poll, so it is lazy. MSH-18: each transfer has its own slot's length.
BOOST_AUTO_TEST_CASE(msh_06_read_multishot_is_lazy) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        const int fd = system.world().open(channel_kind::pipe).value();
        group.add({16, 64, 8});
        ring.select(abi::ioring_op_read_multishot, fd, 1);
        BOOST_TEST(ring.run() == "");
        feed(system.world(), fd, letters(88));
        BOOST_TEST(ring.run() == "1{16 B0 +M} 1{64 B1 +M} 1{8 B2 +M}");
        feed(system.world(), fd, "x");
        BOOST_TEST(ring.run() == "1{-105}");
    });
}

// MSH-08: one wake-up is worth 1 + 32 transfers, then others come first.
BOOST_AUTO_TEST_CASE(msh_08_thirty_three_transfers_a_turn) {
    on_each([](auto& system) {
        raw_ring ring(system,
                      {.entries = 8,
                       .cq_entries = 1024,
                       .flags = abi::ioring_setup_single_issuer | abi::ioring_setup_defer_taskrun});
        raw_group group(ring, {.entries = 512});
        auto& world = system.world();
        const int a = world.open(channel_kind::tcp).value();
        const int b = world.open(channel_kind::tcp).value();
        group.add(512, 1);
        ring.recv_multishot(a, 1, 1);
        ring.recv_multishot(b, 1, 2);
        BOOST_TEST(ring.run() == "");
        feed(world, a, letters(100));
        feed(world, b, letters(100));
        std::string pattern;
        std::uint64_t last = 0;
        int run = 0;
        (void)ring.enter(0, 200, abi::ioring_enter_getevents);
        for (const auto& each : ring.take()) {
            if (each.user_data != last && last != 0) {
                pattern += std::to_string(last) + ":" + std::to_string(run) + " ";
                run = 0;
            }
            last = each.user_data;
            ++run;
        }
        pattern += std::to_string(last) + ":" + std::to_string(run);
        BOOST_TEST(pattern == "1:33 2:33 1:33 2:33 1:33 2:33 1:1 2:1");
    });
}

// MSH-10: closing the descriptor does not end the request, which holds the file.
BOOST_AUTO_TEST_CASE(msh_10_closing_the_descriptor_does_not_end_it) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        const int fd = system.world().open(channel_kind::unix_stream).value();
        group.add(8, 64);
        ring.recv_multishot(fd, 1);
        ring.stage(abi::ioring_op_close, fd, 2);
        BOOST_TEST(ring.run() == "2{0}");
        feed(system.world(), fd, "still");
        BOOST_TEST(ring.run() == "1{5 B0 +M}");
        (void)system.world().finish(fd);
        BOOST_TEST(ring.run() == "1{0}");
    });
}

// MSH-11: shutdown of the own end. SHUTDOWN runs on a worker.
BOOST_AUTO_TEST_CASE(msh_11_shutting_down_the_own_end) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        const int fd = system.world().open(channel_kind::unix_stream).value();
        group.add(8, 64);
        ring.recv_multishot(fd, 1);
        BOOST_TEST(ring.run() == "");
        ring.stage(abi::ioring_op_shutdown, fd, 2).len = 0;
        (void)ring.wait(2);
        std::string seen = ring.seen();
        BOOST_TEST((seen == "2{0} 1{0}" || seen == "1{0} 2{0}"), seen);
    });
}

// MSH-12: data and the end in one wake-up.
BOOST_AUTO_TEST_CASE(msh_12_data_then_the_end) {
    on_each([](auto& system) {
        raw_ring ring(system,
                      {.flags = abi::ioring_setup_single_issuer | abi::ioring_setup_defer_taskrun});
        raw_group group(ring);
        const int fd = system.world().open(channel_kind::unix_stream).value();
        group.add(8, 4);
        ring.recv_multishot(fd, 1);
        BOOST_TEST(ring.run() == "");
        feed(system.world(), fd, "abcdef");
        (void)system.world().finish(fd);
        BOOST_TEST(ring.run() == "1{4 B0 +M NE} 1{2 B1 +M} 1{0}");
    });
}

// MSH-13, MSH-14: of several waiters on one socket the last one armed is woken first.
BOOST_AUTO_TEST_CASE(msh_14_the_last_waiter_is_woken_first) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        const int fd = system.world().open(channel_kind::tcp).value();
        group.add(8, 2);
        for (std::uint64_t i = 1; i <= 3; ++i) ring.recv(fd, 1, i);
        BOOST_TEST(ring.run() == "");
        feed(system.world(), fd, "aabbcc");
        BOOST_TEST(ring.run() == "3{2 B0 NE} 2{2 B1 NE} 1{2 B2}");
        BOOST_TEST(group.text(0, 2) == "aa");
        ring.recv_multishot(fd, 1, 4);
        ring.recv_multishot(fd, 1, 5);
        BOOST_TEST(ring.run() == "");
        feed(system.world(), fd, "dd");
        BOOST_TEST(ring.run() == "5{2 B3 +M}");
    });
}

// ABI-10, ABI-11: the header in front of a message.
BOOST_AUTO_TEST_CASE(abi_10_the_header_of_a_message) {
    on_each([](auto& system) {
        for (const std::uint32_t name_size : {16U, 8U, 0U}) {
            raw_ring ring(system);
            raw_group group(ring);
            const int fd = system.world().open(channel_kind::udp).value();
            group.add(4, 64);
            message_header header{.name_size = name_size, .control_size = 8};
            feed(system.world(), fd, "payload");
            feed(system.world(), fd, letters(100));
            recvmsg_multishot(ring, fd, header);
            const std::string size = std::to_string(16 + name_size + 8 + 7);
            BOOST_TEST(ring.run() == "1{" + size + " B0 +M} 1{64 B1 +M}");
            const auto first = header_in(group, 0);
            const bool named = name_size != 0;
            BOOST_TEST(first.namelen == (named ? 16U : 0U));
            BOOST_TEST(first.controllen == 0U);
            BOOST_TEST(first.payloadlen == 7U);
            BOOST_TEST(first.flags == 0U);
            BOOST_TEST(group.text(0, 7, 16 + name_size + 8) == "payload");
            const auto second = header_in(group, 1);
            BOOST_TEST(second.payloadlen == 64 - 16 - name_size - 8);
            BOOST_TEST(second.flags == 0x20U);
        }
    });
}

BOOST_AUTO_TEST_CASE(abi_11_trunc_tells_the_whole_payload) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        const int fd = system.world().open(channel_kind::unix_datagram).value();
        group.add(4, 32);
        feed(system.world(), fd, letters(100));
        const message_header header;
        recvmsg_multishot(ring, fd, header, 0x20);
        BOOST_TEST(ring.run() == "1{32 B0 +M}");
        BOOST_TEST(header_in(group, 0).payloadlen == 100U);
        BOOST_TEST(header_in(group, 0).namelen == 0U);
    });
}

// MSH-16: room for the header is needed at the first selection already.
BOOST_AUTO_TEST_CASE(msh_16_room_for_the_header) {
    on_each([](auto& system) {
        const auto with_slot = [&](std::uint32_t length) {
            raw_ring ring(system);
            raw_group group(ring);
            const int fd = system.world().open(channel_kind::udp).value();
            group.add(4, length);
            message_header header{.name_size = 16, .control_size = 0};
            recvmsg_multishot(ring, fd, header);
            std::string seen = ring.run();
            feed(system.world(), fd, "data");
            seen += ring.run();
            return seen + " h" + std::to_string(group.head());
        };
        BOOST_TEST(with_slot(31) == "1{-14} h0");
        BOOST_TEST(with_slot(32) == "1{32 B0} h1");
        BOOST_TEST(with_slot(33) == "1{33 B0 +M} h1");
    });
}

// The end of a stream is a message like any other to a recvmsg multishot: header, no payload.
BOOST_AUTO_TEST_CASE(the_end_of_a_stream_as_a_message) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        const int fd = system.world().open(channel_kind::unix_stream).value();
        group.add(4, 64);
        const message_header header;
        recvmsg_multishot(ring, fd, header);
        feed(system.world(), fd, "abc");
        BOOST_TEST(ring.run() == "1{19 B0 +M}");
        (void)system.world().finish(fd);
        BOOST_TEST(ring.run() == "1{16 B1}");
        BOOST_TEST(header_in(group, 1).payloadlen == 0U);
    });
}

// MSH-17: on a worker, files that cannot be polled refuse.
BOOST_AUTO_TEST_CASE(msh_17_read_multishot_needs_a_file_that_polls) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        const int fd = system.world().open(channel_kind::file).value();
        group.add(4, 64);
        ring.select(abi::ioring_op_read_multishot, fd, 1);
        BOOST_TEST(ring.run(1) == "1{-77}");
        ring.select(abi::ioring_op_read_multishot, fd, 1).flags |= abi::iosqe_async;
        BOOST_TEST(ring.run(1) == "1{-77}");
        BOOST_TEST(group.head() == 0);
    });
}

// MSH-18, BUG-08: slots of different lengths.
BOOST_AUTO_TEST_CASE(msh_18_each_transfer_has_its_own_length) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        const int fd = system.world().open(channel_kind::tcp).value();
        group.add({16, 64, 8, 64});
        feed(system.world(), fd, letters(140));
        ring.recv_multishot(fd, 1);
        BOOST_TEST(ring.run() == "1{16 B0 +M NE} 1{64 B1 +M NE} 1{8 B2 +M NE} 1{52 B3 +M}");
    });
}

// MSH-19: the thread that armed it is gone.
BOOST_AUTO_TEST_CASE(msh_19_the_submitter_has_exited) {
    model_system system;
    raw_ring ring(system);
    raw_group group(ring);
    const int fd = system.world().open(channel_kind::tcp).value();
    group.add(4, 64);
    constexpr caller_id other = make_caller(1, 2);
    const caller_id self = system.kernel().caller();
    system.kernel().set_caller(other);
    ring.recv_multishot(fd, 1);
    (void)ring.submit();
    system.kernel().set_caller(self);
    system.kernel().end_caller(other);
    BOOST_TEST(ring.run() == "");
    feed(system.world(), fd, "x");
    BOOST_TEST(ring.run() == "1{-125}");
    BOOST_TEST(group.head() == 0);
}

// A second multishot that is woken for data which the first one took finds the ring empty, and
// that ends it: the selection comes before the transfer.
BOOST_AUTO_TEST_CASE(a_wake_up_for_nothing_still_selects_first) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        const int fd = system.world().open(channel_kind::tcp).value();
        group.add(1, 64);
        ring.recv_multishot(fd, 1, 1);
        ring.recv_multishot(fd, 1, 2);
        BOOST_TEST(ring.run() == "");
        feed(system.world(), fd, "x");
        BOOST_TEST(ring.run() == "2{1 B0 +M} 1{-105}");
    });
}

// ACCEPT, single and multishot: SOCK_NONEMPTY tells of further waiting connections.
BOOST_AUTO_TEST_CASE(accepting) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        auto& world = system.world();
        const int listener = world.listen().value();
        group.add(8, 64);
        ring.stage(abi::ioring_op_accept, listener, 1);
        BOOST_TEST(ring.run() == "");
        (void)world.connect(listener);
        (void)ring.wait(1);
        const auto first = ring.take();
        BOOST_REQUIRE(first.size() == 1U);
        BOOST_TEST(first[0].flags == 0U);
        BOOST_TEST(plain(world.accepted(listener, first[0].res)) == 0);
        feed(world, first[0].res, "hello");
        ring.recv(first[0].res, 1, 2);
        BOOST_TEST(ring.run() == "2{5 B0}");
        (void)world.connect(listener);
        (void)world.connect(listener);
        ring.stage(abi::ioring_op_accept, listener, 3).ioprio = abi::ioring_accept_multishot;
        (void)ring.submit();
        const auto both = ring.take();
        BOOST_REQUIRE(both.size() == 2U);
        BOOST_TEST(both[0].flags == (abi::ioring_cqe_f_more | abi::ioring_cqe_f_sock_nonempty));
        BOOST_TEST(both[1].flags == abi::ioring_cqe_f_more);
        for (const auto& each : both) {
            BOOST_TEST(plain(world.accepted(listener, each.res)) == 0);
        }
    });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::testing
