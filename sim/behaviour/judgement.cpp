#include "sim/behaviour/judgement.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "sim/profile.hpp"

namespace ringproof::sim {

namespace {

/// A statement without an expectation must succeed; completions may be anything.
const std::string& must_be(const observation& it, std::size_t profile) {
    static const std::string success = "0";
    if (it.of->expected) return it.of->expected->under(profile);
    return it.seen.starts_with('-') || it.seen == "no memory" ? success : it.seen;
}

const observation* first_difference(std::span<const observation> seen, std::size_t profile) {
    for (const observation& each : seen) {
        if (each.seen != must_be(each, profile)) return &each;
    }
    return nullptr;
}

bool agrees(const behaviour& script, std::span<const observation> seen, std::size_t profile) {
    return script.holds_under(profile) && seen.size() == script.statements.size() &&
        first_difference(seen, profile) == nullptr;
}

/// The nearest profile that agrees; the older of two.
std::optional<std::size_t> who_agrees(const behaviour& script, std::span<const observation> seen,
                                      std::size_t profile) {
    for (std::size_t distance = 1; distance < profiles().size(); ++distance) {
        if (distance <= profile && agrees(script, seen, profile - distance)) {
            return profile - distance;
        }
        const std::size_t later = profile + distance;
        if (later < profiles().size() && agrees(script, seen, later)) return later;
    }
    return std::nullopt;
}

void add_once(std::string& list, const std::string& word) {
    if (list.find(word) != std::string::npos) return;
    list += (list.empty() ? "" : ", ") + word;
}

/// The causes of all differences from the profile; empty when one of them has none.
std::string causes(std::span<const observation> seen, std::size_t profile) {
    std::string list;
    for (const observation& each : seen) {
        const std::string& expected = must_be(each, profile);
        if (each.seen == expected) continue;
        if (!each.of->expected) return {};
        // Either this kernel has what the profile has not, or it lacks what the profile has.
        const other_outcome* it = each.of->expected->find(each.seen);
        if (it == nullptr && each.seen == each.of->expected->usual) {
            it = each.of->expected->find(expected);
        }
        if (it == nullptr || it->cause.empty()) return {};
        add_once(list, it->cause);
    }
    return list;
}

}  // namespace

std::string_view name_of(conformity what) noexcept {
    constexpr std::string_view names[conformity_count] = {"as expected", "explained", "unexplained",
                                                          "skipped"};
    return names[static_cast<unsigned>(what)];
}

bool ends_script(const observation& it) noexcept {
    const bool needed = it.of->form->what == verb::ring || it.of->form->what == verb::open;
    return needed && it.seen.starts_with('-');
}

judgement skip(const behaviour& script, std::string reason) {
    return {.of = &script, .what = conformity::skipped, .reason = std::move(reason)};
}

judgement judge(const behaviour& script, std::span<const observation> seen, std::size_t profile) {
    judgement made{.of = &script, .what = conformity::as_expected, .reason = {}};
    for (std::size_t i = 0; i < seen.size(); ++i) {
        const observation& each = seen[i];
        if (each.of->expected) {
            made.all.push_back(each.seen);
        } else if (each.seen != must_be(each, profile)) {
            made.failed.push_back({i + 1, each.seen});
        }
    }
    if (agrees(script, seen, profile)) return made;
    if (const observation* differs = first_difference(seen, profile)) {
        made.line = differs->of->line;
        made.expected = must_be(*differs, profile);
        made.seen = differs->seen;
    } else if (seen.size() < script.statements.size()) {
        made.line = script.statements[seen.size()].line;
        made.expected = "to come to this line";
        made.seen = "an error before it";
    }
    made.reason = causes(seen, profile);
    const auto other = who_agrees(script, seen, profile);
    if (other) {
        const std::string name = fmt::format("like {}", profiles()[*other].name);
        made.reason = made.reason.empty() ? name : fmt::format("{} ({})", made.reason, name);
    }
    made.what = made.reason.empty() ? conformity::unexplained : conformity::explained;
    return made;
}

judgement judge(const performance& it, std::size_t profile) {
    if (!it.missing.empty()) return skip(*it.of, it.missing);
    if (it.lost.empty()) return judge(*it.of, it.seen, profile);
    judgement made{.of = it.of, .what = conformity::unexplained, .reason = {}};
    made.lost = made.seen = it.lost;
    made.expected = "to be survived";
    if (!it.of->statements.empty()) made.line = it.of->statements.front().line;
    const auto bug = std::ranges::find_if(
        it.of->rules, [](const std::string& rule) { return rule.starts_with("BUG-"); });
    if (it.of->may_hang && bug != it.of->rules.end()) {
        made.what = conformity::explained;
        made.reason = fmt::format("{}: {}", *bug, it.lost);
    }
    return made;
}

std::size_t nearest_profile(std::span<const performance> all) {
    std::size_t best = 0;
    std::ptrdiff_t best_score = 0;
    for (std::size_t profile = 0; profile < profiles().size(); ++profile) {
        std::ptrdiff_t score = 0;
        for (const performance& each : all) {
            if (!each.complete() || !each.of->holds_under(profile)) continue;
            score += agrees(*each.of, each.seen, profile) ? 1 : -1;
        }
        if (profile == 0 || score > best_score) {
            best = profile;
            best_score = score;
        }
    }
    return best;
}

}  // namespace ringproof::sim
