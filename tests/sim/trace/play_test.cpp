#include "sim/trace/play.hpp"

#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include <ringproof/capabilities.hpp>

#include "sim/compare/model_player.hpp"
#include "sim/profile.hpp"
#include "sim/profile_facts.hpp"
#include "sim/profile_name.hpp"
#include "sim/trace/bytes.hpp"
#include "sim/trace/generate.hpp"
#include "sim/trace/linux_player.hpp"
#include "sim/trace/tame.hpp"
#include "sim/trace/text.hpp"
#include "tests/support/skip.hpp"

using namespace ringproof::sim;

namespace {

outcome on_model(const trace& wanted, history& record, const profile& version = {}) {
    static model_player plays;
    return plays.play(wanted, record, version);
}

outcome on_model(const trace& wanted) {
    history record;
    return on_model(wanted, record);
}

std::string told(const outcome& came) {
    if (came.refused != 0) return "refused: " + std::to_string(came.refused);
    if (!came.broken) return "clean";
    return std::string(came.broken->invariant) + " in operation " +
        std::to_string(came.broken->step) + ": " + came.broken->sentence;
}

trace parsed(std::string_view body) {
    return parse("ringproof-trace 1\n" + std::string(body)).value();
}

ringproof::capabilities linux_can() {
    ringproof::linux_kernel kernel;
    const auto can = ringproof::probe(kernel);
    if (!can) ringproof::testing::skip("io_uring cannot be used: " + can.error().message());
    return *can;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(play)

BOOST_AUTO_TEST_CASE(generated_traces_are_clean_on_the_model) {
    for (std::uint64_t seed = 0; seed < 3000; ++seed) {
        const trace wanted = generate(case_seed(1, seed));
        const outcome came = on_model(wanted);
        BOOST_REQUIRE_MESSAGE(told(came) == "clean", told(came) << '\n' << print(wanted));
    }
}

// Whatever the oracles say of a kernel with a bug, the run comes to its end, and can be repeated.
BOOST_AUTO_TEST_CASE(every_version_and_every_bug_can_be_played) {
    std::vector<profile> versions(profiles().begin(), profiles().end());
    for (const profile_fact& fact : profile_facts()) {
        const auto* bug = std::get_if<bool profile_bugs::*>(&fact.member);
        if (bug == nullptr) continue;
        profile changed;
        changed.bugs.*(*bug) = true;
        versions.push_back(changed);
    }
    for (const profile& version : versions) {
        for (std::uint64_t seed = 0; seed < 30; ++seed) {
            generate_options may;
            may.incremental = version.has_incremental;
            may.min_left = version.has_min_left;
            may.mapped = version.has_mmap;
            may.bundles = version.has_bundle;
            may.read_multishot = version.has_read_multishot;
            may.receive_limits = version.has_multishot_length;
            const trace wanted = generate(case_seed(2, seed), may);
            history first;
            history second;
            const outcome came = on_model(wanted, first, version);
            BOOST_TEST(on_model(wanted, second, version).unseed == came.unseed);
        }
    }
}

// Many versions break something somewhere. What they were meant to be does not.
BOOST_AUTO_TEST_CASE(generated_traces_are_clean_on_every_version_once_repaired) {
    for (const profile& version : profiles()) {
        for (std::uint64_t seed = 0; seed < 100; ++seed) {
            const trace wanted = generate(case_seed(3, seed));
            history record;
            const outcome came = on_model(wanted, record, repaired(version));
            BOOST_REQUIRE_MESSAGE(told(came) == "clean",
                                  version.name << ": " << told(came) << '\n'
                                               << print(wanted));
        }
    }
}

BOOST_AUTO_TEST_CASE(the_same_trace_runs_the_same_way) {
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        const trace wanted = generate(seed);
        const outcome first = on_model(wanted);
        const outcome second = on_model(wanted);
        BOOST_TEST(first.unseed == second.unseed);
        BOOST_TEST((first.done == second.done));
    }
}

BOOST_AUTO_TEST_CASE(every_operation_may_be_deleted) {
    for (std::uint64_t seed = 0; seed < 4; ++seed) {
        const trace whole = generate(seed);
        for (std::size_t i = 0; i < whole.operations.size(); ++i) {
            trace without = whole;
            without.operations.erase(without.operations.begin() + static_cast<std::ptrdiff_t>(i));
            BOOST_REQUIRE(told(on_model(without)) == "clean");
            trace begun = whole;
            begun.operations.resize(i);
            BOOST_REQUIRE(told(on_model(begun)) == "clean");
        }
    }
}

BOOST_AUTO_TEST_CASE(any_bytes_can_be_played) {
    random_bits random(3);
    for (int round = 0; round < 500; ++round) {
        std::vector<std::uint8_t> input(random.below(600));
        for (auto& byte : input) byte = static_cast<std::uint8_t>(random.below(256));
        const trace wanted = tame(decode(input));
        history record;
        const outcome came =
            on_model(wanted, record, repaired(profile_named(wanted.profile).value()));
        BOOST_REQUIRE_MESSAGE(told(came) == "clean", told(came) << '\n' << print(wanted));
    }
}

BOOST_AUTO_TEST_CASE(operations_with_nothing_to_act_on_are_counted) {
    const outcome came =
        on_model(parsed("feed s0 1\nrecv s0 g0\nreap all\ncancel r0\nstatus g0\n"));
    BOOST_TEST(told(came) == "clean");
    BOOST_TEST(came.done.operations == 5U);
    BOOST_TEST(came.done.idle == 5U);
}

BOOST_AUTO_TEST_CASE(what_a_trace_does_is_counted_and_marked) {
    const outcome came = on_model(parsed(R"(ring sq=8 cq=16 mode=defer
open tcp
group entries=4 size=16
recv_multishot s0 g0
feed s0 40
wait 1
reap all
give_back fifo all batch
)"));
    BOOST_TEST(told(came) == "clean");
    BOOST_TEST(came.done.bytes == 40U);
    BOOST_TEST(came.done.published == 7U);
    for (const mark met : {mark::recv_multishot, mark::tcp, mark::mode_defer, mark::batch_return}) {
        BOOST_TEST(came.marks[static_cast<std::size_t>(met)], name_of(met));
    }
    BOOST_TEST(!came.marks[static_cast<std::size_t>(mark::overflow)]);
}

BOOST_AUTO_TEST_CASE(every_situation_comes_up_on_the_model) {
    mark_set met = on_model(parsed(R"(ring sq=4 cq=16 mode=defer
open unix_stream
group entries=8 size=32
churn s0 g0 rounds=66000 bytes=16
)"))
                       .marks;
    for (std::uint64_t seed = 0; seed < 3000 && !met.all(); ++seed) {
        met |= on_model(generate(seed)).marks;
    }
    for (std::size_t i = 0; i < mark_count; ++i) {
        BOOST_TEST(met[i], "never met: " << name_of(static_cast<mark>(i)));
    }
}

BOOST_AUTO_TEST_CASE(a_history_tells_what_both_sides_did) {
    history record;
    record.keep_events(true);
    (void)on_model(
        parsed("open pipe\ngroup entries=1 size=8\nread s0 g0\nfeed s0 3\nwait 1\nreap all\n"),
        record);
    unsigned taken = 0;
    unsigned committed = 0;
    for (const event& each : record.events()) {
        BOOST_TEST(!describe(each).empty());
        if (each.kind == event_kind::taken) ++taken;
        if (each.kind == event_kind::committed) ++committed;
    }
    BOOST_TEST(taken == 1U);
    BOOST_TEST(committed == 1U);
}

// Coming to rest must not save who waits in vain by cancelling him.
BOOST_AUTO_TEST_CASE(an_end_that_is_not_told_is_missed) {
    for (const char* waits : {"receive", "recv_multishot"}) {
        const trace wanted = parsed("ring sq=4 cq=4 mode=defer\nopen unix_stream\n"
                                    "group entries=4 size=64\n" +
                                    std::string(waits) + " s0 g0\nsubmit\nfeed s0 10\nfinish s0\n");
        profile deaf;
        deaf.bugs.misses_end_on_wake_race = true;  // BUG-24
        history record;
        BOOST_TEST(told(on_model(wanted, record, deaf)) ==
                   "I17 in operation 7: the end of channel 0 is not told to its receiver");
        BOOST_TEST(told(on_model(wanted)) == "clean");
    }
}

BOOST_AUTO_TEST_CASE(generated_traces_are_clean_on_this_kernel) {
    const ringproof::capabilities can = linux_can();
    const generate_options may = options_for(can);
    linux_world around;
    linux_player plays;
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        const trace wanted = generate(case_seed(2, seed), may);
        history record;
        const outcome came = plays.play(wanted, around, record);
        around.clear();
        BOOST_REQUIRE_MESSAGE(told(came) == "clean", told(came) << '\n' << print(wanted));
    }
}

BOOST_AUTO_TEST_SUITE_END()
