// What versions differ in with bundles.

#include <boost/test/unit_test.hpp>

#include <array>
#include <cstring>

#include "tests/sim/kernel/versions.hpp"

namespace ringproof::testing {

namespace {

using sim::profile;
using sim::profile_bugs;

constexpr std::uint16_t bundle_bit = abi::ioring_recvsend_bundle;

template <class System>
abi::io_uring_sqe& recv_bundle(raw_ring<System>& ring, int fd, std::uint32_t length = 0,
                               std::uint16_t more = 0) {
    auto& sqe = ring.recv(fd, 1);
    sqe.ioprio = bundle_bit | more;
    sqe.len = length;
    return sqe;
}

/// A bundle of that length from a TCP socket with so many bytes, into slots of 16.
auto receiving(std::size_t bytes, std::uint32_t length, group_options options = {}) {
    return [bytes, length, options](auto& system) {
        raw_ring ring(system);
        raw_group group(ring, options);
        const int fd = system.world().open(channel_kind::tcp).value();
        group.add(8, 16);
        feed(system.world(), fd, letters(bytes));
        recv_bundle(ring, fd, length);
        return run_and_head(ring, group);
    };
}

}  // namespace

BOOST_AUTO_TEST_SUITE(profiles_bundle)

// BND-06: one more receive into the same completion.
BOOST_AUTO_TEST_CASE(bnd_06_appending) {
    const auto story = receiving(100, 0);
    BOOST_TEST(newest(story) == "1{96 B0 NE} h6");
    for (const char* name : {"v6_12", "v6_16", "v6_18"}) {
        BOOST_TEST(on(name, story) == "1{96 B0 NE} h6", name);
    }
    BOOST_TEST(on("v6_10", story) == "1{16 B0 NE} h1");
    BOOST_TEST(with(&profile::bundle_appends, false, story) == "1{16 B0 NE} h1");
}

// BUG-37: what the protocol told is forgotten.
BOOST_AUTO_TEST_CASE(bug_37_never_more_than_one_buffer) {
    BOOST_TEST(with(&profile_bugs::bundle_never_sees_inq, receiving(100, 0)) == "1{16 B0 NE} h1");
}

// BND-08: the length of a receive bundle.
BOOST_AUTO_TEST_CASE(bnd_08_a_length) {
    const auto story = receiving(16, 5);
    for (const char* name : {"v6_18", "v7_3"}) {
        BOOST_TEST(on(name, story) == "1{5 B0 NE} h1", name);
    }
    BOOST_TEST(on("v6_12", story) == "1{5 B0 NE} h1");
    BOOST_TEST(on("v6_16", story) == "1{16 B0} h1");
    BOOST_TEST(with(&profile::bundle_honours_length, false, story) == "1{16 B0} h1");
}

// BND-16: several buffers of an incremental ring.
BOOST_AUTO_TEST_CASE(bnd_16_incremental_bundles) {
    const auto story = receiving(40, 0, incremental_group);
    BOOST_TEST(newest(story) == "1{40 B0 BM} h2");
    BOOST_TEST(with(&profile::has_incremental_bundle, false, story) == "1{32 B0 NE} h2");
}

// BUG-20: an appended transfer that ends in a buffer.
BOOST_AUTO_TEST_CASE(bug_20_buf_more_of_an_append) {
    const auto story = receiving(40, 0, incremental_group);
    BOOST_TEST(with(&profile_bugs::bundle_append_loses_buf_more, story) == "1{40 B0} h2");
    for (const char* name : {"v6_16", "v6_17", "v6_19"}) {
        BOOST_TEST(on(name, story) == "1{40 B0} h2", name);
    }
    for (const char* name : {"v6_12", "v6_18", "v7_0"}) {
        BOOST_TEST(on(name, story) == "1{40 B0 BM} h2", name);
    }
}

// BUG-18, BND-03, BND-04: bytes are not where the length of the bundle says.
BOOST_AUTO_TEST_CASE(bug_18_a_gap_in_a_bundle) {
    const auto story = [](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        const int fd = system.world().open(channel_kind::tcp).value();
        for (std::size_t i = 0; i < 3; ++i) std::memset(group.buffer(i), '.', 16);
        group.add(8, 16);
        feed(system.world(), fd, letters(40));
        recv_bundle(ring, fd, 24);
        const std::string seen = run_and_head(ring, group);
        return seen + " " + std::string(group.text(1, 12)) + " " + std::string(group.text(2, 2));
    };
    for (const char* name : {"v6_18", "v7_3"}) {
        BOOST_TEST(on(name, story) == "1{16 B0 NE} h1 ............ ..", name);
    }
    BOOST_TEST(with(&profile_bugs::bundle_truncates_last_slot, story) ==
               "1{40 B0} h3 qrstuvwx.... yz");
}

// BUG-19, ABI-05: the kernel writes into a plain ring.
BOOST_AUTO_TEST_CASE(bug_19_a_slot_made_short) {
    const auto story = [](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        const int fd = system.world().open(channel_kind::tcp).value();
        const int other = system.world().open(channel_kind::tcp).value();
        group.add(4, 16);
        recv_bundle(ring, fd, 5);
        std::string seen = ring.run();  // no data
        feed(system.world(), other, letters(10));
        ring.recv(other, 1, 2);
        seen += ring.run();
        seen += " " + std::to_string(group.slot(0).len);
        (void)ring.cancel(1);
        return seen;
    };
    BOOST_TEST(newest(story) == "2{10 B0} 16");
    BOOST_TEST(with(&profile_bugs::bundle_writes_slot_length, story) == "2{5 B0 NE} 5");
    for (const char* name : {"v6_17", "v6_19"}) BOOST_TEST(on(name, story) == "2{5 B0 NE} 5", name);
    for (const char* name : {"v6_12", "v6_16", "v6_18", "v7_0"}) {
        BOOST_TEST(on(name, story) == "2{10 B0} 16", name);
    }
}

// BUG-22, SND-07: a send bundle that had to wait.
BOOST_AUTO_TEST_CASE(bug_22_a_send_goes_on_after_a_wait) {
    const auto story = [](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        auto& world = system.world();
        const int fd = world.open(channel_kind::unix_stream).value();
        const std::vector<char> much(4096, 's');
        for (int sent = 4096; sent > 0;) {  // fill the socket
            auto& sqe = ring.stage(abi::ioring_op_send, fd, 9);
            sqe.addr = address_of(much.data());
            sqe.len = 4096;
            sqe.op_flags = dontwait_bit;
            (void)ring.submit();
            sent = ring.take().at(0).res;
        }
        group.add(3, 4096);
        auto& sqe = ring.select(abi::ioring_op_send, fd, 1, 5);
        sqe.ioprio = bundle_bit;
        sqe.len = 4096;
        (void)ring.submit();
        std::vector<std::byte> drained(std::size_t{1} << 20U);
        (void)world.receive(fd, drained);
        return run_and_head(ring, group);
    };
    BOOST_TEST(newest(story) == "5{4096 B0} h1");
    const std::string goes_on = "5{4096 B0 +M} 5{8192 B1} h3";
    BOOST_TEST(with(&profile_bugs::send_bundle_continues_after_poll, story) == goes_on);
    for (const char* name : {"v6_16", "v6_17"}) BOOST_TEST(on(name, story) == goes_on, name);
    for (const char* name : {"v6_12", "v6_18"}) BOOST_TEST(on(name, story) == newest(story), name);
}

// BUG-29: the last buffer before the index wraps.
BOOST_AUTO_TEST_CASE(bug_29_a_link_is_cut_at_the_wrap) {
    const auto story = [](model_system& system) {
        raw_ring ring(system);
        raw_group group(ring);
        system.kernel().inside().rings[0]->groups.find(1)->head = 65535;
        group.publish(65535);
        group.add(1, 16);
        const int fd = system.world().open(channel_kind::tcp).value();
        feed(system.world(), fd, letters(20));
        recv_bundle(ring, fd).flags |= abi::iosqe_async | abi::iosqe_io_link;
        ring.stage(abi::ioring_op_nop, -1, 2);
        return ring.run(2);
    };
    BOOST_TEST(newest(story) == "1{16 B0 NE} 2{0}");
    BOOST_TEST(with(&profile_bugs::last_slot_check_misses_wrap, story) == "1{16 B0} 2{-125}");
    for (const char* name : {"v6_17", "v6_18", "v7_2"}) {
        BOOST_TEST(on(name, story) == "1{16 B0} 2{-125}", name);
    }
    BOOST_TEST(on("v6_12", story) == newest(story));
}

// BUG-30, BND-10: a bundle that fits exactly and empties the ring.
BOOST_AUTO_TEST_CASE(bug_30_an_exact_fit) {
    const auto story = [](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        const int fd = system.world().open(channel_kind::tcp).value();
        group.add({64});
        feed(system.world(), fd, letters(64));
        recv_bundle(ring, fd, 64, abi::ioring_recv_multishot);
        std::string seen = ring.run();
        feed(system.world(), fd, "x");
        return seen + " " + ring.run();
    };
    BOOST_TEST(newest(story) == "1{64 B0} ");
    const std::string stays = "1{64 B0 +M} 1{-105}";
    BOOST_TEST(with(&profile_bugs::exact_pickup_not_empty, story) == stays);
    for (const char* name : {"v6_17", "v6_18", "v7_2"}) BOOST_TEST(on(name, story) == stays, name);
}

// BUG-31, MSH-04: of 1000 bytes 744 come.
BOOST_AUTO_TEST_CASE(bug_31_a_limit_counted_twice) {
    const auto story = [](auto& system) {
        raw_ring ring(system, {.entries = 8, .cq_entries = 64});
        raw_group group(ring, {.entries = 2048});
        const int fd = system.world().open(channel_kind::tcp).value();
        group.add(1100, 1);
        feed(system.world(), fd, letters(1500));
        recv_bundle(ring, fd, 0, abi::ioring_recv_multishot).file_index = 1000;
        (void)ring.submit();
        int total = 0;
        for (const auto& each : ring.take()) total += each.res;
        return std::to_string(total);
    };
    BOOST_TEST(newest(story) == "1000");
    BOOST_TEST(with(&profile_bugs::limit_counts_appends_twice, story) == "744");
    for (const char* name : {"v6_17", "v6_18", "v7_2"}) BOOST_TEST(on(name, story) == "744", name);
}

// BUG-35, MSH-05: data gathered, then a fault.
BOOST_AUTO_TEST_CASE(bug_35_an_end_behind_data) {
    const auto story = [](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        const int fd = system.world().open(channel_kind::tcp).value();
        group.stage(0, 16);
        group.stage(1, 16, 0x1000);
        group.stage(2, 16);
        group.publish();
        feed(system.world(), fd, letters(40));
        recv_bundle(ring, fd, 0, abi::ioring_recv_multishot);
        return run_and_head(ring, group);
    };
    for (const char* name : {"v6_18", "v7_3"}) BOOST_TEST(on(name, story) == "1{16 B0} h1", name);
    BOOST_TEST(with(&profile_bugs::multishot_end_not_noticed, story) == "1{16 B0 +M} 1{-14} h1");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::testing
