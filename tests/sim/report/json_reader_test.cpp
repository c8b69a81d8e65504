#include "sim/report/json_reader.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

namespace ringproof::testing {

using namespace sim;

BOOST_AUTO_TEST_SUITE(json_reader)

BOOST_AUTO_TEST_CASE(values_are_read_in_their_order) {
    sim::json_reader in(" { \"a\" : [ 1,22 ] ,\"b\":\"\", \"c\": {}, \"d\": []}\n");
    std::vector<std::uint64_t> numbers;
    std::string keys;
    in.object([&](const std::string& key) {
        keys += key;
        if (key == "a") in.array([&] { numbers.push_back(in.number()); });
        if (key == "b") BOOST_TEST(in.string() == "");
        if (key == "c") in.object([&](const std::string&) { BOOST_ERROR("a member"); });
        if (key == "d") in.array([&] { BOOST_ERROR("an element"); });
    });
    in.end();
    BOOST_TEST(!in.error().has_value());
    BOOST_TEST(keys == "abcd");
    BOOST_TEST((numbers == std::vector<std::uint64_t>{1, 22}));
}

BOOST_AUTO_TEST_CASE(strings_have_their_escapes) {
    sim::json_reader in(R"("\"\\\/\b\f\n\r\t\u0041\u00e9\u20ac")");
    BOOST_TEST(in.string() == "\"\\/\b\f\n\r\tA\u00e9\u20ac");
    BOOST_TEST(!in.error().has_value());
}

BOOST_AUTO_TEST_CASE(errors_have_a_place_and_the_first_one_stays) {
    const auto wrong = [](const std::string& text) {
        sim::json_reader in(text);
        in.object([&](const std::string&) { in.array([&] { (void)in.string(); }); });
        in.end();
        return in.error() ? in.error()->message() : "";
    };
    BOOST_TEST(wrong("{\"a\":[]}") == "");
    BOOST_TEST(wrong("{\"a\":[]") == "1:8: expected ',' or '}', found the end of the text");
    BOOST_TEST(wrong("{\"a\":[],}") == "1:9: expected a key, found '}'");
    BOOST_TEST(wrong("{\"a\" []}") == "1:6: expected ':', found '['");
    BOOST_TEST(wrong("{\"a\":\n [\"\" \"\"]}") == "2:6: expected ',' or ']', found '\"\"'");
    BOOST_TEST(wrong("{\"a\":[\"x") == "1:9: expected the string's end, found the end of the text");
    BOOST_TEST(wrong("{\"a\":[\"\n\"]}").starts_with("1:8: expected the string's end"));
    BOOST_TEST(wrong("{\"a\":[\"\\x\"]}").starts_with("1:9: expected an escape of JSON"));
    BOOST_TEST(wrong("{\"a\":[\"\\u12\"]}").starts_with("1:10: expected four hexadecimal"));
    BOOST_TEST(wrong("{\"a\":[\"\\ud800\"]}").starts_with("1:10: expected four hexadecimal"));
    BOOST_TEST(wrong("{\"a\":[]} {") == "1:10: expected the end of the text, found '{'");
    sim::json_reader number("-1");
    BOOST_TEST(number.number() == 0U);
    BOOST_TEST(number.error()->message() == "1:1: expected a whole number, found '-1'");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::testing
