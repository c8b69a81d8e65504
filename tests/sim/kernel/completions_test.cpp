// Completions: their fields (CQE-*), what happens when their queue is full (OVF-*), and links,
// drains and skipped ones.

#include <boost/test/unit_test.hpp>

#include "tests/sim/kernel/systems.hpp"

namespace ringproof::testing {

namespace {

template <class System>
std::uint32_t sq_flags(raw_ring<System>& ring) {
    return std::atomic_ref(ring.word(ring.params.sq_off.flags)).load();
}

template <class System>
void nops(raw_ring<System>& ring, std::uint64_t first, std::uint64_t last) {
    for (std::uint64_t i = first; i <= last; ++i) ring.stage(abi::ioring_op_nop, -1, i);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(completions)

// CQE-01, CQE-03, CQE-04, CQE-05: which flags go together, over all the ways to receive.
BOOST_AUTO_TEST_CASE(cqe_01_which_flags_go_together) {
    on_each([](auto& system) {
        for (const bool incremental : {false, true}) {
            for (const bool multishot : {false, true}) {
                raw_ring ring(system, {.entries = 8, .cq_entries = 32});
                raw_group group(ring,
                                {.flags = incremental ? abi::iou_pbuf_ring_inc : std::uint16_t{0}});
                const int fd = system.world().open(channel_kind::tcp).value();
                group.add(3, 16);
                for (std::size_t size : {5U, 20U, 30U}) {
                    multishot ? ring.recv_multishot(fd, 1) : ring.recv(fd, 1);
                    feed(system.world(), fd, letters(size));
                    (void)ring.submit();
                    (void)ring.enter(0, 0, abi::ioring_enter_getevents);
                }
                for (const auto& each : ring.take()) {
                    const bool has_buffer = (each.flags & abi::ioring_cqe_f_buffer) != 0;
                    const bool more = (each.flags & abi::ioring_cqe_f_more) != 0;
                    const bool current = (each.flags & abi::ioring_cqe_f_buf_more) != 0;
                    BOOST_TEST((has_buffer || each.flags >> 16U == 0));
                    BOOST_TEST(has_buffer == (each.res > 0));
                    BOOST_TEST((!current || (has_buffer && incremental)));
                    BOOST_TEST((!more || multishot));
                }
            }
        }
    });
}

// CQE-07: who tells that more is queued.
BOOST_AUTO_TEST_CASE(cqe_07_sock_nonempty) {
    on_each([](auto& system) {
        const auto kinds = {channel_kind::tcp, channel_kind::unix_stream, channel_kind::udp,
                            channel_kind::unix_datagram};
        for (const channel_kind kind : kinds) {
            raw_ring ring(system);
            raw_group group(ring);
            const int fd = system.world().open(kind).value();
            group.add(8, 4);
            feed(system.world(), fd, "abcd");
            feed(system.world(), fd, "efgh");
            ring.recv(fd, 1);
            ring.recv(fd, 1);
            BOOST_TEST(ring.run() ==
                       (sim::keeps_messages(kind) ? "1{4 B0} 1{4 B1}" : "1{4 B0 NE} 1{4 B1}"));
        }
    });
}

// CQE-09: an early commit may complete after younger buffer ids.
BOOST_AUTO_TEST_CASE(cqe_09_an_early_commit_may_complete_late) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        auto& world = system.world();
        const int a = world.open(channel_kind::tcp).value();
        const int b = world.open(channel_kind::tcp).value();
        group.add(4, 64);
        ring.recv(a, 1, 1).flags |= abi::iosqe_async;
        (void)ring.submit();
        world.pass(std::chrono::milliseconds(20));
        feed(world, b, "b");
        ring.recv(b, 1, 2);
        BOOST_TEST(ring.run() == "2{1 B1}");
        feed(world, a, "a");
        BOOST_TEST(ring.run(1) == "1{1 B0}");
    });
}

// OVF-01, OVF-03, OVF-06, OVF-07, OVF-08: single-shot completions go to the kernel's list.
BOOST_AUTO_TEST_CASE(ovf_01_a_full_queue) {
    on_each([](auto& system) {
        raw_ring ring(system, {.entries = 4, .cq_entries = 4});
        raw_group group(ring);
        const int fd = system.world().open(channel_kind::tcp).value();
        group.add(4, 1);
        nops(ring, 1, 4);
        BOOST_TEST(ring.submit() == 4);
        BOOST_TEST((sq_flags(ring) & abi::ioring_sq_cq_overflow) == 0U);  // full is no overflow yet
        feed(system.world(), fd, "x");
        ring.recv(fd, 1, 5);
        nops(ring, 6, 7);
        BOOST_TEST(ring.submit() == 3);
        BOOST_TEST((sq_flags(ring) & abi::ioring_sq_cq_overflow) != 0U);
        BOOST_TEST(ring.word(ring.params.cq_off.overflow) == 0U);
        BOOST_TEST(group.head() == 1);
        BOOST_TEST(ring.seen() == "1{0} 2{0} 3{0} 4{0}");
        ring.poke();
        nops(ring, 8, 8);
        BOOST_TEST(ring.submit() == 1);  // OVF-05, OVF-06: neither flushes
        BOOST_TEST(ring.seen() == "");
        BOOST_TEST((sq_flags(ring) & abi::ioring_sq_cq_overflow) != 0U);
        BOOST_TEST(ring.enter(0, 1, abi::ioring_enter_getevents) == 0);
        BOOST_TEST(ring.seen() == "5{1 B0} 6{0} 7{0} 8{0}");
        BOOST_TEST((sq_flags(ring) & abi::ioring_sq_cq_overflow) == 0U);
    });
}

// OVF-02, OVF-03: a multishot ends with the completion that does not fit.
BOOST_AUTO_TEST_CASE(ovf_02_a_full_queue_ends_a_multishot) {
    on_each([](auto& system) {
        raw_ring ring(system, {.entries = 4, .cq_entries = 4});
        raw_group group(ring);
        const int fd = system.world().open(channel_kind::udp).value();
        group.add(8, 64);
        ring.recv_multishot(fd, 1);
        (void)ring.submit();
        for (int i = 0; i < 4; ++i) {
            feed(system.world(), fd, letters(static_cast<std::size_t>(i + 1)));
            ring.poke();
        }
        BOOST_TEST((sq_flags(ring) & abi::ioring_sq_cq_overflow) == 0U);
        for (int i = 4; i < 7; ++i) {
            feed(system.world(), fd, letters(static_cast<std::size_t>(i + 1)));
            ring.poke();
        }
        BOOST_TEST(ring.seen() == "1{1 B0 +M} 1{2 B1 +M} 1{3 B2 +M} 1{4 B3 +M}");
        (void)ring.enter(0, 0, abi::ioring_enter_getevents);
        BOOST_TEST(ring.seen() == "1{5 B4}");
        BOOST_TEST(group.head() == 5);
        ring.recv(fd, 1, 2);
        ring.recv(fd, 1, 3);
        BOOST_TEST(ring.run() == "2{6 B5} 3{7 B6}");
    });
}

// OVF-05: as long as the list is not empty, nothing passes it, room or not.
BOOST_AUTO_TEST_CASE(ovf_05_nothing_passes_the_list) {
    on_each([](auto& system) {
        raw_ring ring(system, {.entries = 2, .cq_entries = 2});
        raw_group group(ring);
        const int fd = system.world().open(channel_kind::tcp).value();
        group.add(4, 64);
        ring.recv_multishot(fd, 1, 50);
        (void)ring.submit();
        nops(ring, 1, 2);
        (void)ring.submit();
        nops(ring, 3, 3);
        (void)ring.submit();
        BOOST_TEST(ring.seen() == "1{0} 2{0}");
        feed(system.world(), fd, "x");
        ring.poke();
        BOOST_TEST(ring.seen() == "");
        BOOST_TEST(ring.run() == "3{0} 50{1 B0}");
    });
}

// Links: order, severing, hard links, and a chain that the submission leaves open.
BOOST_AUTO_TEST_CASE(links) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        auto& world = system.world();
        const int fd = world.open(channel_kind::tcp).value();
        const int pipe = world.open(channel_kind::pipe).value();
        group.add(8, 64);
        ring.recv(fd, 1, 1).flags |= abi::iosqe_io_link;
        ring.stage(abi::ioring_op_nop, -1, 2).flags = abi::iosqe_io_link;
        ring.stage(abi::ioring_op_nop, -1, 3);
        ring.stage(abi::ioring_op_nop, -1, 4);
        BOOST_TEST(ring.run() == "4{0}");
        feed(world, fd, "x");
        BOOST_TEST(ring.run() == "1{1 B0} 2{0} 3{0}");
        // A short read severs a chain where a short receive does not.
        feed(world, pipe, "short");
        ring.select(abi::ioring_op_read, pipe, 1, 1).flags |= abi::iosqe_io_link;
        ring.stage(abi::ioring_op_nop, -1, 2);
        BOOST_TEST(ring.run() == "1{5 B1} 2{-125}");
        // Left open, the head starts on a worker: an early commit.
        ring.recv(fd, 1, 1).flags |= abi::iosqe_io_link;
        BOOST_TEST(ring.submit() == 1);
        world.pass(std::chrono::milliseconds(20));
        BOOST_TEST(group.head() == 3);
        feed(world, fd, "y");
        BOOST_TEST(ring.run(1) == "1{1 B2}");
    });
}

// CQE_SKIP_SUCCESS in a chain: a failure shows, and silences those it cancels.
BOOST_AUTO_TEST_CASE(skipping_in_a_chain) {
    on_each([](auto& system) {
        raw_ring ring(system);
        constexpr auto skip = abi::iosqe_cqe_skip_success;
        constexpr auto link = abi::iosqe_io_link;
        ring.stage(abi::ioring_op_nop, -1, 1).flags = skip | link;
        ring.stage(abi::ioring_op_nop, -1, 2).flags = skip;
        ring.stage(abi::ioring_op_nop, -1, 3);
        BOOST_TEST(ring.run() == "3{0}");
        ring.recv(900, 1, 1).flags |= skip | link;
        ring.stage(abi::ioring_op_nop, -1, 2);
        BOOST_TEST(ring.run() == "1{-9}");
        ring.recv(900, 1, 1).flags |= link;
        ring.stage(abi::ioring_op_nop, -1, 2).flags = skip;
        BOOST_TEST(ring.run() == "1{-9} 2{-125}");
    });
}

// DRAIN waits for all before it, and those behind it wait for it. Both then start on workers.
BOOST_AUTO_TEST_CASE(draining) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        const int fd = system.world().open(channel_kind::tcp).value();
        group.add(8, 64);
        ring.recv(fd, 1, 1);
        ring.stage(abi::ioring_op_nop, -1, 2).flags = abi::iosqe_io_drain;
        ring.stage(abi::ioring_op_nop, -1, 3);
        BOOST_TEST(ring.run() == "");
        feed(system.world(), fd, "x");
        const std::string seen = ring.run(3);
        BOOST_TEST((seen == "1{1 B0} 2{0} 3{0}" || seen == "1{1 B0} 3{0} 2{0}"), seen);
        ring.stage(abi::ioring_op_nop, -1, 4).flags = abi::iosqe_io_drain;
        BOOST_TEST(ring.run(1) == "4{0}");
        ring.stage(abi::ioring_op_nop, -1, 5).flags = abi::iosqe_cqe_skip_success;
        BOOST_TEST(ring.run() == "");
        ring.stage(abi::ioring_op_nop, -1, 6).flags = abi::iosqe_io_drain;
        BOOST_TEST(ring.run() == "6{-95}");
    });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::testing
