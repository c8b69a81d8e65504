// Fuzzers speak bytes. Every byte string is a trace; what a trace was rounded to on its way into
// bytes is rounded no further, so that a corpus can be decoded and encoded without drifting.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "properties/check.hpp"
#include "properties/generators.hpp"
#include "sim/trace/bytes.hpp"

using namespace ringproof::sim;
using ringproof::testing::check;

namespace {

using byte_string = std::vector<std::uint8_t>;

/// Long enough for many records: RapidCheck's own size is that of a handful.
rc::Gen<byte_string> inputs() { return rc::gen::scale(12.0, rc::gen::arbitrary<byte_string>()); }

}  // namespace

BOOST_AUTO_TEST_SUITE(trace_bytes)

BOOST_AUTO_TEST_CASE(every_byte_string_is_a_trace_that_can_be_written_down) {
    check(2000, []() {
        const trace decoded = decode(*inputs());
        RC_ASSERT(decoded.ring.cq_entries >= decoded.ring.sq_entries);
        const auto parsed = parse(print(decoded));
        RC_ASSERT(parsed.has_value());
        RC_ASSERT(*parsed == decoded);
    });
}

BOOST_AUTO_TEST_CASE(what_bytes_mean_is_what_their_trace_encodes_to) {
    check(1000, []() {
        const trace decoded = decode(*inputs());
        const byte_string canonical = encode(decoded);
        RC_ASSERT(decode(canonical) == decoded);
        RC_ASSERT(encode(decode(canonical)) == canonical);
    });
}

BOOST_AUTO_TEST_CASE(a_trace_is_rounded_once) {
    check(1000, [](const trace& wanted) {
        const trace once = decode(encode(wanted));
        RC_ASSERT(decode(encode(once)) == once);
        RC_ASSERT(once.operations.size() == wanted.operations.size());
        for (std::size_t i = 0; i < once.operations.size(); ++i) {
            RC_ASSERT(once.operations[i].kind == wanted.operations[i].kind);
            RC_ASSERT(once.operations[i].modifiers == wanted.operations[i].modifiers);
            RC_ASSERT(once.operations[i].word == wanted.operations[i].word);
        }
    });
}

BOOST_AUTO_TEST_CASE(a_prefix_of_the_bytes_is_a_prefix_of_the_operations) {
    check(1000, []() {
        const byte_string whole = *inputs();
        const auto length = *rc::gen::inRange<std::size_t>(0, whole.size() + 1);
        const auto cut = static_cast<std::ptrdiff_t>(length);
        const trace all = decode(whole);
        const trace some = decode(byte_string(whole.begin(), whole.begin() + cut));
        RC_ASSERT(some.operations.size() <= all.operations.size());
        for (std::size_t i = 0; i < some.operations.size(); ++i) {
            RC_ASSERT(some.operations[i] == all.operations[i]);
        }
    });
}

BOOST_AUTO_TEST_SUITE_END()
