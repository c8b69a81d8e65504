#include "sim/behaviour/text.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

#include "sim/behaviour/catalogue.hpp"

namespace ringproof::testing {

using namespace sim;

namespace {

constexpr const char* head = "ringproof-behaviour 1\nrule SEL-03 ERR-06\nsays It is so.\n";

/// What is wrong with a text; empty when nothing is.
std::string wrong_with(const std::string& text) {
    const auto parsed = parse_behaviour(text);
    return parsed ? std::string() : parsed.error().message();
}

std::string wrong_below_head(const std::string& lines) { return wrong_with(head + lines); }

}  // namespace

BOOST_AUTO_TEST_SUITE(behaviour_text)

BOOST_AUTO_TEST_CASE(a_behaviour_is_what_its_text_says) {
    const auto parsed = parse_behaviour(std::string(head) +
                                        "holds v7_3\nmay_hang\n\n"
                                        "open a tcp  # a comment\n"
                                        "stage 1 bid=0x10 len=16 addr=+8\n"
                                        "recv a 1 user=7 bundle\n"
                                        "run 2 any -> 7{-ENOBUFS} 8{1}\n"
                                        "or v7_3 BUG-15 -> nothing\n"
                                        "or BUG-27 -> 7{-EPERM}\n");
    BOOST_TEST_REQUIRE(parsed.has_value());
    BOOST_TEST((parsed->rules == std::vector<std::string>{"SEL-03", "ERR-06"}));
    BOOST_TEST(parsed->says == "It is so.");
    BOOST_TEST(parsed->may_hang);
    BOOST_TEST(parsed->holds.size() == 1U);
    BOOST_TEST_REQUIRE(parsed->statements.size() == 4U);
    BOOST_TEST(parsed->statements[0].words[1] == "tcp");
    const statement& stage = parsed->statements[1];
    BOOST_TEST(stage.number("bid") == 16U);
    BOOST_TEST(stage.find("addr")->word == "+");
    BOOST_TEST(stage.number("addr") == 8U);
    BOOST_TEST(parsed->statements[2].has("bundle"));
    BOOST_TEST(!parsed->statements[2].has("async"));
    const expectation& seen = *parsed->statements[3].expected;
    BOOST_TEST(seen.usual == "7{-ENOBUFS} 8{1}");
    BOOST_TEST(seen.under(*index_of_profile("v7_3")) == "nothing");
    BOOST_TEST(seen.find("7{-EPERM}")->cause == "BUG-27");
    BOOST_TEST(parsed->statements[3].line == 10U);
}

BOOST_AUTO_TEST_CASE(the_header_must_be_whole_and_in_order) {
    BOOST_TEST(wrong_with("") ==
               "1:1: expected 'ringproof-behaviour 1', found the end of the text");
    BOOST_TEST(wrong_with("ringproof-behaviour 2\n") ==
               "1:21: expected format version 1, found '2'");
    BOOST_TEST(wrong_with("ringproof-behaviour 1\nsays x\n") ==
               "2:1: expected 'rule' and the ids of rules, found 'says'");
    BOOST_TEST(wrong_with("ringproof-behaviour 1\nrule sel-03\n") ==
               "2:6: expected the id of a rule, as SEL-03, found 'sel-03'");
    BOOST_TEST(wrong_with("ringproof-behaviour 1\nrule SEL-03\nopen a tcp\n") ==
               "3:1: expected 'says' and a sentence, found 'open'");
    BOOST_TEST(wrong_below_head("") == "4:1: expected a statement, found the end of the text");
}

BOOST_AUTO_TEST_CASE(profiles_are_checked_where_they_are_named) {
    BOOST_TEST(wrong_below_head("holds v2_4..\n").starts_with("4:7: expected a profile:"));
    BOOST_TEST(wrong_below_head("run -> nothing\nor v2_4 -> 1{0}\n").starts_with("5:4: expected"));
}

BOOST_AUTO_TEST_CASE(statements_are_checked_word_by_word) {
    BOOST_TEST(wrong_below_head("jump\n") == "4:1: expected a statement, found 'jump'");
    BOOST_TEST(wrong_below_head("open a tpc\n").starts_with("4:8: expected tcp, unix_stream"));
    BOOST_TEST(wrong_below_head("open A tcp\n") ==
               "4:6: expected the name of a file: small letters, found 'A'");
    BOOST_TEST(wrong_below_head("recv a 1\n") ==
               "4:6: expected a file that was opened above, found 'a'");
    BOOST_TEST(wrong_below_head("open a tcp\nopen a udp\n") ==
               "5:6: expected a name that no file has, found 'a'");
    BOOST_TEST(wrong_below_head("group one\n") == "4:7: expected a number, found 'one'");
    BOOST_TEST(wrong_below_head("group 1 entries=x\n") == "4:17: expected a number, found 'x'");
    BOOST_TEST(wrong_below_head("group 1 inc inc\n").starts_with("4:13: expected one of entries="));
    BOOST_TEST(wrong_below_head("submit now\n") ==
               "4:8: expected '->' or the end of the line, found 'now'");
    BOOST_TEST(wrong_below_head("run ->\n") ==
               "4:7: expected what must be seen, found the end of the line");
    BOOST_TEST(wrong_below_head("run\nor v7_3 -> 1{0}\n") ==
               "5:4: expected 'or' only below a statement with '->', found 'v7_3'");
}

BOOST_AUTO_TEST_CASE(a_statement_may_be_another_tasks) {
    const auto parsed =
        parse_behaviour(std::string(head) + "thread submit -> -EEXIST\nchild add 1 8\nrun\n");
    BOOST_TEST_REQUIRE(parsed.has_value());
    BOOST_TEST((parsed->statements[0].by == doer::thread));
    BOOST_TEST((parsed->statements[1].by == doer::child));
    BOOST_TEST((parsed->statements[2].by == doer::program));
    BOOST_TEST(wrong_below_head("child submit\n") ==
               "4:7: expected a statement that a child can do, found 'submit'");
    BOOST_TEST(wrong_below_head("thread thread submit\n") ==
               "4:8: expected a statement, found 'thread'");
}

BOOST_AUTO_TEST_CASE(the_built_in_behaviours_parse_and_are_named_after_their_rule) {
    const auto all = all_behaviours();
    BOOST_TEST_REQUIRE(all.has_value(), (all ? "" : all.error()));
    BOOST_TEST(!all->empty());
    for (const behaviour& each : *all) {
        BOOST_TEST(each.name.starts_with(each.rules.front() + "-"), each.name);
        BOOST_TEST(each.says.ends_with('.'), each.name);
    }
}

BOOST_AUTO_TEST_CASE(patterns_choose_by_star_and_question_mark) {
    BOOST_TEST(matches("*", "SEL-03"));
    BOOST_TEST(matches("SEL-*", "SEL-03"));
    BOOST_TEST(matches("?EL-0*3", "SEL-03"));
    BOOST_TEST(matches("*0*", "SEL-03"));
    BOOST_TEST(!matches("SEL", "SEL-03"));
    BOOST_TEST(!matches("SEL-0?4", "SEL-03"));
    BOOST_TEST(!matches("", "SEL-03"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::testing
