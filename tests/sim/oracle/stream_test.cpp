#include "sim/oracle/stream.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

using namespace ringproof::sim;

namespace {

constexpr std::size_t channel = 0;

std::string id_of(const verdict& wrong) { return wrong ? std::string(wrong->invariant) : ""; }

struct one_channel {
    explicit one_channel(bool messages = false) { books.opened(channel, 1, messages); }

    /// What the peer sends now.
    std::vector<std::byte> feed(std::uint32_t size) {
        const auto bytes = books.next(channel, size);
        std::vector<std::byte> sent(bytes.begin(), bytes.end());
        books.fed(channel, size);
        return sent;
    }

    stream_oracle books;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(stream)

BOOST_AUTO_TEST_CASE(bytes_come_out_as_they_went_in_however_they_are_cut) {
    one_channel it;
    for (int round = 0; round < 50; ++round) {
        const auto sent = it.feed(1000);
        for (std::size_t at = 0; at < sent.size();) {
            const std::size_t size = std::min<std::size_t>(1 + at % 37, sent.size() - at);
            BOOST_REQUIRE(!it.books.delivered(channel, std::span(sent).subspan(at, size)));
            at += size;
        }
    }
    BOOST_TEST(!it.books.all_delivered(channel).has_value());
}

BOOST_AUTO_TEST_CASE(a_wrong_byte_is_found_and_named) {
    one_channel it;
    auto sent = it.feed(100);
    sent[63] ^= std::byte{1};
    const verdict wrong = it.books.delivered(channel, sent);
    BOOST_REQUIRE(wrong.has_value());
    BOOST_TEST(wrong->invariant == "I4");
    BOOST_TEST(wrong->sentence.starts_with("byte 63 of channel 0 is "), wrong->sentence);
}

BOOST_AUTO_TEST_CASE(a_lost_a_doubled_and_a_swapped_piece_are_found) {
    one_channel lost;
    const auto sent = lost.feed(100);
    const verdict wrong = lost.books.delivered(channel, std::span(sent).subspan(10));
    BOOST_REQUIRE(id_of(wrong) == "I4");
    BOOST_TEST(wrong->sentence.ends_with("these are the bytes from 10 on"), wrong->sentence);

    one_channel doubled;
    const auto again = doubled.feed(100);
    BOOST_TEST(id_of(doubled.books.delivered(channel, std::span(again).first(50))) == "");
    BOOST_TEST(id_of(doubled.books.delivered(channel, std::span(again).first(50))) == "I4");

    one_channel first;
    one_channel second;
    second.books.opened(channel, 2, false);
    (void)first.feed(100);
    BOOST_TEST(id_of(first.books.delivered(channel, second.feed(100))) == "I4");
}

BOOST_AUTO_TEST_CASE(a_power_of_two_lost_is_found) {
    for (std::uint32_t size = 1; size <= 32768; size *= 2) {
        one_channel it;
        const auto sent = it.feed(65536);
        BOOST_TEST(id_of(it.books.delivered(channel, std::span(sent).subspan(size, 64))) == "I4");
    }
}

BOOST_AUTO_TEST_CASE(more_than_was_sent_is_found) {
    one_channel it;
    const auto sent = it.feed(10);
    BOOST_TEST(id_of(it.books.delivered(channel, sent)) == "");
    BOOST_TEST(id_of(it.books.delivered(channel, std::span(sent).first(1))) == "I4");
}

BOOST_AUTO_TEST_CASE(bytes_left_behind_are_found) {
    one_channel it;
    const auto sent = it.feed(10);
    BOOST_TEST(id_of(it.books.delivered(channel, std::span(sent).first(9))) == "");
    BOOST_TEST(it.books.outstanding(channel) == 1U);
    BOOST_TEST(id_of(it.books.all_delivered(channel)) == "I17");
    it.books.abandon(channel);
    BOOST_TEST(id_of(it.books.all_delivered(channel)) == "");
}

BOOST_AUTO_TEST_CASE(bytes_that_were_not_sent_after_all_do_not_count) {
    one_channel it;
    const auto sent = it.feed(10);
    BOOST_TEST(id_of(it.books.unfed(channel, 4)) == "");
    BOOST_TEST(id_of(it.books.delivered(channel, std::span(sent).first(6))) == "");
    BOOST_TEST(id_of(it.books.all_delivered(channel)) == "");
    BOOST_TEST(id_of(it.books.unfed(channel, 1)) == "I4");  // they have arrived
}

BOOST_AUTO_TEST_CASE(messages_come_out_whole_or_cut_to_the_room_there_was) {
    one_channel it(true);
    const auto first = it.feed(10);
    const auto second = it.feed(20);
    (void)it.feed(0);
    BOOST_TEST(id_of(it.books.message(channel, 10, 64)) == "");
    BOOST_TEST(id_of(it.books.part(channel, first)) == "");
    BOOST_TEST(id_of(it.books.message(channel, 8, 8)) == "");
    BOOST_TEST(id_of(it.books.part(channel, std::span(second).first(8))) == "");
    BOOST_TEST(it.books.empty_message_next(channel));
    BOOST_TEST(id_of(it.books.message(channel, 0, 64)) == "");
    BOOST_TEST(id_of(it.books.all_delivered(channel)) == "");
}

BOOST_AUTO_TEST_CASE(a_message_in_parts_is_checked_throughout) {
    one_channel it(true);
    auto sent = it.feed(30);
    sent[29] ^= std::byte{1};
    BOOST_TEST(id_of(it.books.message(channel, 30, 30)) == "");
    BOOST_TEST(id_of(it.books.part(channel, std::span(sent).first(20))) == "");
    BOOST_TEST(id_of(it.books.part(channel, std::span(sent).subspan(20))) == "I4");
}

BOOST_AUTO_TEST_CASE(wrong_messages_are_found) {
    one_channel cut(true);
    (void)cut.feed(10);
    BOOST_TEST(id_of(cut.books.message(channel, 9, 64)) == "I4");
    one_channel joined(true);
    (void)joined.feed(10);
    (void)joined.feed(10);
    BOOST_TEST(id_of(joined.books.message(channel, 20, 64)) == "I4");
    one_channel nobodys(true);
    BOOST_TEST(id_of(nobodys.books.message(channel, 0, 64)) == "I4");
    one_channel bounded(true);
    (void)bounded.feed(10);
    BOOST_TEST(id_of(bounded.books.message(channel, 7, 8, true)) == "");
    (void)bounded.feed(10);
    BOOST_TEST(id_of(bounded.books.message(channel, 9, 8, true)) == "I4");
}

BOOST_AUTO_TEST_CASE(a_message_left_behind_is_found_even_if_it_is_empty) {
    one_channel it(true);
    (void)it.feed(0);
    BOOST_TEST(id_of(it.books.all_delivered(channel)) == "I17");
}

BOOST_AUTO_TEST_CASE(a_write_next_to_a_result_is_found) {
    std::array<std::byte, 4> before{};
    std::array<std::byte, 4> now{};
    BOOST_TEST(id_of(stream_oracle::untouched(0, now, before)) == "");
    now[3] = std::byte{1};
    BOOST_TEST(id_of(stream_oracle::untouched(0, now, before)) == "I5");
}

BOOST_AUTO_TEST_CASE(a_result_longer_than_asked_is_found) {
    BOOST_TEST(id_of(stream_oracle::within(10, 10)) == "");
    BOOST_TEST(id_of(stream_oracle::within(10, 0)) == "");
    BOOST_TEST(id_of(stream_oracle::within(11, 10)) == "I6");
}

BOOST_AUTO_TEST_SUITE_END()
