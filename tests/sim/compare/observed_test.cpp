// What of a run is compared, and what is only a name or a moment.

#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <vector>

#include <ringproof/abi_constants.hpp>

#include "sim/compare/observed.hpp"

namespace ringproof::testing {

namespace {

namespace sim = ringproof::sim;
using sim::event_kind;

sim::event event_of(event_kind kind, std::uint64_t subject, std::int64_t a = 0,
                    std::int64_t c = 0) {
    return {.step = 3, .kind = kind, .subject = subject, .a = a, .c = c};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(observed)

BOOST_AUTO_TEST_CASE(descriptors_are_only_names) {
    const std::vector<sim::event> one{
        event_of(event_kind::fed, 7, 40), event_of(event_kind::submitted, 1, 27, 7),
        event_of(event_kind::submitted, 2, abi::ioring_op_accept, 9),
        event_of(event_kind::completed, 2, 11), event_of(event_kind::completed, 1, 40)};
    const std::vector<sim::event> other{
        event_of(event_kind::fed, 5, 40), event_of(event_kind::submitted, 1, 27, 5),
        event_of(event_kind::submitted, 2, abi::ioring_op_accept, 4),
        event_of(event_kind::completed, 2, 6), event_of(event_kind::completed, 1, 40)};
    BOOST_TEST((sim::observed(one) == sim::observed(other)));
    BOOST_TEST(sim::observed(one).back().a == 40);  // of no accept: a size
}

BOOST_AUTO_TEST_CASE(a_wait_that_ran_out_of_time_is_nobodys_doing) {
    const auto late = event_of(event_kind::refused, 0, ETIME);
    BOOST_TEST(sim::is_timed_out(late));
    BOOST_TEST(sim::observed({{late, event_of(event_kind::refused, 0, EBUSY)}}).size() == 1U);
}

// Completions in a burst are sorted, with what was taken of them; the rest stays where it is.
BOOST_AUTO_TEST_CASE(workers_may_finish_in_any_order) {
    const auto taken = event_of(event_kind::taken, 0, 5);
    const auto back = event_of(event_kind::returned, 0, 5);
    const auto first = event_of(event_kind::completed, 1, 10);
    const auto again = event_of(event_kind::completed, 1, 20);
    const auto second = event_of(event_kind::completed, 2, 30);
    const auto one = sim::without_timing({second, taken, first, again, back, first});
    const auto other = sim::without_timing({first, again, second, taken, back, first});
    BOOST_TEST((one == other));
    BOOST_TEST((one != sim::without_timing({again, first, second, taken, back, first})));
    BOOST_TEST((one != sim::without_timing({first, again, second, back, taken, first})));
    BOOST_TEST(one.front().step == 0U);
}

BOOST_AUTO_TEST_CASE(an_event_is_told_without_its_step) {
    BOOST_TEST(sim::say_observed(event_of(event_kind::returned, 2, 5)) ==
               "application returned group 2: buffer 5, offset 0");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::testing
