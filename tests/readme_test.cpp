// What README.md shows is what is compiled and run: its example stands, line by line, in
// tests/examples/receive.cpp, which ctest runs.

#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include <boost/test/unit_test.hpp>

namespace {

std::string content(const std::string& name) {
    std::ifstream file(std::string(RINGPROOF_SOURCE_DIR "/") + name, std::ios::binary);
    BOOST_REQUIRE_MESSAGE(file, "cannot read " << name);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// What stands between two marks; empty when one is missing.
std::string between(const std::string& text, std::string_view first, std::string_view last) {
    const auto from = text.find(first);
    if (from == std::string::npos) return {};
    const auto start = from + first.size();
    const auto to = text.find(last, start);
    return to == std::string::npos ? std::string{} : text.substr(start, to - start);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(readme)

BOOST_AUTO_TEST_CASE(the_example_is_the_one_that_is_compiled) {
    const auto shown = between(content("README.md"), "```cpp\n", "```");
    const auto compiled =
        between(content("tests/examples/receive.cpp"), "// [readme]\n", "// [readme]");
    BOOST_TEST(!shown.empty());
    BOOST_TEST(shown == compiled);
}

BOOST_AUTO_TEST_CASE(both_commands_stand_in_it) {
    const auto text = content("README.md");
    for (const std::string_view command : {"./ringproof run ", "./ringproof test "}) {
        BOOST_TEST(text.find(command) != std::string::npos, "README.md lacks " << command);
    }
}

BOOST_AUTO_TEST_SUITE_END()
