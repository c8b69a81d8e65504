// Every rule is accounted for: by a behaviour, or by the reason why there is none. The index in
// corpus/behaviours is made here; with RINGPROOF_WRITE_INDEX=1 in the environment it is written.

#include "tests/support/rule_index.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

namespace {

namespace fs = std::filesystem;
using namespace ringproof::rules;

std::string read(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

texts repository() {
    const fs::path root = RINGPROOF_SOURCE_DIR;
    texts files;
    files[std::string(rules_path)] = read(root / rules_path);
    for (const char* folder : {"corpus/behaviours", "tests", "properties"}) {
        for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
            const std::string path = entry.path().lexically_relative(root).generic_string();
            if (entry.is_regular_file()) files[path] = read(entry.path());
        }
    }
    return files;
}

/// Two rules, of which the first has a behaviour, and whatever is added.
rule_index with(std::string path, std::string text) {
    return index_rules({{std::string(rules_path), "- **SEL-01** One.\n- **SEL-02** Two.\n"},
                        {"corpus/behaviours/SEL-01-one.trace", "# x\nrule SEL-01\nsays It is.\n"},
                        {std::move(path), std::move(text)}});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(behaviour_index)

BOOST_AUTO_TEST_CASE(what_shows_a_rule_is_found) {
    const rule_index made = with("corpus/behaviours/SEL-01-two.trace", "rule SEL-01 SEL-02\n");
    BOOST_TEST(made.wrong.empty());
    BOOST_TEST(made.all[0].behaviours.size() == 2U);
    BOOST_TEST(made.all[1].behaviours.front() == "SEL-01-two");
    const std::string text = to_markdown(made);
    BOOST_TEST(text.contains("| shown by a behaviour | 2 |\n"));
    BOOST_TEST(text.contains("| SEL-02 | SEL-01-two |  |\n"));
}

BOOST_AUTO_TEST_CASE(a_test_cites_by_comment_alone) {
    const rule_index made = with("tests/a.cpp", "// SEL-01\nf(\"SEL-02\"); // xSEL-02, CRC-32\n");
    BOOST_TEST(made.all[0].tests.front() == "tests/a.cpp");
    BOOST_TEST(made.all[1].tests.empty());
}

BOOST_AUTO_TEST_CASE(a_rule_without_behaviour_needs_a_reason) {
    BOOST_TEST(with("tests/a.cpp", "// SEL-02\n").wrong.front().starts_with("SEL-02 is shown by"));
    const rule_index made = with(std::string(reasons_path), "# why\n\nSEL-02 race: It is one.\n");
    BOOST_TEST(made.wrong.empty());
    BOOST_TEST(to_markdown(made).contains("| SEL-02 | none, *race*: It is one. |  |\n"));
}

BOOST_AUTO_TEST_CASE(what_does_not_fit_together_is_found) {
    const std::string reasons(reasons_path);
    const auto wrong = [](const rule_index& made, std::string_view beginning) {
        return std::ranges::any_of(made.wrong, [beginning](const std::string& line) {
            return line.starts_with(beginning);
        });
    };
    BOOST_TEST(wrong(with(reasons, "SEL-01 race: It is one.\n"), "SEL-01 has a reason"));
    BOOST_TEST(wrong(with(reasons, "SEL-02 mood: Not today.\n"), reasons + ": not understood"));
    BOOST_TEST(wrong(with(reasons, "SEL-03 race: Gone.\n"), reasons + " cites SEL-03"));
    BOOST_TEST(wrong(with("tests/a.cpp", "// SEL-03\n"), "tests/a.cpp cites SEL-03"));
    BOOST_TEST(wrong(with("corpus/behaviours/XYZ-01-a.trace", "rule XYZ-01\n"),
                     "corpus/behaviours/XYZ-01-a.trace cites XYZ-01"));
    BOOST_TEST(wrong(index_rules({}), "sim/kernel/rules.md has no rules"));
}

BOOST_AUTO_TEST_CASE(every_rule_is_accounted_for) {
    const rule_index made = index_rules(repository());
    for (const std::string& line : made.wrong) BOOST_ERROR(line);
    const fs::path path = fs::path(RINGPROOF_SOURCE_DIR) / index_path;
    const std::string text = to_markdown(made);
    if (std::getenv("RINGPROOF_WRITE_INDEX") != nullptr) {
        std::ofstream(path, std::ios::binary) << text;
    }
    const bool same = read(path) == text;
    BOOST_TEST(same,
               index_path << " is old. Make it anew: RINGPROOF_WRITE_INDEX=1 "
                          << boost::unit_test::framework::master_test_suite().argv[0]);
}

BOOST_AUTO_TEST_SUITE_END()
