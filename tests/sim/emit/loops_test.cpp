#include "sim/emit/program.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace ringproof::sim::emitting;

BOOST_AUTO_TEST_SUITE(loops)

BOOST_AUTO_TEST_CASE(statements_that_differ_stay_as_they_are) {
    BOOST_TEST(rolled({{"one();"}, {"two(@);", {2}}, {"two(@);", {7}}}) ==
               "\tone();\n\ttwo(2);\n\ttwo(7);\n");
    BOOST_TEST(rolled({}).empty());
}

BOOST_AUTO_TEST_CASE(numbers_that_grow_evenly_make_a_loop) {
    std::vector<step> body;
    for (std::int64_t i = 0; i < 6; ++i) body.push_back({"put(@, @, 64);", {i, 4096 * i + 5}});
    BOOST_TEST(rolled(body) == "\tfor (int i = 0; i < 6; i++)\n\t\tput(i, 5 + 4096 * i, 64);\n");
}

BOOST_AUTO_TEST_CASE(what_wraps_is_said_with_a_remainder) {
    std::vector<step> body;
    for (std::int64_t i = 0; i < 20; ++i) {
        body.push_back({"take(@);", {(3 + i) % 8}});
        body.push_back({"give();"});
    }
    BOOST_TEST(rolled(body) ==
               "\tfor (int i = 0; i < 20; i++) {\n\t\ttake((3 + i) % 8);\n"
               "\t\tgive();\n\t}\n");
}

BOOST_AUTO_TEST_CASE(a_number_that_breaks_the_row_ends_the_loop) {
    std::vector<step> body;
    for (std::int64_t i = 0; i < 5; ++i) body.push_back({"f(@);", {i}});
    body.push_back({"f(@);", {50}});
    BOOST_TEST(rolled(body) == "\tfor (int i = 0; i < 5; i++)\n\t\tf(i);\n\tf(50);\n");
}

BOOST_AUTO_TEST_CASE(few_repetitions_are_read_more_easily_than_a_loop) {
    const std::vector<step> body(3, {"nop();"});
    BOOST_TEST(rolled(body) == "\tnop();\n\tnop();\n\tnop();\n");
}

// Its objects live as long as their block.
BOOST_AUTO_TEST_CASE(statements_with_compound_literals_stay_out_of_loops) {
    const std::vector<step> body(9, {"QUEUE(.addr = ptr(&(struct iovec){ 0 }));"});
    BOOST_TEST(!rolled(body).contains("for"));
}

BOOST_AUTO_TEST_CASE(long_statements_are_broken_outside_of_literals) {
    const std::string literal(60, 'a');
    const std::string text =
        rolled({{"f(\"" + literal + ", b\", " + std::string(30, 'c') + ", dddd);"}});
    BOOST_TEST(text.contains(literal + ", b\",\n\t\tccc"));
}

BOOST_AUTO_TEST_CASE(a_literal_holds_any_bytes) {
    BOOST_TEST(quoted("a\"b\\c") == "\"a\\\"b\\\\c\"");
    BOOST_TEST(quoted("a?\n") == "\"a\\077\\012\"");
}

BOOST_AUTO_TEST_SUITE_END()
