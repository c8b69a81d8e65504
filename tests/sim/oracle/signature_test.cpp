#include "sim/oracle/signature.hpp"

#include <boost/test/unit_test.hpp>

using namespace ringproof::sim;

BOOST_AUTO_TEST_SUITE(signature)

BOOST_AUTO_TEST_CASE(numbers_do_not_tell_failures_apart) {
    BOOST_TEST(signature_of({"I3", "buffer 17 was handed out although it was leased", 4}) ==
               "I3: buffer # was handed out although it was leased");
    BOOST_TEST(signature_of({"I6", "a result of 10 bytes for a request of 9", 1}) ==
               signature_of({"I6", "a result of 4096 bytes for a request of 0", 2}));
}

BOOST_AUTO_TEST_CASE(words_and_invariants_do) {
    const violation broken{"I3", "buffer 1 was handed out twice", 1};
    BOOST_TEST(signature_of(broken) != signature_of({"I1", broken.sentence, 1}));
    BOOST_TEST(signature_of(broken) != signature_of({"I3", "buffer 1 was handed out once", 1}));
}

BOOST_AUTO_TEST_CASE(numbers_within_words_stay) {
    BOOST_TEST(signature_of({"I21", "v6_18 has no BUG-20, errno -105, s0", 1}) ==
               "I21: v6_18 has no BUG-20, errno -#, s0");
}

BOOST_AUTO_TEST_SUITE_END()
