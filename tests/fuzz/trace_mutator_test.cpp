// Mutation and cross-over without an engine: whole operations, sizes that are kept, every kind of
// edit, the same for the same seed.

#include "fuzz/trace_mutator.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "sim/choice.hpp"
#include "sim/profile.hpp"
#include "sim/trace/bytes.hpp"
#include "sim/trace/generate.hpp"

using namespace ringproof;
using fuzz::layout;

namespace {

using byte_string = std::vector<std::uint8_t>;

constexpr layout plain{};
constexpr layout with_prefix{.prefix = 3};
constexpr layout with_answers{.prefix = 1, .answers_behind = true};
constexpr std::size_t size_most = 600;

/// An input of that layout, with a generated trace of ten operations.
byte_string sample(const layout& how, std::uint64_t seed = 1) {
    const sim::trace made = sim::generate(seed, {.operations_least = 10, .operations_most = 10});
    const byte_string trace = sim::encode(made);
    byte_string input(how.prefix, 7);
    if (how.answers_behind) {
        input.back() =
            static_cast<std::uint8_t>((trace.size() - sim::header_size) / sim::record_size);
    }
    input.insert(input.end(), trace.begin(), trace.end());
    if (how.answers_behind) input.insert(input.end(), {9, 8, 7, 6, 5, 4, 3, 2, 1, 0});
    return input;
}

byte_string mutated(const layout& how, const byte_string& input, unsigned seed,
                    std::size_t most = size_most) {
    byte_string buffer(most);
    std::ranges::copy(input, buffer.begin());
    buffer.resize(fuzz::mutate(how, buffer, input.size(), seed));
    return buffer;
}

byte_string crossed(const layout& how, const byte_string& one, const byte_string& other,
                    unsigned seed, std::size_t most = size_most) {
    byte_string child(most);
    child.resize(fuzz::cross_over(how, one, other, child, seed));
    return child;
}

bool has_whole_records(const layout& how, const byte_string& input) {
    const auto size = fuzz::parts_of(how, input).trace.size();
    return size >= sim::header_size && (size - sim::header_size) % sim::record_size == 0;
}

/// How many operations stand in both, in the same order from the front and from the back.
std::size_t shared(const std::vector<sim::op>& one, const std::vector<sim::op>& other) {
    const auto front = std::ranges::mismatch(one, other).in1 - one.begin();
    const auto back =
        std::mismatch(one.rbegin(), one.rend(), other.rbegin(), other.rend()).first - one.rbegin();
    return std::min({static_cast<std::size_t>(front + back), one.size(), other.size()});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(trace_mutator)

BOOST_AUTO_TEST_CASE(what_is_mutated_stays_whole_records) {
    for (const layout& how : {plain, with_prefix, with_answers}) {
        for (unsigned seed = 0; seed < 2000; ++seed) {
            const byte_string input = sample(how, seed % 20);
            BOOST_REQUIRE(has_whole_records(how, mutated(how, input, seed)));
            BOOST_REQUIRE(has_whole_records(how, crossed(how, input, sample(how, 3), seed)));
        }
    }
}

BOOST_AUTO_TEST_CASE(sizes_are_kept_whatever_the_input_is) {
    sim::random_bits random(1);
    for (const layout& how : {plain, with_prefix, with_answers}) {
        for (unsigned seed = 0; seed < 3000; ++seed) {
            byte_string input(random.below(100));
            for (auto& each : input) each = static_cast<std::uint8_t>(random.below(256));
            const std::size_t most = input.size() + random.below(8);
            BOOST_REQUIRE(mutated(how, input, seed, most).size() <= most);
            BOOST_REQUIRE(crossed(how, input, sample(how), seed, most).size() <= most);
        }
    }
}

BOOST_AUTO_TEST_CASE(the_same_seed_does_the_same) {
    const byte_string input = sample(plain);
    std::set<byte_string> different;
    for (unsigned seed = 0; seed < 200; ++seed) {
        const byte_string once = mutated(plain, input, seed);
        BOOST_TEST_REQUIRE((mutated(plain, input, seed) == once));
        different.insert(once);
    }
    BOOST_TEST(different.size() > 150U);
}

BOOST_AUTO_TEST_CASE(every_kind_of_edit_happens_and_most_of_the_trace_stays) {
    const byte_string input = sample(plain);
    const sim::trace before = sim::decode(input);
    std::set<std::string> happened;
    std::set<std::string> profiles;
    std::size_t stayed = 0;
    constexpr unsigned rounds = 4000;
    for (unsigned seed = 0; seed < rounds; ++seed) {
        const sim::trace after = sim::decode(mutated(plain, input, seed));
        const std::size_t size = after.operations.size();
        if (size > before.operations.size()) happened.insert("inserted");
        if (size < before.operations.size()) happened.insert("deleted");
        const std::size_t same = shared(before.operations, after.operations);
        if (size == before.operations.size() && same + 1 == size) happened.insert("changed one");
        if (std::ranges::is_permutation(before.operations, after.operations) && same + 2 <= size) {
            happened.insert("moved");
        }
        if (after.choices != before.choices) happened.insert("choices");
        if (after.ring != before.ring) happened.insert("ring");
        profiles.insert(after.profile);
        if (same + 3 >= before.operations.size()) ++stayed;
    }
    for (const std::string what :
         {"inserted", "deleted", "changed one", "moved", "choices", "ring"}) {
        BOOST_TEST(happened.contains(what), what);
    }
    for (const sim::profile& each : sim::profiles()) {
        BOOST_TEST(profiles.contains(std::string(each.name)), each.name);
    }
    BOOST_TEST(stayed > rounds / 2);
}

BOOST_AUTO_TEST_CASE(a_schedule_changes_while_the_operations_stay) {
    const byte_string input = sample(with_answers);
    const fuzz::parts before = fuzz::parts_of(with_answers, input);
    BOOST_TEST_REQUIRE(before.answers.size() == 10U);
    unsigned answers_alone = 0;
    for (unsigned seed = 0; seed < 1000; ++seed) {
        const byte_string after = mutated(with_answers, input, seed);
        const fuzz::parts now = fuzz::parts_of(with_answers, after);
        if (std::ranges::equal(now.trace, before.trace) &&
            !std::ranges::equal(now.answers, before.answers)) {
            ++answers_alone;
        }
    }
    BOOST_TEST(answers_alone > 100U);
}

BOOST_AUTO_TEST_CASE(a_child_has_operations_of_both_parents) {
    const byte_string one = sample(plain, 1);
    const byte_string other = sample(plain, 2);
    const auto ours = sim::decode(one).operations;
    const auto theirs = sim::decode(other).operations;
    const auto is_in = [](const std::vector<sim::op>& all, const sim::op& each) {
        return std::ranges::find(all, each) != all.end();
    };
    unsigned mixed = 0;
    for (unsigned seed = 0; seed < 500; ++seed) {
        const auto child = sim::decode(crossed(plain, one, other, seed)).operations;
        const auto of_one = [&](const sim::op& each) { return is_in(ours, each); };
        const auto of_other = [&](const sim::op& each) { return is_in(theirs, each); };
        // An exact record may have come without its operation, or left with it.
        const auto strangers = std::ranges::count_if(
            child, [&](const sim::op& each) { return !of_one(each) && !of_other(each); });
        BOOST_TEST(strangers <= 4);
        if (std::ranges::any_of(child, of_one) && std::ranges::any_of(child, of_other)) ++mixed;
    }
    BOOST_TEST(mixed > 250U);
}

BOOST_AUTO_TEST_SUITE_END()
