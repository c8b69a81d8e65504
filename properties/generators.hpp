#pragma once
// Arbitrary traces for RapidCheck. They come from the generator that `run` uses, so a property sees
// what everything else sees; what RapidCheck adds is shrinking. Any subset of a trace's operations
// is a trace, and so is one with smaller numbers, so nothing that is tried has to be thrown away.

#include <cstdint>
#include <ostream>
#include <utility>
#include <vector>

#include <rapidcheck.h>

#include "sim/trace/generate.hpp"
#include "sim/trace/text.hpp"

namespace ringproof::sim {

/// A counterexample is printed as text: with its first line, it is a corpus file.
inline void showValue(const trace& shown, std::ostream& out) { out << '\n' << print(shown); }

namespace simplify {

/// The operation with one operand smaller, or one word fewer.
inline std::vector<op> operands(const op& whole) {
    std::vector<op> tried;
    for (const operand& part : form_of(whole.kind).operands) {
        if (part.name.empty()) break;
        const std::uint32_t value = value_of(whole, part);
        if (value == all_of_them) continue;  // simple as it is, and no number of its own
        for (std::uint32_t less = value; less > 0; less /= 2) {
            op simpler = whole;
            set_value(simpler, part, value - less);
            tried.push_back(simpler);
            if (part.where == field::modifiers) break;  // a bit has nothing in between
        }
    }
    return tried;
}

inline std::vector<ring_geometry> geometry(const ring_geometry& whole) {
    std::vector<ring_geometry> tried;
    const auto add = [&](const ring_geometry& simpler) {
        if (simpler != whole && simpler.cq_entries >= simpler.sq_entries) tried.push_back(simpler);
    };
    add({.sq_entries = whole.sq_entries, .cq_entries = whole.cq_entries, .mode = ring_mode::plain});
    if (whole.cq_entries > 1) {
        add({whole.sq_entries, whole.cq_entries / 2, whole.mode});
    }
    if (whole.sq_entries > 1) {
        add({whole.sq_entries / 2, whole.cq_entries, whole.mode});
    }
    return tried;
}

/// `whole` with another value in `member`, for each value there is.
template <class Value>
rc::Seq<trace> each(const trace& whole, Value trace::* member, rc::Seq<Value> values) {
    return rc::seq::map(std::move(values), [whole, member](Value&& value) {
        trace simpler = whole;
        simpler.*member = std::move(value);
        return simpler;
    });
}

/// Simpler traces, those that are much simpler first.
inline rc::Seq<trace> whole_trace(const trace& whole) {
    return rc::seq::concat(
        each(whole, &trace::operations, rc::shrink::removeChunks(whole.operations)),
        each(whole, &trace::choices, rc::shrink::removeChunks(whole.choices)),
        each(whole, &trace::ring, rc::seq::fromContainer(geometry(whole.ring))),
        each(whole, &trace::operations,
             rc::shrink::eachElement(whole.operations, [](const op& operation) {
                 return rc::seq::fromContainer(operands(operation));
             })));
}

}  // namespace simplify
}  // namespace ringproof::sim

/// Traces whose length grows with RapidCheck's size, from a handful of operations to 160.
template <>
struct rc::Arbitrary<ringproof::sim::trace> {
    static Gen<ringproof::sim::trace> arbitrary() {
        using namespace ringproof::sim;
        // Any seed is as good as any other: small ones are no simpler, so they are not aimed at.
        const auto seed = gen::noShrink(gen::resize(kNominalSize, gen::arbitrary<std::uint64_t>()));
        auto made = gen::withSize([seed](int size) {
            const auto most = 8 + static_cast<std::uint32_t>(size) * 3 / 2;
            return gen::map(seed, [most](std::uint64_t drawn) {
                return generate(drawn, {.operations_least = most / 4, .operations_most = most});
            });
        });
        return gen::shrink(std::move(made),
                           [](trace&& whole) { return simplify::whole_trace(whole); });
    }
};
