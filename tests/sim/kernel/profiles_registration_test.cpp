// What versions differ in when a buffer ring is registered, mapped or taken away.

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <memory>

#include "tests/sim/kernel/versions.hpp"

namespace ringproof::testing {

namespace {

using sim::profile;
using sim::profile_bugs;

/// Registers with these arguments; the answer as text.
template <class System>
std::string registering(raw_ring<System>& ring, std::uint64_t address, std::uint32_t entries,
                        std::uint16_t group = 1, std::uint16_t flags = 0,
                        std::uint32_t min_left = 0) {
    abi::io_uring_buf_reg reg{.ring_addr = address,
                              .ring_entries = entries,
                              .bgid = group,
                              .flags = flags,
                              .min_left = min_left,
                              .resv = {}};
    return std::to_string(ring.register_with(abi::ioring_register_pbuf_ring, &reg, 1));
}

template <class System>
std::string unregistering(raw_ring<System>& ring, std::uint16_t group) {
    abi::io_uring_buf_reg reg{};
    reg.bgid = group;
    return std::to_string(ring.register_with(abi::ioring_unregister_pbuf_ring, &reg, 1));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(profiles_registration)

// REG-15: which of two wrong arguments is told.
BOOST_AUTO_TEST_CASE(reg_15_the_order_of_checks) {
    const auto story = [](auto& system) {
        raw_ring ring(system);
        const raw_group group(ring);
        return registering(ring, 0, 8) + " " + registering(ring, 0, 3, 2) + " " +
            registering(ring, 0, 3, 2, 0x8000);
    };
    BOOST_TEST(on("v6_1", story) == "-14 -14 -22");  // in use and no address: EFAULT
    BOOST_TEST(on("v6_12", story) == "-14 -14 -22");
    BOOST_TEST(on("v6_16", story) == "-17 -22 -22");
    BOOST_TEST(newest(story) == "-17 -22 -22");
}

// REG-05, REG-16: flags and words that a version does not know.
BOOST_AUTO_TEST_CASE(reg_05_unknown_flags) {
    const auto story = [](auto& system) {
        raw_ring ring(system);
        const auto memory = system.kernel().map_anonymous({.size = 4096}).value();
        const std::uint64_t at = address_of(memory.data());
        return registering(ring, at, 8, 2, abi::iou_pbuf_ring_inc) + " " +
            registering(ring, at, 8, 3, abi::iou_pbuf_ring_inc, 4) + " " +
            registering(ring, 0, 8, 4, abi::iou_pbuf_ring_mmap);
    };
    BOOST_TEST(on("v6_1", story) == "-22 -22 -22");
    BOOST_TEST(on("v6_4", story) == "-22 -22 0");
    BOOST_TEST(on("v6_12", story) == "0 0 0");
    BOOST_TEST(on("v6_17", story) == "0 -22 0");
    BOOST_TEST(on("v6_18", story) == "0 0 0");
    BOOST_TEST(with(&profile::has_incremental, false, story) == "-22 -22 0");
    BOOST_TEST(with(&profile::has_min_left, false, story) == "0 -22 0");
    BOOST_TEST(with(&profile::has_mmap, false, story) == "0 0 -22");
}

// REG-12: an address beside the MMAP flag.
BOOST_AUTO_TEST_CASE(reg_12_a_mapped_ring_with_an_address) {
    const auto story = [](auto& system) {
        raw_ring ring(system);
        return registering(ring, 0x10000, 8, 1, abi::iou_pbuf_ring_mmap);
    };
    BOOST_TEST(newest(story) == "0");
    BOOST_TEST(on("v6_12", story) == "-22");
    BOOST_TEST(with(&profile::mapped_ring_ignores_address, false, story) == "-22");
}

// REG-01: descriptor -1.
BOOST_AUTO_TEST_CASE(reg_01_no_ring_at_all) {
    const auto story = [](auto& system) {
        return std::to_string(plain(system.kernel().register_(-1, 22, nullptr, 1)));
    };
    BOOST_TEST(newest(story) == "-22");
    BOOST_TEST(on("v6_12", story) == "-9");
    BOOST_TEST(with(&profile::registers_without_ring, false, story) == "-9");
}

// USR-05: pages that count against RLIMIT_MEMLOCK.
BOOST_AUTO_TEST_CASE(usr_05_locked_memory) {
    const auto story = [](model_system& system) {
        raw_ring ring(system);
        system.kernel().inside().options.locked_pages_max = 128;
        constexpr std::uint16_t mapped = abi::iou_pbuf_ring_mmap;
        std::string answers = registering(ring, 0, 32768, 1, mapped);  // 128 pages
        answers += " " + registering(ring, 0, 1, 2, mapped);
        answers += " " + unregistering(ring, 1);
        return answers + " " + registering(ring, 0, 1, 2, mapped);
    };
    BOOST_TEST(newest(story) == "0 0 0 -17");
    BOOST_TEST(with(&profile::charges_locked_memory, true, story) == "0 -12 0 0");
    for (const char* name : {"v6_16", "v7_1"}) BOOST_TEST(on(name, story) == "0 -12 0 0", name);
    for (const char* name : {"v6_12", "v7_2"}) BOOST_TEST(on(name, story) == "0 0 0 -17", name);
}

// MAP-04: mapping a group that is not there. Before there were such rings it is a wrong offset.
BOOST_AUTO_TEST_CASE(map_04_an_unknown_group) {
    const auto story = [](auto& system) {
        raw_ring ring(system);
        const auto mapped = system.kernel().map(ring.fd, 4096, abi::ioring_off_pbuf_ring);
        return std::to_string(-mapped.error().value());
    };
    BOOST_TEST(newest(story) == "-22");
    BOOST_TEST(on("v7_1", story) == "-12");
    BOOST_TEST(on("v6_1", story) == "-22");
    BOOST_TEST(with(&profile::map_unknown_group_error, ENOMEM, story) == "-12");
}

// STA-01: no status before 6.8.
BOOST_AUTO_TEST_CASE(sta_01_status) {
    const auto story = [](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        return std::to_string(group.head());
    };
    BOOST_TEST(on("v6_8", story) == "0");
    BOOST_TEST(on("v6_4", story) == "-22");
    BOOST_TEST(with(&profile::has_status, false, story) == "-22");
}

// UNR-06, BUG-07: groups below 64 keep their head, and are never quite gone.
BOOST_AUTO_TEST_CASE(bug_07_low_groups_keep_their_head) {
    const auto story = [](auto& system) {
        std::string seen;
        for (const std::uint16_t id : {std::uint16_t{5}, std::uint16_t{64}}) {
            raw_ring ring(system);
            raw_group group(ring, {.id = id});
            const int fd = system.world().open(channel_kind::unix_stream).value();
            feed(system.world(), fd, "ab");
            group.add(4, 1);
            ring.recv(fd, id);
            seen += ring.run() + " ";
            (void)group.close();
            seen += unregistering(ring, id) + " " + unregistering(ring, 9) + " ";
            seen += registering(ring, address_of(group.memory().data()), 8, id) + " ";
            ring.recv(fd, id);
            seen += ring.run() + "; ";
        }
        return seen;
    };
    constexpr const char* high = "1{1 B0} -2 -2 0 1{1 B0}; ";
    BOOST_TEST(newest(story) ==
               std::string("1{1 B0 NE} -2 -2 0 1{1 B0}; ") + "1{1 B0 NE} -2 -2 0 1{1 B0}; ");
    BOOST_TEST(on("v6_1", story) == std::string("1{1 B0} -22 -22 0 1{1 B1}; ") + high);
    BOOST_TEST(on("v6_8", story) == std::string("1{1 B0} -22 -22 0 1{1 B1}; ") + high);
    BOOST_TEST(with(&profile::low_groups_are_permanent, true, story) ==
               std::string("1{1 B0 NE} -22 -22 0 1{1 B1}; ") + "1{1 B0 NE} -2 -2 0 1{1 B0}; ");
}

// BUG-02: 65536 entries.
BOOST_AUTO_TEST_CASE(bug_02_a_ring_of_65536_entries) {
    const auto story = [](auto& system) {
        raw_ring ring(system);
        const auto memory = system.kernel().map_anonymous({.size = 65536 * 16}).value();
        std::string seen = registering(ring, address_of(memory.data()), 65536);
        const int fd = system.world().open(channel_kind::tcp).value();
        feed(system.world(), fd, "a");
        // Full is tail 65536, and that is 0: it looks empty.
        ring.recv(fd, 1);
        return seen + " " + ring.run();
    };
    BOOST_TEST(newest(story) == "-22 1{-105}");
    BOOST_TEST(with(&profile_bugs::accepts_65536_entries, story) == "0 1{-105}");
}

// BUG-05: a ring that fills its pages wants the one behind them.
BOOST_AUTO_TEST_CASE(bug_05_a_page_too_many) {
    const auto story = [](auto& system) {
        raw_ring ring(system);
        const auto at = [&] {
            const auto made = system.kernel().map_anonymous({.size = 4096, .guard_page = true});
            return address_of(made.value().data());
        };
        return registering(ring, at(), 256, 1) + " " + registering(ring, at(), 128, 2);
    };
    BOOST_TEST(newest(story) == "0 0");
    BOOST_TEST(with(&profile_bugs::pins_a_page_too_many, story) == "-14 0");
    BOOST_TEST(on("v5_19", story) == "-14 0");
    BOOST_TEST(on("v6_1", story) == "0 0");
}

// BUG-10, MAP-05: the mapping of a ring that was unregistered.
BOOST_AUTO_TEST_CASE(bug_10_a_mapping_shows_foreign_memory) {
    const auto story = [](auto& system) {
        raw_ring ring(system);
        raw_group group(ring, {.flags = abi::iou_pbuf_ring_mmap});
        group.add(1, 64);
        (void)group.close();
        return std::to_string(group.slot(0).len);
    };
    BOOST_TEST(newest(story) == "64");
    BOOST_TEST(with(&profile_bugs::mapped_ring_freed_early, story) != "64");
    BOOST_TEST(on("v6_4", story) != "64");
    BOOST_TEST(on("v6_8", story) == "64");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::testing
