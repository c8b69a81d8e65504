#include <ringproof/completion_queue.hpp>

#include <boost/test/unit_test.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "tests/support/recording_memory.hpp"

namespace ringproof::testing {

namespace {

/// The memory that a kernel would share, and the kernel's part of the work, by hand.
struct shared_queue {
    static constexpr std::uint32_t entries = 4;

    struct alignas(16) ring_memory {
        std::uint32_t head;
        std::uint32_t tail;
        std::uint32_t unused[2];
        abi::io_uring_cqe cqes[entries];
    };

    explicit shared_queue(std::uint32_t start = 0) : ring{start, start, {}, {}} {}

    ringproof::completion_queue<recording_memory> queue() {
        abi::io_uring_params params{};
        params.cq_entries = entries;
        params.cq_off.head = offsetof(ring_memory, head);
        params.cq_off.tail = offsetof(ring_memory, tail);
        params.cq_off.cqes = offsetof(ring_memory, cqes);
        return {recording_memory(diary), std::as_writable_bytes(std::span(&ring, 1)), params};
    }
    void post(std::uint64_t user) {
        ring.cqes[ring.tail % entries] = {user, static_cast<std::int32_t>(user) * 10, 0};
        ++ring.tail;
    }

    ring_memory ring;
    std::vector<memory_event> diary{};
};

}  // namespace

BOOST_AUTO_TEST_SUITE(completion_queue)

BOOST_AUTO_TEST_CASE(an_empty_queue_has_nothing_to_peek_at) {
    shared_queue shared;
    auto queue = shared.queue();
    BOOST_TEST(queue.ready() == 0U);
    BOOST_TEST(!queue.peek().has_value());
    BOOST_TEST(queue.size() == shared_queue::entries);
}

BOOST_AUTO_TEST_CASE(completions_come_in_order_and_stay_until_advanced) {
    shared_queue shared;
    auto queue = shared.queue();
    shared.post(1);
    shared.post(2);
    BOOST_TEST(queue.ready() == 2U);
    BOOST_TEST_REQUIRE(queue.peek().has_value());
    BOOST_TEST(to_number(queue.peek()->user) == 1U);
    BOOST_TEST(to_number(queue.read(1).user) == 2U);
    BOOST_TEST(queue.read(1).res == 20);
    BOOST_TEST(shared.ring.head == 0U);
    queue.advance(1);
    BOOST_TEST(shared.ring.head == 1U);
    BOOST_TEST(to_number(queue.peek()->user) == 2U);
    queue.advance(1);
    BOOST_TEST(!queue.peek().has_value());
}

BOOST_AUTO_TEST_CASE(a_full_queue_is_ready_whole) {
    shared_queue shared;
    auto queue = shared.queue();
    for (std::uint64_t i = 1; i <= shared_queue::entries; ++i) shared.post(i);
    BOOST_TEST(queue.ready() == shared_queue::entries);
    for (std::uint32_t i = 0; i < shared_queue::entries; ++i) {
        BOOST_TEST(to_number(queue.read(i).user) == i + 1);
    }
}

BOOST_AUTO_TEST_CASE(positions_run_on_past_two_to_the_thirty_two) {
    shared_queue shared(0xfffffffeU);
    auto queue = shared.queue();
    for (std::uint64_t i = 1; i <= shared_queue::entries; ++i) shared.post(i);
    BOOST_TEST(shared.ring.tail == 2U);
    BOOST_TEST(queue.ready() == shared_queue::entries);
    for (std::uint32_t i = 0; i < shared_queue::entries; ++i) {
        BOOST_TEST(to_number(queue.read(i).user) == i + 1);
    }
    queue.advance(3);
    BOOST_TEST(shared.ring.head == 1U);
    BOOST_TEST(to_number(queue.peek()->user) == 4U);
}

// A completion is read only after the tail that covers it, and its entry goes back only after that.
BOOST_AUTO_TEST_CASE(the_tail_is_acquired_first_and_the_head_is_released_last) {
    shared_queue shared;
    auto queue = shared.queue();
    shared.post(1);
    shared.diary.clear();
    BOOST_TEST(queue.ready() == 1U);
    (void)queue.read(0);
    queue.advance(1);
    const std::vector<memory_event> wanted{{access::acquire_load, &shared.ring.tail},
                                           {access::plain_load, &shared.ring.cqes[0]},
                                           {access::release_store, &shared.ring.head}};
    BOOST_TEST((shared.diary == wanted));
}

BOOST_AUTO_TEST_CASE(a_completion_is_a_copy) {
    shared_queue shared;
    auto queue = shared.queue();
    shared.post(7);
    const auto done = queue.read(0);
    shared.ring.cqes[0].user_data = 8;
    BOOST_TEST(to_number(done.user) == 7U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::testing
