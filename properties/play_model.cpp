// Playing a trace on the model is a function of the trace: it breaks nothing, and it depends on
// nothing else. With every operation of a trace removable, shrinking can go any way it likes.

#include <cstddef>
#include <cstdint>
#include <string>

#include "properties/check.hpp"
#include "properties/generators.hpp"
#include "sim/kernel/model_world.hpp"
#include "sim/trace/play.hpp"

using namespace ringproof::sim;
using ringproof::testing::check;

namespace {

using model_player = player<model_world>;

outcome play(model_player& with, const trace& wanted) {
    history record;
    choices answers = choices::from_bytes(wanted.choices);
    model_kernel kernel(answers, {.record = &record});
    model_world around(kernel);
    return with.play(wanted, around, record);
}

/// Fails with the trace as text: it may be one of many that a property plays.
void require_clean(const trace& wanted, const outcome& seen) {
    RC_ASSERT(seen.refused == 0);
    if (!seen.broken) return;
    const violation& broken = *seen.broken;
    RC_FAIL(std::string(broken.invariant) + " at operation " + std::to_string(broken.step) + ": " +
            broken.sentence + "\n\n" + print(wanted));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(play_model)

BOOST_AUTO_TEST_CASE(no_trace_breaks_an_invariant) {
    check(5000, [](const trace& wanted) {
        model_player with;
        require_clean(wanted, play(with, wanted));
    });
}

BOOST_AUTO_TEST_CASE(the_same_trace_runs_the_same_way) {
    check(2000, [](const trace& wanted) {
        model_player with;
        model_player other;
        const std::uint64_t unseed = play(with, wanted).unseed;
        RC_ASSERT(play(other, wanted).unseed == unseed);
    });
}

BOOST_AUTO_TEST_CASE(a_player_forgets_the_trace_before) {
    check(2000, [](const trace& before, const trace& wanted) {
        model_player fresh;
        model_player used;
        const outcome alone = play(fresh, wanted);
        static_cast<void>(play(used, before));
        const outcome after = play(used, wanted);
        RC_ASSERT(after.unseed == alone.unseed);
        RC_ASSERT(after.done == alone.done);
        RC_ASSERT(after.marks == alone.marks);
    });
}

BOOST_AUTO_TEST_CASE(any_one_operation_may_be_missing) {
    check(300, [](const trace& whole) {
        model_player with;
        for (std::size_t missing = 0; missing < whole.operations.size(); ++missing) {
            trace rest = whole;
            rest.operations.erase(rest.operations.begin() + static_cast<std::ptrdiff_t>(missing));
            require_clean(rest, play(with, rest));
        }
    });
}

BOOST_AUTO_TEST_CASE(no_answer_of_the_kernel_breaks_an_invariant) {
    check(2000, [](trace wanted, const std::vector<std::uint8_t>& answers) {
        model_player with;
        wanted.choices = answers;
        require_clean(wanted, play(with, wanted));
    });
}

BOOST_AUTO_TEST_SUITE_END()
