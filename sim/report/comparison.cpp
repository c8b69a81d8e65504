#include "sim/report/comparison.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "sim/report/numbers.hpp"

namespace ringproof::sim {

namespace {

struct grade {
    std::string_view name;
    std::uint64_t comparison_tally::* value;
    std::string_view means;
};

constexpr std::array grades{
    grade{"required", &comparison_tally::required, "the model leaves nothing open, and so it was"},
    grade{"allowed", &comparison_tally::allowed, "it was one of several things the model can do"},
    grade{"played again", &comparison_tally::again, "of these: explained only then"},
    grade{"known divergences", &comparison_tally::known, "corpus/divergences.txt says why"},
    grade{"forbidden", &comparison_tally::forbidden, "the model cannot do that"},
    grade{"undecided", &comparison_tally::undecided, "too much that it could do to try it all"},
};

/// How many answers were on offer, and how many of them the kernel gave at least once.
std::pair<unsigned, unsigned> seen_of(const leeway& open) {
    unsigned offered = 0;
    unsigned taken = 0;
    for (std::size_t i = 0; i < leeway::answers_most; ++i) {
        offered += open.offered[i] != 0 ? 1 : 0;
        taken += open.taken[i] != 0 ? 1 : 0;
    }
    return {offered, taken};
}

}  // namespace

void comparison_tally::add(const comparison_tally& other) {
    traces += other.traces;
    operations += other.operations;
    events += other.events;
    required += other.required;
    allowed += other.allowed;
    forbidden += other.forbidden;
    undecided += other.undecided;
    again += other.again;
    known += other.known;
    runs += other.runs;
    for (const auto& [why, theirs] : other.open) {
        leeway& mine = open[why];
        for (std::size_t i = 0; i < leeway::answers_most; ++i) {
            mine.offered[i] += theirs.offered[i];
            mine.taken[i] += theirs.taken[i];
        }
    }
}

std::string to_text(const comparison_tally& tally, std::string_view like) {
    std::string out = fmt::format(
        "held against the model as {}: {} traces, {} operations, {} events, {} runs of the model\n",
        like, grouped(tally.traces), grouped(tally.operations), grouped(tally.events),
        grouped(tally.runs));
    for (const grade& each : grades) {
        out +=
            fmt::format("  {:<20}{:>10}   {}\n", each.name, grouped(tally.*each.value), each.means);
    }
    for (const auto& [why, open] : tally.open) {
        const auto [offered, taken] = seen_of(open);
        if (taken < offered) {
            out += fmt::format("  interesting: of {} answers to '{}' this kernel gave {}\n",
                               offered, why, taken);
        }
    }
    return out;
}

std::string to_json(const comparison_tally& tally, std::string_view like) {
    nlohmann::ordered_json object{{"profile", like},
                                  {"traces", tally.traces},
                                  {"operations", tally.operations},
                                  {"events", tally.events},
                                  {"model_runs", tally.runs}};
    for (const grade& each : grades) {
        std::string key(each.name);
        std::ranges::replace(key, ' ', '_');
        object[key] = tally.*each.value;
    }
    auto open = nlohmann::ordered_json::object();
    for (const auto& [why, left] : tally.open) {
        open[std::string(why)] = {{"offered", left.offered}, {"taken", left.taken}};
    }
    object["left_open"] = std::move(open);
    return object.dump();
}

}  // namespace ringproof::sim
