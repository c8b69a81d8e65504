// ringproof replay: plays traces from files and says what came of each.

#include <fmt/format.h>

#include <array>
#include <cstdio>

#include "sim/command/backend.hpp"
#include "sim/command/command.hpp"
#include "sim/command/files.hpp"
#include "sim/command/host.hpp"
#include "sim/profile_name.hpp"
#include "sim/trace/text.hpp"

namespace ringproof::sim::command {

namespace {

/// As it happened, then actor by actor.
void print_history(const history& record) {
    fmt::print("  as it happened:\n");
    for (const event& each : record.events()) fmt::print("    {}\n", describe(each));
    constexpr std::array actors{std::pair{actor::application, "application"},
                                std::pair{actor::kernel, "kernel"}, std::pair{actor::peer, "peer"}};
    for (const auto& [who, name] : actors) {
        fmt::print("  the {}:\n", name);
        for (const event& each : record.events()) {
            if (each.who == who) fmt::print("    {}\n", describe(each));
        }
    }
}

/// True when the trace was played without a violation.
/// \param against  to hold it against, too; or nullptr
bool play_one(backend& on, backend_kind kind, const std::string& path, const trace& wanted,
              bool with_history, comparer* against) {
    kernel_play played;
    played.record.keep_events(with_history);
    const outcome came = judged_play(on, wanted, played, against);
    if (came.refused != 0) {
        fmt::print("FAILED  {:<5}  {}: no ring: {}\n", name_of(kind), path,
                   std::error_code(came.refused, std::system_category()).message());
    } else if (came.broken) {
        const std::uint32_t step = came.broken->step;
        const bool inside = step >= 1 && step <= wanted.operations.size();
        fmt::print("FAILED  {:<5}  {}: {} in operation {} ({}): {}\n", name_of(kind), path,
                   came.broken->invariant, step,
                   inside ? print(wanted.operations[step - 1]) : "the end", came.broken->sentence);
    } else {
        fmt::print("ok      {:<5}  {}: {} operations, {} completions, {} bytes{}\n", name_of(kind),
                   path, came.done.operations, came.done.completions, came.done.bytes,
                   against != nullptr && can_be_compared(wanted) ? ", as the model" : "");
    }
    if (with_history) print_history(played.record);
    return came.refused == 0 && !came.broken;
}

}  // namespace

int replay(const replay_options& options) {
    if (!options.profile.empty() && !profile_named(options.profile)) {
        complain(fmt::format("--profile: no profile is called {}", options.profile));
        return status_usage;
    }
    std::vector<trace> traces;
    for (const std::string& path : options.files) {
        auto read = read_trace(path, options.profile);
        if (!read) return read.error();
        traces.push_back(std::move(*read));
    }
    bool clean = true;
    for (const backend_kind kind : {backend_kind::model, backend_kind::machine}) {
        const bool asked = options.backend == (kind == backend_kind::model ? "model" : "linux");
        if (!asked && options.backend != "both") continue;
        if (kind == backend_kind::machine) {
            const auto can = capabilities_of(kind, {});
            if (!can && asked) {
                complain(reason_of(can.error()));
                return status_environment;
            }
            if (!can) {
                fmt::print("skipped Linux: {}\n", reason_of(can.error()));
                continue;
            }
        }
        const auto on = make_backend(kind);
        std::optional<comparer> model;
        if (kind == backend_kind::machine && options.backend == "both") {
            std::string host = "host";
            if (!settle_profile(host)) return status_environment;
            model.emplace(*find_profile(host));
        }
        for (std::size_t i = 0; i < traces.size(); ++i) {
            clean &= play_one(*on, kind, options.files[i], traces[i], options.history,
                              model ? &*model : nullptr);
        }
    }
    return clean ? status_clean : status_violation;
}

}  // namespace ringproof::sim::command
