#include <ringproof/buffer_ring.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "tests/support/recording_memory.hpp"

namespace ringproof::testing {

namespace {

using native_ring = ringproof::buffer_ring<native_memory>;

template <std::size_t Count>
struct alignas(4096) entries_of : std::array<abi::io_uring_buf, Count> {};

std::array<std::byte, 100> bytes{};

/// The ring's memory as the kernel reads it.
template <class Value>
Value word_at(const void* ring, std::size_t offset) {
    Value value;
    std::memcpy(&value, static_cast<const std::byte*>(ring) + offset, sizeof value);
    return value;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(buffer_ring)

// ABI-01, ABI-02.
BOOST_AUTO_TEST_CASE(an_entry_is_sixteen_bytes_and_the_tail_is_at_offset_fourteen) {
    entries_of<2> entries{};
    native_ring ring({}, entries);
    ring.stage(std::span(bytes).first(70), buffer_id{0x1234});
    ring.stage(std::span(bytes).subspan(10, 20), buffer_id{7});
    BOOST_TEST(word_at<std::uint16_t>(&entries, 14) == 0U);
    ring.publish();
    BOOST_TEST(word_at<std::uint64_t>(&entries, 0) == reinterpret_cast<std::uintptr_t>(&bytes));
    BOOST_TEST(word_at<std::uint32_t>(&entries, 8) == 70U);
    BOOST_TEST(word_at<std::uint16_t>(&entries, 12) == 0x1234U);
    BOOST_TEST(word_at<std::uint16_t>(&entries, 14) == 2U);
    BOOST_TEST(word_at<std::uint64_t>(&entries, 16) ==
               reinterpret_cast<std::uintptr_t>(&bytes) + 10);
    BOOST_TEST(word_at<std::uint32_t>(&entries, 24) == 20U);
    BOOST_TEST(word_at<std::uint16_t>(&entries, 28) == 7U);
}

// ABI-04: an entry written whole would wipe the tail.
BOOST_AUTO_TEST_CASE(staging_into_slot_zero_leaves_the_published_tail_alone) {
    entries_of<1> entries{};
    native_ring ring({}, entries);
    ring.stage(bytes, buffer_id{1});
    ring.publish();
    ring.stage(bytes, buffer_id{2});
    BOOST_TEST(word_at<std::uint16_t>(&entries, 14) == 1U);
    BOOST_TEST(ring.tail_published() == 1U);
    BOOST_TEST(ring.tail_staged() == 2U);
}

// ABI-03: nobody reads it, and the application has no business there.
BOOST_AUTO_TEST_CASE(the_reserved_words_of_other_slots_are_never_written) {
    entries_of<4> entries{};
    for (auto& entry : std::span(entries).subspan(1)) entry.resv = 0xabcd;
    native_ring ring({}, entries);
    for (std::uint16_t id = 0; id < 9; ++id) {
        ring.stage(bytes, buffer_id{id});
        ring.publish();
    }
    for (const auto& entry : std::span(entries).subspan(1)) BOOST_TEST(entry.resv == 0xabcdU);
}

// INC-02: the kernel moves addr and shortens len, so a returned buffer is written in full.
BOOST_AUTO_TEST_CASE(every_field_is_written_at_every_return) {
    entries_of<1> entries{};
    native_ring ring({}, entries);
    ring.stage(bytes, buffer_id{5});
    ring.publish();
    entries[0].addr += 60;
    entries[0].len = 40;
    BOOST_TEST((ring.entry(slot_index{0}).data() == bytes.data() + 60));
    BOOST_TEST(ring.entry(slot_index{0}).size() == 40U);
    ring.stage(bytes, buffer_id{5});
    BOOST_TEST((ring.entry(slot_index{0}).data() == bytes.data()));
    BOOST_TEST(ring.entry(slot_index{0}).size() == bytes.size());
    BOOST_TEST(entries[0].bid == 5U);
}

BOOST_AUTO_TEST_CASE(slots_are_filled_in_order_and_wrap_at_the_slot_count) {
    entries_of<4> entries{};
    native_ring ring({}, entries);
    for (std::uint16_t id = 0; id < 11; ++id) {
        BOOST_TEST(to_number(ring.next_slot()) == id % 4);
        ring.stage(bytes, buffer_id{id});
        BOOST_TEST(entries[id % 4U].bid == id);
    }
    BOOST_TEST(ring.mask() == 3U);
    BOOST_TEST(ring.slot_count() == 4U);
}

// RNG-01: the tail is a free-running 16-bit number.
BOOST_AUTO_TEST_CASE(the_tail_wraps_at_65536_and_the_slots_go_on_in_order) {
    entries_of<8> entries{};
    entries[0].resv = 65533;
    native_ring ring({}, entries);
    BOOST_TEST(ring.tail_staged() == 65533U);
    for (std::uint16_t id = 0; id < 6; ++id) ring.stage(bytes, buffer_id{id});
    ring.publish();
    BOOST_TEST(ring.tail_published() == 3U);
    BOOST_TEST(ring.available(65533) == 6U);
    BOOST_TEST(entries[5].bid == 0U);
    BOOST_TEST(entries[7].bid == 2U);
    BOOST_TEST(entries[0].bid == 3U);
    BOOST_TEST(entries[2].bid == 5U);
    BOOST_TEST(to_number(ring.slot_of(65535)) == 7U);
    BOOST_TEST(to_number(ring.slot_of(0)) == 0U);
}

// RNG-02: positions, not slots, tell a full ring from an empty one.
BOOST_AUTO_TEST_CASE(a_full_ring_is_not_an_empty_one) {
    entries_of<4> entries{};
    native_ring ring({}, entries);
    BOOST_TEST(ring.available(0) == 0U);
    for (std::uint16_t id = 0; id < 4; ++id) ring.stage(bytes, buffer_id{id});
    BOOST_TEST(ring.available(0) == 0U);
    ring.publish();
    BOOST_TEST(ring.available(0) == 4U);
    BOOST_TEST(ring.available(4) == 0U);
}

BOOST_AUTO_TEST_CASE(the_largest_ring_can_be_full) {
    std::vector<abi::io_uring_buf> entries(32768);
    native_ring ring({}, entries);
    for (std::uint32_t id = 0; id < 32768; ++id) {
        ring.stage(bytes, static_cast<buffer_id>(id));
    }
    ring.publish();
    BOOST_TEST(ring.available(0) == 32768U);
    BOOST_TEST(ring.mask() == 32767U);
    BOOST_TEST(entries[32767].bid == 32767U);
}

// REG-17: the tail is whatever the memory holds.
BOOST_AUTO_TEST_CASE(a_ring_goes_on_from_the_tail_that_it_finds) {
    entries_of<4> entries{};
    entries[0].resv = 2;
    native_ring ring({}, entries);
    BOOST_TEST(ring.available(0) == 2U);
    ring.stage(bytes, buffer_id{9});
    BOOST_TEST(entries[2].bid == 9U);
    BOOST_TEST(ring.available(0) == 2U);
}

// ABI-08: one release store for the batch, after all of its entries.
BOOST_AUTO_TEST_CASE(a_batch_costs_one_release_store_after_its_entries) {
    entries_of<2> entries{};
    std::vector<memory_event> diary;
    ringproof::buffer_ring<recording_memory> ring(recording_memory(diary), entries);
    diary.clear();
    ring.stage(bytes, buffer_id{0});
    ring.stage(bytes, buffer_id{1});
    ring.publish();
    BOOST_TEST_REQUIRE(diary.size() == 7U);
    BOOST_TEST((diary.back() == memory_event{access::release_store, &entries[0].resv}));
    for (auto& entry : entries) {  // in any order
        for (const void* field : {static_cast<void*>(&entry.addr), static_cast<void*>(&entry.len),
                                  static_cast<void*>(&entry.bid)}) {
            BOOST_TEST(std::ranges::count(diary, memory_event{access::plain_store, field}) == 1);
        }
    }
}

BOOST_AUTO_TEST_CASE(publishing_nothing_moves_nothing) {
    entries_of<2> entries{};
    native_ring ring({}, entries);
    ring.stage(bytes, buffer_id{0});
    ring.publish();
    ring.publish();
    BOOST_TEST(ring.tail_published() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::testing
