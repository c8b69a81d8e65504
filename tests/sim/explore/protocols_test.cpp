// Every protocol is proved, in exactly as many states as it has.

#include "sim/explore/protocols.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <map>
#include <string_view>
#include <utility>

#include "sim/explore/search.hpp"

namespace ringproof::sim::explore {

BOOST_AUTO_TEST_SUITE(protocols_)

// A model checker of another kind (GenMC) counts as many executions of the same program.
BOOST_AUTO_TEST_CASE(bounded_runs_end_as_often_as_elsewhere) {
    constexpr auto known = std::to_array<std::pair<unsigned, std::size_t>>(
        {{2, 2}, {3, 5}, {4, 14}, {6, 104}, {8, 776}, {10, 5792}});
    for (const auto& [publications, ends] : known) {
        const search_result found =
            search(bounded_publish(2, publications), {.canonical = false, .keep_final = true});
        BOOST_TEST((found.verdict == outcome::proved));
        BOOST_TEST(found.final_states.size() == ends);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::sim::explore
