#include "sim/behaviour/check.hpp"

#include <fmt/format.h>
#include <sys/utsname.h>

#include <algorithm>
#include <array>

#include "sim/behaviour/catalogue.hpp"
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
    const auto then = std::ranges::find(recorded.all, it.of->name, &recorded_behaviour::name);
    if (then == recorded.all.end()) return skip(*it.of, "the record does not have it");
    judgement made = judge(*it.of, it.seen, profile);
    if (made.all != then->seen) return made;
    made.what = conformity::as_expected;
    made.reason.clear();
    made.line = 0;
    return made;
}

}  // namespace

kernel_report check(std::span<const behaviour> scripts, const check_options& options,
                    const std::function<performance(const behaviour&)>& perform) {
    std::vector<const behaviour*> wanted;
    for (const behaviour& each : scripts) {
        if (is_wanted(each, options.rule)) wanted.push_back(&each);
    }
    std::vector<performance> performed;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        if (options.progress) options.progress(i + 1, wanted.size());
        const bool gated = wanted[i]->may_hang && !options.hazardous;
        performed.push_back(gated ? performance{wanted[i], {}} : perform(*wanted[i]));
    }
    const std::size_t like = nearest_profile(performed);
    const std::size_t profile = options.profile.value_or(like);
    const std::string_view name = profiles()[profile].name;
    kernel_report report{.kernel = {},
                         .machine = {},
                         .like = std::string(profiles()[like].name),
                         .against = options.recorded != nullptr ? options.recorded->kernel
                                                                : std::string(name),
                         .all = {}};
    for (const performance& each : performed) {
        if (each.of->may_hang && !options.hazardous) {
            report.all.push_back(skip(*each.of, "an unfixed kernel may hang; see --hazardous"));
        } else if (options.recorded != nullptr) {
            report.all.push_back(judge_by_record(each, *options.recorded, profile));
        } else if (!each.of->holds_under(profile)) {
            report.all.push_back(skip(*each.of, fmt::format("not for {}", name)));
        } else {
            report.all.push_back(judge(*each.of, each.seen, profile));
            judgement& last = report.all.back();
            if (last.what == conformity::unexplained && !each.of->holds_under(like)) {
                last.what = conformity::explained;
                last.reason = fmt::format("{} has no such thing", profiles()[like].name);
            }
        }
    }
    return report;
}

kernel_report check_linux(std::span<const behaviour> scripts, const check_options& options) {
    kernel_report report = check(scripts, options, [](const behaviour& script) {
        linux_world around;
        performer<linux_world> on(around);
        return performance{&script, on.perform(script)};
    });
    utsname names{};
    if (::uname(&names) == 0) {
        report.kernel = fmt::format("Linux {}", names.release);
        report.machine = names.machine;
    }
    return report;
}

}  // namespace ringproof::sim
