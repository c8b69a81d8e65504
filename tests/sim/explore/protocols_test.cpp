// Every protocol is proved, in exactly as many states as it has.

#include "sim/explore/protocols.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

#include "sim/explore/search.hpp"

namespace explore = ringproof::sim::explore;
using explore::memory_model;
using explore::outcome;
using explore::search_result;

namespace {

/// For rings of 1, 2, 4 and 8. Another number is another protocol, machine, or form: look why.
struct baseline {
    std::string_view protocol;
    memory_model model;
    std::array<std::uint32_t, 4> states;
};

constexpr auto baselines = std::to_array<baseline>({
    {"publish-in-order", memory_model::c11, {6, 23, 141, 1253}},
    {"publish-in-order", memory_model::lkmm, {6, 26, 211, 2981}},
    {"publish-out-of-order", memory_model::c11, {10, 59, 1021, 147009}},
    {"publish-out-of-order", memory_model::lkmm, {10, 74, 2249, 790628}},
    {"publish-batches", memory_model::c11, {6, 28, 368, 37336}},
    {"publish-batches", memory_model::lkmm, {6, 31, 543, 93595}},
    {"completion-queue", memory_model::c11, {3, 8, 31, 157}},
    {"completion-queue", memory_model::lkmm, {5, 14, 64, 467}},
    {"combined-advance", memory_model::c11, {6, 15, 81, 1509}},
    {"combined-advance", memory_model::lkmm, {6, 15, 81, 1509}},
    {"submission", memory_model::c11, {3, 8, 31, 157}},
    {"submission", memory_model::lkmm, {3, 8, 31, 157}},
    {"sqpoll-wakeup", memory_model::c11, {415, 1505, 6269, 27925}},
    {"sqpoll-wakeup", memory_model::lkmm, {415, 1505, 6269, 27925}},
    {"incremental", memory_model::c11, {10, 52, 302, 2508}},
    {"incremental", memory_model::lkmm, {10, 64, 603, 8298}},
    {"unregister", memory_model::c11, {45, 267, 2680, 34208}},
    {"unregister", memory_model::lkmm, {45, 287, 3376, 59965}},
    {"lease-handover", memory_model::c11, {8, 57, 444, 4555}},
    {"lease-handover", memory_model::lkmm, {8, 57, 553, 9300}},
});

search_result proof_of(std::string_view protocol, unsigned entries,
                       const explore::search_options& options) {
    return explore::search(explore::find_protocol(protocol)->make(entries), options);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(protocols)

BOOST_AUTO_TEST_CASE(each_is_proved_in_as_many_states_as_ever) {
    for (const baseline& each : baselines) {
        for (std::size_t size = 0; size < each.states.size(); ++size) {
            // The largest one takes as long as all others together.
            if (each.states[size] > 500'000) continue;
            BOOST_TEST_CONTEXT(each.protocol << ", " << (1U << size) << " entries, "
                                             << name_of(each.model)) {
                const auto found = proof_of(each.protocol, 1U << size, {.model = each.model});
                BOOST_TEST((found.verdict == outcome::proved));
                BOOST_TEST(found.states == each.states[size]);
                BOOST_TEST(std::ranges::min(found.reached) > 0U);
            }
        }
    }
    for (const explore::protocol& each : explore::protocols()) {
        BOOST_TEST(std::ranges::count(baselines, each.name, &baseline::protocol) == 2);
    }
}

// A model checker of another kind (GenMC) counts as many executions of the same program.
BOOST_AUTO_TEST_CASE(bounded_runs_end_as_often_as_elsewhere) {
    constexpr auto known = std::to_array<std::pair<unsigned, std::size_t>>(
        {{2, 2}, {3, 5}, {4, 14}, {6, 104}, {8, 776}, {10, 5792}});
    for (const auto& [publications, ends] : known) {
        const search_result found = explore::search(explore::bounded_publish(2, publications),
                                                    {.canonical = false, .keep_final = true});
        BOOST_TEST((found.verdict == outcome::proved));
        BOOST_TEST(found.final_states.size() == ends);
    }
}

// Positions count from the head on, as if they never wrapped. Here they do, all the time: as long
// as the entries divide what they count to, slots follow each other across the wrap.
BOOST_AUTO_TEST_CASE(positions_may_wrap_where_the_entries_divide_them) {
    const auto wrapping = [](std::string_view protocol, unsigned entries, std::uint8_t mask) {
        explore::program steps = explore::find_protocol(protocol)->make(entries);
        steps.counter_mask = mask;
        return explore::search(steps, {.relative_positions = false}).verdict;
    };
    for (const std::string_view name : {"publish-in-order", "completion-queue", "submission"}) {
        BOOST_TEST((wrapping(name, 2, 3) == outcome::proved));
        BOOST_TEST((wrapping(name, 4, 7) == outcome::proved));
        BOOST_TEST((wrapping(name, 3, 7) == outcome::refuted));
        BOOST_TEST((wrapping(name, 6, 15) == outcome::refuted));
    }
}

BOOST_AUTO_TEST_CASE(a_search_that_may_not_go_on_has_no_verdict) {
    const auto found = proof_of("publish-in-order", 8, {.states_max = 100});
    BOOST_TEST((found.verdict == outcome::gave_up));
    BOOST_TEST(found.states < 1253U);
}

BOOST_AUTO_TEST_SUITE_END()
