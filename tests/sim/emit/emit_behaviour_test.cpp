#include "sim/emit/emit.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

#include "sim/behaviour/text.hpp"
#include "sim/trace/text.hpp"

using namespace ringproof::sim;

namespace {

std::expected<std::string, std::string> program_of(const std::string& body,
                                                   const std::string& profile = "v7_3",
                                                   const std::string& holds = "") {
    const std::string text =
        "ringproof-behaviour 1\nrule SEL-03\nsays A sentence */ of its own.\n" + holds + body;
    const auto script = parse_behaviour(text);
    BOOST_REQUIRE(script.has_value());
    return emit_c(*script, {.profile = profile, .raw = true, .source = text});
}

bool says(const std::expected<std::string, std::string>& program, std::string_view text) {
    return program.has_value() && program->contains(text);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(emit_behaviour)

BOOST_AUTO_TEST_CASE(expectations_are_those_of_the_profile_and_others_are_named) {
    const std::string body = "status 1 -> 0\nor ..v6_4 STA-01 -> -EINVAL\n";
    const auto now = program_of(body);
    BOOST_TEST(says(now, "expect(ret, 0);"));
    BOOST_TEST(says(now, "if (ret == -EINVAL)\n\t\tknown(\"STA-01, as v5_19..v6_4\");"));
    const auto then = program_of(body, "v6_1");
    BOOST_TEST(says(then, "expect(ret, -EINVAL);"));
    BOOST_TEST(says(then, "if (ret == 0)\n\t\tknown(\"as where STA-01 is not seen\");"));
}

BOOST_AUTO_TEST_CASE(what_the_profile_does_not_have_skips_itself) {
    const auto program = program_of("status 1 -> 0\n", "v6_1", "holds v6_8..\n");
    BOOST_TEST(says(program, "skip(\"v6_1 does not have this\");"));
    BOOST_TEST(!says(program, "setup_ring"));
}

BOOST_AUTO_TEST_CASE(books_are_kept_while_it_is_written) {
    const auto program = program_of("group 1 entries=2\nadd 1 8\nadd 1 9 10\n");
    BOOST_TEST(says(program, "put(&g1, 1, buffer(&g1, 1), 9, 1);"));
    BOOST_TEST(says(program, "put(&g1, 0, buffer(&g1, 2), 10, 2);\n\tpublish(&g1, 3);"));
}

BOOST_AUTO_TEST_CASE(another_task_has_a_function_of_its_own) {
    const auto program = program_of("ring defer\nthread submit -> -EEXIST\n");
    BOOST_TEST(says(program, "static void line_5(void)\n{\n\texpect(submit(), -EEXIST);\n}"));
    BOOST_TEST(says(program, "in_thread(line_5);"));
}

BOOST_AUTO_TEST_CASE(nothing_in_the_source_ends_the_comment) {
    const auto program = program_of("submit -> 0\n");
    BOOST_TEST(says(program, " * says A sentence * / of its own."));
}

BOOST_AUTO_TEST_CASE(what_c_has_no_words_for_is_refused_in_one_line) {
    BOOST_TEST(program_of("slot 1 0 -> no memory\n").error() ==
               "line 4: needs a ring's memory, which is not there: no C for it");
    BOOST_TEST(program_of("submit -> maybe\n").error() == "line 4: expects maybe: no C for it");
    BOOST_TEST(program_of("submit\n", "v2_4").error() == "no profile is called v2_4");
}

BOOST_AUTO_TEST_CASE(a_trace_becomes_what_the_application_does) {
    const auto wanted = parse("ringproof-trace 1\nring sq=8 cq=16 mode=defer\nopen unix_stream\n"
                              "group entries=4 size=64\nrecv s0 g0\nfeed s0 10\nwait 1\n"
                              "reap all\ngive_back fifo all\nstatus g0\n");
    BOOST_REQUIRE(wanted.has_value());
    const auto program = emit_c(*wanted, {.raw = true});
    BOOST_TEST(says(program, "need(unix_pair(SOCK_STREAM, &s0, &s0_peer));"));
    BOOST_TEST(says(program, "QUEUE(.opcode = IORING_OP_RECV, .fd = s0, .user_data = 1"));
    BOOST_TEST(says(program, "expect_cqe(1, 10, BUFFER(0));"));
    BOOST_TEST(says(program, "put(&g0, 0, g0.slab + 0, 64, 0);\n\tpublish(&g0, 5);"));
    BOOST_TEST(says(program, "expect(group_head(0), 1);"));
}

BOOST_AUTO_TEST_CASE(a_trace_that_the_version_cannot_play_is_refused) {
    const auto wanted = parse("ringproof-trace 1\nring sq=8 cq=16 mode=defer\nopen tcp\n");
    BOOST_REQUIRE(wanted.has_value());
    const auto program = emit_c(*wanted, {.profile = "v2_4"});
    BOOST_TEST(program.error() == "no profile is called v2_4");
}

BOOST_AUTO_TEST_SUITE_END()
