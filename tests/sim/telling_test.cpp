#include "sim/telling.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <string>

#include <ringproof/abi_constants.hpp>

namespace ringproof::testing {

using namespace sim;

BOOST_AUTO_TEST_SUITE(telling)

BOOST_AUTO_TEST_CASE(numbers_of_the_interface_have_names) {
    const event failed{.step = 12, .kind = event_kind::completed, .subject = 7, .a = -105, .b = 0};
    BOOST_TEST(sentence_of(failed) == "completed request 7: result -ENOBUFS, flags 0");
    BOOST_TEST(describe(failed) ==
               "12     application completed request 7: result -ENOBUFS, flags 0");
    const event asked{.kind = event_kind::submitted,
                      .subject = 7,
                      .a = abi::ioring_op_read_multishot,
                      .b = 3,
                      .c = 5};
    BOOST_TEST(sentence_of(asked) ==
               "submitted request 7: opcode READ_MULTISHOT, group 3, descriptor 5");
    const event odd{.kind = event_kind::submitted, .subject = ~std::uint64_t{0}, .a = 200};
    BOOST_TEST(sentence_of(odd) ==
               "submitted request 18446744073709551615: opcode 200, group 0, descriptor 0");
}

BOOST_AUTO_TEST_CASE(what_has_no_subject_begins_with_its_first_number) {
    const event answered{.who = actor::kernel, .kind = event_kind::chose, .a = 1, .b = 3};
    BOOST_TEST(sentence_of(answered) == "chose answer 1, of 3");
}

BOOST_AUTO_TEST_CASE(details_can_be_asked_for_by_name) {
    const event back{.kind = event_kind::returned, .subject = 2, .a = 5, .b = 64};
    std::string told(verb_of(back));
    for (const auto& [name, value] : details_of(back)) {
        told += " " + std::string(name) + "=" + std::to_string(value);
    }
    BOOST_TEST(told == "returned group=2 buffer=5 offset=64");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::testing
