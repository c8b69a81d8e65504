// Lists of faults, as people write them.

#include "sim/simulation/fault_plan.hpp"

#include <boost/test/unit_test.hpp>

namespace ringproof::testing {

using namespace sim;

namespace {

fault_set set_of(std::initializer_list<fault> all) {
    fault_plan made;
    for (const fault each : all) made.set(each);
    return made.kinds;
}

const fault_set everything = fault_set().set();

void check_refused(std::string_view list, const fault_set& possible, std::string_view why) {
    const auto made = parse_faults(list, possible);
    BOOST_TEST_REQUIRE(!made.has_value());
    BOOST_TEST(made.error() == why);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(fault_plan)

BOOST_AUTO_TEST_CASE(each_name_is_understood_and_is_no_beginning_of_others) {
    for (std::size_t i = 0; i < fault_count; ++i) {
        const auto made = parse_faults(name_of(static_cast<fault>(i)), everything);
        BOOST_TEST_REQUIRE(made.has_value());
        BOOST_TEST(*made == fault_set().set(i));
    }
    BOOST_TEST(parse_faults("all", everything).value() == everything);
}

BOOST_AUTO_TEST_CASE(a_beginning_is_enough_where_it_means_one) {
    const fault_set wanted = set_of({fault::enobufs, fault::short_transfers, fault::punts});
    BOOST_TEST(parse_faults("enobufs,short,p", everything).value() == wanted);
    BOOST_TEST(parse_faults("e", wanted).value() == set_of({fault::enobufs}),
               "what is not possible is not meant");
}

BOOST_AUTO_TEST_CASE(who_could_mean_several_is_told_which) {
    check_refused("punts,s", set_of({fault::punts, fault::short_transfers, fault::spurious_wakes}),
                  "'s' can mean short_transfers or spurious_wakes");
    check_refused("early", everything, "'early' can mean early_finishes or early_resets");
}

BOOST_AUTO_TEST_CASE(what_there_is_not_is_told_from_what_cannot_be) {
    const fault_set possible = set_of({fault::enobufs});
    check_refused("enobufs,none", possible, "there is no fault 'none'");
    check_refused("enobufs,", possible, "there is no fault ''");
    check_refused("enobufs_", possible, "there is no fault 'enobufs_'");
    check_refused("bur", possible, "'bursts' is for simulated peers to do");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::testing
