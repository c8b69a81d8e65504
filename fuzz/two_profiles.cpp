// Target: one trace as two versions. The first two bytes choose the profiles, the third where among
// their differences the search begins; the rest is the trace.
//
// Where the application sees something else, one difference between the profiles has to be the
// reason: on the way from one profile to the other, fact by fact, there is a single fact with which
// it changes, and a trace that such a fact can concern. So a switch that reaches further than its
// name says is found, and a member of struct profile that no fact tells of.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "fuzz/target.hpp"
#include "fuzz/trace_mutator.hpp"
#include "sim/compare/observed.hpp"
#include "sim/profile_facts.hpp"
#include "sim/trace/bytes.hpp"
#include "sim/trace/tame.hpp"

namespace sim = ringproof::sim;
namespace fuzz = ringproof::fuzz;

const fuzz::layout fuzz::input_layout{.prefix = 3};

namespace {

using sim::modifier;
using sim::op;
using sim::op_kind;
using events = std::vector<sim::event>;

events seen_as(const sim::trace& wanted, const sim::profile& version) {
    static sim::model_player model;
    sim::history record;
    record.keep_events(true);
    (void)model.play(wanted, record, version);
    return sim::observed(record.events());
}

/// Facts whose name has this in it concern operations like this alone.
struct concern {
    std::string_view name;
    bool (*is_about)(const op&);
};

bool nothing(const op&) { return false; }
bool on_incremental(const op& it) { return it.has(modifier::incremental); }
bool in_bundles(const op& it) { return it.has(modifier::bundle); }
bool in_mapped(const op& it) { return it.has(modifier::mapped); }

// What a player cannot do (sends and receives with flags of their own, legacy groups) and amounts
// that no trace has concern nothing.
constexpr auto concerns = std::to_array<concern>({
    {"legacy", nothing},
    {"remove_tells", nothing},
    {"waitall", nothing},
    {"timeout", nothing},
    {"over_2g", nothing},
    {"signed_commit", nothing},
    {"negative_length", nothing},
    {"bundle", [](const op& it) { return it.has(modifier::bundle) || it.kind == op_kind::send; }},
    {"exact_pickup", in_bundles},
    {"limit_counts", [](const op& it) { return it.has(modifier::bundle) && it.limit > 0; }},
    {"incremental", on_incremental},
    {"min_left", [](const op& it) { return it.has(modifier::incremental) || it.limit > 0; }},
    {"early_commit_", on_incremental},
    {"trunc_commits", on_incremental},
    {"mmap", in_mapped},
    {"mapped", in_mapped},
    {"send_", [](const op& it) { return it.kind == op_kind::send; }},
    {"accept",
     [](const op& it) {
         return it.kind == op_kind::accept || it.kind == op_kind::accept_multishot;
     }},
    {"unix_",
     [](const op& it) { return it.kind == op_kind::open && it.word >= 1 && it.word <= 3; }},
});

bool can_concern(const sim::profile_fact& fact, const sim::trace& wanted) {
    return std::ranges::all_of(concerns, [&](const concern& each) {
        return !fact.name.contains(each.name) ||
            std::ranges::any_of(wanted.operations, each.is_about);
    });
}

/// The facts in which they differ, beginning anywhere in their order.
std::vector<const sim::profile_fact*> differences(const sim::profile& one,
                                                  const sim::profile& other, std::size_t first) {
    std::vector<const sim::profile_fact*> found;
    for (const sim::profile_fact& fact : sim::profile_facts()) {
        if (sim::value_of(fact, one) != sim::value_of(fact, other)) found.push_back(&fact);
    }
    if (!found.empty()) {
        std::ranges::rotate(found, found.begin() + std::ptrdiff_t(first % found.size()));
    }
    return found;
}

sim::profile with(sim::profile version, std::span<const sim::profile_fact* const> facts,
                  const sim::profile& from) {
    for (const sim::profile_fact* fact : facts) sim::copy_fact(*fact, from, version);
    return version;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const fuzz::parts all = fuzz::parts_of(fuzz::input_layout, std::span(data, size));
    if (all.prefix.size() < fuzz::input_layout.prefix) return 0;
    const auto versions = sim::profiles();
    const sim::profile& one = versions[all.prefix[0] % versions.size()];
    const sim::profile& other = versions[all.prefix[1] % versions.size()];
    const sim::trace wanted = sim::tame(sim::decode(all.trace));
    const events before = seen_as(wanted, one);
    const events after = seen_as(wanted, other);
    if (before == after) return 0;

    const auto facts = differences(one, other, all.prefix[2]);
    const auto as_with = [&](std::size_t count) {
        return seen_as(wanted, with(one, std::span(facts).first(count), other));
    };
    // Between `same` facts, with which nothing has changed, and `changed` facts.
    std::size_t same = 0;
    std::size_t changed = facts.size();
    if (as_with(changed) != after) {
        fuzz::give_up(
            wanted,
            sim::say(one.name, " and ", other.name, " differ in something that no fact tells of"));
    }
    while (changed - same > 1) {
        const std::size_t middle = (same + changed) / 2;
        (as_with(middle) == before ? same : changed) = middle;
    }
    const sim::profile_fact& reason = *facts[same];
    if (!can_concern(reason, wanted)) {
        fuzz::give_up(wanted,
                      sim::say(one.name, " and ", other.name, " differ by ", reason.name,
                               ", which such a trace does not concern"));
    }
    return 0;
}
