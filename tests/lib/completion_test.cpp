#include <ringproof/completion.hpp>

#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <cstdint>
#include <limits>

#include <ringproof/error.hpp>

namespace ringproof::testing {

namespace {

ringproof::completion make(std::int32_t res, std::uint32_t flags = 0) {
    return ringproof::completion::from({17, res, flags});
}

constexpr std::uint32_t all_flags = 0xffff;

}  // namespace

BOOST_AUTO_TEST_SUITE(completion)

BOOST_AUTO_TEST_CASE(it_keeps_what_the_kernel_said) {
    const auto done = make(-5, 0x12345678);
    BOOST_TEST(to_number(done.user) == 17U);
    BOOST_TEST(done.res == -5);
    BOOST_TEST(done.flags == 0x12345678U);
}

BOOST_AUTO_TEST_CASE(the_buffer_id_is_the_upper_half_of_the_flags) {
    BOOST_TEST_REQUIRE(make(1, 0xffff0001U).buffer().has_value());
    BOOST_TEST(to_number(*make(1, 0xffff0001U).buffer()) == 65535U);
    BOOST_TEST(to_number(*make(1, 0x00000001U).buffer()) == 0U);
    BOOST_TEST(to_number(*make(1, 0x80010001U).buffer()) == 0x8001U);
}

// CQE-01: the upper half means nothing without F_BUFFER.
BOOST_AUTO_TEST_CASE(without_the_flag_there_is_no_buffer_whatever_the_upper_half) {
    BOOST_TEST(!make(1, 0xffff0000U | (all_flags & ~abi::ioring_cqe_f_buffer)).buffer());
    BOOST_TEST(!make(0, 0).buffer());
}

// ERR-02, USR-14: the sign of res says nothing about who has the buffer.
BOOST_AUTO_TEST_CASE(an_error_can_hand_over_a_buffer) {
    const auto done = make(-EFAULT, 3U << 16U | abi::ioring_cqe_f_buffer);
    BOOST_TEST_REQUIRE(done.buffer().has_value());
    BOOST_TEST(to_number(*done.buffer()) == 3U);
    BOOST_TEST(done.bytes() == 0U);
    BOOST_TEST(is_errno(done.error(), EFAULT));
}

BOOST_AUTO_TEST_CASE(each_flag_has_its_own_name) {
    BOOST_TEST(make(0, abi::ioring_cqe_f_more).more());
    BOOST_TEST(make(0, abi::ioring_cqe_f_buf_more).buffer_more());
    BOOST_TEST(make(0, abi::ioring_cqe_f_sock_nonempty).socket_nonempty());
    BOOST_TEST(!make(0, all_flags & ~abi::ioring_cqe_f_more).more());
    BOOST_TEST(!make(0, all_flags & ~abi::ioring_cqe_f_buf_more).buffer_more());
    BOOST_TEST(!make(0, all_flags & ~abi::ioring_cqe_f_sock_nonempty).socket_nonempty());
}

BOOST_AUTO_TEST_CASE(bytes_are_a_result_that_is_not_negative) {
    BOOST_TEST(make(0).bytes() == 0U);
    BOOST_TEST(make(1).bytes() == 1U);
    BOOST_TEST(make(std::numeric_limits<std::int32_t>::max()).bytes() == 2147483647U);
    BOOST_TEST(!make(0).error());
    BOOST_TEST(!make(std::numeric_limits<std::int32_t>::max()).error());
}

// Under the undefined-behaviour sanitizer a negation would be caught here.
BOOST_AUTO_TEST_CASE(the_most_negative_result_is_an_error_like_any_other) {
    const auto done = make(std::numeric_limits<std::int32_t>::min());
    BOOST_TEST(done.bytes() == 0U);
    BOOST_TEST(static_cast<bool>(done.error()));
    BOOST_TEST(is_errno(make(std::numeric_limits<std::int32_t>::min() + 1).error(), 2147483647));
    BOOST_TEST(is_errno(make(-1).error(), 1));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::testing
