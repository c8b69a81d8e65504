// I24: buffers given back with one store are given back as with a store each, when nothing runs in
// between.

#include <algorithm>
#include <iterator>
#include <vector>

#include "properties/model_rig.hpp"

using namespace ringproof::sim;
using ringproof::testing::check;

namespace {

trace with_all_returns(trace wanted, bool together) {
    for (op& each : wanted.operations) {
        if (each.kind != op_kind::give_back) continue;
        const auto bit = static_cast<unsigned>(modifier::batch);
        each.modifiers =
            static_cast<std::uint8_t>(together ? each.modifiers | bit : each.modifiers & ~bit);
    }
    return wanted;
}

/// Everything in its order, but that what is published within one operation comes behind what is
/// returned there.
std::vector<event> played(const trace& wanted) {
    model_player with;
    history record;
    record.keep_events(true);
    require_clean(wanted, play(with, wanted, repaired(version_of(wanted)), record));
    const auto& events = record.events();
    std::vector<event> sorted;
    for (auto at = events.begin(); at != events.end();) {
        const auto is_move = [&](const event& each) {
            return each.step == at->step &&
                (each.kind == event_kind::published || each.kind == event_kind::returned);
        };
        const auto end = std::find_if_not(at, events.end(), is_move);
        const auto is_return = [](const event& each) { return each.kind == event_kind::returned; };
        std::copy_if(at, end, std::back_inserter(sorted), is_return);
        std::remove_copy_if(at, end, std::back_inserter(sorted), is_return);
        if (end == at) sorted.push_back(*at);
        at = end == at ? at + 1 : end;
    }
    return sorted;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(batch)

BOOST_AUTO_TEST_CASE(one_store_for_many_buffers_is_many_stores) {
    version_tally versions;
    check(20000, [&](const trace& wanted) {
        versions.saw(wanted);
        if (played(with_all_returns(wanted, true)) != played(with_all_returns(wanted, false))) {
            RC_FAIL("I24: buffers given back together are not as those given back singly\n\n" +
                    print(wanted));
        }
    });
    versions.require_all();
}

BOOST_AUTO_TEST_SUITE_END()
