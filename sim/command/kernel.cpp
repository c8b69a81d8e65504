// ringproof kernel: does this kernel behave as a version of it should?

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <string>

#include "sim/behaviour/catalogue.hpp"
#include "sim/behaviour/check.hpp"
#include "sim/command/backend.hpp"
#include "sim/command/command.hpp"
#include "sim/command/files.hpp"
#include "sim/command/host.hpp"
#include "sim/kernel/model_world.hpp"
#include "sim/profile.hpp"
#include "sim/report/kernel_report.hpp"

namespace ringproof::sim::command {

namespace {

std::string known_profiles() {
    std::string names;
    for (const profile& each : profiles()) names += " " + std::string(each.name);
    return names;
}

performance perform_on_model(const behaviour& script, const profile& version) {
    choices canonical;
    model_kernel kernel(canonical, {.kernel_profile = version});
    model_world around(kernel);
    performer<model_world> on(around);
    return {.of = &script, .seen = on.perform(script)};
}

void show_progress(const behaviour&, std::size_t number, std::size_t count) {
    fmt::print(stderr, "\r{} of {} behaviours", number, count);
    if (number == count) fmt::print(stderr, "\r\x1b[K");
    std::fflush(stderr);
}

std::string written(const kernel_report& report, const kernel_options& options) {
    if (options.format == "ktap") return to_ktap(report);
    if (options.format == "junit") return to_junit(report);
    if (options.format == "json") return to_json(report);
    return to_text(report, options.out.empty() && wants_colour(), options.all);
}

std::optional<kernel_report> checked(std::span<const behaviour> scripts, check_options with,
                                     const kernel_options& options) {
    if (options.backend == "model") {
        const auto index = index_of_profile(options.profile);
        if (!index) {
            complain(fmt::format("no profile is called {}; there are{}", options.profile,
                                 known_profiles()));
            return std::nullopt;
        }
        const profile& version = profiles()[*index];
        if (!with.profile && with.recorded == nullptr) with.profile = index;
        with.hazardous = true;  // the model does not hang
        auto report = check(scripts, with, [&](const behaviour& script) {
            return perform_on_model(script, version);
        });
        report.kernel = "model " + std::string(version.name);
        report.machine = "any machine";
        return report;
    }
    return check_linux(scripts, with);
}

}  // namespace

int kernel(const kernel_options& options) {
    const auto scripts = all_behaviours();
    if (!scripts) {
        complain(scripts.error());
        return status_usage;
    }
    check_options with{.rule = options.rule, .hazardous = options.hazardous};
    std::optional<recorded_kernel> recorded;
    if (const auto index = index_of_profile(options.against)) {
        with.profile = index;
    } else if (!options.against.empty() && options.against != "host") {
        recorded = read_report(options.against);
        if (!recorded) {
            complain("--against takes host, a profile or a report; profiles are" +
                     known_profiles());
            return status_usage;
        }
        with.recorded = &*recorded;
        with.profile = index_of_profile(recorded->like);
    }
    if (options.backend != "model") {
        if (const std::string reason = refusal_of_host(); !reason.empty()) {
            complain(reason);
            return status_environment;
        }
    }
    if (::isatty(STDERR_FILENO) == 1) with.progress = show_progress;
    const auto report = checked(*scripts, with, options);
    if (!report) return status_usage;
    if (report->all.empty()) {
        complain(fmt::format("no behaviour fits the pattern {}", options.rule));
        return status_usage;
    }
    if (!write_to(options.out, written(*report, options))) return status_environment;
    return report->unexplained() ? status_violation : status_clean;
}

}  // namespace ringproof::sim::command
