#include "sim/explore/proof.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "sim/report/numbers.hpp"

namespace ringproof::sim::explore {

namespace {

std::string_view name_of(outcome verdict) {
    switch (verdict) {
        case outcome::proved:
            return "proved";
        case outcome::refuted:
            return "refuted";
        case outcome::gave_up:
            return "unfinished";
        default:
            return "explored nothing";
    }
}

std::string plural(unsigned count) {
    return fmt::format("{} {}", count, count == 1 ? "entry" : "entries");
}

}  // namespace

std::optional<proof> prove(const claim& what) {
    proof done{.what = what, .steps = what.of->make(what.entries), .found = {}, .against = {}};
    if (what.without != nullptr) {
        auto weaker = weakened(done.steps, *what.without);
        if (!weaker) return {};
        done.steps = *std::move(weaker);
    }
    done.found = search(done.steps, {.model = what.model});
    if (done.found.verdict == outcome::refuted) {
        done.against = retrace(done.steps, what.model, done.found);
    }
    return done;
}

bool as_expected(const proof& done) {
    const mutant* without = done.what.without;
    const bool sound = without == nullptr ||
        (done.what.model == memory_model::lkmm && !without->equivalent_under_lkmm.empty());
    return done.found.verdict == (sound ? outcome::proved : outcome::refuted);
}

std::string verdict_of(const proof& done) {
    const search_result& found = done.found;
    const std::string ring = plural(done.what.entries);
    const std::string effort =
        fmt::format("{} states, {:.1f} ms", grouped(found.states), done.milliseconds);
    switch (found.verdict) {
        case outcome::proved:
            return fmt::format("PROVED: {}, any number of publications, {}", ring, effort);
        case outcome::refuted:
            return fmt::format("REFUTED: {}, {}: {}", ring, effort,
                               sentence_of(done.steps, found, *done.against));
        case outcome::gave_up:
            return fmt::format("UNFINISHED: {}, {}: more than the search keeps", ring, effort);
        default:
            return fmt::format("NOTHING EXPLORED: {}, {}", ring, effort);
    }
}

std::string story_of(const proof& done) {
    const mutant* without = done.what.without;
    return fmt::format(
        "{}, {}, {}: {}\n{}\n{}", done.what.of->name, plural(done.what.entries),
        explore::name_of(done.what.model), sentence_of(done.steps, done.found, *done.against),
        without == nullptr ? std::string()
                           : fmt::format("without {}: {}\n", without->name, without->summary),
        diagram_of(done.steps, *done.against));
}

std::string to_json(std::span<const proof> all) {
    auto list = nlohmann::ordered_json::array();
    for (const proof& each : all) {
        nlohmann::ordered_json it;
        it["protocol"] = each.what.of->name;
        if (each.what.without != nullptr) it["mutant"] = each.what.without->name;
        it["entries"] = each.what.entries;
        it["model"] = explore::name_of(each.what.model);
        it["verdict"] = name_of(each.found.verdict);
        it["states"] = each.found.states;
        it["transitions"] = each.found.transitions;
        it["milliseconds"] = each.milliseconds;
        if (each.against) {
            it["wrong"] = sentence_of(each.steps, each.found, *each.against);
            auto& way = it["accesses"] = nlohmann::ordered_json::array();
            for (const access_record& access : each.against->accesses) {
                const step& taken = each.steps.agents[access.agent].steps[access.step];
                way.push_back(describe(each.steps, access.agent, taken));
            }
        }
        list.push_back(std::move(it));
    }
    return nlohmann::ordered_json{{"proofs", std::move(list)}}.dump(2) + "\n";
}

}  // namespace ringproof::sim::explore
