#include "sim/oracle/order.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <cstddef>
#include <span>
#include <string>

using namespace ringproof::sim;

namespace {

std::string id_of(const verdict& wrong) { return wrong ? std::string(wrong->invariant) : ""; }

/// An entry, a tail that shows it, and a head that hands it back.
struct shared_words {
    std::array<std::byte, 8> entry{};
    std::array<std::byte, 4> tail{};
    std::array<std::byte, 4> head{};
    order_oracle order;

    std::string store(side who) { return id_of(order.stored(who, entry.data(), "an entry")); }
    std::string load(side who) { return id_of(order.loaded(who, entry.data(), "an entry")); }
};

constexpr side application = side::application;
constexpr side kernel = side::kernel;

}  // namespace

BOOST_AUTO_TEST_SUITE(order)

BOOST_AUTO_TEST_CASE(what_was_released_and_acquired_may_be_used_and_used_again) {
    shared_words it;
    for (int round = 0; round < 3; ++round) {
        BOOST_TEST(it.store(application) == "");
        it.order.released(application, it.tail.data());
        it.order.acquired(kernel, it.tail.data());
        BOOST_TEST(it.load(kernel) == "");
        BOOST_TEST(it.store(kernel) == "");  // as an incremental ring's kernel does
        it.order.released(kernel, it.head.data());
        it.order.acquired(application, it.head.data());
        BOOST_TEST(it.load(application) == "");
    }
}

BOOST_AUTO_TEST_CASE(a_tail_stored_without_release_publishes_nothing) {
    shared_words it;
    BOOST_TEST(it.store(application) == "");
    it.order.stored_relaxed(it.tail.data());
    it.order.acquired(kernel, it.tail.data());
    BOOST_TEST(it.load(kernel) == "I15");
}

BOOST_AUTO_TEST_CASE(a_relaxed_store_over_a_release_takes_it_away) {
    shared_words it;
    BOOST_TEST(it.store(application) == "");
    it.order.released(application, it.tail.data());
    it.order.stored_relaxed(it.tail.data());
    it.order.acquired(kernel, it.tail.data());
    BOOST_TEST(it.load(kernel) == "I15");
}

BOOST_AUTO_TEST_CASE(an_entry_stored_behind_the_release_is_not_published_by_it) {
    shared_words it;
    it.order.released(application, it.tail.data());
    BOOST_TEST(it.store(application) == "");
    it.order.acquired(kernel, it.tail.data());
    BOOST_TEST(it.load(kernel) == "I15");
}

BOOST_AUTO_TEST_CASE(a_tail_loaded_without_acquire_shows_nothing) {
    shared_words it;
    BOOST_TEST(it.store(application) == "");
    it.order.released(application, it.tail.data());
    it.order.loaded_relaxed(kernel, it.tail.data());
    BOOST_TEST(it.load(kernel) == "I15");
}

BOOST_AUTO_TEST_CASE(what_is_stored_again_before_its_use_is_known_is_overwritten) {
    shared_words it;
    BOOST_TEST(it.store(application) == "");
    it.order.released(application, it.tail.data());
    it.order.acquired(kernel, it.tail.data());
    BOOST_TEST(it.load(kernel) == "");
    BOOST_TEST(it.store(application) == "I16");
}

BOOST_AUTO_TEST_CASE(a_branch_orders_what_the_kernel_stores_and_nothing_of_the_application) {
    shared_words it;
    BOOST_TEST(it.load(application) == "");
    it.order.released(application, it.head.data());
    it.order.loaded_relaxed(kernel, it.head.data());
    BOOST_TEST(it.store(kernel) == "");
    it.order.released(kernel, it.tail.data());
    it.order.loaded_relaxed(application, it.tail.data());
    BOOST_TEST(it.store(application) == "I16");
}

BOOST_AUTO_TEST_CASE(a_side_is_always_in_order_with_itself) {
    shared_words it;
    BOOST_TEST(it.store(application) == "");
    BOOST_TEST(it.load(application) == "");
    BOOST_TEST(it.store(application) == "");
}

BOOST_AUTO_TEST_CASE(memory_that_went_back_has_no_past) {
    shared_words it;
    BOOST_TEST(it.store(application) == "");
    it.order.freed(it.entry);
    BOOST_TEST(it.load(kernel) == "");
    BOOST_TEST(it.store(application) == "I16");
    it.order.reset();
    BOOST_TEST(it.store(application) == "");
}

BOOST_AUTO_TEST_SUITE_END()
