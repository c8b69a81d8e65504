#include <ringproof/shared_memory.hpp>

#include <boost/test/unit_test.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <thread>
#include <vector>

#include "tests/support/recording_memory.hpp"

namespace ringproof::testing {

namespace {

/// Each of these lacks one thing.
struct without_fence : native_memory {
    static void fence() = delete;
};
struct without_release : native_memory {
    template <class Word>
    static void store_release(Word*, Word) = delete;
};
struct throwing : native_memory {
    static void fence() {}
};

/// A word alone on its cache line, and what the other side read in its place.
struct alignas(64) crossing {
    std::uint32_t word = 0;
    std::uint32_t read = 0;
};

/// One side of store buffering, many times over without a pause: both sides must be at the same
/// place by chance, and a barrier before each crossing would empty the store buffers.
void cross(std::vector<crossing>& mine, std::vector<crossing>& others,
           std::atomic<unsigned>& arrived) {
    ++arrived;
    while (arrived.load() < 2) std::this_thread::yield();
    for (std::size_t i = 0; i < mine.size(); ++i) {
        native_memory::store_relaxed(&mine[i].word, 1);
        native_memory::fence();
        mine[i].read = native_memory::load_relaxed(&others[i].word);
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(shared_memory)

BOOST_AUTO_TEST_CASE(a_memory_without_one_of_the_accesses_is_none) {
    BOOST_TEST(ringproof::shared_memory<native_memory>);
    BOOST_TEST(ringproof::shared_memory<recording_memory>);
    BOOST_TEST(!ringproof::shared_memory<without_fence>);
    BOOST_TEST(!ringproof::shared_memory<without_release>);
    BOOST_TEST(!ringproof::shared_memory<throwing>);
    BOOST_TEST(!ringproof::shared_memory<int>);
}

BOOST_AUTO_TEST_CASE(each_access_touches_its_word_and_no_neighbour) {
    std::array<std::uint16_t, 3> narrow{1, 2, 3};
    native_memory::store_release(&narrow[1], 65535);
    BOOST_TEST(native_memory::load_acquire(&narrow[1]) == 65535);
    native_memory::store_relaxed(&narrow[1], 7);
    BOOST_TEST(native_memory::load_relaxed(&narrow[1]) == 7);
    BOOST_TEST((narrow == std::array<std::uint16_t, 3>{1, 7, 3}));

    std::array<std::uint32_t, 3> wide{1, 2, 3};
    native_memory::store_release(&wide[1], 0xffffffff);
    BOOST_TEST(native_memory::load_acquire(&wide[1]) == 0xffffffff);
    native_memory::store_plain(&wide[1], 9U);
    BOOST_TEST(native_memory::load_plain(&wide[1]) == 9U);
    BOOST_TEST((wide == std::array<std::uint32_t, 3>{1, 9, 3}));
}

// Message passing (MP). On hardware that reorders, and under the thread sanitizer on any, a weaker
// order at either end is a data race on the payload.
BOOST_AUTO_TEST_CASE(a_release_store_carries_what_came_before_it) {
    constexpr std::uint32_t rounds = 20000;
    std::uint64_t payload = 0;
    std::uint32_t sent = 0;
    std::uint32_t seen = 0;
    std::thread writer([&] {
        for (std::uint32_t round = 1; round <= rounds; ++round) {
            native_memory::store_plain(&payload, std::uint64_t{round} * 3);
            native_memory::store_release(&sent, round);
            while (native_memory::load_acquire(&seen) != round) std::this_thread::yield();
        }
    });
    std::uint32_t wrong_count = 0;
    for (std::uint32_t round = 1; round <= rounds; ++round) {
        while (native_memory::load_acquire(&sent) != round) std::this_thread::yield();
        if (native_memory::load_plain(&payload) != std::uint64_t{round} * 3) ++wrong_count;
        native_memory::store_release(&seen, round);
    }
    writer.join();
    BOOST_TEST(wrong_count == 0U);
}

// Store buffering (SB), the shape of the SQPOLL wake-up: without the fence both sides may read the
// old value, on x86 too.
BOOST_AUTO_TEST_CASE(with_fences_two_stores_are_never_both_missed) {
    std::uint32_t missed_count = 0;
    for (int round = 0; round < 200; ++round) {
        std::vector<crossing> left(4096);
        std::vector<crossing> right(4096);
        std::atomic<unsigned> arrived{0};
        std::thread other([&] { cross(left, right, arrived); });
        cross(right, left, arrived);
        other.join();
        for (std::size_t i = 0; i < left.size(); ++i) {
            if (left[i].read == 0 && right[i].read == 0) ++missed_count;
        }
    }
    BOOST_TEST(missed_count == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::testing
