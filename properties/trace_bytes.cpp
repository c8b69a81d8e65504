// Fuzzers speak bytes. Every byte string is a trace, and every trace is bytes: nothing is lost on
// the way there and back, so what a fuzzer found can be read, and what is written can be fuzzed.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "properties/check.hpp"
#include "properties/generators.hpp"
#include "sim/profile_name.hpp"
#include "sim/trace/bytes.hpp"
#include "sim/trace/tame.hpp"

using namespace ringproof::sim;
using ringproof::testing::check;

namespace {

using byte_string = std::vector<std::uint8_t>;

/// Long enough for many records: RapidCheck's own size is that of a handful.
rc::Gen<byte_string> inputs() { return rc::gen::scale(12.0, rc::gen::arbitrary<byte_string>()); }

void require_round_trip(const trace& wanted) {
    const byte_string bytes = encode(wanted);
    const trace back = decode(bytes);
    if (back != wanted) {
        RC_FAIL("I20: the bytes of a trace mean another one:\n\n" + print(wanted) + "\nbecame\n\n" +
                print(back));
    }
    if (encode(back) != bytes) RC_FAIL("I20: there are two canonical encodings of a trace");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(trace_bytes)

BOOST_AUTO_TEST_CASE(every_byte_string_is_a_trace_that_can_be_written_down) {
    check(20000, []() {
        const trace decoded = decode(*inputs());
        const auto parsed = parse(print(decoded));
        RC_ASSERT(parsed.has_value());
        RC_ASSERT(*parsed == decoded);
    });
}

BOOST_AUTO_TEST_CASE(what_bytes_mean_comes_back_from_its_bytes) {
    check(20000, []() { require_round_trip(decode(*inputs())); });
}

BOOST_AUTO_TEST_CASE(a_trace_to_play_comes_back_from_its_bytes) {
    check(20000, [](const trace& wanted) { require_round_trip(wanted); });
}

BOOST_AUTO_TEST_CASE(any_trace_that_has_a_text_comes_back_from_its_bytes) {
    check(20000, []() { require_round_trip(*arbitrary::values()); });
}

BOOST_AUTO_TEST_CASE(a_tame_trace_stays_as_it_is) {
    check(20000, []() {
        const trace wild = *rc::gen::oneOf(rc::gen::map(inputs(), decode), arbitrary::values());
        const trace once = tame(wild);
        RC_ASSERT(tame(once) == once);
        RC_ASSERT(profile_named(once.profile).has_value());
        RC_ASSERT(once.ring.cq_entries >= once.ring.sq_entries);
    });
}

BOOST_AUTO_TEST_CASE(a_prefix_of_the_bytes_is_a_prefix_of_the_operations) {
    check(20000, []() {
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
