// Registering, unregistering, mapping and asking for buffer rings: every refusal with its errno
// (REG-*, UNR-*, MAP-*, STA-*).

#include <boost/test/unit_test.hpp>

#include <cstring>
#include <initializer_list>
#include <memory>

#include "tests/sim/kernel/systems.hpp"

namespace ringproof::testing {

namespace {

constexpr int einval = -EINVAL;
constexpr int efault = -EFAULT;

template <class System>
int register_ring(raw_ring<System>& ring, const abi::io_uring_buf_reg& wanted) {
    abi::io_uring_buf_reg reg = wanted;
    return ring.register_with(abi::ioring_register_pbuf_ring, &reg, 1);
}

template <class System>
int unregister_ring(raw_ring<System>& ring, std::uint16_t group) {
    abi::io_uring_buf_reg reg{};
    reg.bgid = group;
    return ring.register_with(abi::ioring_unregister_pbuf_ring, &reg, 1);
}

/// The negated errno of a mapping, or 0.
template <class Value>
int refusal(const result<Value>& answer) {
    return answer ? 0 : -answer.error().value();
}

abi::io_uring_buf_reg registration(std::uint64_t address, std::uint32_t entries,
                                   std::uint16_t group, std::uint16_t flags = 0,
                                   std::uint32_t min_left = 0) {
    return {.ring_addr = address,
            .ring_entries = entries,
            .bgid = group,
            .flags = flags,
            .min_left = min_left,
            .resv = {}};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(buffer_registration)

// REG-01: checks that come before the opcode's own.
BOOST_AUTO_TEST_CASE(reg_01_the_descriptor_is_checked_first) {
    on_each([](auto& system) {
        raw_ring ring(system);
        const int file = system.world().open(channel_kind::file).value();
        abi::io_uring_buf_reg reg{};
        const auto ask = [&](int fd, std::uint32_t opcode) {
            return plain(system.kernel().register_(fd, opcode, &reg, 1));
        };
        BOOST_TEST(ask(-2, abi::ioring_register_pbuf_ring) == -EBADF);
        BOOST_TEST(ask(-1, abi::ioring_register_pbuf_ring) == einval);  // "no ring" since 6.13
        BOOST_TEST(ask(900, abi::ioring_register_pbuf_ring) == -EBADF);
        BOOST_TEST(ask(file, abi::ioring_register_pbuf_ring) == -EOPNOTSUPP);
        BOOST_TEST(ask(ring.fd, 200) == einval);
        BOOST_TEST(ask(-1, 200) == einval);
    });
}

// REG-02, REG-03: one argument, and a readable one.
BOOST_AUTO_TEST_CASE(reg_02_exactly_one_argument) {
    on_each([](auto& system) {
        raw_ring ring(system);
        abi::io_uring_buf_reg reg{};
        for (const std::uint32_t opcode :
             {abi::ioring_register_pbuf_ring, abi::ioring_unregister_pbuf_ring,
              abi::ioring_register_pbuf_status}) {
            BOOST_TEST(ring.register_with(opcode, nullptr, 1) == einval);
            BOOST_TEST(ring.register_with(opcode, nullptr, 0) == einval);
            BOOST_TEST(ring.register_with(opcode, &reg, 0) == einval);
            BOOST_TEST(ring.register_with(opcode, &reg, 2) == einval);
            void* unreadable = reinterpret_cast<void*>(std::uintptr_t{0x1000});
            BOOST_TEST(ring.register_with(opcode, unreadable, 1) == efault);
        }
    });
}

// REG-04, REG-05, ABI-06: reserved words and unknown flags, before anything else is looked at.
BOOST_AUTO_TEST_CASE(reg_04_reserved_words_and_unknown_flags) {
    on_each([](auto& system) {
        raw_ring ring(system);
        for (std::size_t word = 0; word < 5; ++word) {
            auto reg = registration(0, 8, 1);
            reg.resv[word] = 1;
            BOOST_TEST(register_ring(ring, reg) == einval);
        }
        for (int bit = 0; bit < 16; ++bit) {
            const auto flag = static_cast<std::uint16_t>(1U << bit);
            const auto group = static_cast<std::uint16_t>(bit);
            const int answer = register_ring(ring, registration(0, 8, group, flag));
            const bool mapped = flag == abi::iou_pbuf_ring_mmap;
            const bool incremental = flag == abi::iou_pbuf_ring_inc;
            BOOST_TEST(answer == (mapped ? 0 : incremental ? efault : einval), "bit " << bit);
        }
    });
}

// REG-06, REG-07, REG-08, REG-09: entries and address.
BOOST_AUTO_TEST_CASE(reg_06_entries_and_address) {
    on_each([](auto& system) {
        raw_ring ring(system);
        const auto memory = system.kernel().map_anonymous({.size = 32768 * 16}).value();
        const std::uint64_t at = address_of(memory.data());
        for (const std::uint32_t entries : {0U, 3U, 12U, 65535U, 65536U, 1U << 20U, ~0U}) {
            BOOST_TEST(register_ring(ring, registration(at, entries, 1)) == einval);
        }
        for (const std::uint32_t entries : {1U, 2U, 256U, 32768U}) {
            BOOST_TEST(register_ring(ring, registration(at, entries, 1)) == 0);
            BOOST_TEST(unregister_ring(ring, 1) == 0);
        }
        BOOST_TEST(register_ring(ring, registration(0, 8, 1)) == efault);
        BOOST_TEST(register_ring(ring, registration(at + 16, 8, 1)) == einval);
        BOOST_TEST(register_ring(ring, registration(at + 2048, 8, 1)) == einval);
        BOOST_TEST(register_ring(ring, registration(at + 4096, 8, 1)) == 0);
        BOOST_TEST(unregister_ring(ring, 1) == 0);
    });
}

// REG-10, REG-19: memory that cannot be written cannot be pinned; whole pages suffice.
BOOST_AUTO_TEST_CASE(reg_10_memory_that_cannot_be_pinned) {
    on_each([](auto& system) {
        raw_ring ring(system);
        const auto memory =
            system.kernel().map_anonymous({.size = 8192, .guard_page = true}).value();
        const std::uint64_t at = address_of(memory.data());
        BOOST_TEST(register_ring(ring, registration(0x1000, 8, 1)) == efault);
        BOOST_TEST(register_ring(ring, registration(0xffff800000000000, 8, 1)) == efault);
        BOOST_TEST(register_ring(ring, registration(0x1234567800000000, 8, 1)) == efault);
        BOOST_TEST(register_ring(ring, registration(at + 8192, 8, 1)) == efault);
        BOOST_TEST(register_ring(ring, registration(at + 4096, 512, 1)) == efault);
        BOOST_TEST(register_ring(ring, registration(at, 512, 1)) == 0);
        BOOST_TEST(register_ring(ring, registration(at + 4096, 256, 2)) == 0);
        BOOST_TEST(unregister_ring(ring, 1) == 0);
        BOOST_TEST(unregister_ring(ring, 2) == 0);
        BOOST_TEST(plain(system.kernel().unmap(memory)) == 0);
        BOOST_TEST(register_ring(ring, registration(at, 8, 1)) == efault);
    });
}

// REG-12: the address of a ring that the kernel allocates is ignored.
BOOST_AUTO_TEST_CASE(reg_12_a_mapped_ring_ignores_the_address) {
    on_each([](auto& system) {
        raw_ring ring(system);
        const auto wanted = registration(0x12345, 8, 1, abi::iou_pbuf_ring_mmap);
        BOOST_TEST(register_ring(ring, wanted) == 0);
    });
}

// REG-13, REG-14, REG-21: a group id is any 16 bits, once; a failure leaves it free.
BOOST_AUTO_TEST_CASE(reg_13_a_group_id_is_used_once) {
    on_each([](auto& system) {
        raw_ring ring(system);
        for (const std::uint16_t group : std::initializer_list<std::uint16_t>{0, 63, 64, 65535}) {
            const auto wanted = registration(0, 8, group, abi::iou_pbuf_ring_mmap);
            BOOST_TEST(register_ring(ring, registration(0x1000, 8, group)) == efault);
            BOOST_TEST(register_ring(ring, wanted) == 0);
            BOOST_TEST(register_ring(ring, wanted) == -EEXIST);
            BOOST_TEST(unregister_ring(ring, group) == 0);
            BOOST_TEST(register_ring(ring, wanted) == 0);
        }
    });
}

// REG-15, order C: of two wrong arguments, which one is told.
BOOST_AUTO_TEST_CASE(reg_15_the_order_of_checks) {
    on_each([](auto& system) {
        raw_ring ring(system);
        BOOST_TEST(register_ring(ring, registration(0, 8, 1, abi::iou_pbuf_ring_mmap)) == 0);
        auto reserved = registration(0, 3, 1, 0x80);
        reserved.resv[0] = 1;
        BOOST_TEST(register_ring(ring, reserved) == einval);
        BOOST_TEST(register_ring(ring, registration(0, 3, 2)) == einval);    // entries, address
        BOOST_TEST(register_ring(ring, registration(0, 8, 1)) == -EEXIST);   // in use, address
        BOOST_TEST(register_ring(ring, registration(16, 8, 1)) == -EEXIST);  // in use, alignment
        BOOST_TEST(register_ring(ring, registration(0, 3, 1)) == einval);    // in use, entries
        BOOST_TEST(register_ring(ring, registration(0, 8, 1, 0, 5)) == einval);  // in use, min_left
        BOOST_TEST(register_ring(ring, registration(0, 8, 2)) == efault);
    });
}

// REG-16: min_left belongs to incremental rings, where any value does.
BOOST_AUTO_TEST_CASE(reg_16_min_left_needs_an_incremental_ring) {
    on_each([](auto& system) {
        raw_ring ring(system);
        constexpr auto mapped = abi::iou_pbuf_ring_mmap;
        BOOST_TEST(register_ring(ring, registration(0, 8, 1, mapped, 1)) == einval);
        for (const std::uint32_t min_left : {1U, 4096U, ~0U}) {
            const auto flags = static_cast<std::uint16_t>(mapped | abi::iou_pbuf_ring_inc);
            BOOST_TEST(register_ring(ring, registration(0, 8, 1, flags, min_left)) == 0);
            BOOST_TEST(unregister_ring(ring, 1) == 0);
        }
    });
}

// REG-17, USR-07: a new registration starts at head 0 with the tail that the memory holds.
BOOST_AUTO_TEST_CASE(reg_17_the_tail_is_whatever_the_memory_holds) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        const int fd = system.world().open(channel_kind::udp).value();
        group.add(3, 64);
        BOOST_TEST(group.close() == 0);
        BOOST_TEST(register_ring(ring, registration(address_of(group.memory().data()), 8, 1)) == 0);
        BOOST_TEST(group.head() == 0);
        for (int i = 0; i < 4; ++i) {
            feed(system.world(), fd, "x");
            ring.recv(fd, 1);
        }
        BOOST_TEST(ring.run() == "1{1 B0} 1{1 B1} 1{1 B2} 1{-105}");
    });
}

// REG-18: one memory, two groups, two heads.
BOOST_AUTO_TEST_CASE(reg_18_two_groups_may_share_memory) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        const int fd = system.world().open(channel_kind::udp).value();
        group.add(2, 64);
        BOOST_TEST(register_ring(ring, registration(address_of(group.memory().data()), 8, 2)) == 0);
        for (const std::uint16_t id : std::initializer_list<std::uint16_t>{1, 2, 2}) {
            feed(system.world(), fd, "x");
            ring.recv(fd, id, id);
        }
        BOOST_TEST(ring.run() == "1{1 B0} 2{1 B0} 2{1 B1}");
        BOOST_TEST(group.head() == 1);
        BOOST_TEST(unregister_ring(ring, 2) == 0);
    });
}

// REG-20: before the ring is enabled.
BOOST_AUTO_TEST_CASE(reg_20_a_disabled_ring_may_register) {
    on_each([](auto& system) {
        raw_ring ring(system, {.flags = abi::ioring_setup_r_disabled});
        raw_group group(ring);
        BOOST_TEST(group.answer == 0);
        BOOST_TEST(ring.enter(0, 0, 0) == -EBADFD);
        BOOST_TEST(ring.register_with(abi::ioring_register_enable_rings, nullptr, 0) == 0);
        BOOST_TEST(ring.enter(0, 0, 0) == 0);
        BOOST_TEST(ring.register_with(abi::ioring_register_enable_rings, nullptr, 0) == -EBADFD);
    });
}

// REG-22, UNR-03, UNR-05: requests do not hold the group; they look it up when data comes.
BOOST_AUTO_TEST_CASE(unr_03_armed_requests_follow_the_group_id) {
    on_each([](auto& system) {
        raw_ring ring(system);
        const int fd = system.world().open(channel_kind::tcp).value();
        {
            raw_group first(ring);
            first.add({64, 64});
            ring.recv_multishot(fd, 1);
            BOOST_TEST(ring.run() == "");
        }
        {
            raw_group second(ring);
            second.stage(7);
            second.publish();
            feed(system.world(), fd, "new");
            BOOST_TEST(ring.run() == "1{3 B7 +M}");
        }
        feed(system.world(), fd, "gone");
        BOOST_TEST(ring.run() == "1{-105}");
        raw_group third(ring);
        third.add({64});
        ring.recv(fd, 1, 2);
        BOOST_TEST(ring.run() == "2{4 B0}");
    });
}

// UNR-01, UNR-02: what unregistering looks at.
BOOST_AUTO_TEST_CASE(unr_01_unregistering_looks_at_the_group_only) {
    on_each([](auto& system) {
        raw_ring ring(system);
        BOOST_TEST(register_ring(ring, registration(0, 8, 1, abi::iou_pbuf_ring_mmap)) == 0);
        const auto ask = [&](abi::io_uring_buf_reg reg) {
            return ring.register_with(abi::ioring_unregister_pbuf_ring, &reg, 1);
        };
        BOOST_TEST(ask(registration(0, 0, 1, 1)) == einval);
        auto reserved = registration(0, 0, 9);
        reserved.resv[4] = 1;
        BOOST_TEST(ask(reserved) == einval);
        BOOST_TEST(ask(registration(0, 0, 9)) == -ENOENT);
        BOOST_TEST(ask(registration(0x777, 5, 1, 0, 3)) == 0);
        BOOST_TEST(ask(registration(0, 0, 1)) == -ENOENT);
    });
}

// UNR-07: pinned pages outlive their mapping.
BOOST_AUTO_TEST_CASE(unr_07_memory_may_be_unmapped_while_registered) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group other(ring, {.id = 2});  // lends its buffers
        const int fd = system.world().open(channel_kind::udp).value();
        const auto memory = system.kernel().map_anonymous({.size = 4096}).value();
        auto* slots = reinterpret_cast<abi::io_uring_buf*>(memory.data());
        slots[0] = {address_of(other.buffer(0)), 64, 0, 2};
        slots[1] = {address_of(other.buffer(1)), 64, 1, 0};
        BOOST_TEST(register_ring(ring, registration(address_of(slots), 8, 1)) == 0);
        BOOST_TEST(plain(system.kernel().unmap(memory)) == 0);
        for (int i = 0; i < 3; ++i) {
            feed(system.world(), fd, "x");
            ring.recv(fd, 1);
        }
        BOOST_TEST(ring.run() == "1{1 B0} 1{1 B1} 1{-105}");
    });
}

// UNR-07, of memory that the model did not map: it keeps a copy when the memory is concealed.
BOOST_AUTO_TEST_CASE(unr_07_concealed_memory_keeps_its_contents) {
    model_system system({.strict_addresses = true});
    raw_ring ring(system);
    raw_group group(ring, {.id = 2});
    const int fd = system.world().open(channel_kind::udp).value();
    struct alignas(4096) page {
        abi::io_uring_buf slots[256];
    };
    auto own = std::make_unique<page>();
    const auto bytes = std::as_bytes(std::span(own->slots));
    abi::io_uring_buf_reg reg = registration(address_of(own.get()), 8, 1);
    system.kernel().expose({reinterpret_cast<std::byte*>(&reg), sizeof reg});
    BOOST_TEST(register_ring(ring, reg) == efault);  // strict: not known yet
    system.kernel().expose(bytes);
    own->slots[0] = {address_of(group.buffer(0)), 64, 3, 1};
    BOOST_TEST(ring.register_with(abi::ioring_register_pbuf_ring, &reg, 1) == 0);
    system.kernel().conceal(bytes);
    own.reset();
    feed(system.world(), fd, "x");
    ring.recv(fd, 1);
    BOOST_TEST(ring.run() == "1{1 B3}");
}

// MAP-01, MAP-02, MAP-03: offset, contents, size.
BOOST_AUTO_TEST_CASE(map_01_a_mapped_ring) {
    on_each([](auto& system) {
        raw_ring ring(system);
        const auto wanted = registration(0, 512, 5, abi::iou_pbuf_ring_mmap);
        BOOST_TEST(register_ring(ring, wanted) == 0);
        const auto map = [&](std::size_t size, std::uint64_t offset) {
            return system.kernel().map(ring.fd, size, offset);
        };
        constexpr std::uint64_t at = abi::ioring_off_pbuf_ring | 5U << 16U;
        const auto whole = map(512 * 16, at);
        BOOST_REQUIRE(whole.has_value());
        for (const std::byte each : *whole) BOOST_REQUIRE(each == std::byte{0});
        (*whole)[100] = std::byte{42};
        const auto again = map(512 * 16, at + 4096);  // MAP-01: the low bits are ignored
        BOOST_REQUIRE(again.has_value());
        BOOST_TEST(((*again)[100] == std::byte{42}));
        BOOST_TEST(refusal(map(4096, at)) == efault);  // MAP-03
        const auto larger = map(4 * 4096, at);
        BOOST_TEST(larger.has_value());
        BOOST_TEST(plain(system.kernel().unmap(*larger)) == 0);
        BOOST_TEST(plain(system.kernel().unmap(*again)) == 0);
        BOOST_TEST(plain(system.kernel().unmap(*whole)) == 0);
    });
}

// MAP-04: nothing to map.
BOOST_AUTO_TEST_CASE(map_04_nothing_to_map) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group user_memory(ring, {.id = 1});
        BOOST_TEST(register_ring(ring, registration(0, 8, 2, abi::iou_pbuf_ring_mmap)) == 0);
        const int refused = system.version(-EINVAL, -ENOMEM);
        for (const std::uint64_t offset : {1ULL << 16U, 3ULL << 16U, 2ULL << 12U, 0x2ULL << 20U}) {
            const auto mapped =
                system.kernel().map(ring.fd, 4096, abi::ioring_off_pbuf_ring | offset);
            BOOST_TEST(refusal(mapped) == refused);
        }
        BOOST_TEST(unregister_ring(ring, 2) == 0);
        const auto gone = system.kernel().map(ring.fd, 4096, abi::ioring_off_pbuf_ring | 2U << 16U);
        BOOST_TEST(refusal(gone) == refused);
    });
}

// MAP-05: a mapping outlives its registration, as dead memory.
BOOST_AUTO_TEST_CASE(map_05_a_mapping_outlives_its_registration) {
    on_each([](auto& system) {
        raw_ring ring(system);
        const auto wanted = registration(0, 8, 1, abi::iou_pbuf_ring_mmap);
        constexpr std::uint64_t at = abi::ioring_off_pbuf_ring | 1U << 16U;
        BOOST_TEST(register_ring(ring, wanted) == 0);
        const auto old = system.kernel().map(ring.fd, 4096, at).value();
        old[14] = std::byte{3};
        BOOST_TEST(unregister_ring(ring, 1) == 0);
        BOOST_TEST((old[14] == std::byte{3}));
        BOOST_TEST(register_ring(ring, wanted) == 0);
        const auto fresh = system.kernel().map(ring.fd, 4096, at).value();
        BOOST_TEST((fresh[14] == std::byte{0}));
        old[14] = std::byte{4};
        BOOST_TEST((fresh[14] == std::byte{0}));
        BOOST_TEST(plain(system.kernel().unmap(old)) == 0);
        BOOST_TEST(plain(system.kernel().unmap(fresh)) == 0);
    });
}

// A ring in the kernel's memory works like one in the application's.
BOOST_AUTO_TEST_CASE(a_mapped_ring_is_used_like_any_other) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring, {.flags = abi::iou_pbuf_ring_mmap});
        const int fd = system.world().open(channel_kind::tcp).value();
        group.add(2, 4);
        feed(system.world(), fd, "abcdef");
        ring.recv_multishot(fd, 1);
        BOOST_TEST(ring.run() == "1{4 B0 +M NE} 1{2 B1 +M}");
        BOOST_TEST(group.head() == 2);
    });
}

// STA-01, STA-02, ABI-07: the head in full, and what is refused.
BOOST_AUTO_TEST_CASE(sta_02_status_refuses_and_then_writes_nothing) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring, {.id = 4});
        abi::io_uring_buf_status status{};
        const auto ask = [&] {
            return ring.register_with(abi::ioring_register_pbuf_status, &status, 1);
        };
        status.head = 77;
        status.buf_group = 0x10004;  // compared as 32 bits
        BOOST_TEST(ask() == -ENOENT);
        status.buf_group = 9;
        BOOST_TEST(ask() == -ENOENT);
        status.buf_group = 4;
        for (std::size_t word = 0; word < 8; ++word) {
            status.resv[word] = 1;
            BOOST_TEST(ask() == einval);
            status.resv[word] = 0;
        }
        BOOST_TEST(status.head == 77U);
        BOOST_TEST(ask() == 0);
        BOOST_TEST(status.head == 0U);
    });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::testing
