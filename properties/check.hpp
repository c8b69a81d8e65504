#pragma once
// RapidCheck inside a Boost.Test case. RapidCheck's own macro tries every property a hundred times;
// here each says how often it can afford to be tried, since a case costs a microsecond or a
// millisecond. RC_PARAMS has the last word.

#include <iostream>
#include <sstream>
#include <utility>

#include <boost/test/unit_test.hpp>
#include <rapidcheck.h>

namespace ringproof::testing {

/// Tries `property` that many times; fails the running case with the smallest counterexample, and
/// RapidCheck prints at the end of the program the RC_PARAMS that repeat it. Arguments of the
/// property are arbitrary; it asserts with RC_ASSERT, because Boost's assertions do not throw.
template <class Property>
void check(int cases, Property&& property) {
    namespace detail = rc::detail;
    const auto& running = boost::unit_test::framework::current_test_case();
    const detail::TestMetadata named{running.full_name(), running.p_name};
    const detail::Configuration& wanted = detail::configuration();
    const auto tried = detail::toProperty(std::forward<Property>(property));
    detail::TestParams params = wanted.testParams;
    if (params.maxSuccess == detail::TestParams().maxSuccess) params.maxSuccess = cases;
    // Parameters of our own would lose what is to be reproduced.
    const auto result = wanted.reproduce.empty() ? detail::checkProperty(tried, named, params)
                                                 : detail::checkProperty(tried, named);

    std::ostringstream message;
    detail::printResultMessage(result, message);
    if (!result.template is<detail::SuccessResult>()) {
        BOOST_FAIL('\n' << message.str());
    } else if (!result.template get<detail::SuccessResult>().distribution.empty()) {
        std::cout << "- " << named.description << '\n' << message.str() << '\n';
    }
    BOOST_TEST(true);  // or Boost would say that nothing was checked
}

}  // namespace ringproof::testing
