#include "sim/emit/seen_text.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace ringproof::sim::emitting;

BOOST_AUTO_TEST_SUITE(seen_text)

BOOST_AUTO_TEST_CASE(results_are_numbers_or_names_of_errors) {
    BOOST_TEST(number_in_c("12").value() == "12");
    BOOST_TEST(number_in_c("-EINVAL").value() == "-EINVAL");
    BOOST_TEST(number_in_c("-5000").value() == "-5000");
    BOOST_TEST(number_in_c("yes").value() == "1");
    BOOST_TEST(number_in_c("-2147483648").value() == "INT32_MIN");
    for (const char* wrong : {"", "-ENOSUCH", "12 and written", "no memory", "4294967296"}) {
        BOOST_TEST(!number_in_c(wrong).has_value(), wrong);
    }
}

BOOST_AUTO_TEST_CASE(completions_are_initializers) {
    const auto all = completions_in_c("7{-ENOBUFS} 1{64 B3 +M NE BM +0x40}", false);
    const std::vector<std::string> expected{
        "{ 7, -ENOBUFS, 0 }",
        "{ 1, 64, BUFFER(3) | IORING_CQE_F_MORE | IORING_CQE_F_SOCK_NONEMPTY | "
        "IORING_CQE_F_BUF_MORE | 0x40 }"};
    BOOST_TEST(all.value() == expected, boost::test_tools::per_element());
    BOOST_TEST(completions_in_c("nothing", false).value().empty());
    for (const char* wrong : {"", "7", "7{", "7{1", "7{1 B}", "7{1 XX}", "7{1} ", "7{-EWHAT}"}) {
        BOOST_TEST(!completions_in_c(wrong, false).has_value(), wrong);
    }
}

BOOST_AUTO_TEST_CASE(in_any_order_they_are_sorted_by_their_numbers) {
    const auto all = completions_in_c("10{1} 9{2} 9{-EIO}", true);
    const std::vector<std::string> expected{"{ 9, -EIO, 0 }", "{ 9, 2, 0 }", "{ 10, 1, 0 }"};
    BOOST_TEST(all.value() == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(flag_words_and_bytes) {
    BOOST_TEST(queue_flags_in_c("none").value() == "0");
    BOOST_TEST(queue_flags_in_c("overflow taskrun").value() ==
               "IORING_SQ_CQ_OVERFLOW | IORING_SQ_TASKRUN");
    BOOST_TEST(!queue_flags_in_c("overflow sleep").has_value());
    BOOST_TEST(bytes_in_c("\"a b.\"").value() == "\"a b.\"");
    BOOST_TEST(!bytes_in_c("\"").has_value());
    BOOST_TEST(unsigned_in_c(~std::uint64_t{0}) == "18446744073709551615U");
}

BOOST_AUTO_TEST_SUITE_END()
