// Each invariant is shown something wrong, because an oracle that cannot object is no oracle.

#include "sim/oracle/ownership.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <cstdint>
#include <string>

using namespace ringproof::sim;

namespace {

constexpr std::size_t group = 0;

/// A group of four buffers of ten bytes, all published.
struct four_buffers {
    explicit four_buffers(bool incremental = false, std::uint32_t min_left = 0) {
        books.opened(group, 4, incremental, min_left);
        for (std::uint32_t id = 0; id < 4; ++id) {
            BOOST_TEST(!books.published(group, id, 10).has_value());
        }
    }

    std::string take(const ownership_oracle::receipt& said) {
        const verdict wrong = books.taken(group, said, found);
        return wrong ? std::string(wrong->invariant) : "";
    }

    std::string publish(std::uint32_t id) {
        const verdict wrong = books.published(group, id, 10);
        return wrong ? std::string(wrong->invariant) : "";
    }

    std::string give_back(std::uint32_t id) {
        const verdict wrong = books.returned(group, id);
        return wrong ? std::string(wrong->invariant) : "";
    }

    ownership_oracle books;
    ownership_oracle::extent found;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(ownership)

BOOST_AUTO_TEST_CASE(a_buffer_goes_round) {
    four_buffers it;
    BOOST_TEST(it.take({.id = 0, .bytes = 10}) == "");
    BOOST_TEST(it.found.touched == 1U);
    BOOST_TEST(it.found.finished == 1U);
    BOOST_TEST(it.books.with_kernel(group) == 3U);
    BOOST_TEST(it.give_back(0) == "");
    BOOST_TEST(it.books.all_published(group).has_value());
    BOOST_TEST(it.publish(0) == "");
    BOOST_TEST(!it.books.all_published(group).has_value());
}

BOOST_AUTO_TEST_CASE(publishing_what_the_kernel_has_is_found) {
    four_buffers it;
    BOOST_TEST(it.publish(2) == "I1");
}

BOOST_AUTO_TEST_CASE(publishing_what_is_leased_is_found) {
    four_buffers it;
    BOOST_TEST(it.take({.id = 0, .bytes = 1}) == "");
    BOOST_TEST(it.publish(0) == "I1");
}

BOOST_AUTO_TEST_CASE(returning_twice_is_found) {
    four_buffers it;
    BOOST_TEST(it.take({.id = 0, .bytes = 1}) == "");
    BOOST_TEST(it.give_back(0) == "");
    BOOST_TEST(it.give_back(0) == "I1");
}

BOOST_AUTO_TEST_CASE(an_unknown_buffer_is_found_everywhere) {
    four_buffers it;
    BOOST_TEST(it.publish(4) == "I1");
    BOOST_TEST(it.give_back(65535) == "I1");
    BOOST_TEST(it.take({.id = 4, .bytes = 1}) == "I1");
}

BOOST_AUTO_TEST_CASE(a_lost_buffer_is_found) {
    four_buffers it;
    BOOST_TEST(it.take({.id = 0, .bytes = 1}) == "");
    BOOST_TEST(!it.books.all_published(group).has_value());  // leased, not lost
    BOOST_TEST(it.give_back(0) == "");
    BOOST_TEST(it.books.all_published(group)->invariant == "I1");
}

BOOST_AUTO_TEST_CASE(a_buffer_out_of_turn_is_found) {
    four_buffers it;
    BOOST_TEST(it.take({.id = 1, .bytes = 1}) == "I2");
}

BOOST_AUTO_TEST_CASE(an_early_request_may_hold_a_buffer_while_others_go_on) {
    four_buffers it;
    BOOST_TEST(it.take({.id = 1, .bytes = 1, .early_others = true}) == "");
    BOOST_TEST(it.take({.id = 2, .bytes = 1}) == "");
    BOOST_TEST(it.take({.id = 0, .bytes = 1, .early = true}) == "");
    BOOST_TEST(it.take({.id = 0, .bytes = 1, .early = true}) == "I3");
}

BOOST_AUTO_TEST_CASE(a_buffer_handed_out_twice_is_found) {
    four_buffers it;
    BOOST_TEST(it.take({.id = 0, .bytes = 1}) == "");
    BOOST_TEST(it.take({.id = 0, .bytes = 1}) == "I3");
    BOOST_TEST(it.give_back(0) == "");
    BOOST_TEST(it.take({.id = 0, .bytes = 1}) == "I3");
}

BOOST_AUTO_TEST_CASE(a_result_longer_than_its_buffer_is_found) {
    four_buffers it;
    BOOST_TEST(it.take({.id = 0, .bytes = 11}) == "I6");
}

BOOST_AUTO_TEST_CASE(the_order_survives_any_number_of_rounds) {
    four_buffers it;
    // Pairs change places as they go back: 0 1 2 3, 2 3 1 0, 1 0 3 2, 3 2 0 1, ...
    std::array<std::uint32_t, 4> order{0, 1, 2, 3};
    for (int round = 0; round < 70'000; ++round) {
        BOOST_REQUIRE(it.take({.id = order[0], .bytes = 1}) == "");
        BOOST_REQUIRE(it.take({.id = order[1], .bytes = 1}) == "");
        for (const std::uint32_t id : {order[1], order[0]}) {
            BOOST_REQUIRE(it.give_back(id) == "");
            BOOST_REQUIRE(it.publish(id) == "");
        }
        order = {order[2], order[3], order[1], order[0]};
    }
}

BOOST_AUTO_TEST_CASE(a_bundle_walks_in_published_order) {
    four_buffers it;
    BOOST_TEST(it.take({.id = 0, .bytes = 25, .bundle = true}) == "");
    BOOST_TEST(it.found.touched == 3U);
    BOOST_TEST(it.found.finished == 3U);
    for (const std::uint32_t id : {2U, 0U, 1U}) {
        BOOST_TEST(it.give_back(id) == "");
        BOOST_TEST(it.publish(id) == "");
    }
    BOOST_TEST(it.take({.id = 3, .bytes = 21, .bundle = true}) == "");  // 3, 2, 0
    BOOST_TEST(it.take({.id = 1, .bytes = 1}) == "");
}

BOOST_AUTO_TEST_CASE(a_bundle_longer_than_the_ring_is_found) {
    four_buffers it;
    BOOST_TEST(it.take({.id = 0, .bytes = 41, .bundle = true}) == "I14");
}

BOOST_AUTO_TEST_CASE(parts_lie_back_to_back_and_the_flag_tells_the_rest) {
    four_buffers it(true);
    BOOST_TEST(it.take({.id = 0, .bytes = 4, .more = true}) == "");
    BOOST_TEST(it.books.filled(group, 0) == 4U);
    BOOST_TEST(it.found.finished == 0U);
    BOOST_TEST(it.take({.id = 0, .bytes = 6}) == "");
    BOOST_TEST(it.found.finished == 1U);
}

BOOST_AUTO_TEST_CASE(a_wrong_flag_of_an_incremental_buffer_is_found) {
    four_buffers cleared(true);
    BOOST_TEST(cleared.take({.id = 0, .bytes = 4, .more = false}) == "I13");
    four_buffers set(true);
    BOOST_TEST(set.take({.id = 0, .bytes = 10, .more = true}) == "I13");
    four_buffers least(true, 5);
    BOOST_TEST(least.take({.id = 0, .bytes = 6, .more = true}) == "I13");
}

BOOST_AUTO_TEST_CASE(more_than_is_left_of_an_incremental_buffer_is_found) {
    four_buffers it(true);
    BOOST_TEST(it.take({.id = 0, .bytes = 4, .more = true}) == "");
    BOOST_TEST(it.take({.id = 0, .bytes = 7}) == "I6");
}

BOOST_AUTO_TEST_CASE(a_buffer_is_not_published_while_a_part_is_leased) {
    four_buffers it(true);
    BOOST_TEST(it.take({.id = 0, .bytes = 4, .more = true}) == "");
    BOOST_TEST(it.take({.id = 0, .bytes = 6}) == "");
    BOOST_TEST(it.give_back(0) == "");
    BOOST_TEST(it.publish(0) == "I1");
    BOOST_TEST(it.give_back(0) == "");
    BOOST_TEST(it.publish(0) == "");
}

BOOST_AUTO_TEST_SUITE_END()
