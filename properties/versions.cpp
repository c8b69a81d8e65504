// What is different between two versions has a name; and what every version can do, they do alike.

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "properties/hosts.hpp"
#include "properties/model_rig.hpp"
#include "sim/profile_facts.hpp"

namespace ringproof::sim {

using testing::check;

namespace {

/// Says of a version what another one says there.
void take_over(const profile_fact& fact, profile& into, const profile& from) {
    std::visit(
        [&](auto member) {
            if constexpr (requires { into.*member = from.*member; }) {
                into.*member = from.*member;
            } else {
                into.bugs.*member = from.bugs.*member;
            }
        },
        fact.member);
}

/// Only what the first kernel with buffer rings had, when it is used in such a way that nothing is
/// left open: single receives of a certain length.
trace plain_part(trace whole) {
    whole.choices.clear();
    whole.ring.mode = ring_mode::plain;
    std::erase_if(whole.operations, [](const op& each) {
        const bool streams = each.kind == op_kind::open && each.word < 2;
        const bool group = each.kind == op_kind::group && each.modifiers == 0;
        return !(streams || group || each.kind == op_kind::feed || each.kind == op_kind::recv ||
                 each.kind == op_kind::finish || each.kind == op_kind::give_back ||
                 each.kind == op_kind::submit || each.kind == op_kind::reap);
    });
    for (op& each : whole.operations) {
        if (each.kind != op_kind::recv) continue;
        each.modifiers = 0;
        each.size = each.size % 64 + 1;
    }
    return whole;
}

/// What the application and its peers did and saw, but for the end that every play has: there a
/// player uses whatever the version offers.
std::vector<event> seen_on(const profile& version, const trace& wanted) {
    model_player with;
    history record;
    record.keep_events(true);
    profile plain = repaired(version);
    plain.last_waiter_first = true;    // who is served first of several: MSH-13, MSH-14
    plain.deferred_work_lifo = false;  // and who of several completes first: RUN-05
    require_clean(wanted, play(with, wanted, plain, record));
    std::vector<event> events = record.events();
    std::erase_if(events, [&](const event& each) {
        return each.who == actor::kernel || each.step > wanted.operations.size();
    });
    constexpr std::int64_t hint = abi::ioring_cqe_f_sock_nonempty;
    for (event& each : events) {  // Unix sockets did not give it before 6.17: CQE-07
        if (each.kind == event_kind::completed) each.b &= ~hint;
    }
    return events;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(versions)

BOOST_AUTO_TEST_CASE(every_difference_between_two_versions_has_a_name) {
    version_tally versions;
    check(20000, [&](const trace& wanted) {
        versions.saw(wanted);
        const profile from = version_of(wanted);
        profile changed = *find_profile(*rc::gen::elementOf(version_names()));
        for (const profile_fact& fact : profile_facts()) take_over(fact, changed, from);
        model_player with;
        history first;
        history second;
        const outcome there = play(with, wanted, from, first);
        const outcome here = play(with, wanted, changed, second);
        if (here.unseed != there.unseed) {
            RC_FAIL("with all that is told of " + std::string(from.name) + ", " +
                    std::string(changed.name) + " still does something else\n\n" + print(wanted));
        }
    });
    versions.require_all();
}

BOOST_AUTO_TEST_CASE(plain_receives_are_the_same_on_every_version) {
    check(2000, [](const trace& whole) {  // of fourteen plays each
        const trace wanted = plain_part(whole);
        const auto newest = seen_on(profiles().back(), wanted);
        for (const profile& version : profiles()) {
            if (seen_on(version, wanted) != newest) {
                RC_FAIL(std::string(version.name) + " shows something else than " +
                        std::string(profiles().back().name) + "\n\n" + print(wanted));
            }
        }
    });
}

BOOST_AUTO_TEST_CASE(what_a_version_can_do_later_ones_can) {
    for (std::size_t i = 1; i < profiles().size(); ++i) {
        model_host before(profiles()[i - 1], {});
        model_host after(profiles()[i], {});
        for (const capability& each : all_capabilities) {
            // Long-term releases got it, mainline releases between them never did (REG-16).
            if (each.member == &capabilities::min_left) continue;
            BOOST_TEST((!(before.can().*each.member) || after.can().*each.member),
                       each.name << " is lost from " << profiles()[i - 1].name << " to "
                                 << profiles()[i].name);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::sim
