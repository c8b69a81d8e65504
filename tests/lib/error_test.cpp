#include <ringproof/error.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cerrno>
#include <set>
#include <string>
#include <type_traits>
#include <vector>

namespace ringproof::testing {

namespace {

std::string message(int number) { return error_category().message(number); }

/// The messages of 1, 2, ... up to the first number that has none.
std::vector<std::string> known_messages() {
    const std::string unknown = message(0);
    std::vector<std::string> found;
    for (int number = 1; message(number) != unknown; ++number) found.push_back(message(number));
    return found;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(error)

BOOST_AUTO_TEST_CASE(every_reason_has_a_message_and_no_two_share_one) {
    const auto messages = known_messages();
    BOOST_TEST(messages.size() >= static_cast<std::size_t>(errc::starving));
    const std::set<std::string> distinct(messages.begin(), messages.end());
    BOOST_TEST(distinct.size() == messages.size());
    BOOST_TEST(!distinct.contains(""));
}

BOOST_AUTO_TEST_CASE(a_number_that_is_no_reason_says_so) {
    BOOST_TEST(message(-1) == message(0));
    BOOST_TEST(message(1 << 20) == message(0));
    BOOST_TEST(!message(0).empty());
}

BOOST_AUTO_TEST_CASE(a_reason_becomes_an_error_code_of_this_category) {
    const std::error_code code = errc::wrong_thread;
    BOOST_TEST((code.category() == error_category()));
    BOOST_TEST(code.value() == static_cast<int>(errc::wrong_thread));
    BOOST_TEST(code.category().name() == std::string("ringproof"));
    BOOST_TEST((code == errc::wrong_thread));
    BOOST_TEST((code != errc::forked_child));
    BOOST_TEST(static_cast<bool>(code), "no reason may be 0, which means success");
    BOOST_TEST((std::is_error_code_enum_v<errc>));
}

BOOST_AUTO_TEST_CASE(the_kernels_errors_keep_their_category) {
    const result<int> failed = fail(ENOBUFS);
    BOOST_TEST((failed.error().category() == std::system_category()));
    BOOST_TEST(is_errno(failed.error(), ENOBUFS));
    BOOST_TEST(!is_errno(failed.error(), ENOMEM));
}

BOOST_AUTO_TEST_CASE(a_reason_is_never_taken_for_the_errno_of_the_same_number) {
    const result<int> failed = fail(errc::entries_out_of_range);
    BOOST_TEST(!is_errno(failed.error(), static_cast<int>(errc::entries_out_of_range)));
    BOOST_TEST((failed.error() == errc::entries_out_of_range));
    BOOST_TEST(!is_errno({EIO, std::generic_category()}, EIO));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::testing
