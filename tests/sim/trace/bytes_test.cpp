#include "sim/trace/bytes.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <cstdint>
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

BOOST_AUTO_TEST_CASE(small_amounts_are_encoded_exactly) {
    trace wanted;
    wanted.operations = {
        {.kind = op_kind::open, .word = 2},
        {.kind = op_kind::group, .count = 4, .size = 64},
        {.kind = op_kind::recv, .modifiers = 2, .subject = 3, .group = 1, .size = 15},
        {.kind = op_kind::feed, .subject = 3, .count = 1024},
        {.kind = op_kind::reap, .count = all_of_them},
    };
    BOOST_TEST(print(decode(encode(wanted))) == print(wanted));
}

BOOST_AUTO_TEST_CASE(too_few_bytes_are_an_empty_trace) {
    BOOST_TEST(decode({}).operations.empty());
    const std::array<std::uint8_t, 7> short_of_a_record{1, 0, 0, 0, 0, 0, 0};
    BOOST_TEST(decode(short_of_a_record).operations.empty());
}

BOOST_AUTO_TEST_CASE(an_unassigned_kind_carries_choices) {
    const std::array<std::uint8_t, 8> input{1, 0, 63, 1, 2, 3, 4, 5};
    const trace decoded = decode(input);
    BOOST_TEST(decoded.operations.empty());
    BOOST_TEST((decoded.choices == std::vector<std::uint8_t>{1, 2, 3, 4, 5}));
}

BOOST_AUTO_TEST_CASE(a_deleted_record_shifts_nothing_but_the_operations_behind_it) {
    const trace whole = generate(7);
    std::vector<std::uint8_t> input = encode(whole);
    trace without = decode(input);
    const std::size_t choice_records = input.size() / record_size - without.operations.size();
    without.operations.erase(without.operations.begin() + 3);
    const auto at =
        input.begin() + static_cast<std::ptrdiff_t>(2 + (choice_records + 3) * record_size);
    input.erase(at, at + record_size);
    BOOST_TEST(print(decode(input)) == print(without));
}

BOOST_AUTO_TEST_SUITE_END()
