#include <ringproof/ids.hpp>

#include <boost/test/unit_test.hpp>

#include <concepts>
#include <cstdint>
#include <limits>
#include <type_traits>

namespace ringproof::testing {

namespace {

template <class From, class To>
concept adds_to = requires(From from, To to) { from + to; };

}  // namespace

BOOST_AUTO_TEST_SUITE(ids)

BOOST_AUTO_TEST_CASE(a_buffer_id_is_no_slot_and_no_number) {
    BOOST_TEST((!std::convertible_to<buffer_id, slot_index>));
    BOOST_TEST((!std::convertible_to<slot_index, buffer_id>));
    BOOST_TEST((!std::convertible_to<buffer_id, std::uint16_t>));
    BOOST_TEST((!std::convertible_to<std::uint16_t, buffer_id>));
    BOOST_TEST((!std::convertible_to<group_id, buffer_id>));
    BOOST_TEST((!std::convertible_to<file_slot, int>));
    BOOST_TEST((!adds_to<buffer_id, int>));
    BOOST_TEST((!adds_to<slot_index, slot_index>));
}

BOOST_AUTO_TEST_CASE(numbers_go_in_and_out_unchanged_at_the_kernels_width) {
    BOOST_TEST(to_number(buffer_id{65535}) == 65535U);
    BOOST_TEST(to_number(group_id{65535}) == 65535U);  // REG-14
    const auto all_ones = std::numeric_limits<std::uint64_t>::max();
    BOOST_TEST(to_number(user_data{all_ones}) == all_ones);
    BOOST_TEST((std::same_as<decltype(to_number(buffer_id{})), std::uint16_t>));
    BOOST_TEST((std::same_as<decltype(to_number(user_data{})), std::uint64_t>));
    BOOST_TEST((std::same_as<decltype(to_number(file_slot{})), std::uint32_t>));
}

BOOST_AUTO_TEST_CASE(a_fork_is_seen_whatever_the_thread) {
    BOOST_TEST(forked_since(make_caller(1, 7), make_caller(2, 7)));
    BOOST_TEST(forked_since(make_caller(1, 7), make_caller(2, 9)));
    BOOST_TEST(forked_since(make_caller(2, 7), make_caller(1, 7)));
}

BOOST_AUTO_TEST_CASE(another_thread_is_no_fork) {
    BOOST_TEST(!forked_since(make_caller(1, 7), make_caller(1, 7)));
    BOOST_TEST(!forked_since(make_caller(1, 7), make_caller(1, 8)));
    BOOST_TEST((make_caller(1, 7) != make_caller(1, 8)));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::testing
