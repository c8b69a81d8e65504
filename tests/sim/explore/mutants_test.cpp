// Each order that is taken away is missed, and the way there can be told.

#include "sim/explore/mutants.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>

#include "sim/explore/proof.hpp"

namespace explore = ringproof::sim::explore;
using explore::memory_model;
using explore::outcome;
using explore::proof;

namespace {

proof proof_without(std::string_view mutant, memory_model model, unsigned entries = 1,
                    std::string_view protocol = {}) {
    const explore::mutant* without = explore::find_mutant(mutant);
    const auto name = protocol.empty() ? without->home : protocol;
    return explore::prove({explore::find_protocol(name), entries, model, without}).value();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(mutants)

BOOST_AUTO_TEST_CASE(each_is_refuted_or_equivalent_as_the_table_says) {
    for (const explore::mutant& each : explore::mutants()) {
        for (const memory_model model : {memory_model::c11, memory_model::lkmm}) {
            for (const unsigned entries : {1U, 2U, 4U}) {
                const proof done = proof_without(each.name, model, entries);
                BOOST_TEST(as_expected(done),
                           each.name << ", " << entries << " entries, " << name_of(model) << ": "
                                     << verdict_of(done));
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(each_is_refuted_in_few_states) {
    for (const explore::mutant& each : explore::mutants()) {
        const proof done = proof_without(each.name, memory_model::c11);
        BOOST_TEST(done.found.states < 1000U, each.name << ": " << done.found.states);
    }
}

// Where each completion takes a buffer, publishing that buffer tells what the queue's head tells.
BOOST_AUTO_TEST_CASE(publishing_hides_a_missing_order_of_the_queues_head) {
    for (const std::string_view name : {"cq-head-release", "cqe-before-cq-head"}) {
        const auto hidden = proof_without(name, memory_model::c11, 4, "publish-in-order");
        BOOST_TEST((hidden.found.verdict == outcome::proved));
        const auto shown = proof_without(name, memory_model::c11, 4, "incremental");
        BOOST_TEST((shown.found.verdict == outcome::refuted));
    }
}

BOOST_AUTO_TEST_CASE(a_mutant_of_steps_that_a_protocol_has_not_is_none) {
    const auto* protocol = explore::find_protocol("submission");
    const auto* mutant = explore::find_mutant("tail-release");
    BOOST_TEST(!explore::prove({protocol, 1, memory_model::c11, mutant}).has_value());
    BOOST_TEST(explore::find_mutant("no such") == nullptr);
    BOOST_TEST(explore::find_protocol("no such") == nullptr);
}

BOOST_AUTO_TEST_CASE(names_are_told_apart) {
    std::set<std::string_view> names;
    for (const explore::mutant& each : explore::mutants()) names.insert(each.name);
    BOOST_TEST(names.size() == explore::mutants().size());
}

BOOST_AUTO_TEST_SUITE_END()
