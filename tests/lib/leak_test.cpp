#include <ringproof/leak.hpp>

#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <system_error>

#include <ringproof/error.hpp>

#include "tests/support/leak_listener.hpp"

namespace ringproof::testing {

namespace {

const std::error_code reason = errc::requests_in_flight;

}  // namespace

BOOST_AUTO_TEST_SUITE(leak)

BOOST_FIXTURE_TEST_CASE(a_leak_is_counted_and_told_with_its_reason, leak_listener) {
    const auto count = leak_count();
    const auto size = leaked_size();
    report_leak({4096, reason});
    report_leak({1, std::error_code(EBUSY, std::system_category())});
    BOOST_TEST(leak_count() == count + 2);
    BOOST_TEST(leaked_size() == size + 4097);
    BOOST_TEST_REQUIRE(told().size() == 2U);
    BOOST_TEST(told()[0].size == 4096U);
    BOOST_TEST((told()[0].reason == errc::requests_in_flight));
    BOOST_TEST(is_errno(told()[1].reason, EBUSY));
}

BOOST_FIXTURE_TEST_CASE(a_handler_can_be_taken_away_and_the_count_goes_on, leak_listener) {
    const leak_handler listening = set_leak_handler(nullptr);
    const auto count = leak_count();
    report_leak({10, reason});
    BOOST_TEST(leak_count() == count + 1);
    BOOST_TEST(told().empty());
    BOOST_TEST((set_leak_handler(listening) == nullptr));
    report_leak({11, reason});
    BOOST_TEST(told().size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(there_is_a_handler_from_the_start, leak_listener) {
    BOOST_TEST((former() != nullptr));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::testing
