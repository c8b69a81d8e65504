// Buffer rings as the kernel walks them: ring arithmetic (RNG-*), selection (SEL-*), lengths
// (LEN-*), and which words the kernel reads and writes (ABI-*).

#include <boost/test/unit_test.hpp>

#include <cstring>

#include "tests/sim/kernel/systems.hpp"

namespace ringproof::testing {

BOOST_AUTO_TEST_SUITE(kbuf)

// ABI-02: a ring of one entry works, and its tail is the word at byte 14. REG-06: 1 is legal.
BOOST_AUTO_TEST_CASE(abi_02_the_tail_is_the_reserved_word_of_slot_0) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring, {.entries = 1});
        const int fd = system.world().open(channel_kind::tcp).value();
        group.add({64});
        std::uint16_t tail = 0;
        std::memcpy(&tail, group.memory().data() + 14, sizeof tail);
        BOOST_TEST(tail == 1);
        feed(system.world(), fd, "hello");
        ring.recv(fd, 1);
        BOOST_TEST(ring.run() == "1{5 B0}");
        BOOST_TEST(group.text(0, 5) == "hello");
    });
}

// ABI-03: reserved words of other slots mean nothing. ABI-05: a plain ring is never written.
BOOST_AUTO_TEST_CASE(abi_05_the_kernel_writes_nothing_into_a_plain_ring) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring, {.entries = 4});
        const int fd = system.world().open(channel_kind::tcp).value();
        group.add(4, 8);
        for (std::size_t slot = 1; slot < 4; ++slot) group.slot(slot).resv = 0xffff;
        const std::vector<std::byte> before(group.memory().begin(), group.memory().end());
        feed(system.world(), fd, letters(30));
        for (int i = 0; i < 5; ++i) ring.recv(fd, 1);
        BOOST_TEST(ring.run() == "1{8 B0 NE} 1{8 B1 NE} 1{8 B2 NE} 1{6 B3} 1{-105}");
        BOOST_TEST(std::equal(before.begin(), before.end(), group.memory().begin()));
    });
}

// ABI-04: storing slot 0 as a whole takes the tail back.
BOOST_AUTO_TEST_CASE(abi_04_a_whole_store_to_slot_0_overwrites_the_tail) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring, {.entries = 4});
        const int fd = system.world().open(channel_kind::tcp).value();
        group.add(3, 64);
        group.slot(0) = {address_of(group.buffer(0)), 64, 0, 0};
        ring.recv(fd, 1);
        BOOST_TEST(ring.run() == "1{-105}");
    });
}

// ABI-09, CQE-02: slots are read again at each attempt; the one that succeeds counts. A slot that
// grew while a single-shot receive waited is still used at its old length: the first attempt
// stored that as the request's own.
BOOST_AUTO_TEST_CASE(abi_09_a_published_slot_may_be_edited) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        const int fd = system.world().open(channel_kind::tcp).value();
        group.add({16});
        ring.recv(fd, 1);
        BOOST_TEST(ring.run() == "");
        group.slot(0).addr = address_of(group.buffer(5));
        group.slot(0).bid = 5;
        group.slot(0).len = 4;
        feed(system.world(), fd, "abcdefgh");
        BOOST_TEST(ring.run() == "1{4 B5 NE}");
        BOOST_TEST(group.text(5, 4) == "abcd");
    });
}

BOOST_AUTO_TEST_CASE(a_slot_that_grows_while_a_receive_waits) {
    on_each([](auto& system) {
        for (const bool multishot : {false, true}) {
            raw_ring ring(system);
            raw_group group(ring);
            const int fd = system.world().open(channel_kind::tcp).value();
            group.add({16, 64, 64});
            multishot ? ring.recv_multishot(fd, 1) : ring.recv(fd, 1);
            BOOST_TEST(ring.run() == "");
            group.slot(0).len = 64;
            feed(system.world(), fd, letters(80));
            BOOST_TEST(ring.run() == (multishot ? "1{16 B0 +M NE} 1{64 B1 +M}" : "1{16 B0 NE}"));
        }
    });
}

// RNG-01: positions are 16 bits wide and wrap without notice.
BOOST_AUTO_TEST_CASE(rng_01_positions_wrap_at_65536) {
    on_each([](auto& system) {
        raw_ring ring(system, {.entries = 8});
        raw_group group(ring, {.entries = 8});
        const int fd = system.world().open(channel_kind::udp).value();
        ring.recv_multishot(fd, 1);
        group.add(8, 16);
        (void)ring.submit();
        int wrong = 0;
        for (std::uint32_t i = 0; i < 70'000; ++i) {
            feed(system.world(), fd, "x");
            if (!system.is_model) ring.poke();
            const auto done = ring.take();
            if (done.size() != 1 || done[0].res != 1) ++wrong;
            if (done.empty()) break;
            if (done[0].flags >> 16U != i % 8) ++wrong;
            group.stage(static_cast<std::uint16_t>(i % 8), 16);
            group.publish();
        }
        BOOST_TEST(wrong == 0);
        BOOST_TEST(group.head() == (70'000 & 0xffff));
    });
}

// RNG-02, RNG-03, RNG-04: empty means equal; anything else is available, slots again and again.
BOOST_AUTO_TEST_CASE(rng_03_an_overfull_tail_reuses_slots_until_head_meets_it) {
    on_each([](auto& system) {
        raw_ring ring(system, {.entries = 32, .cq_entries = 64});
        raw_group group(ring, {.entries = 4});
        const int fd = system.world().open(channel_kind::tcp).value();
        group.add(4, 1);
        group.publish(10);
        feed(system.world(), fd, letters(12));
        std::string expected;
        for (int i = 0; i < 10; ++i) {
            ring.recv(fd, 1);
            expected += "1{1 B" + std::to_string(i % 4) + " NE} ";
        }
        ring.recv(fd, 1);
        BOOST_TEST(ring.run() == expected + "1{-105}");
        BOOST_TEST(group.head() == 10);
        group.publish(9);  // RNG-04: backwards past the head
        ring.recv(fd, 1);
        BOOST_TEST(ring.run() == "1{1 B2 NE}");
    });
}

// RNG-05, RUN-04: ready requests of one submission select in its order, waiting ones in the order
// in which data reaches them.
BOOST_AUTO_TEST_CASE(rng_05_whoever_transfers_first_gets_the_next_slot) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        const int a = system.world().open(channel_kind::tcp).value();
        const int b = system.world().open(channel_kind::tcp).value();
        group.add(4, 64);
        feed(system.world(), a, "1");
        feed(system.world(), b, "2");
        ring.recv(b, 1, 2);
        ring.recv(a, 1, 1);
        BOOST_TEST(ring.run() == "2{1 B0} 1{1 B1}");
        ring.recv(a, 1, 1);
        ring.recv(b, 1, 2);
        BOOST_TEST(ring.run() == "");
        feed(system.world(), b, "b");
        ring.poke();
        feed(system.world(), a, "a");
        BOOST_TEST(ring.run() == "2{1 B2} 1{1 B3}");
    });
}

// RNG-06: buffer ids are any 16 bits, twice the same too.
BOOST_AUTO_TEST_CASE(rng_06_buffer_ids_are_opaque) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        const int fd = system.world().open(channel_kind::udp).value();
        for (const int id : {65535, 7, 7}) group.stage(static_cast<std::uint16_t>(id));
        group.publish();
        for (int i = 0; i < 3; ++i) {
            feed(system.world(), fd, "x");
            ring.recv(fd, 1);
        }
        BOOST_TEST(ring.run() == "1{1 B65535} 1{1 B7} 1{1 B7}");
    });
}

// RNG-07, RNG-08: buffers published while a multishot lives are used, without a system call.
BOOST_AUTO_TEST_CASE(rng_07_each_selection_reads_the_tail_again) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        const int fd = system.world().open(channel_kind::tcp).value();
        group.add({64});
        ring.recv_multishot(fd, 1);
        feed(system.world(), fd, "one");
        BOOST_TEST(ring.run() == "1{3 B0 +M}");
        group.add({64, 64});
        feed(system.world(), fd, "two");
        BOOST_TEST(ring.run() == "1{3 B1 +M}");
        BOOST_TEST(group.head() == 2);
    });
}

// SEL-01, CQE-06: who may ask for a buffer.
BOOST_AUTO_TEST_CASE(sel_01_only_some_requests_may_select) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        const int fd = system.world().open(channel_kind::tcp).value();
        group.add(4, 64);
        for (const std::uint8_t opcode :
             {abi::ioring_op_nop, abi::ioring_op_write, abi::ioring_op_writev,
              abi::ioring_op_read_fixed, abi::ioring_op_sendmsg, abi::ioring_op_send_zc,
              abi::ioring_op_poll_add, abi::ioring_op_timeout, abi::ioring_op_accept,
              abi::ioring_op_provide_buffers, abi::ioring_op_shutdown, abi::ioring_op_close}) {
            ring.select(opcode, fd, 1);
            BOOST_TEST(ring.run() == "1{-95}", "opcode " << int{opcode});
        }
        BOOST_TEST(group.head() == 0);
    });
}

// SEL-02: the address of the SQE is ignored.
BOOST_AUTO_TEST_CASE(sel_02_the_address_of_the_request_is_ignored) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        const int fd = system.world().open(channel_kind::tcp).value();
        group.add(2, 64);
        feed(system.world(), fd, "abcdef");
        auto& recv = ring.recv(fd, 1);
        recv.addr = 8;
        recv.len = 3;
        auto& read = ring.select(abi::ioring_op_read, fd, 1);
        read.addr = 8;
        read.off = ~std::uint64_t{0};
        BOOST_TEST(ring.run() == "1{3 B0 NE} 1{3 B1}");
    });
}

// SEL-03, SEL-04: no buffer is an error at once, whether there is data or not.
BOOST_AUTO_TEST_CASE(sel_03_no_buffer_completes_at_once) {
    on_each([](auto& system) {
        raw_ring ring(system, {.entries = 16});
        raw_group group(ring);
        const int fd = system.world().open(channel_kind::tcp).value();
        const auto ask = [&](std::uint8_t opcode, std::uint16_t ioprio, std::uint16_t group_id) {
            ring.select(opcode, fd, group_id).ioprio = ioprio;
            return ring.run();
        };
        constexpr auto multishot = abi::ioring_recv_multishot;
        constexpr auto bundle = abi::ioring_recvsend_bundle;
        for (const std::uint16_t id : {std::uint16_t{1}, std::uint16_t{9}}) {
            const bool unknown = id == 9;
            BOOST_TEST(ask(abi::ioring_op_recv, 0, id) == "1{-105}");
            BOOST_TEST(ask(abi::ioring_op_recv, multishot, id) == "1{-105}");
            BOOST_TEST(ask(abi::ioring_op_read, 0, id) == "1{-105}");
            BOOST_TEST(ask(abi::ioring_op_read_multishot, 0, id) == "1{-105}");
            BOOST_TEST(ask(abi::ioring_op_recv, bundle, id) == (unknown ? "1{-2}" : "1{-105}"));
            BOOST_TEST(ask(abi::ioring_op_send, 0, id) == (unknown ? "1{-2}" : "1{-105}"));
            BOOST_TEST(ask(abi::ioring_op_send, bundle, id) == (unknown ? "1{-2}" : "1{-105}"));
        }
    });
}

// SEL-05: POLL_FIRST looks for a buffer only when there is data. MSH-15: in multishot too.
BOOST_AUTO_TEST_CASE(sel_05_poll_first_postpones_the_selection) {
    on_each([](auto& system) {
        for (const std::uint16_t extra : {std::uint16_t{0}, abi::ioring_recv_multishot}) {
            raw_ring ring(system);
            raw_group group(ring);
            const int fd = system.world().open(channel_kind::tcp).value();
            ring.recv(fd, 1).ioprio = abi::ioring_recvsend_poll_first | extra;
            BOOST_TEST(ring.run() == "");
            feed(system.world(), fd, "data");
            BOOST_TEST(ring.run() == "1{-105}");
            group.add({64});
            ring.recv(fd, 1).ioprio = abi::ioring_recvsend_poll_first | extra;
            BOOST_TEST(ring.run() == (extra == 0 ? "1{4 B0}" : "1{4 B0 +M}"));
        }
    });
}

// SEL-06, STA-03, ERR-06: a waiting request holds nothing; an empty ring loses no data.
BOOST_AUTO_TEST_CASE(sel_06_a_waiting_request_holds_no_buffer) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        const int a = system.world().open(channel_kind::tcp).value();
        const int b = system.world().open(channel_kind::tcp).value();
        group.add({64});
        ring.recv(a, 1, 1);
        ring.recv(b, 1, 2);
        BOOST_TEST(ring.run() == "");
        BOOST_TEST(group.head() == 0);
        feed(system.world(), b, "b");
        BOOST_TEST(ring.run() == "2{1 B0}");
        feed(system.world(), a, "a");
        BOOST_TEST(ring.run() == "1{-105}");
        group.add({64});
        ring.recv(a, 1, 3);
        BOOST_TEST(ring.run() == "3{1 B1}");
        group.add({64});
        ring.recv(a, 1, 4);
        feed(system.world(), b, "b");
        ring.recv(b, 1, 5);
        BOOST_TEST(ring.run() == "5{1 B2}");
        group.add({64});  // refilled before its data arrives: no error
        feed(system.world(), a, "a");
        BOOST_TEST(ring.run() == "4{1 B3}");
    });
}

// SEL-07: an empty ring hides the end of the stream.
BOOST_AUTO_TEST_CASE(sel_07_an_empty_ring_hides_the_end) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        const int fd = system.world().open(channel_kind::tcp).value();
        (void)system.world().finish(fd);
        ring.recv(fd, 1);
        ring.select(abi::ioring_op_read, fd, 1, 2);
        ring.recv_multishot(fd, 1, 3);
        BOOST_TEST(ring.run() == "1{-105} 2{-105} 3{-105}");
        group.add({64});
        ring.recv(fd, 1);
        BOOST_TEST(ring.run() == "1{0 NE}");
    });
}

// SEL-08, STA-03, UNR-04: on a worker the buffer is gone at selection, and stays the request's.
BOOST_AUTO_TEST_CASE(sel_08_an_async_receive_commits_at_selection) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        const int fd = system.world().open(channel_kind::tcp).value();
        group.add(2, 64);
        ring.recv(fd, 1).flags |= abi::iosqe_async;
        BOOST_TEST(ring.run() == "");
        system.world().pass(std::chrono::milliseconds(20));
        BOOST_TEST(group.head() == 1);
        BOOST_TEST(group.close() == 0);
        feed(system.world(), fd, "late");
        BOOST_TEST(ring.run(1) == "1{4 B0}");
        BOOST_TEST(group.text(0, 4) == "late");
    });
}

// SEL-09: a file that cannot be polled commits at selection, before anything is checked.
BOOST_AUTO_TEST_CASE(sel_09_a_file_commits_at_selection) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        const int fd = system.world().open(channel_kind::file).value();
        group.add(4, 64);
        feed(system.world(), fd, "contents");
        ring.select(abi::ioring_op_read, fd, 1).off = 3;
        BOOST_TEST(ring.run(1) == "1{5 B0}");
        BOOST_TEST(group.text(0, 5) == "tents");
        ring.select(abi::ioring_op_read, fd, 1).off = 100;
        BOOST_TEST(ring.run(1) == "1{0 B1}");
        BOOST_TEST(group.head() == 2);
        if constexpr (requires { system.world().open_write_only(); }) {
            const int blind = system.world().open_write_only().value();
            ring.select(abi::ioring_op_read, blind, 1);
            BOOST_TEST(ring.run() == "1{-9 B2}");
            BOOST_TEST(group.head() == 3);
        }
    });
}

// SEL-11: a multishot is never executed on a worker, so it commits nothing early.
BOOST_AUTO_TEST_CASE(sel_11_an_async_multishot_waits_without_a_buffer) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        const int fd = system.world().open(channel_kind::tcp).value();
        group.add(2, 64);
        ring.recv_multishot(fd, 1).flags |= abi::iosqe_async;
        BOOST_TEST(ring.run() == "");
        system.world().pass(std::chrono::milliseconds(20));
        BOOST_TEST(group.head() == 0);
        feed(system.world(), fd, "x");
        BOOST_TEST(ring.run(1) == "1{1 B0 +M}");
    });
}

// SEL-12, LEN-01: one buffer a transfer; a shorter one still uses up its slot.
BOOST_AUTO_TEST_CASE(len_01_the_request_may_only_shorten_the_slot) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        const int fd = system.world().open(channel_kind::tcp).value();
        group.add(5, 10);
        feed(system.world(), fd, letters(40));
        for (const std::uint32_t length : {0U, 4U, 10U, 500U}) ring.recv(fd, 1).len = length;
        BOOST_TEST(ring.run() == "1{10 B0 NE} 1{4 B1 NE} 1{10 B2 NE} 1{10 B3 NE}");
        BOOST_TEST(group.text(1, 4) == "klmn");
        BOOST_TEST(group.head() == 4);
    });
}

// LEN-03: negative lengths.
BOOST_AUTO_TEST_CASE(len_03_a_negative_length_is_refused_by_recv_only) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        const int fd = system.world().open(channel_kind::tcp).value();
        group.add(2, 10);
        feed(system.world(), fd, "abc");
        ring.recv(fd, 1).len = 0x80000000U;
        BOOST_TEST(ring.run() == "1{-22}");
        ring.select(abi::ioring_op_read, fd, 1).len = ~0U;
        BOOST_TEST(ring.run() == "1{3 B0}");
    });
}

struct vector {
    std::uint64_t base;
    std::uint64_t size;
};

// LEN-04: READV takes exactly one vector, whose length counts.
BOOST_AUTO_TEST_CASE(len_04_readv_takes_its_length_from_one_vector) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        const int fd = system.world().open(channel_kind::pipe).value();
        group.add(4, 10);
        feed(system.world(), fd, letters(20));
        const vector vectors[2] = {{1, 4}, {1, 0}};
        const auto readv = [&](std::uint32_t first, std::uint32_t count) {
            auto& sqe = ring.select(abi::ioring_op_readv, fd, 1);
            sqe.addr = address_of(&vectors[first]);
            sqe.len = count;
            return ring.run();
        };
        BOOST_TEST(readv(0, 1) == "1{4 B0}");
        BOOST_TEST(readv(1, 1) == "1{10 B1}");
        BOOST_TEST(readv(0, 2) == "1{-22}");
        BOOST_TEST(readv(0, 0) == "1{-22}");
    });
}

// LEN-05: RECVMSG takes its length from at most one vector.
BOOST_AUTO_TEST_CASE(len_05_recvmsg_takes_its_length_from_its_vector) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        const int fd = system.world().open(channel_kind::unix_stream).value();
        group.add(4, 10);
        feed(system.world(), fd, letters(30));
        const auto recvmsg = [&](std::uint64_t size, std::uint64_t count) {
            const vector only[2] = {{0, size}, {0, 1}};
            std::uint64_t header[7] = {0, 0, address_of(only), count, 0, 0, 0};
            auto& sqe = ring.select(abi::ioring_op_recvmsg, fd, 1);
            sqe.addr = address_of(header);
            sqe.len = 1;
            return ring.run();
        };
        BOOST_TEST(recvmsg(0, 0) == "1{10 B0 NE}");
        BOOST_TEST(recvmsg(3, 1) == "1{3 B1 NE}");
        BOOST_TEST(recvmsg(0, 1) == "1{10 B2 NE}");
        BOOST_TEST(recvmsg(3, 2) == "1{-22}");
    });
}

// LEN-06, BUG-27: lengths of 2 GiB and more are only clamped.
BOOST_AUTO_TEST_CASE(len_06_a_huge_slot_is_clamped) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        const int fd = system.world().open(channel_kind::tcp).value();
        group.add({0xffffffffU, 0x80000000U});
        feed(system.world(), fd, "abc");
        ring.recv(fd, 1);
        BOOST_TEST(ring.run() == "1{3 B0}");
        feed(system.world(), fd, "abc");
        ring.select(abi::ioring_op_read, fd, 1);
        BOOST_TEST(ring.run() == "1{3 B1}");
    });
}

// LEN-07: a slot of length 0.
BOOST_AUTO_TEST_CASE(len_07_a_slot_of_length_0_blocks_receives) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        const int tcp = system.world().open(channel_kind::tcp).value();
        const int udp = system.world().open(channel_kind::udp).value();
        const int pipe = system.world().open(channel_kind::pipe).value();
        group.add({0});
        ring.recv(tcp, 1);
        BOOST_TEST(ring.run() == "");  // without data it waits
        feed(system.world(), tcp, "abc");
        BOOST_TEST(ring.run() == "1{0 NE}");
        ring.recv_multishot(tcp, 1);
        BOOST_TEST(ring.run() == "1{0 NE}");
        feed(system.world(), udp, "lost");
        ring.recv(udp, 1);
        BOOST_TEST(ring.run() == "1{0}");
        BOOST_TEST(group.head() == 0);
        ring.select(abi::ioring_op_read, pipe, 1);
        BOOST_TEST(ring.run() == "1{0 B0}");
        BOOST_TEST(group.head() == 1);
        group.add({64});
        ring.recv(udp, 1).op_flags = 0x40;
        BOOST_TEST(ring.run() == "1{-11}");  // the datagram went with the empty buffer
    });
}

// LEN-08: what lies behind the received bytes is not touched.
BOOST_AUTO_TEST_CASE(len_08_bytes_behind_the_result_are_not_touched) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        const int fd = system.world().open(channel_kind::tcp).value();
        group.add({64});
        std::memset(group.buffer(0), '#', 64);
        feed(system.world(), fd, "abc");
        ring.recv(fd, 1);
        BOOST_TEST(ring.run() == "1{3 B0}");
        BOOST_TEST(group.text(0, 8) == "abc#####");
    });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::testing
