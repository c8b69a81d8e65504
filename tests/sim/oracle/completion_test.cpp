#include "sim/oracle/completion.hpp"

#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <cstdint>
#include <string>

#include <ringproof/abi.hpp>

using namespace ringproof::sim;
namespace flags = ringproof::abi;

namespace {

constexpr std::uint32_t buffer = flags::ioring_cqe_f_buffer;
constexpr std::uint32_t more = flags::ioring_cqe_f_more;
constexpr std::uint64_t user = 7;

std::string id_of(const verdict& wrong) { return wrong ? std::string(wrong->invariant) : ""; }

/// One request on a group with `published` buffers.
struct one_request {
    explicit one_request(const request_shape& shape, std::uint32_t published = 4) {
        books.opened(0);
        books.published(0, published);
        books.submitted(0, user, shape);
    }

    std::string complete(std::int32_t res, std::uint32_t flags) {
        return id_of(books.completed(0, user, res, flags));
    }

    completion_oracle books;
};

constexpr request_shape recv{.selects = true};
constexpr request_shape multishot{.selects = true, .multishot = true};

}  // namespace

BOOST_AUTO_TEST_SUITE(completion)

BOOST_AUTO_TEST_CASE(a_request_ends_once) {
    one_request it(recv);
    BOOST_TEST(it.complete(5, buffer) == "");
    BOOST_TEST(it.books.live() == 0U);
    BOOST_TEST(it.complete(5, buffer) == "I8");
}

BOOST_AUTO_TEST_CASE(a_completion_of_nobody_is_found) {
    one_request it(recv);
    BOOST_TEST(id_of(it.books.completed(0, user + 1, 5, buffer)) == "I8");
    BOOST_TEST(id_of(it.books.completed(9, user, 5, buffer)) == "I8");
}

BOOST_AUTO_TEST_CASE(a_request_that_never_ends_is_found) {
    one_request it(multishot);
    BOOST_TEST(it.complete(5, buffer | more) == "");
    BOOST_TEST(id_of(it.books.all_ended()) == "I18");
    BOOST_TEST(it.complete(-ECANCELED, 0) == "");
    BOOST_TEST(id_of(it.books.all_ended()) == "");
}

BOOST_AUTO_TEST_CASE(nothing_comes_after_a_multishot_has_ended) {
    one_request it(multishot);
    BOOST_TEST(it.complete(5, buffer | more) == "");
    BOOST_TEST(it.complete(5, buffer) == "");
    BOOST_TEST(it.complete(5, buffer | more) == "I8");
}

BOOST_AUTO_TEST_CASE(bytes_without_a_buffer_are_found) {
    one_request it(recv);
    BOOST_TEST(it.complete(5, 0) == "I7");
}

BOOST_AUTO_TEST_CASE(a_buffer_without_selection_is_found) {
    one_request it(request_shape{});
    BOOST_TEST(it.complete(0, buffer) == "I7");
}

BOOST_AUTO_TEST_CASE(buffer_bits_without_the_flag_are_found) {
    one_request it(recv);
    BOOST_TEST(it.complete(0, 1U << flags::ioring_cqe_buffer_shift) == "I7");
}

BOOST_AUTO_TEST_CASE(a_buffer_with_an_error_belongs_to_reads_and_early_requests) {
    BOOST_TEST(one_request(recv).complete(-ECONNRESET, buffer) == "I7");
    BOOST_TEST(one_request(recv).complete(0, buffer) == "I7");
    BOOST_TEST(one_request({.selects = true, .reads = true}).complete(0, buffer) == "");
    BOOST_TEST(one_request({.selects = true, .early = true}).complete(-ECANCELED, buffer) == "");
}

BOOST_AUTO_TEST_CASE(a_buffer_that_stays_current_needs_an_incremental_ring) {
    constexpr std::uint32_t stays = buffer | flags::ioring_cqe_f_buf_more;
    BOOST_TEST(one_request(recv).complete(5, stays) == "I13");
    const request_shape incremental{.selects = true, .incremental = true};
    BOOST_TEST(one_request(incremental).complete(5, stays) == "");
    BOOST_TEST(one_request(incremental).complete(0, flags::ioring_cqe_f_buf_more) == "I13");
}

BOOST_AUTO_TEST_CASE(more_is_for_multishots_with_bytes) {
    BOOST_TEST(one_request(recv).complete(5, buffer | more) == "I8");
    BOOST_TEST(one_request(multishot).complete(0, more) == "I8");
    BOOST_TEST(one_request(multishot).complete(-ENOBUFS, more) == "I8");
    const request_shape sends{.selects = true, .send = true, .bundle = true, .early = true};
    BOOST_TEST(one_request(sends).complete(5, buffer | more) == "");
}

BOOST_AUTO_TEST_CASE(no_buffers_with_buffers_in_the_ring_is_found) {
    BOOST_TEST(one_request(recv).complete(-ENOBUFS, 0) == "I12");
    BOOST_TEST(one_request(recv, 0).complete(-ENOBUFS, 0) == "");
    one_request taken(recv);
    taken.books.handed_over(0, 4);
    BOOST_TEST(taken.complete(-ENOBUFS, 0) == "");
}

BOOST_AUTO_TEST_CASE(no_buffers_may_be_older_than_what_was_published_since) {
    one_request it(recv, 0);
    it.books.published(0, 4);
    BOOST_TEST(it.complete(-ENOBUFS, 0) == "");
}

BOOST_AUTO_TEST_CASE(an_empty_queue_bounds_how_old_it_can_be) {
    one_request it(recv, 0);
    it.books.published(0, 4);
    it.books.drained();
    BOOST_TEST(it.complete(-ENOBUFS, 0) == "I12");
    one_request elsewhere({.selects = true, .punted = true}, 0);
    elsewhere.books.published(0, 4);
    elsewhere.books.drained();
    BOOST_TEST(elsewhere.complete(-ENOBUFS, 0) == "");
}

BOOST_AUTO_TEST_CASE(no_buffers_is_right_when_others_may_hold_them_or_the_group_is_gone) {
    one_request held(recv);
    held.books.submitted(1, user + 1, {.selects = true, .early = true});
    BOOST_TEST(held.complete(-ENOBUFS, 0) == "");
    one_request gone(recv);
    gone.books.closed(0);
    BOOST_TEST(gone.complete(-ENOBUFS, 0) == "");
}

BOOST_AUTO_TEST_CASE(no_buffers_says_nothing_of_the_socket) {
    one_request it(recv, 0);
    BOOST_TEST(it.complete(-ENOBUFS, flags::ioring_cqe_f_sock_nonempty) == "I12");
}

BOOST_AUTO_TEST_SUITE_END()
