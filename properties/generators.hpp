#pragma once
// Arbitrary traces for RapidCheck. They come from the generator that `run` uses, so a property sees
// what everything else sees; what RapidCheck adds is shrinking. Any subset of a trace's operations
// is a trace, and so is one with smaller numbers, so nothing that is tried has to be thrown away.

#include <cstddef>
#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <rapidcheck.h>

#include "sim/choice.hpp"
#include "sim/profile.hpp"
#include "sim/profile_name.hpp"
#include "sim/trace/generate.hpp"
#include "sim/trace/simplify.hpp"
#include "sim/trace/text.hpp"

namespace ringproof::sim {

/// A counterexample is printed as text: with its first line, it is a corpus file.
inline void showValue(const trace& shown, std::ostream& out) { out << '\n' << print(shown); }

namespace shrinking {

/// `whole` with another value in `member`, for each value there is.
template <class Value>
rc::Seq<trace> each(const trace& whole, Value trace::* member, rc::Seq<Value> values) {
    return rc::seq::map(std::move(values), [whole, member](Value&& value) {
        trace simpler = whole;
        simpler.*member = std::move(value);
        return simpler;
    });
}

/// Simpler traces, those that are much simpler first. The steps are those of `ringproof shrink`.
inline rc::Seq<trace> whole_trace(const trace& whole) {
    return rc::seq::concat(
        each(whole, &trace::operations, rc::shrink::removeChunks(whole.operations)),
        each(whole, &trace::choices, rc::shrink::removeChunks(whole.choices)),
        each(whole, &trace::profile, rc::seq::fromContainer(simplify::profile(whole.profile))),
        each(whole, &trace::ring, rc::seq::fromContainer(simplify::geometry(whole.ring))),
        each(whole, &trace::operations,
             rc::shrink::eachElement(whole.operations, [](const op& operation) {
                 return rc::seq::fromContainer(simplify::operands(operation));
             })));
}

}  // namespace shrinking

namespace arbitrary {

/// Any seed is as good as any other: small ones are no simpler, so they are not aimed at.
inline rc::Gen<std::uint64_t> seeds() {
    return rc::gen::noShrink(
        rc::gen::resize(rc::kNominalSize, rc::gen::arbitrary<std::uint64_t>()));
}

/// Traces that a function makes of a seed and of RapidCheck's size.
template <class Make>
rc::Gen<trace> traces(Make&& make) {
    auto made = rc::gen::withSize([make = std::forward<Make>(make)](int size) {
        return rc::gen::map(seeds(), [=](std::uint64_t drawn) { return make(drawn, size); });
    });
    return rc::gen::shrink(std::move(made),
                           [](trace&& whole) { return shrinking::whole_trace(whole); });
}

/// What `version` knows. Now and then all there is, since refusals are behaviour, too.
inline generate_options vocabulary_of(const sim::profile& version, bool all) {
    return {.profile = std::string(version.name),
            .incremental = all || version.has_incremental,
            .min_left = all || version.has_min_left,
            .mapped = all || version.has_mmap,
            .bundles = all || version.has_bundle,
            .read_multishot = all || version.has_read_multishot,
            .receive_limits = all || version.has_multishot_length};
}

/// A trace for one of all versions, each as often as any other.
inline trace generated(std::uint64_t seed, int size) {
    random_bits drawn(seed);
    const auto& version = profiles()[drawn.below(static_cast<std::uint32_t>(profiles().size()))];
    generate_options may = vocabulary_of(version, drawn.below(4) == 0);
    may.operations_most = 8 + static_cast<std::uint32_t>(size) * 3 / 2;
    may.operations_least = may.operations_most / 4;
    return generate(drawn.next(), may);
}

/// A number up to `most`, mostly where something begins or ends.
inline std::uint32_t number(random_bits& drawn, std::uint32_t most) {
    const std::uint32_t any = drawn.below(most + 1);
    switch (drawn.below(5)) {
        case 0:
            return any % 4;
        case 1:
            return most - any % 2;
        case 2: {
            const std::uint32_t near = (1U << drawn.below(31)) + drawn.below(11) - 5;
            return near <= most ? near : any;
        }
        default:
            return any;
    }
}

/// A name that a profile could have, whether or not one has it.
inline sim::profile_name profile_name(random_bits& drawn) {
    sim::profile_name made{.base = std::string(1 + drawn.below(40), 'v')};
    constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz0123456789_.";
    for (char& letter : made.base) {
        letter = letters[drawn.below(static_cast<std::uint32_t>(letters.size()))];
    }
    for (auto* bugs : {&made.with, &made.without}) {
        for (std::uint32_t count = drawn.below(4); count > 0; --count) {
            bugs->push_back("BUG-" + std::to_string(10 + drawn.below(90)));
        }
    }
    return made;
}

/// Any trace that has a text, whether or not it makes sense.
inline trace value(std::uint64_t seed, int size) {
    random_bits drawn(seed);
    trace made;
    made.ring = {.sq_entries = 1 + number(drawn, sq_entries_most - 1),
                 .cq_entries = 1 + number(drawn, cq_entries_most - 1),
                 .mode = static_cast<ring_mode>(drawn.below(ring_mode_count))};
    made.profile = profile_name(drawn).text();
    const auto longest = static_cast<std::uint32_t>(size) / 2 + 1;
    made.choices.resize(drawn.below(longest));
    for (auto& answer : made.choices) answer = static_cast<std::uint8_t>(number(drawn, 255));
    made.operations.resize(drawn.below(longest));
    for (op& each : made.operations) {
        each.kind = static_cast<op_kind>(drawn.below(op_kind_count));
        for (const operand& part : form_of(each.kind).operands) {
            if (part.name.empty()) break;
            const bool all = part.how == spelling::amount && drawn.below(4) == 0;
            set_value(each, part, all ? all_of_them : number(drawn, part.most));
        }
    }
    return made;
}

/// Traces as values: for those who write them down and read them, not for who plays them.
inline rc::Gen<trace> values() { return traces(value); }

}  // namespace arbitrary
}  // namespace ringproof::sim

/// Traces to play, of every version, whose length grows with RapidCheck's size, from a handful of
/// operations to 160.
template <>
struct rc::Arbitrary<ringproof::sim::trace> {
    static Gen<ringproof::sim::trace> arbitrary() {
        return ringproof::sim::arbitrary::traces(ringproof::sim::arbitrary::generated);
    }
};
