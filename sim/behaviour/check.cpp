#include "sim/behaviour/check.hpp"

#include <fmt/format.h>
#include <sys/utsname.h>

#include <algorithm>
#include <utility>

#include "sim/behaviour/catalogue.hpp"
#include "sim/behaviour/guard.hpp"
#include "sim/linux_world.hpp"
#include "sim/profile.hpp"

namespace ringproof::sim {

namespace {

bool is_wanted(const behaviour& script, std::string_view pattern) {
    return matches(pattern, script.name) ||
        std::ranges::any_of(script.rules,
                            [=](const std::string& rule) { return matches(pattern, rule); });
}

/// Held against another kernel: equal is as expected; the profiles explain what is not.
judgement judge_by_record(const performance& it, const recorded_kernel& recorded,
                          std::size_t profile) {
    judgement made = judge(it, profile);
    if (made.what == conformity::skipped) return made;
    const recorded_behaviour* then = recorded.find(it.of->name);
    if (then == nullptr) return skip(*it.of, "the record does not have it");
    if (!then->skipped.empty()) return skip(*it.of, "not recorded: " + then->skipped);
    if (then->script != fingerprint(*it.of)) return skip(*it.of, "recorded of another script");
    if (made.all != then->seen || made.failed != then->failed || made.lost != then->lost) {
        return made;
    }
    made.what = conformity::as_expected;
    made.reason.clear();
    made.line = 0;
    return made;
}

judgement judge_by_profile(const performance& it, std::size_t profile, std::size_t like) {
    // That a kernel was lost is told in any case.
    if (it.lost.empty() && !it.of->holds_under(profile)) {
        return skip(*it.of, fmt::format("not for {}", profiles()[profile].name));
    }
    judgement made = judge(it, profile);
    if (made.what == conformity::unexplained && made.lost.empty() && !it.of->holds_under(like)) {
        made.what = conformity::explained;
        made.reason = fmt::format("{} has no such thing", profiles()[like].name);
    }
    return made;
}

/// What was seen, statement by statement; nothing when the record is of another length.
std::optional<std::vector<observation>> seen_again(const behaviour& script,
                                                   const recorded_behaviour& then) {
    std::vector<observation> seen;
    auto next = then.seen.begin();
    for (const statement& each : script.statements) {
        std::string text = "0";
        if (each.expected) {
            if (next == then.seen.end()) return std::nullopt;
            text = *next++;
        } else {
            const auto failed =
                std::ranges::find(then.failed, seen.size() + 1, &failed_statement::number);
            if (failed != then.failed.end()) text = failed->seen;
        }
        seen.push_back({&each, std::move(text)});
        if (ends_script(seen.back())) break;
    }
    if (next != then.seen.end()) return std::nullopt;
    return seen;
}

performance performed_then(const behaviour& script, const recorded_kernel& recorded) {
    const recorded_behaviour* then = recorded.find(script.name);
    if (then == nullptr) return {.of = &script, .missing = "not recorded"};
    if (!then->skipped.empty()) {
        return {.of = &script, .missing = "not recorded: " + then->skipped};
    }
    if (!then->lost.empty()) return {.of = &script, .lost = then->lost};
    auto seen = then->script == fingerprint(script) ? seen_again(script, *then) : std::nullopt;
    if (!seen) return {.of = &script, .missing = "not recorded: its script was another one"};
    return {.of = &script, .seen = std::move(*seen)};
}

performance perform_one(const behaviour& script, const check_options& options,
                        const std::function<performance(const behaviour&)>& perform) {
    const auto lost = options.lost.find(script.name);
    if (lost != options.lost.end()) return {.of = &script, .lost = lost->second};
    if (script.may_hang && !options.hazardous) {
        return {.of = &script, .missing = "an unfixed kernel may hang; see --hazardous"};
    }
    return perform(script);
}

}  // namespace

kernel_report check(std::span<const behaviour> scripts, const check_options& options,
                    const std::function<performance(const behaviour&)>& perform) {
    std::vector<const behaviour*> wanted;
    for (const behaviour& each : scripts) {
        if (is_wanted(each, options.rule)) wanted.push_back(&each);
    }
    std::vector<performance> performed(wanted.size());
    std::size_t number = 0;
    // What may leave a kernel damaged comes when nothing else is left to be seen.
    for (const bool hazardous : {false, true}) {
        for (std::size_t i = 0; i < wanted.size(); ++i) {
            if (wanted[i]->may_hang != hazardous) continue;
            if (options.progress) options.progress(*wanted[i], ++number, wanted.size());
            performed[i] = perform_one(*wanted[i], options, perform);
        }
    }
    return judge_all(performed, options);
}

kernel_report judge_all(std::span<const performance> performed, const check_options& options) {
    const std::size_t like = nearest_profile(performed);
    const std::size_t profile = options.profile.value_or(like);
    const bool by_record = options.recorded != nullptr;
    kernel_report report;
    report.like = profiles()[like].name;
    report.against = by_record ? options.recorded->kernel : std::string(profiles()[profile].name);
    for (const performance& each : performed) {
        report.all.push_back(by_record ? judge_by_record(each, *options.recorded, profile)
                                       : judge_by_profile(each, profile, like));
    }
    return report;
}

kernel_report check_again(std::span<const behaviour> scripts, const recorded_kernel& recorded,
                          std::optional<std::size_t> profile) {
    std::vector<performance> performed;
    for (const behaviour& each : scripts) performed.push_back(performed_then(each, recorded));
    kernel_report report = judge_all(performed, {.profile = profile});
    report.kernel = recorded.kernel;
    report.build = recorded.build;
    report.machine = recorded.machine;
    return report;
}

kernel_report check_linux(std::span<const behaviour> scripts, const check_options& options) {
    const auto perform = [](const behaviour& script) {
        linux_world around;
        performer<linux_world> on(around);
        return performance{.of = &script, .seen = on.perform(script)};
    };
    kernel_report report = check(scripts, options, [&](const behaviour& script) {
        if (!options.guarded && !script.may_hang) return perform(script);
        return perform_guarded(script, perform, options.patience);
    });
    utsname names{};
    if (::uname(&names) == 0) {
        report.kernel = fmt::format("Linux {}", names.release);
        report.build = names.version;
        report.machine = names.machine;
    }
    return report;
}

}  // namespace ringproof::sim
