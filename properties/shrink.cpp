// A shrinker ends with a trace that still fails and has nothing left to take away. Where it is
// known what a failure needs, that is what is left of the trace.

#include "sim/trace/shrink.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "properties/check.hpp"
#include "properties/generators.hpp"

using namespace ringproof::sim;
using ringproof::testing::check;

namespace {

/// True when `needed` comes in `within`, in its order, each with a count at least as large.
bool comes_in(const std::vector<op>& needed, const std::vector<op>& within) {
    auto next = needed.begin();
    for (const op& each : within) {
        if (next == needed.end()) break;
        if (each.kind == next->kind && each.count >= next->count) ++next;
    }
    return next == needed.end();
}

/// Short traces: a shrinker tries hundreds of them for each.
rc::Gen<trace> short_traces() {
    return rc::gen::noShrink(rc::gen::scale(0.2, rc::gen::arbitrary<trace>()));
}

/// Some of a trace's operations, which a failure is going to need, with counts that it needs.
std::vector<op> some_of(const trace& whole) {
    std::vector<op> needed;
    for (const op& each : whole.operations) {
        if (*rc::gen::inRange(0, 5) != 0) continue;
        const bool counted = each.count != all_of_them && each.count > 0;
        needed.push_back(
            {.kind = each.kind, .count = counted ? *rc::gen::inRange(0U, each.count + 1) : 0});
    }
    return needed;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(shrink)

BOOST_AUTO_TEST_CASE(what_a_failure_needs_is_what_is_left) {
    check(20000, []() {
        const trace whole = *short_traces();
        const auto needed = some_of(whole);
        const shrunk_trace found = ringproof::sim::shrink(
            whole, 0, [&needed](const trace& tried) { return comes_in(needed, tried.operations); });
        RC_ASSERT(found.minimal);
        RC_ASSERT(found.smallest.operations.size() == needed.size());
        for (std::size_t i = 0; i < needed.size(); ++i) {
            const op& left = found.smallest.operations[i];
            RC_ASSERT(left.kind == needed[i].kind);
            // Where all are asked for there is no number to make smaller.
            RC_ASSERT(left.count == needed[i].count || left.count == all_of_them);
            RC_ASSERT(left.size == 0U);
            RC_ASSERT(left.limit == 0U);
            RC_ASSERT(left.modifiers == 0U);
        }
        RC_ASSERT(found.smallest.choices.empty());
        RC_ASSERT(found.smallest.ring == (ring_geometry{1, 1, ring_mode::plain}));
        RC_ASSERT(found.smallest.profile == profiles().back().name);
    });
}

BOOST_AUTO_TEST_CASE(whatever_fails_nothing_more_can_go) {
    check(20000, []() {
        const trace whole = *short_traces();
        const auto needed = some_of(whole);
        const auto salt = *rc::gen::arbitrary<std::uint8_t>();
        // Fails also where there is no reason to: every third trace, it seems.
        const auto fails = [&](const trace& tried) {
            const std::size_t draw = std::hash<std::string>()(print(tried)) + salt;
            return comes_in(needed, tried.operations) || draw % 3 == 0;
        };
        const shrunk_trace found = ringproof::sim::shrink(whole, 0, fails);
        RC_ASSERT(fails(found.smallest));
        RC_ASSERT(found.smallest.operations.size() <= whole.operations.size());
        RC_ASSERT(ringproof::sim::shrink(whole, 0, fails).smallest == found.smallest);
        RC_ASSERT(found.minimal);
        for (std::size_t i = 0; i < found.smallest.operations.size(); ++i) {
            trace less = found.smallest;
            less.operations.erase(less.operations.begin() + static_cast<std::ptrdiff_t>(i));
            RC_ASSERT(!fails(less));
        }
        for (std::size_t i = 0; i < found.smallest.choices.size(); ++i) {
            trace less = found.smallest;
            less.choices.erase(less.choices.begin() + static_cast<std::ptrdiff_t>(i));
            RC_ASSERT(!fails(less));
        }
    });
}

BOOST_AUTO_TEST_SUITE_END()
