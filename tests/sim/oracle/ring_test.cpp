#include "sim/oracle/ring.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <string>

using namespace ringproof::sim;

namespace {

std::string id_of(const verdict& wrong) { return wrong ? std::string(wrong->invariant) : ""; }

struct ring_of_four {
    ring_of_four() { books.opened(0, 4); }
    ring_oracle books;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(ring)

BOOST_AUTO_TEST_CASE(a_ring_runs_past_its_sixteen_bits) {
    ring_of_four it;
    BOOST_TEST(id_of(it.books.published(0, 4, 4)) == "");
    for (std::uint32_t round = 1; round < 200'000; ++round) {
        it.books.handed_over(0, 1);
        const auto tail = static_cast<std::uint16_t>(4 + round);
        BOOST_REQUIRE(id_of(it.books.published(0, 1, tail)) == "");
        const auto head = static_cast<std::uint16_t>(round);
        BOOST_REQUIRE(id_of(it.books.status(0, head, true)) == "");
    }
    BOOST_TEST(it.books.tail(0) == 200'003U);
}

BOOST_AUTO_TEST_CASE(more_buffers_than_entries_are_found) {
    ring_of_four it;
    BOOST_TEST(id_of(it.books.published(0, 4, 4)) == "");
    BOOST_TEST(id_of(it.books.published(0, 1, 5)) == "I9");
}

BOOST_AUTO_TEST_CASE(a_tail_that_was_not_moved_right_is_found) {
    ring_of_four it;
    BOOST_TEST(id_of(it.books.published(0, 3, 4)) == "I9");
}

BOOST_AUTO_TEST_CASE(a_head_outside_of_what_was_published_is_found) {
    ring_of_four ahead;
    BOOST_TEST(id_of(ahead.books.published(0, 2, 2)) == "");
    BOOST_TEST(id_of(ahead.books.status(0, 2, false)) == "");
    BOOST_TEST(id_of(ahead.books.status(0, 3, false)) == "I11");
    ring_of_four behind;
    BOOST_TEST(id_of(behind.books.published(0, 2, 2)) == "");
    behind.books.handed_over(0, 2);
    BOOST_TEST(id_of(behind.books.status(0, 1, false)) == "I11");
}

BOOST_AUTO_TEST_CASE(a_head_that_differs_at_rest_is_found) {
    ring_of_four it;
    BOOST_TEST(id_of(it.books.published(0, 4, 4)) == "");
    it.books.handed_over(0, 1);
    BOOST_TEST(id_of(it.books.status(0, 2, true)) == "I11");
    BOOST_TEST(id_of(it.books.status(0, 1, true)) == "");
}

BOOST_AUTO_TEST_CASE(a_head_that_goes_back_is_found) {
    ring_of_four it;
    BOOST_TEST(id_of(it.books.published(0, 4, 4)) == "");
    BOOST_TEST(id_of(it.books.status(0, 3, false)) == "");
    BOOST_TEST(id_of(it.books.status(0, 2, false)) == "I10");
}

BOOST_AUTO_TEST_SUITE_END()
