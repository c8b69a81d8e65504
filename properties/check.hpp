#pragma once
// RapidCheck inside a Boost.Test case. RapidCheck's own macro tries every property a hundred times;
// here each says how often it can afford to be tried, since a case costs a microsecond or a
// millisecond. RC_PARAMS has the last word.

#include <filesystem>
#include <fstream>
#include <iostream>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>

#include <boost/test/unit_test.hpp>
#include <rapidcheck.h>

namespace ringproof::testing {

/// Writes every trace that the message quotes, up to a blank line each, to a file of its own. The
/// lines that replay them, to be pasted where the build is.
inline std::string replay_lines(std::string_view message, const std::string& name) {
    constexpr std::string_view magic = "ringproof-trace 1\n";
    std::string lines;
    std::set<std::string> seen;  // what a property was given, it may have played as it was
    for (std::size_t at = message.find(magic); at != std::string_view::npos;
         at = message.find(magic, at + 1)) {
        const std::string text(message.substr(at, message.find("\n\n", at) - at));
        if (!seen.insert(text).second) continue;
        std::error_code none;  // without a place for files the text in the message has to do
        const auto folder = std::filesystem::temp_directory_path(none);
        const auto path =
            folder / ("ringproof-" + name + "-" + std::to_string(seen.size()) + ".trace");
        if (std::ofstream(path) << text << '\n') {
            lines += "build/dev/ringproof replay --history " + path.string() + '\n';
        }
    }
    return lines;
}

/// Before anything runs, so that a run which never ends can be repeated, too.
inline void tell_seed(std::uint64_t seed) {
    static const bool told = [seed] {
        std::cout << "RC_PARAMS=\"seed=" << seed << "\"\n" << std::flush;
        return true;
    }();
    static_cast<void>(told);
}

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
    tell_seed(params.seed);
    if (params.maxSuccess == detail::TestParams().maxSuccess) params.maxSuccess = cases;
    // Parameters of our own would lose what is to be reproduced.
    const auto result = wanted.reproduce.empty() ? detail::checkProperty(tried, named, params)
                                                 : detail::checkProperty(tried, named);

    std::ostringstream message;
    detail::printResultMessage(result, message);
    if (!result.template is<detail::SuccessResult>()) {
        BOOST_FAIL('\n' << message.str() << '\n' << replay_lines(message.str(), running.p_name));
    } else if (!result.template get<detail::SuccessResult>().distribution.empty()) {
        std::cout << "- " << named.description << '\n' << message.str() << '\n';
    }
    BOOST_TEST(true);  // or Boost would say that nothing was checked
}

}  // namespace ringproof::testing
