// Playing a trace on the model is a function of the trace: it breaks nothing, and it depends on
// nothing else. With every operation of a trace removable, shrinking can go any way it likes.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "properties/model_rig.hpp"

using namespace ringproof::sim;
using ringproof::testing::check;

namespace {

/// What a version's bugs break, it does not break once they are repaired.
void require_clean_or_explained(model_player& with, const trace& wanted) {
    const outcome seen = play(with, wanted);
    if (!seen.broken) return require_clean(wanted, seen);
    history record;
    require_clean(wanted, play(with, wanted, repaired(version_of(wanted)), record));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(play_model)

BOOST_AUTO_TEST_CASE(no_trace_breaks_an_invariant_but_by_a_bug_of_its_version) {
    version_tally versions;
    check(20000, [&](const trace& wanted) {
        versions.saw(wanted);
        model_player with;
        require_clean_or_explained(with, wanted);
    });
    versions.require_all();
}

BOOST_AUTO_TEST_CASE(no_trace_breaks_an_invariant_of_a_version_without_its_bugs) {
    version_tally versions;
    check(20000, [&](const trace& wanted) {
        versions.saw(wanted);
        model_player with;
        history record;
        require_clean(wanted, play(with, wanted, repaired(version_of(wanted)), record));
    });
    versions.require_all();
}

BOOST_AUTO_TEST_CASE(the_same_trace_runs_the_same_way) {
    version_tally versions;
    check(20000, [&](const trace& wanted) {
        versions.saw(wanted);
        model_player with;
        model_player other;
        const std::uint64_t unseed = play(with, wanted).unseed;
        if (play(other, wanted).unseed != unseed) {
            RC_FAIL("I19: the same trace ran another way\n\n" + print(wanted));
        }
    });
    versions.require_all();
}

BOOST_AUTO_TEST_CASE(a_player_forgets_the_trace_before) {
    version_tally versions;
    check(20000, [&](const trace& before, const trace& wanted) {
        versions.saw(wanted);
        model_player fresh;
        model_player used;
        const outcome alone = play(fresh, wanted);
        static_cast<void>(play(used, before));
        const outcome after = play(used, wanted);
        if (after.unseed != alone.unseed) RC_FAIL("I19: what was played before made a difference");
        RC_ASSERT(after.done == alone.done);
        RC_ASSERT(after.marks == alone.marks);
    });
    versions.require_all();
}

BOOST_AUTO_TEST_CASE(any_one_operation_may_be_missing) {
    version_tally versions;
    check(400, [&](const trace& whole) {  // of about fifty plays each
        versions.saw(whole);
        model_player with;
        for (std::size_t missing = 0; missing < whole.operations.size(); ++missing) {
            trace rest = whole;
            rest.operations.erase(rest.operations.begin() + static_cast<std::ptrdiff_t>(missing));
            require_clean_or_explained(with, rest);
        }
    });
    versions.require_all();
}

BOOST_AUTO_TEST_CASE(no_answer_of_the_kernel_breaks_an_invariant) {
    version_tally versions;
    check(20000, [&](trace wanted, const std::vector<std::uint8_t>& answers) {
        versions.saw(wanted);
        model_player with;
        wanted.choices = answers;
        require_clean_or_explained(with, wanted);
    });
    versions.require_all();
}

BOOST_AUTO_TEST_SUITE_END()
