// Bundles: one completion for several slots, receiving (BND-*) and sending (SND-*).

#include <boost/test/unit_test.hpp>

#include <array>
#include <cstring>

#include "tests/sim/kernel/systems.hpp"

namespace ringproof::testing {

namespace {

constexpr std::uint16_t bundle_bit = abi::ioring_recvsend_bundle;
constexpr std::uint16_t multishot_bit = abi::ioring_recv_multishot;

template <class System>
abi::io_uring_sqe& recv_bundle(raw_ring<System>& ring, int fd, std::uint32_t length = 0) {
    auto& sqe = ring.recv(fd, 1);
    sqe.ioprio = bundle_bit;
    sqe.len = length;
    return sqe;
}

template <class System>
abi::io_uring_sqe& bundle_multishot(raw_ring<System>& ring, int fd, std::uint32_t length = 0) {
    auto& sqe = recv_bundle(ring, fd, length);
    sqe.ioprio |= multishot_bit;
    return sqe;
}

template <class System>
abi::io_uring_sqe& send(raw_ring<System>& ring, int fd, std::uint32_t length = 0) {
    auto& sqe = ring.select(abi::ioring_op_send, fd, 1);
    sqe.len = length;
    return sqe;
}

template <class System>
abi::io_uring_sqe& send_bundle(raw_ring<System>& ring, int fd, std::uint32_t length = 0) {
    auto& sqe = send(ring, fd, length);
    sqe.ioprio = bundle_bit;
    return sqe;
}

/// Everything that the peer can read now.
template <class World>
std::string drained(World& world, int fd) {
    std::string text;
    std::array<std::byte, 4096> part{};
    for (int size = plain(world.receive(fd, part)); size > 0;
         size = plain(world.receive(fd, part))) {
        text.append(reinterpret_cast<char*>(part.data()), static_cast<std::size_t>(size));
    }
    return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(bundle)

// BND-01, BND-19: where the bit is allowed.
BOOST_AUTO_TEST_CASE(bnd_01_where_bundles_are_allowed) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        const int fd = system.world().open(channel_kind::tcp).value();
        group.add(4, 16);
        feed(system.world(), fd, "abc");
        BOOST_TEST((ring.params.features & abi::ioring_feat_recvsend_bundle) != 0U);
        const std::uint64_t header[7] = {};
        auto& message = ring.select(abi::ioring_op_recvmsg, fd, 1);
        message.addr = address_of(header);
        message.ioprio = bundle_bit;
        BOOST_TEST(ring.run() == "1{-22}");
        char own[8] = {};
        auto& plain_recv = ring.stage(abi::ioring_op_recv, fd, 2);
        plain_recv.addr = address_of(own);
        plain_recv.len = sizeof own;
        plain_recv.ioprio = bundle_bit;
        BOOST_TEST(ring.run() == "2{3}");
        BOOST_TEST(std::string_view(own, 3) == "abc");
    });
}

// BND-02, BND-03, BND-04: consecutive slots, the first one's id, ending at a slot boundary.
BOOST_AUTO_TEST_CASE(bnd_02_slots_in_ring_order) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        const int fd = system.world().open(channel_kind::tcp).value();
        for (const int id : {7, 3, 9, 1}) group.stage(static_cast<std::uint16_t>(id), 16);
        group.publish();
        feed(system.world(), fd, letters(40));
        recv_bundle(ring, fd);
        BOOST_TEST(ring.run() == "1{32 B7 NE}");
        BOOST_TEST(group.head() == 2);
        BOOST_TEST(group.text(3, 4) == "qrst");
        recv_bundle(ring, fd);
        BOOST_TEST(ring.run() == "1{8 B9}");
        BOOST_TEST(group.head() == 3);
    });
}

// BND-03: across the end of the ring.
BOOST_AUTO_TEST_CASE(bnd_03_a_bundle_wraps) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring, {.entries = 4});
        const int fd = system.world().open(channel_kind::tcp).value();
        group.add(3, 8);
        feed(system.world(), fd, letters(24));
        for (int i = 0; i < 3; ++i) ring.recv(fd, 1);
        (void)ring.run();
        group.add(3, 8);
        feed(system.world(), fd, letters(24));
        recv_bundle(ring, fd, 24);
        BOOST_TEST(ring.run() == "1{24 B3}");
        BOOST_TEST(group.head() == 6);
    });
}

// BND-05, BND-06, BND-07: one slot without a hint, then as many as are known to be needed, at
// most 256, appended to the same completion.
BOOST_AUTO_TEST_CASE(bnd_05_first_one_slot_then_up_to_256) {
    on_each([](auto& system) {
        raw_ring ring(system, {.entries = 8, .cq_entries = 64});
        raw_group group(ring, {.entries = 1024});
        const int fd = system.world().open(channel_kind::tcp).value();
        group.add(1024, 4);
        feed(system.world(), fd, letters(4000));
        bundle_multishot(ring, fd);
        BOOST_TEST(ring.run() == "1{1028 B0 +M NE} 1{2048 B257 +M NE} 1{924 B769 +M}");
        BOOST_TEST(group.head() == 1000);
    });
}

// The room for slots that one bundle made serves the next request of the ring, too: without a
// hint that one maps as many at once.
BOOST_AUTO_TEST_CASE(bnd_05_a_later_request_finds_room_for_several_slots) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring, {.entries = 32});
        const int fd = system.world().open(channel_kind::tcp).value();
        group.add(32, 4);
        feed(system.world(), fd, letters(20));
        recv_bundle(ring, fd);
        BOOST_TEST(ring.run() == "1{20 B0}");
        const int other = system.world().open(channel_kind::udp).value();
        feed(system.world(), other, letters(10));
        recv_bundle(ring, other);
        BOOST_TEST(ring.run() == "1{10 B5}");
        BOOST_TEST(group.head() == 8);
    });
}

// BND-08, BUG-18: the length limits the first transfer only.
BOOST_AUTO_TEST_CASE(bnd_08_the_length_is_a_hint) {
    on_each([](auto& system) {
        const auto with_length = [&](std::uint32_t length) {
            raw_ring ring(system);
            raw_group group(ring);
            const int fd = system.world().open(channel_kind::tcp).value();
            group.add(8, 16);
            feed(system.world(), fd, letters(96));
            recv_bundle(ring, fd, length);
            const std::string seen = ring.run();
            return seen + " " + std::to_string(group.slot(0).len);
        };
        BOOST_TEST(with_length(5) == "1{5 B0 NE} 16");
        BOOST_TEST(with_length(16) == "1{96 B0} 16");
        BOOST_TEST(with_length(20) == "1{16 B0 NE} 16");
        BOOST_TEST(with_length(32) == "1{96 B0} 16");
        BOOST_TEST(with_length(0) == "1{96 B0} 16");
    });
}

// BND-09: a bundle that uses the last published slot ends, with neither F_MORE nor ENOBUFS.
BOOST_AUTO_TEST_CASE(bnd_09_using_the_last_slot_ends_a_multishot) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        const int fd = system.world().open(channel_kind::tcp).value();
        group.add(2, 16);
        bundle_multishot(ring, fd);
        feed(system.world(), fd, letters(10));
        BOOST_TEST(ring.run() == "1{10 B0 +M}");
        feed(system.world(), fd, letters(10));
        BOOST_TEST(ring.run() == "1{10 B1}");
        feed(system.world(), fd, "x");
        BOOST_TEST(ring.run() == "");
    });
}

// BND-10, BUG-30: told at mapping time, and also when the mapping ends exactly at the length.
BOOST_AUTO_TEST_CASE(bnd_10_an_exact_pickup_empties_the_ring) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        const int fd = system.world().open(channel_kind::tcp).value();
        group.add({64});
        feed(system.world(), fd, letters(64));
        bundle_multishot(ring, fd, 64);
        BOOST_TEST(ring.run() == system.version("1{64 B0}", "1{64 B0 +M}"));
        (void)ring.cancel(1);
    });
}

// BND-11: a datagram stays in one slot.
BOOST_AUTO_TEST_CASE(bnd_11_one_datagram_one_slot) {
    on_each([](auto& system) {
        for (const channel_kind kind : messages) {
            raw_ring ring(system);
            raw_group group(ring);
            const int fd = system.world().open(kind).value();
            group.add(4, 16);
            feed(system.world(), fd, letters(40));
            feed(system.world(), fd, letters(5));
            bundle_multishot(ring, fd);
            BOOST_TEST(ring.run() == "1{16 B0 +M} 1{5 B1 +M}");
        }
    });
}

// BND-12: on a worker one buffer at a time, with the one append.
BOOST_AUTO_TEST_CASE(bnd_12_on_a_worker) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        const int fd = system.world().open(channel_kind::tcp).value();
        group.add(8, 16);
        feed(system.world(), fd, letters(96));
        recv_bundle(ring, fd).flags |= abi::iosqe_async;
        BOOST_TEST(ring.run(1) == "1{32 B0 NE}");
        BOOST_TEST(group.head() == 2);
    });
}

// BND-13: slots of length 0.
BOOST_AUTO_TEST_CASE(bnd_13_slots_of_length_0) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        const int fd = system.world().open(channel_kind::tcp).value();
        group.add({16, 0, 16});
        feed(system.world(), fd, letters(40));
        recv_bundle(ring, fd);
        BOOST_TEST(ring.run() == "1{16 B0}");  // the append found no buffer, and forgot the queue
        recv_bundle(ring, fd);
        BOOST_TEST(ring.run() == "1{0 NE}");
        recv_bundle(ring, fd, 20);
        BOOST_TEST(ring.run() == "1{-105}");
        BOOST_TEST(group.head() == 1);
    });
}

// BND-14: end, error and cancel take nothing.
BOOST_AUTO_TEST_CASE(bnd_14_failures_take_nothing) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        auto& world = system.world();
        group.add(4, 16);
        const int ended = world.open(channel_kind::unix_stream).value();
        const int reset = world.open(channel_kind::tcp).value();
        const int idle = world.open(channel_kind::tcp).value();
        (void)world.finish(ended);
        (void)world.reset(reset);
        recv_bundle(ring, ended);
        BOOST_TEST(ring.run() == "1{0}");
        recv_bundle(ring, reset);
        BOOST_TEST(ring.run() == "1{-104}");
        recv_bundle(ring, idle);
        (void)ring.submit();
        (void)ring.cancel(1);
        BOOST_TEST(ring.run() == "99{0} 1{-125}");
        BOOST_TEST(group.head() == 0);
    });
}

// BND-15: no room for the completion.
BOOST_AUTO_TEST_CASE(bnd_15_a_full_queue_ends_a_multishot) {
    on_each([](auto& system) {
        raw_ring ring(system, {.entries = 1, .cq_entries = 1});
        raw_group group(ring);
        const int fd = system.world().open(channel_kind::tcp).value();
        group.add(8, 16);
        bundle_multishot(ring, fd);
        feed(system.world(), fd, "a");
        (void)ring.submit();
        feed(system.world(), fd, "b");
        BOOST_TEST(ring.run() == "1{1 B0 +M}");
        BOOST_TEST(ring.run() == "1{1 B1}");
    });
}

// MSH-04, BUG-31: a bundle's total limit is exact and counts each byte once.
BOOST_AUTO_TEST_CASE(msh_04_the_total_limit_of_a_bundle) {
    on_each([](auto& system) {
        raw_ring ring(system, {.entries = 8, .cq_entries = 64});
        raw_group group(ring, {.entries = 128});
        const int fd = system.world().open(channel_kind::tcp).value();
        group.add(128, 16);
        feed(system.world(), fd, letters(1500));
        bundle_multishot(ring, fd).file_index = 20;
        BOOST_TEST(ring.run() == "1{16 B0 +M NE} 1{4 B1 NE}");
        bundle_multishot(ring, fd).file_index = 1000;
        int total = 0;
        (void)ring.submit();
        for (const auto& each : ring.take()) total += each.res;
        BOOST_TEST(total == 1000);
    });
}

// SND-01, SND-02: a send takes its bytes from the slot, and the slot is gone.
BOOST_AUTO_TEST_CASE(snd_02_a_slot_is_used_up_whole) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        const int fd = system.world().open(channel_kind::tcp).value();
        for (std::size_t i = 0; i < 3; ++i) std::memcpy(group.buffer(i), "0123456789", 10);
        group.add(3, 10);
        for (const std::uint32_t length : {4U, 0U, 500U}) send(ring, fd, length);
        BOOST_TEST(ring.run() == "1{4 B0} 1{10 B1} 1{10 B2}");
        BOOST_TEST(drained(system.world(), fd) == "012301234567890123456789");
        BOOST_TEST(group.head() == 3);
    });
}

// SND-03, SND-04: everything published in one go; with a length, the rest follows without one.
BOOST_AUTO_TEST_CASE(snd_03_send_bundles) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        const int fd = system.world().open(channel_kind::tcp).value();
        group.add(5, 10);
        send_bundle(ring, fd);
        BOOST_TEST(ring.run() == "1{50 B0}");
        BOOST_TEST(group.head() == 5);
        group.add(5, 10);
        send_bundle(ring, fd, 25);
        BOOST_TEST(ring.run() == "1{20 B5 +M} 1{30 B7}");
        BOOST_TEST(group.head() == 10);
        BOOST_TEST(drained(system.world(), fd).size() == 100U);
    });
}

// SEL-10, SND-05, SND-07: a send on a full socket holds its buffers; a bundle is finished as a
// whole and starts no further one after it had to wait.
BOOST_AUTO_TEST_CASE(sel_10_a_send_takes_its_buffers_at_selection) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring, {.entries = 512});
        auto& world = system.world();
        const int fd = world.open(channel_kind::unix_stream).value();
        std::memset(group.buffers().data(), 's', group.buffers().size());
        std::uint32_t sent = 0;
        for (;;) {  // fill the socket
            group.stage(0, 4096);
            group.publish();
            send(ring, fd).op_flags = 0x40;
            (void)ring.submit();
            const auto done = ring.take();
            if (done.at(0).res <= 0) {
                BOOST_TEST(text_of(done[0]) == "1{-11 B0}");  // SND-06, ERR-01
                break;
            }
            sent += static_cast<std::uint32_t>(done[0].res);
        }
        const int before = group.head();
        BOOST_TEST(before == group.tail());
        group.add(2, 4096);
        auto& waiting = send(ring, fd);
        waiting.ioprio = abi::ioring_recvsend_poll_first;
        BOOST_TEST(ring.run() == "");
        BOOST_TEST(group.head() == before);  // not before it is writable
        (void)ring.cancel(1);
        BOOST_TEST(ring.run() == "99{0} 1{-125}");
        send_bundle(ring, fd, 4096).user_data = 5;
        BOOST_TEST(ring.run() == "");
        BOOST_TEST(group.head() == before + 1);
        BOOST_TEST(drained(world, fd).size() == sent + 4096);
        BOOST_TEST(ring.run() == "5{4096 B0}");
        BOOST_TEST(group.head() == before + 1);  // SND-07
    });
}

// SND-06: a failed send has used up all that it selected, and names the first.
BOOST_AUTO_TEST_CASE(snd_06_a_failed_send_uses_its_slots_up) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        const int fd = system.world().open(channel_kind::unix_stream).value();
        (void)system.world().reset(fd);
        group.add(3, 10);
        send(ring, fd);
        BOOST_TEST(ring.run() == "1{-32 B0}");
        send_bundle(ring, fd);
        BOOST_TEST(ring.run() == "1{-32 B1}");
        BOOST_TEST(group.head() == 3);
    });
}

// SND-08: on a datagram socket a bundle is one datagram.
BOOST_AUTO_TEST_CASE(snd_08_a_bundle_is_one_datagram) {
    on_each([](auto& system) {
        for (const channel_kind kind : messages) {
            raw_ring ring(system);
            raw_group group(ring);
            const int fd = system.world().open(kind).value();
            group.add(3, 10);
            send_bundle(ring, fd);
            BOOST_TEST(ring.run() == "1{30 B0}");
            std::array<std::byte, 64> got{};
            BOOST_TEST(plain(system.world().receive(fd, got)) == 30);
        }
    });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::testing
