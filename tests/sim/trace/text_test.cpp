#include "sim/trace/text.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "sim/trace/generate.hpp"

using namespace ringproof::sim;

namespace {

/// A text with every header line and every operation in canonical form.
constexpr std::string_view canonical = R"(ringproof-trace 1
profile v6_12_lts
ring sq=4 cq=32 mode=defer
choices 03 00 ff
open unix_datagram
group entries=4 size=64 min_left=16 mapped incremental
send_group entries=8 size=32 mapped incremental
close_group g1
recv s0 g0 len=16 poll_first bundle async fixed
recv_multishot s1 g2 len=16 total=100 poll_first bundle async fixed
recvmsg s0 g0 len=7 poll_first async fixed
recvmsg_multishot s0 g0 poll_first async fixed
read s0 g0 len=1 async fixed
readv s0 g0 len=1 async fixed
read_multishot s0 g0 async fixed
send s0 w0 bytes=100 bundle
receive s0 g0 poll_first bundle
feed s0 100
drain s0
finish s0
reset s0
close s65535
nop 3
timeout 10
cancel r2
listen
connect l0
accept l0
accept_multishot l0
submit
wait 2
reap all
give_back lifo 3 batch
status g0
pass 1000000
churn s0 g0 rounds=66000 bytes=32
settle
)";

std::string error_of(std::string_view body) {
    const auto parsed = parse("ringproof-trace 1\n" + std::string(body));
    return parsed ? "parsed" : parsed.error().message();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(text)

BOOST_AUTO_TEST_CASE(the_canonical_form_of_every_operation_survives) {
    const auto parsed = parse(canonical);
    BOOST_REQUIRE(parsed.has_value());
    BOOST_TEST(parsed->operations.size() == op_kind_count);
    BOOST_TEST(print(*parsed) == canonical);
}

BOOST_AUTO_TEST_CASE(every_operation_kind_is_in_the_canonical_text) {
    const auto parsed = parse(canonical);
    BOOST_REQUIRE(parsed.has_value());
    std::array<bool, op_kind_count> seen{};
    for (const op& each : parsed->operations) seen[static_cast<std::size_t>(each.kind)] = true;
    for (unsigned kind = 0; kind < op_kind_count; ++kind) {
        BOOST_TEST(seen[kind], form_of(static_cast<op_kind>(kind)).name);
    }
}

BOOST_AUTO_TEST_CASE(generated_traces_survive) {
    for (std::uint64_t seed = 0; seed < 500; ++seed) {
        const trace made = generate(seed);
        const std::string text = print(made);
        const auto again = parse(text);
        BOOST_REQUIRE(again.has_value());
        BOOST_REQUIRE(*again == made);
        BOOST_REQUIRE(print(*again) == text);
    }
}

BOOST_AUTO_TEST_CASE(spelling_does_not_matter) {
    const auto loose =
        parse("# a story\n\n  ringproof-trace\t1  # the first line\r\n"
              "ring sq=0x8 cq=16 mode=default\n\n\topen   tcp # here\n  feed s00 0x10");
    BOOST_REQUIRE(loose.has_value());
    BOOST_TEST(print(*loose) ==
               "ringproof-trace 1\nprofile v7_3\nring sq=8 cq=16 mode=default\nopen tcp\n"
               "feed s0 16\n");
}

BOOST_AUTO_TEST_CASE(the_header_lines_are_optional) {
    const auto parsed = parse("ringproof-trace 1");
    BOOST_REQUIRE(parsed.has_value());
    BOOST_TEST((*parsed == trace{}));
}

BOOST_AUTO_TEST_CASE(many_choices_take_several_lines_and_stay_in_order) {
    trace many;
    for (unsigned i = 0; i < 300; ++i) many.choices.push_back(static_cast<std::uint8_t>(i));
    const std::string text = print(many);
    std::size_t longest = 0;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = text.find('\n', at);
        longest = std::max(longest, end - at);
        at = end + 1;
    }
    BOOST_TEST(longest <= 100U);
    BOOST_TEST((parse(text).value() == many));
}

BOOST_AUTO_TEST_CASE(a_wrong_start_is_refused_where_it_is) {
    const auto message = [](std::string_view text) { return parse(text).error().message(); };
    BOOST_TEST(message("") == "1:1: expected 'ringproof-trace 1', found the end of the text");
    BOOST_TEST(message("\n# x\n") ==
               "3:1: expected 'ringproof-trace 1', found the end of the text");
    BOOST_TEST(message("  trace 1") == "1:3: expected 'ringproof-trace 1', found 'trace'");
    BOOST_TEST(message("ringproof-trace") ==
               "1:16: expected format version 1, found the end of the line");
    BOOST_TEST(message("ringproof-trace 2") == "1:17: expected format version 1, found '2'");
    BOOST_TEST(message("ringproof-trace 1 x") == "1:19: expected the end of the line, found 'x'");
}

BOOST_AUTO_TEST_CASE(wrong_header_lines_are_refused_where_they_are) {
    BOOST_TEST(error_of("profile") ==
               "2:8: expected the name of a profile, as v7_3+BUG-20, found the end of the line");
    BOOST_TEST(error_of("profile V7") ==
               "2:9: expected the name of a profile, as v7_3+BUG-20, found 'V7'");
    BOOST_TEST(error_of("profile a b") == "2:11: expected the end of the line, found 'b'");
    BOOST_TEST(error_of("ring cq=4") == "2:6: expected sq= and a number of 1..32768, found 'cq=4'");
    BOOST_TEST(error_of("ring sq=0") == "2:9: expected a number of 1..32768, found '0'");
    BOOST_TEST(error_of("ring sq=8 cq=65537") ==
               "2:14: expected a number of 1..65536, found '65537'");
    BOOST_TEST(error_of("ring sq=8 cq=8") ==
               "2:15: expected mode=default, coop, defer or sqpoll, found the end of the line");
    BOOST_TEST(error_of("ring sq=8 cq=8 mode=fast") ==
               "2:21: expected default, coop, defer or sqpoll, found 'fast'");
    BOOST_TEST(error_of("ring sq=8 cq=8 mode=coop 1") ==
               "2:26: expected the end of the line, found '1'");
    BOOST_TEST(error_of("choices 00 1") ==
               "2:12: expected a byte as two hexadecimal digits, found '1'");
    BOOST_TEST(error_of("choices 0g") ==
               "2:9: expected a byte as two hexadecimal digits, found '0g'");
    BOOST_TEST(error_of("open tcp\nprofile v7_3") ==
               "3:1: expected an operation (header lines come first, in the order profile, ring, "
               "choices), found 'profile'");
}

BOOST_AUTO_TEST_CASE(wrong_operations_are_refused_where_they_are) {
    BOOST_TEST(error_of("recieve s0 g0") == "2:1: expected an operation, found 'recieve'");
    BOOST_TEST(error_of("\x01\xff") ==
               "2:1: expected an operation, found '?"
               "?'");
    BOOST_TEST(error_of("open") ==
               "2:5: expected tcp, unix_stream, udp, unix_datagram, pipe or file, found the end of "
               "the line");
    BOOST_TEST(error_of("open tpc") ==
               "2:6: expected tcp, unix_stream, udp, unix_datagram, pipe or file, found 'tpc'");
    BOOST_TEST(error_of("group size=4") ==
               "2:7: expected entries= and a number of 0..65536, found 'size=4'");
    BOOST_TEST(error_of("group entries=x size=4") ==
               "2:15: expected a number of 0..65536, found 'x'");
    BOOST_TEST(error_of("recv g0 g0") == "2:6: expected a channel, as s0, found 'g0'");
    BOOST_TEST(error_of("recv s0 0") == "2:9: expected a group, as g0, found '0'");
    BOOST_TEST(error_of("cancel x") == "2:8: expected a request, as r0, found 'x'");
    BOOST_TEST(error_of("accept s0") == "2:8: expected a listener, as l0, found 's0'");
    BOOST_TEST(error_of("feed s65536 1") == "2:7: expected an index of 0..65535, found '65536'");
    BOOST_TEST(error_of("feed s0 -1") == "2:9: expected bytes, 0..1048576, found '-1'");
    BOOST_TEST(error_of("feed s0 0x") == "2:9: expected bytes, 0..1048576, found '0x'");
    BOOST_TEST(error_of("feed s0 99999999999999999999") ==
               "2:9: expected bytes, 0..1048576, found '99999999999999999999'");
    BOOST_TEST(error_of("reap some") == "2:6: expected count, 0..65536 or all, found 'some'");
    BOOST_TEST(error_of("give_back 3") == "2:11: expected fifo, lifo or random, found '3'");
    BOOST_TEST(error_of("submit now") == "2:8: expected the end of the line, found 'now'");
}

BOOST_AUTO_TEST_CASE(options_out_of_order_and_unknown_ones_are_refused) {
    BOOST_TEST(error_of("recv s0 g0 bundle poll_first") ==
               "2:19: expected async, fixed or the end of the line, found 'poll_first'");
    BOOST_TEST(
        error_of("recv s0 g0 fast") ==
        "2:12: expected len=, poll_first, bundle, async, fixed or the end of the line, found "
        "'fast'");
    BOOST_TEST(error_of("recv s0 g0 len=1048577") ==
               "2:16: expected a number of 0..1048576, found '1048577'");
}

BOOST_AUTO_TEST_SUITE_END()
