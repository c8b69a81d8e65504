#include <ringproof/submission_queue.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
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

    explicit shared_queue(std::uint32_t start = 0) {
        head = start;
        tail = start;
    }

    abi::io_uring_params params() const {
        abi::io_uring_params made{};
        made.sq_entries = entries;
        made.sq_off.head = 0;
        made.sq_off.tail = 4;
        made.sq_off.flags = 8;
        made.sq_off.array = 16;
        return made;
    }
    std::span<std::byte> ring() { return std::as_writable_bytes(std::span(words)); }
    std::span<std::byte> requests() { return std::as_writable_bytes(std::span(sqes)); }
    ringproof::submission_queue<recording_memory> queue() {
        return {recording_memory(diary), ring(), requests(), params()};
    }

    std::array<std::uint32_t, 8> words{};
    std::uint32_t& head = words[0];
    std::uint32_t& tail = words[1];
    std::uint32_t& flags = words[2];
    std::array<abi::io_uring_sqe, entries> sqes{};
    std::vector<memory_event> diary{};
};

abi::io_uring_sqe request(std::uint64_t user) {
    abi::io_uring_sqe sqe{};
    sqe.user_data = user;
    return sqe;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(submission_queue)

BOOST_AUTO_TEST_CASE(entry_i_of_the_index_array_names_request_i) {
    shared_queue shared;
    shared.words = {0, 0, 0, 77, 9, 9, 9, 9};
    (void)shared.queue();
    BOOST_TEST((shared.words == std::array<std::uint32_t, 8>{0, 0, 0, 77, 0, 1, 2, 3}));
}

BOOST_AUTO_TEST_CASE(what_is_staged_shows_only_after_publishing) {
    shared_queue shared;
    auto queue = shared.queue();
    BOOST_TEST(queue.stage(request(5)));
    BOOST_TEST(queue.stage(request(6)));
    BOOST_TEST(shared.tail == 0U);
    BOOST_TEST(shared.sqes[0].user_data == 5U);
    BOOST_TEST(shared.sqes[1].user_data == 6U);
    BOOST_TEST(queue.pending() == 2U);
    queue.publish();
    BOOST_TEST(shared.tail == 2U);
    BOOST_TEST(queue.pending() == 2U);
    shared.head = 2;
    BOOST_TEST(queue.pending() == 0U);
}

BOOST_AUTO_TEST_CASE(a_full_queue_refuses_and_changes_nothing) {
    shared_queue shared;
    auto queue = shared.queue();
    for (std::uint64_t i = 0; i < shared_queue::entries; ++i) BOOST_TEST(queue.stage(request(i)));
    BOOST_TEST(queue.space() == 0U);
    BOOST_TEST(!queue.stage(request(99)));
    BOOST_TEST(std::ranges::count(shared.sqes, 99U, &abi::io_uring_sqe::user_data) == 0);
    queue.publish();
    BOOST_TEST(shared.tail == shared_queue::entries);
    shared.head = 1;
    BOOST_TEST(queue.space() == 1U);
    BOOST_TEST(queue.stage(request(99)));
    BOOST_TEST(shared.sqes[0].user_data == 99U);
    BOOST_TEST(!queue.stage(request(100)));
}

BOOST_AUTO_TEST_CASE(positions_run_on_past_two_to_the_thirty_two) {
    shared_queue shared(0xffffffffU);
    auto queue = shared.queue();
    BOOST_TEST(queue.space() == shared_queue::entries);
    for (std::uint64_t i = 0; i < shared_queue::entries; ++i) BOOST_TEST(queue.stage(request(i)));
    BOOST_TEST(!queue.stage(request(9)));
    queue.publish();
    BOOST_TEST(shared.tail == 3U);
    BOOST_TEST(shared.sqes[3].user_data == 0U);
    BOOST_TEST(shared.sqes[0].user_data == 1U);
    BOOST_TEST(queue.pending() == shared_queue::entries);
    shared.head = 3;
    BOOST_TEST(queue.pending() == 0U);
}

// The kernel may read an entry as soon as it sees the tail, so the entry goes first (io_uring(7)).
BOOST_AUTO_TEST_CASE(the_request_is_written_before_the_tail_is_released) {
    shared_queue shared;
    auto queue = shared.queue();
    shared.diary.clear();
    BOOST_TEST(queue.stage(request(1)));
    queue.publish();
    const std::vector<memory_event> wanted{{access::acquire_load, &shared.head},
                                           {access::plain_store, &shared.sqes[0]},
                                           {access::release_store, &shared.tail}};
    BOOST_TEST((shared.diary == wanted));
}

// Without the fence both sides can miss each other (liburing issue 541).
BOOST_AUTO_TEST_CASE(a_fence_stands_between_the_tail_and_the_wake_up_flag) {
    shared_queue shared;
    auto queue = shared.queue();
    shared.diary.clear();
    queue.publish();
    BOOST_TEST(!queue.needs_wakeup());
    const std::vector<memory_event> wanted{{access::release_store, &shared.tail},
                                           {access::fence, nullptr},
                                           {access::relaxed_load, &shared.flags}};
    BOOST_TEST((shared.diary == wanted));
    shared.flags = abi::ioring_sq_need_wakeup;
    BOOST_TEST(queue.needs_wakeup());
    shared.flags = ~abi::ioring_sq_need_wakeup;
    BOOST_TEST(!queue.needs_wakeup());
    BOOST_TEST(queue.flags() == ~abi::ioring_sq_need_wakeup);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::testing
