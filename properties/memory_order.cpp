// I15 and I16 in every play: whatever the application or the kernel publishes is ordered before its
// use, and its use before it is overwritten. And the same play with one order taken away is found.

#include <string>

#include "properties/model_rig.hpp"
#include "properties/watched_model.hpp"

using namespace ringproof::sim;
using ringproof::testing::check;

namespace {

/// Plays with a watch on memory, as a version without bugs: those that reuse slots are theirs.
verdict watched_play(const trace& wanted, lapse forgotten = lapse::none) {
    history record;
    record.keep_events(true);
    choices answers = choices::from_bytes(wanted.choices);
    model_kernel model(answers,
                       {.kernel_profile = repaired(version_of(wanted)), .record = &record});
    order_watch watch(record);
    watched_kernel kernel(model, watch, forgotten);
    altered_world<watched_kernel> around(model, kernel);
    player<altered_world<watched_kernel>> with;
    const outcome seen = with.play(wanted, around, record);
    require_clean(wanted, seen);
    return watch.found();
}

/// One round of everything: a buffer is published, filled, read, returned, and filled again.
trace one_round(const std::string& profile) {
    return parse("ringproof-trace 1\nprofile " + profile +
                 "\nring sq=1 cq=2 mode=default\nopen tcp\ngroup entries=1 size=8\n"
                 "churn s0 g0 rounds=4 bytes=8\n")
        .value();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(memory_order)

BOOST_AUTO_TEST_CASE(what_is_used_was_published_and_what_is_overwritten_was_used) {
    version_tally versions;
    check(20000, [&](const trace& wanted) {
        versions.saw(wanted);
        const verdict wrong = watched_play(wanted);
        if (wrong) {
            RC_FAIL(std::string(wrong->invariant) + " at operation " + std::to_string(wrong->step) +
                    ": " + wrong->sentence + "\n\n" + print(wanted));
        }
    });
    versions.require_all();
}

BOOST_AUTO_TEST_CASE(a_round_with_an_order_taken_away_is_found) {
    for (const profile& version : profiles()) {
        const trace round = one_round(std::string(version.name));
        for (const lapse forgotten : {lapse::release, lapse::acquire}) {
            const verdict wrong = watched_play(round, forgotten);
            BOOST_TEST_REQUIRE(wrong.has_value());
            BOOST_TEST(wrong->invariant == "I15");
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
