#include "sim/trace/bytes.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "sim/choice.hpp"
#include "sim/trace/generate.hpp"
#include "sim/trace/text.hpp"

using namespace ringproof::sim;

BOOST_AUTO_TEST_SUITE(bytes)

BOOST_AUTO_TEST_CASE(every_byte_string_is_a_trace_that_can_be_written_down) {
    random_bits random(1);
    for (int round = 0; round < 2000; ++round) {
        std::vector<std::uint8_t> input(random.below(200));
        for (auto& byte : input) byte = static_cast<std::uint8_t>(random.below(256));
        const trace decoded = decode(input);
        BOOST_REQUIRE((parse(print(decoded)).value() == decoded));
    }
}

BOOST_AUTO_TEST_CASE(what_bytes_decoded_to_they_encode_to) {
    random_bits random(2);
    for (int round = 0; round < 500; ++round) {
        std::vector<std::uint8_t> input(random.below(200));
        for (auto& byte : input) byte = static_cast<std::uint8_t>(random.below(256));
        const trace once = decode(input);
        BOOST_REQUIRE((decode(encode(once)) == once));
    }
}

BOOST_AUTO_TEST_CASE(what_the_codes_can_say_takes_one_record_an_operation) {
    trace wanted;
    wanted.operations = {
        {.kind = op_kind::open, .word = 2},
        {.kind = op_kind::group, .count = 4, .size = 64},
        {.kind = op_kind::recv, .modifiers = 2, .subject = 3, .group = 1, .size = 15},
        {.kind = op_kind::feed, .subject = 3, .count = 1024},
        {.kind = op_kind::reap, .count = all_of_them},
        {.kind = op_kind::reap},
    };
    const auto bytes = encode(wanted);
    const std::size_t profile_records = 1;
    BOOST_TEST(bytes.size() == 2 + record_size * (profile_records + wanted.operations.size()));
    BOOST_TEST(print(decode(bytes)) == print(wanted));
}

BOOST_AUTO_TEST_CASE(what_the_codes_cannot_say_is_said_exactly) {
    trace wanted;
    wanted.profile = "v6_12.43_as_it_was+BUG-20+BUG-21-BUG-15";
    wanted.ring = {.sq_entries = 32767, .cq_entries = 3, .mode = ring_mode::sqpoll};
    for (std::size_t count = 0; count < 7; ++count) {
        wanted.operations = {
            {.kind = op_kind::group,
             .modifiers = 48,
             .count = 65535,
             .size = 999'999,
             .limit = 129},
            {.kind = op_kind::cancel, .subject = 65535},
            {.kind = op_kind::recv_multishot, .subject = 16, .group = 17, .limit = 1U << 30U},
            {.kind = op_kind::churn, .count = 9'999'999, .size = 65536},
            {.kind = op_kind::give_back, .word = 2, .modifiers = 64, .count = 65535},
        };
        BOOST_TEST(print(decode(encode(wanted))) == print(wanted));
        wanted.choices.push_back(0);  // trailing zeros are choices like any other
    }
}

BOOST_AUTO_TEST_CASE(a_long_trace_is_encoded_whole) {
    trace wanted;
    wanted.operations.assign(5000, {.kind = op_kind::feed, .count = 129});
    BOOST_TEST((decode(encode(wanted)) == wanted));
}

BOOST_AUTO_TEST_CASE(an_exact_value_is_for_the_next_operation_alone) {
    const std::array<std::uint8_t, 26> input{1,  0,              //
                                             62, 4, 0, 2, 0, 0,  // count 512
                                             62, 9, 1, 1, 1, 1,  // no such place
                                             13, 0, 0, 1, 0, 0,  // feed
                                             13, 0, 0, 1, 0, 0};
    const trace decoded = decode(input);
    BOOST_REQUIRE(decoded.operations.size() == 2U);
    BOOST_TEST(decoded.operations[0].count == 512U);
    BOOST_TEST(decoded.operations[1].count == 1U);
}

BOOST_AUTO_TEST_CASE(an_exact_value_beyond_the_operand_is_cut) {
    const std::array<std::uint8_t, 26> input{1,  0,                      //
                                             62, 4, 255, 255, 255, 255,  //
                                             13, 0, 0,   1,   0,   0,    // feed
                                             62, 7, 255, 255, 255, 255,  //
                                             62, 8, 0,   0,   0,   0};
    const trace decoded = decode(input);
    BOOST_REQUIRE(decoded.operations.size() == 1U);
    BOOST_TEST(decoded.operations[0].count == 1U << 20U);
    BOOST_TEST(decoded.ring.sq_entries == sq_entries_most);
    BOOST_TEST(decoded.ring.cq_entries == 1U);
}

BOOST_AUTO_TEST_CASE(as_much_is_taken_of_a_profile_as_is_a_name) {
    const std::array<std::uint8_t, 14> input{1,  0,                      //
                                             61, 'v', '6', 0,   '_', 0,  //
                                             61, '8', '+', 'B', 'U', 'G'};
    BOOST_TEST(decode(input).profile == "v6_8");
    const std::array<std::uint8_t, 8> nothing{1, 0, 61, 'V', '7', '_', '3', 0};
    BOOST_TEST(decode(nothing).profile == trace().profile);
}

BOOST_AUTO_TEST_CASE(too_few_bytes_are_an_empty_trace) {
    BOOST_TEST(decode({}).operations.empty());
    const std::array<std::uint8_t, 7> short_of_a_record{1, 0, 0, 0, 0, 0, 0};
    BOOST_TEST(decode(short_of_a_record).operations.empty());
}

BOOST_AUTO_TEST_CASE(a_kind_without_a_meaning_carries_choices) {
    const std::array<std::uint8_t, 20> input{1,
                                             0,  //
                                             63,
                                             1,
                                             2,
                                             3,
                                             4,
                                             5,  //
                                             op_kind_count,
                                             6,
                                             7,
                                             8,
                                             9,
                                             10,  //
                                             63 | 2 << 6,
                                             11,
                                             12,
                                             13,
                                             14,
                                             15};
    const trace decoded = decode(input);
    BOOST_TEST(decoded.operations.empty());
    const std::vector<std::uint8_t> carried{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    BOOST_TEST(decoded.choices == carried);
}

BOOST_AUTO_TEST_CASE(a_deleted_record_shifts_nothing_but_the_operations_behind_it) {
    const trace whole = generate(7);
    const std::vector<std::uint8_t> input = encode(whole);
    for (std::size_t at = 2; at < input.size(); at += record_size) {
        constexpr unsigned exact = 62;
        if (input[at] >= op_kind_count || (at > 2 && input[at - record_size] == exact)) continue;
        trace without = whole;
        const auto before =
            static_cast<std::ptrdiff_t>(decode(std::span(input).first(at)).operations.size());
        without.operations.erase(without.operations.begin() + before);
        std::vector<std::uint8_t> shorter = input;
        const auto from = shorter.begin() + static_cast<std::ptrdiff_t>(at);
        shorter.erase(from, from + record_size);
        BOOST_TEST(print(decode(shorter)) == print(without));
    }
}

BOOST_AUTO_TEST_SUITE_END()
