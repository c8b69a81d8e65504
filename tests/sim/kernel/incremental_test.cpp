// Incremental rings: how far each slot is used up, and what completions say of it (INC-*).

#include <boost/test/unit_test.hpp>

#include <array>
#include <cstring>

#include "tests/sim/kernel/systems.hpp"

namespace ringproof::testing {

namespace {

constexpr group_options incremental_ring{.flags = abi::iou_pbuf_ring_inc};

group_options incremental_with(std::uint32_t min_left) {
    return {.flags = abi::iou_pbuf_ring_inc, .min_left = min_left};
}

/// Where a slot stands: bytes taken from its buffer, and its length.
template <class System>
std::string slot_text(raw_group<System>& group, std::size_t index, std::size_t buffer) {
    const std::uint64_t moved = group.slot(index).addr - address_of(group.buffer(buffer));
    return "+" + std::to_string(moved) + "," + std::to_string(group.slot(index).len);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(incremental)

// INC-01, INC-02, STA-03: a slot stays current while bytes remain, and the kernel rewrites it.
BOOST_AUTO_TEST_CASE(inc_01_a_slot_stays_current_while_bytes_remain) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring, incremental_ring);
        const int fd = system.world().open(channel_kind::tcp).value();
        group.add({64, 64});
        ring.recv_multishot(fd, 1);
        feed(system.world(), fd, letters(30));
        BOOST_TEST(ring.run() == "1{30 B0 +M BM}");
        BOOST_TEST(slot_text(group, 0, 0) == "+30,34");
        BOOST_TEST(group.head() == 0);
        feed(system.world(), fd, letters(34));
        BOOST_TEST(ring.run() == "1{34 B0 +M}");
        BOOST_TEST(slot_text(group, 0, 0) == "+30,0");  // retired: the address stays
        BOOST_TEST(group.head() == 1);
        BOOST_TEST(group.slot(0).bid == 0);
        BOOST_TEST(group.tail() == 2);
        BOOST_TEST(group.text(0, 4, 30) == "abcd");
    });
}

// INC-03: requests share the current buffer, back to back in completion order.
BOOST_AUTO_TEST_CASE(inc_03_requests_share_the_current_buffer) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring, incremental_ring);
        auto& world = system.world();
        const int a = world.open(channel_kind::tcp).value();
        const int b = world.open(channel_kind::tcp).value();
        group.add({64});
        ring.recv_multishot(a, 1, 1);
        ring.recv_multishot(b, 1, 2);
        (void)ring.submit();
        feed(world, a, "aaa");
        ring.poke();
        feed(world, b, "bb");
        ring.poke();
        feed(world, a, "A");
        BOOST_TEST(ring.run() == "1{3 B0 +M BM} 2{2 B0 +M BM} 1{1 B0 +M BM}");
        BOOST_TEST(group.text(0, 6) == "aaabbA");
    });
}

// INC-04, INC-06: the end of the stream, by kind of request and file.
BOOST_AUTO_TEST_CASE(inc_04_the_end) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring, incremental_ring);
        auto& world = system.world();
        const int pipe = world.open(channel_kind::pipe).value();
        const int stream = world.open(channel_kind::unix_stream).value();
        const int file = world.open(channel_kind::file).value();
        (void)world.finish(pipe);
        (void)world.finish(stream);
        group.add({64, 64});
        ring.recv(stream, 1, 1);
        ring.select(abi::ioring_op_read_multishot, pipe, 1, 2);
        ring.select(abi::ioring_op_read, pipe, 1, 3);
        BOOST_TEST(ring.run() == "1{0} 2{0} 3{0 B0 BM}");
        BOOST_TEST(slot_text(group, 0, 0) == "+0,64");
        ring.select(abi::ioring_op_read, file, 1, 4);
        BOOST_TEST(ring.run(1) == "4{0 B0}");
        BOOST_TEST(group.head() == 1);
    });
}

// INC-05: one transfer is bounded by what the current slot has left.
BOOST_AUTO_TEST_CASE(inc_05_a_transfer_ends_with_its_slot) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring, incremental_ring);
        const int fd = system.world().open(channel_kind::tcp).value();
        group.add({64, 64});
        ring.recv_multishot(fd, 1);
        feed(system.world(), fd, letters(30));
        (void)ring.run();
        feed(system.world(), fd, letters(50));
        BOOST_TEST(ring.run() == "1{34 B0 +M NE} 1{16 B1 +M BM}");
    });
}

// INC-06, SEL-08: an early commit takes the requested bytes, whatever arrives.
BOOST_AUTO_TEST_CASE(inc_06_an_early_commit_takes_the_requested_bytes) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring, incremental_ring);
        auto& world = system.world();
        const int file = world.open(channel_kind::file).value();
        const int tcp = world.open(channel_kind::tcp).value();
        feed(world, file, letters(10));
        group.add({64, 64, 64});
        auto& read = ring.select(abi::ioring_op_read, file, 1);
        read.len = 30;
        BOOST_TEST(ring.run(1) == "1{10 B0 BM}");
        BOOST_TEST(slot_text(group, 0, 0) == "+30,34");
        ring.select(abi::ioring_op_read, file, 1);
        BOOST_TEST(ring.run(1) == "1{10 B0}");
        BOOST_TEST(group.text(0, 3, 30) == "abc");
        BOOST_TEST(group.head() == 1);
        feed(world, tcp, letters(5));
        ring.recv(tcp, 1).flags |= abi::iosqe_async;
        BOOST_TEST(ring.run(1) == "1{5 B1}");
        BOOST_TEST(group.head() == 2);
    });
}

// INC-07: an error after an early commit burns them as well.
BOOST_AUTO_TEST_CASE(inc_07_an_error_after_an_early_commit) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring, incremental_ring);
        const int file = system.world().open(channel_kind::file).value();
        feed(system.world(), file, letters(10));
        group.stage(0, 64, 0x1000);
        group.publish();
        auto& read = ring.select(abi::ioring_op_read, file, 1);
        read.len = 30;
        BOOST_TEST(ring.run(1) == "1{-14 B0 BM}");
        BOOST_TEST(group.slot(0).addr == 0x1000U + 30);
        BOOST_TEST(group.slot(0).len == 34U);
    });
}

// INC-08: min_left retires a slot as soon as fewer bytes remain.
BOOST_AUTO_TEST_CASE(inc_08_min_left_retires_a_slot_early) {
    on_each([](auto& system) {
        const auto after = [&](std::uint32_t min_left, std::size_t size) {
            raw_ring ring(system);
            raw_group group(ring, incremental_with(min_left));
            const int fd = system.world().open(channel_kind::tcp).value();
            group.add({64});
            feed(system.world(), fd, letters(size));
            ring.recv(fd, 1);
            const std::string seen = ring.run();
            return seen + " h" + std::to_string(group.head());
        };
        BOOST_TEST(after(16, 48) == "1{48 B0 BM} h0");
        BOOST_TEST(after(16, 49) == "1{49 B0} h1");
        BOOST_TEST(after(1, 63) == "1{63 B0 BM} h0");
        BOOST_TEST(after(1, 64) == "1{64 B0} h1");
        BOOST_TEST(after(100, 1) == "1{1 B0} h1");
    });
}

// INC-09: too little room for a recvmsg header; without min_left the ring is stuck.
BOOST_AUTO_TEST_CASE(inc_09_recvmsg_without_room_for_its_header) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring, incremental_ring);
        const int fd = system.world().open(channel_kind::unix_stream).value();
        group.add({40, 64});
        const std::uint64_t header[7] = {};
        const auto recvmsg = [&] {
            auto& sqe = ring.select(abi::ioring_op_recvmsg, fd, 1);
            sqe.addr = address_of(header);
            sqe.ioprio = abi::ioring_recv_multishot;
        };
        recvmsg();
        feed(system.world(), fd, letters(14));
        BOOST_TEST(ring.run() == "1{30 B0 +M BM}");
        feed(system.world(), fd, "x");
        BOOST_TEST(ring.run() == "1{-14}");
        recvmsg();
        BOOST_TEST(ring.run() == "1{-14}");
        BOOST_TEST(group.head() == 0);
    });
}

// INC-10: a slot of length 0.
BOOST_AUTO_TEST_CASE(inc_10_a_slot_of_length_0) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring, incremental_ring);
        auto& world = system.world();
        const int stream = world.open(channel_kind::unix_stream).value();
        const int pipe = world.open(channel_kind::pipe).value();
        group.add({0, 64});
        feed(world, stream, "x");
        feed(world, pipe, "x");
        ring.recv(stream, 1, 1);
        ring.select(abi::ioring_op_read, pipe, 1, 2);
        auto& bundle = ring.recv(stream, 1, 3);
        bundle.ioprio = abi::ioring_recvsend_bundle;
        bundle.len = 10;
        BOOST_TEST(ring.run() == "1{0 NE} 2{0 B0 BM} 3{-105}");
        BOOST_TEST(group.head() == 0);
    });
}

// INC-11: edits of a partly used slot count at the next selection.
BOOST_AUTO_TEST_CASE(inc_11_a_partly_used_slot_may_be_edited) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring, incremental_ring);
        const int fd = system.world().open(channel_kind::tcp).value();
        group.add({64});
        ring.recv_multishot(fd, 1);
        feed(system.world(), fd, "abc");
        BOOST_TEST(ring.run() == "1{3 B0 +M BM}");
        group.slot(0).addr = address_of(group.buffer(3));
        group.slot(0).len = 2;
        group.slot(0).bid = 3;
        feed(system.world(), fd, "de");
        BOOST_TEST(ring.run() == "1{2 B3 +M}");
        BOOST_TEST(group.text(3, 2) == "de");
        BOOST_TEST(group.head() == 1);
    });
}

// INC-12: registering the same memory again resumes in the slot as it was left.
BOOST_AUTO_TEST_CASE(inc_12_registering_again_resumes_in_the_slot) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring, incremental_ring);
        const int fd = system.world().open(channel_kind::tcp).value();
        group.add({64});
        feed(system.world(), fd, "abc");
        ring.recv(fd, 1);
        BOOST_TEST(ring.run() == "1{3 B0 BM}");
        BOOST_TEST(group.close() == 0);
        abi::io_uring_buf_reg reg{};
        reg.ring_addr = address_of(group.memory().data());
        reg.ring_entries = 8;
        reg.bgid = 1;
        reg.flags = abi::iou_pbuf_ring_inc;
        BOOST_TEST(ring.register_with(abi::ioring_register_pbuf_ring, &reg, 1) == 0);
        feed(system.world(), fd, "def");
        ring.recv(fd, 1);
        BOOST_TEST(ring.run() == "1{3 B0 BM}");
        BOOST_TEST(group.text(0, 6) == "abcdef");
    });
}

// INC-13: the request is over while the buffer is still current.
BOOST_AUTO_TEST_CASE(inc_13_an_overflow_ends_the_request_and_not_the_buffer) {
    on_each([](auto& system) {
        raw_ring ring(system, {.entries = 2, .cq_entries = 2});
        raw_group group(ring, incremental_ring);
        const int fd = system.world().open(channel_kind::tcp).value();
        group.add({64});
        ring.recv_multishot(fd, 1);
        (void)ring.submit();
        for (int i = 0; i < 3; ++i) {
            feed(system.world(), fd, "x");
            ring.poke();
        }
        BOOST_TEST(ring.run() == "1{1 B0 +M BM} 1{1 B0 +M BM}");
        BOOST_TEST(ring.run() == "1{1 B0 BM}");
    });
}

// INC-15, SND-01: sends take sqe.len bytes, 0 for the rest of the slot.
BOOST_AUTO_TEST_CASE(inc_15_sends_from_an_incremental_ring) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring, incremental_ring);
        const int fd = system.world().open(channel_kind::unix_stream).value();
        std::memcpy(group.buffer(0), "abcdefghij", 10);
        group.add({10, 10});
        ring.select(abi::ioring_op_send, fd, 1).len = 4;
        BOOST_TEST(ring.run() == "1{4 B0 BM}");
        ring.select(abi::ioring_op_send, fd, 1);
        BOOST_TEST(ring.run() == "1{6 B0}");
        BOOST_TEST(group.head() == 1);
        std::array<std::byte, 32> got{};
        BOOST_TEST(plain(system.world().receive(fd, got)) == 10);
        BOOST_TEST(std::string_view(reinterpret_cast<char*>(got.data()), 10) == "abcdefghij");
    });
}

// INC-16, LEN-06: slots of nearly 4 GiB count down.
BOOST_AUTO_TEST_CASE(inc_16_a_huge_slot_counts_down) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring, incremental_ring);
        const int fd = system.world().open(channel_kind::tcp).value();
        group.add({0xffffffffU});
        feed(system.world(), fd, "abc");
        ring.recv(fd, 1);
        BOOST_TEST(ring.run() == "1{3 B0 BM}");
        BOOST_TEST(group.slot(0).len == 0xfffffffcU);
    });
}

// BND-16, BND-17: a bundle takes bytes across slots and may cut the last one; F_BUF_MORE speaks
// of the last slot, the id of the first.
BOOST_AUTO_TEST_CASE(bnd_16_bundles_on_an_incremental_ring) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring, incremental_ring);
        const int fd = system.world().open(channel_kind::tcp).value();
        group.add(4, 12);
        feed(system.world(), fd, letters(30));
        ring.recv(fd, 1).ioprio = abi::ioring_recvsend_bundle;
        BOOST_TEST(ring.run() == "1{30 B0 BM}");
        BOOST_TEST(group.head() == 2);
        BOOST_TEST(group.slot(2).len == 6U);
        BOOST_TEST(group.text(2, 2) == "yz");
    });
}

// BUG-17: a WAITALL receive on an incremental ring completes short rather than go on in a buffer
// of which only the received part is its own.
BOOST_AUTO_TEST_CASE(bug_17_waitall_completes_short) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring, incremental_ring);
        const int fd = system.world().open(channel_kind::tcp).value();
        group.add({64});
        auto& sqe = ring.recv(fd, 1);
        sqe.op_flags = 0x100;
        sqe.len = 10;
        feed(system.world(), fd, "abc");
        BOOST_TEST(ring.run() == system.version("1{3 B0 BM}", ""));
        (void)ring.cancel(1);
    });
}

// BUG-28: MSG_TRUNC uses up what was stored, not what was told.
BOOST_AUTO_TEST_CASE(bug_28_trunc_commits_what_was_stored) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring, incremental_ring);
        const int fd = system.world().open(channel_kind::udp).value();
        group.add(6, 10);
        feed(system.world(), fd, letters(40));
        ring.recv(fd, 1).op_flags = 0x20;
        BOOST_TEST(ring.run() == "1{40 B0}");
        BOOST_TEST(group.head() == system.version(1, 4));
    });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::testing
