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

constexpr caller_id caller(std::uint64_t thread, bool first_process) {
    return static_cast<caller_id>(thread << 1U | std::uint64_t{first_process});
}

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
    BOOST_TEST(forked_since(caller(7, true), caller(7, false)));
    BOOST_TEST(forked_since(caller(7, true), caller(9, false)));
    BOOST_TEST(forked_since(caller(7, false), caller(7, true)));
}

BOOST_AUTO_TEST_CASE(another_thread_is_no_fork) {
    BOOST_TEST(!forked_since(caller(7, true), caller(7, true)));
    BOOST_TEST(!forked_since(caller(7, true), caller(8, true)));
    BOOST_TEST((caller(7, true) != caller(8, true)));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::testing
