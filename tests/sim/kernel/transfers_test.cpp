// Requests that bring their own memory, message headers that are written back, and the odd corners
// of selection that no rule names.

#include <boost/test/unit_test.hpp>

#include <array>
#include <cstring>

#include "tests/sim/kernel/message_header.hpp"
#include "tests/sim/kernel/systems.hpp"

namespace ringproof::testing {

namespace {

struct vector {
    std::uint64_t base;
    std::uint64_t size;
};

template <class System>
std::string own(raw_ring<System>& ring, std::uint8_t opcode, int fd, const void* at,
                std::uint32_t length, std::uint64_t offset = 0) {
    auto& sqe = ring.stage(opcode, fd, 1);
    sqe.addr = address_of(at);
    sqe.len = length;
    sqe.off = offset;
    return ring.run(1);
}

template <class World>
std::string peer_reads(World& world, int fd) {
    std::array<std::byte, 256> got{};
    const int size = plain(world.receive(fd, got));
    if (size < 0) return std::to_string(size);
    return {reinterpret_cast<const char*>(got.data()), static_cast<std::size_t>(size)};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(transfers)

BOOST_AUTO_TEST_CASE(reading_into_own_memory) {
    on_each([](auto& system) {
        raw_ring ring(system);
        auto& world = system.world();
        const int tcp = world.open(channel_kind::tcp).value();
        const int pipe = world.open(channel_kind::pipe).value();
        const int file = world.open(channel_kind::file).value();
        for (const int fd : {tcp, pipe, file}) feed(world, fd, letters(20));
        std::array<char, 64> first{};
        std::array<char, 64> second{};
        BOOST_TEST(own(ring, abi::ioring_op_recv, tcp, first.data(), 6) == "1{6 NE}");
        BOOST_TEST(std::string_view(first.data(), 6) == "abcdef");
        BOOST_TEST(own(ring, abi::ioring_op_read, pipe, first.data(), 6) == "1{6}");
        const std::array<vector, 2> vectors{vector{address_of(first.data()), 3},
                                            vector{address_of(second.data()), 64}};
        BOOST_TEST(own(ring, abi::ioring_op_readv, pipe, vectors.data(), 2) == "1{14}");
        BOOST_TEST(std::string_view(first.data(), 3) == "ghi");
        BOOST_TEST(std::string_view(second.data(), 11) == "jklmnopqrst");
        // A file: at a position, then at its own.
        BOOST_TEST(own(ring, abi::ioring_op_read, file, first.data(), 4, 10) == "1{4}");
        BOOST_TEST(std::string_view(first.data(), 4) == "klmn");
        BOOST_TEST(own(ring, abi::ioring_op_read, file, first.data(), 4, ~0ULL) == "1{4}");
        BOOST_TEST(own(ring, abi::ioring_op_read, file, first.data(), 4, ~0ULL) == "1{4}");
        BOOST_TEST(std::string_view(first.data(), 4) == "efgh");
        const void* nowhere = reinterpret_cast<const void*>(std::uintptr_t{0x1000});
        BOOST_TEST(own(ring, abi::ioring_op_recv, tcp, nowhere, 4) == "1{-14}");
        BOOST_TEST(own(ring, abi::ioring_op_readv, pipe, nowhere, 1) == "1{-14}");
        BOOST_TEST(own(ring, abi::ioring_op_readv, pipe, vectors.data(), 5000) == "1{-22}");
    });
}

BOOST_AUTO_TEST_CASE(writing_from_own_memory) {
    on_each([](auto& system) {
        raw_ring ring(system);
        auto& world = system.world();
        const int fd = world.open(channel_kind::unix_stream).value();
        const int pipe = world.open(channel_kind::pipe).value();
        const int udp = world.open(channel_kind::udp).value();
        const char* text = "hello world";
        BOOST_TEST(own(ring, abi::ioring_op_send, fd, text, 5) == "1{5}");
        BOOST_TEST(own(ring, abi::ioring_op_write, fd, text + 5, 6) == "1{6}");
        const std::array<vector, 2> vectors{vector{address_of(text), 2},
                                            vector{address_of(text) + 6, 2}};
        BOOST_TEST(own(ring, abi::ioring_op_writev, fd, vectors.data(), 2) == "1{4}");
        BOOST_TEST(peer_reads(world, fd) == "hello worldhewo");
        BOOST_TEST(peer_reads(world, fd) == "-11");
        BOOST_TEST(own(ring, abi::ioring_op_send, udp, text, 5) == "1{5}");
        BOOST_TEST(own(ring, abi::ioring_op_send, udp, text, 0) == "1{0}");
        BOOST_TEST(peer_reads(world, udp) == "hello");
        BOOST_TEST(peer_reads(world, udp) == "");
        BOOST_TEST(own(ring, abi::ioring_op_write, pipe, text, 5) == "1{-9}");
        BOOST_TEST(own(ring, abi::ioring_op_send, pipe, text, 5) == "1{-88}");
        (void)world.reset(fd);
        BOOST_TEST(own(ring, abi::ioring_op_send, fd, text, 5) == "1{-32}");
    });
}

// A datagram socket whose peer is gone.
BOOST_AUTO_TEST_CASE(sending_to_nobody) {
    on_each([](auto& system) {
        raw_ring ring(system);
        auto& world = system.world();
        const int udp = world.open(channel_kind::udp).value();
        const int local = world.open(channel_kind::unix_datagram).value();
        (void)world.reset(udp);
        (void)world.reset(local);
        BOOST_TEST(own(ring, abi::ioring_op_send, udp, "x", 1) == "1{1}");
        BOOST_TEST(own(ring, abi::ioring_op_send, udp, "x", 1) == "1{-111}");
        BOOST_TEST(own(ring, abi::ioring_op_send, local, "x", 1) == "1{-111}");
        BOOST_TEST(peer_reads(world, udp) == "-32");
    });
}

// What the peer of a finished or closed application sees.
BOOST_AUTO_TEST_CASE(the_peer_sees_the_end) {
    on_each([](auto& system) {
        raw_ring ring(system);
        auto& world = system.world();
        const int fd = world.open(channel_kind::tcp).value();
        ring.stage(abi::ioring_op_shutdown, fd, 1).len = 1;
        BOOST_TEST(ring.run(1) == "1{0}");
        BOOST_TEST(peer_reads(world, fd) == "");
        BOOST_TEST(feed(world, fd, "still") == 5);
        BOOST_TEST(plain(world.finish(fd)) == 0);
        BOOST_TEST(feed(world, fd, "more") == -EPIPE);
        const int other = world.open(channel_kind::unix_stream).value();
        ring.stage(abi::ioring_op_close, other, 2);
        BOOST_TEST(ring.run() == "2{0}");
        BOOST_TEST(feed(world, other, "x") == -EPIPE);
        BOOST_TEST(peer_reads(world, other) == "");
        BOOST_TEST(plain(world.close(fd)) == 0);
        BOOST_TEST(plain(world.close(fd)) == -EBADF);
        BOOST_TEST(feed(world, fd, "x") == -EBADF);
    });
}

// RECVMSG writes name, sizes and flags back into the application's header.
BOOST_AUTO_TEST_CASE(recvmsg_writes_its_header_back) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        const int fd = system.world().open(channel_kind::udp).value();
        group.add(4, 8);
        for (const bool selects : {false, true}) {
            feed(system.world(), fd, letters(20));
            std::array<char, 8> bytes{};
            std::array<std::uint8_t, 32> name{};
            const vector only{address_of(bytes.data()), 8};
            const message_header header{.name = address_of(name.data()),
                                        .name_size = 32,
                                        .vectors = address_of(&only),
                                        .vector_count = 1};
            auto& sqe = ring.stage(abi::ioring_op_recvmsg, fd, 1);
            sqe.addr = address_of(&header);
            sqe.len = 1;
            if (selects) {
                sqe.flags = abi::iosqe_buffer_select;
                sqe.buf_index = 1;
            }
            BOOST_TEST(ring.run() == (selects ? "1{8 B0}" : "1{8}"));
            BOOST_TEST((header.name_size & 0xffffffffU) == 16U);
            BOOST_TEST((header.flags & 0x20U) == 0x20U);
            BOOST_TEST(int{name[0]} == 2);
            BOOST_TEST(int{name[4]} == 127);
        }
    });
}

// An early commit of 2 GiB and more uses nothing up, though the completion names the buffer without
// F_BUF_MORE: the length is signed there. Whoever gives such a buffer back publishes it twice.
BOOST_AUTO_TEST_CASE(an_early_commit_of_more_than_2_gib) {
    on_each([](auto& system) {
        for (const std::uint16_t flags : {std::uint16_t{0}, abi::iou_pbuf_ring_inc}) {
            raw_ring ring(system);
            raw_group group(ring, {.flags = flags});
            const int fd = system.world().open(channel_kind::file).value();
            feed(system.world(), fd, "abc");
            group.add({0xffffffffU, 0x80000000U});
            ring.select(abi::ioring_op_read, fd, 1);
            BOOST_TEST(ring.run(1) == "1{3 B0}");
            BOOST_TEST(group.head() == 0);
            BOOST_TEST(group.slot(0).len == 0xffffffffU);
            ring.select(abi::ioring_op_read, fd, 1).len = 0x7fffffff;
            BOOST_TEST(ring.run(1) == (flags == 0 ? "1{3 B0}" : "1{3 B0 BM}"));
            BOOST_TEST(group.head() == (flags == 0 ? 1 : 0));
        }
    });
}

// A slot of 2 GiB and more, sent.
BOOST_AUTO_TEST_CASE(sending_from_a_huge_slot) {
    on_each([](auto& system) {
        for (const std::uint16_t flags : {std::uint16_t{0}, abi::iou_pbuf_ring_inc}) {
            raw_ring ring(system);
            raw_group group(ring, {.flags = flags});
            const int fd = system.world().open(channel_kind::unix_stream).value();
            group.add({0xffffffffU});
            auto& sqe = ring.select(abi::ioring_op_send, fd, 1);
            sqe.len = 3;
            BOOST_TEST(ring.run() == (flags == 0 ? "1{3 B0}" : "1{3 B0 BM}"));
        }
    });
}

// Waiting for room and for nothing at all.
BOOST_AUTO_TEST_CASE(odds_and_ends) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        auto& world = system.world();
        const int tcp = world.open(channel_kind::tcp).value();
        const int udp = world.open(channel_kind::udp).value();
        group.add(8, 16);
        // A stream's MSG_TRUNC throws the bytes away on TCP.
        feed(world, tcp, letters(20));
        ring.recv(tcp, 1).op_flags = 0x20;
        BOOST_TEST(ring.run() == "1{16 B0 NE}");
        BOOST_TEST(group.text(0, 2) == std::string_view("\0\0", 2));
        // Peeking in a multishot never ends before the queue is full.
        ring.recv_multishot(tcp, 1).op_flags = 0x2;
        BOOST_TEST(ring.run() ==
                   "1{4 B1 +M NE} 1{4 B2 +M NE} 1{4 B3 +M NE} 1{4 B4 +M NE} "
                   "1{4 B5 +M NE} 1{4 B6 +M NE} 1{4 B7 +M NE} 1{-105}");
        group.add(8, 16);
        // WAITALL on a datagram socket is one datagram.
        feed(world, udp, "abc");
        ring.recv(udp, 1).op_flags = 0x100;
        BOOST_TEST(ring.run() == "1{3 B8}");
        // A worker's receive with its own memory waits like any other.
        std::array<char, 8> bytes{};
        auto& sqe = ring.stage(abi::ioring_op_recv, udp, 2);
        sqe.addr = address_of(bytes.data());
        sqe.len = 8;
        sqe.flags = abi::iosqe_async;
        (void)ring.submit();
        world.pass(std::chrono::milliseconds(20));
        feed(world, udp, "late");
        BOOST_TEST(ring.run(1) == "2{4}");
    });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::testing
