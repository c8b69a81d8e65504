// Which user addresses the model's kernel touches, and the pages behind them.

#include <boost/test/unit_test.hpp>

#include <array>
#include <cstring>

#include "sim/kernel/address_space.hpp"
#include "sim/kernel/user_buffers.hpp"

namespace ringproof::testing {

using sim::access;
using sim::byte_queue;
using sim::page_arena;
using sim::page_size;
using sim::segment;
using sim::user_buffers;

namespace {

std::uint64_t at(const void* pointer) {
    return static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(pointer));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(address_space)

BOOST_AUTO_TEST_CASE(trusting_takes_any_user_address_but_the_null_page_and_the_kernel_half) {
    const sim::address_space memory(false);
    std::array<char, 16> own{};
    BOOST_TEST(memory.writable(at(own.data()), 16) == 16U);
    for (const std::uint64_t bad : {0ULL, 1ULL, 0xffffULL, 0x7ffffffff000ULL, 0x800000000000ULL,
                                    0xffff800000000000ULL, ~0ULL}) {
        BOOST_TEST(memory.writable(bad, 8) == 0U, bad);
    }
    BOOST_TEST(memory.writable(0x7fffffffeff8, 100) == 8U);
    BOOST_TEST(memory.writable(0x10000, ~0ULL) == 0x7ffffffff000 - 0x10000ULL);
}

BOOST_AUTO_TEST_CASE(strict_takes_what_was_mapped_or_exposed) {
    sim::address_space memory(true);
    std::array<std::byte, 64> own{};
    BOOST_TEST(memory.writable(at(own.data()), 1) == 0U);
    memory.expose(std::span(own).first(32), access::read_write);
    memory.expose(std::span(own).last(32), access::read_only);
    BOOST_TEST(memory.writable(at(own.data()), 64) == 32U);
    BOOST_TEST(memory.readable(at(own.data()) + 8, 64) == 56U);
    memory.conceal(std::span(own).subspan(8, 8));
    BOOST_TEST(memory.readable(at(own.data()), 64) == 8U);
    BOOST_TEST(memory.readable(at(own.data()) + 16, 48) == 48U);
    const std::byte* page = memory.map_new(2, 1);
    BOOST_TEST(memory.writable(at(page), 3 * page_size) == 2 * page_size);
}

BOOST_AUTO_TEST_CASE(guards_and_unmapped_pages_fault_in_either_mode) {
    for (const bool strict : {false, true}) {
        sim::address_space memory(strict);
        std::byte* page = memory.map_new(1, 1);
        BOOST_TEST(memory.writable(at(page), 2 * page_size) == page_size);
        BOOST_TEST(memory.unmap(page));
        BOOST_TEST(!memory.unmap(page));
        BOOST_TEST(memory.readable(at(page), 1) == 0U);
        std::byte* again = memory.map_new(1, 1);
        BOOST_TEST(again == page);  // the arena gives pages out again
        BOOST_TEST(memory.writable(at(page), 2 * page_size) == page_size);
    }
}

BOOST_AUTO_TEST_CASE(pinned_pages_stay) {
    sim::address_space memory(true);
    std::byte* page = memory.map_new(1);
    page[5] = std::byte{7};
    memory.pin(page + 4);
    BOOST_TEST(memory.unmap(page));
    BOOST_TEST(memory.readable(at(page), 1) == 0U);
    BOOST_TEST(memory.map_new(1) != page);
    BOOST_TEST((page[5] == std::byte{7}));
    memory.unpin(page + 4);
    BOOST_TEST(memory.map_new(1) == page);
    BOOST_TEST((page[5] == std::byte{0}));
}

BOOST_AUTO_TEST_CASE(memory_has_an_end) {
    sim::address_space memory(false);
    BOOST_TEST(memory.map_new(page_arena::limit + 1) == nullptr);
    BOOST_TEST(memory.map_new(~std::size_t{0}, 1) == nullptr);
}

BOOST_AUTO_TEST_CASE(user_buffers_walk_their_segments) {
    sim::address_space memory(true);
    std::byte* page = memory.map_new(1, 1);
    const std::array<segment, 3> segments{segment{at(page), 4}, segment{at(page) + 100, 0},
                                          segment{at(page) + page_size - 2, 8}};
    user_buffers buffers;
    buffers.set(segments);
    BOOST_TEST(buffers.left() == 12U);
    BOOST_TEST(buffers.writable(memory, 12) == 6U);
    BOOST_TEST(buffers.segments_within(0) == 0U);
    BOOST_TEST(buffers.segments_within(4) == 1U);
    BOOST_TEST(buffers.segments_within(5) == 3U);
    byte_queue queue(64);
    queue.push(std::as_bytes(std::span("abcdefgh", 8)));
    buffers.fill(queue, 0, 6);
    BOOST_TEST(std::memcmp(page, "abcd", 4) == 0);
    BOOST_TEST(std::memcmp(page + page_size - 2, "ef", 2) == 0);
    BOOST_TEST(buffers.left() == 6U);
}

BOOST_AUTO_TEST_CASE(a_byte_queue_wraps_and_stops_at_its_limit) {
    byte_queue queue(1000);
    std::array<std::byte, 300> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i);
    for (int round = 0; round < 20; ++round) {
        BOOST_TEST(queue.push(bytes) == 300U);
        BOOST_TEST(queue.push(bytes) == 300U);
        std::array<std::byte, 300> out{};
        queue.copy(150, out.data(), 300);
        BOOST_TEST((out[0] == bytes[150] && out[299] == bytes[149]));
        queue.drop(600);
    }
    for (int i = 0; i < 3; ++i) queue.push(bytes);
    BOOST_TEST(queue.push(bytes) == 100U);
    BOOST_TEST(queue.room() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::testing
