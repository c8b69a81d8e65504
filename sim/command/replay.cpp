// ringproof replay: plays traces from files, says what came of each, and draws it.

#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "sim/command/backend.hpp"
#include "sim/command/command.hpp"
#include "sim/command/files.hpp"
#include "sim/command/host.hpp"
#include "sim/profile_name.hpp"
#include "sim/report/film.hpp"
#include "sim/report/film_page.hpp"
#include "sim/report/perfetto.hpp"
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

/// What came of it, in one line.
std::string told(backend_kind kind, const std::string& path, const trace& wanted,
                 const outcome& came, bool compared) {
    if (came.refused != 0) {
        return fmt::format("FAILED  {:<5}  {}: no ring: {}", name_of(kind), path,
                           std::error_code(came.refused, std::system_category()).message());
    }
    if (came.broken) {
        const std::uint32_t step = came.broken->step;
        const bool inside = step >= 1 && step <= wanted.operations.size();
        return fmt::format("FAILED  {:<5}  {}: {} in operation {} ({}): {}", name_of(kind), path,
                           came.broken->invariant, step,
                           inside ? print(wanted.operations[step - 1]) : "the end",
                           came.broken->sentence);
    }
    return fmt::format("ok      {:<5}  {}: {} operations, {} completions, {} bytes{}",
                       name_of(kind), path, came.done.operations, came.done.completions,
                       came.done.bytes, compared ? ", as the model" : "");
}

/// One call of the verb.
class player_of_files {
public:
    player_of_files(const replay_options& options, std::vector<trace> traces)
        : options_(options),
          traces_(std::move(traces)),
          shows_(!options.html.empty() || !options.perfetto.empty()),
          speaks_(options.html != "-" && options.perfetto != "-") {}

    /// Plays all files on that kernel. A status where there is none.
    [[nodiscard]] std::optional<int> play_on(backend_kind kind);
    /// Writes the pictures that were asked for. False, with a complaint, when one cannot be.
    [[nodiscard]] bool show() const {
        return (options_.html.empty() || write_to(options_.html, to_page(films_))) &&
            (options_.perfetto.empty() || write_to(options_.perfetto, to_perfetto(films_)));
    }
    [[nodiscard]] bool clean() const noexcept { return clean_; }

private:
    void play(backend& on, backend_kind kind, std::size_t which, comparer* against);

    const replay_options& options_;
    std::vector<trace> traces_;
    bool shows_;
    bool speaks_;
    bool clean_ = true;
    std::vector<film> films_;
};

/// \param against  to hold it against, too; or nullptr
void player_of_files::play(backend& on, backend_kind kind, std::size_t which, comparer* against) {
    const std::string& path = options_.files[which];
    const trace& wanted = traces_[which];
    kernel_play played;
    played.record.keep_events(options_.history || shows_);
    const outcome came = judged_play(on, wanted, played, against);
    const bool compared = against != nullptr && can_be_compared(wanted);
    clean_ &= came.refused == 0 && !came.broken;
    if (speaks_) fmt::print("{}\n", told(kind, path, wanted, came, compared));
    if (options_.history) print_history(played.record);
    if (!shows_) return;
    const std::string kernel =
        fmt::format("{} {}", name_of(kind), version_of(kind, wanted.profile));
    films_.push_back(make_film({path, kernel}, wanted, played.record, came));
}

std::optional<int> player_of_files::play_on(backend_kind kind) {
    const bool both = options_.backend == "both";
    if (kind == backend_kind::machine) {
        const auto can = capabilities_of(kind, {});
        if (!can && !both) {
            complain(reason_of(can.error()));
            return status_environment;
        }
        if (!can) {
            if (speaks_) fmt::print("skipped Linux: {}\n", reason_of(can.error()));
            return std::nullopt;
        }
    }
    const auto on = make_backend(kind);
    std::optional<comparer> model;
    if (kind == backend_kind::machine && both) {
        std::string host = "host";
        if (!settle_profile(host)) return status_environment;
        model.emplace(*find_profile(host));
    }
    for (std::size_t i = 0; i < traces_.size(); ++i) play(*on, kind, i, model ? &*model : nullptr);
    return std::nullopt;
}

/// What must be so before anything is played.
std::optional<int> refused(const replay_options& options) {
    if (!options.profile.empty() && !profile_named(options.profile)) {
        complain(fmt::format("--profile: no profile is called {}", options.profile));
        return status_usage;
    }
    if (options.history + (options.html == "-") + (options.perfetto == "-") > 1) {
        complain("--history, --html - and --perfetto -: only one of them on standard output");
        return status_usage;
    }
    for (const std::string& file : {options.html, options.perfetto}) {
        if (!can_be_written(file)) return status_environment;
    }
    return std::nullopt;
}

}  // namespace

int replay(const replay_options& options) {
    if (const auto status = refused(options)) return *status;
    std::vector<trace> traces;
    for (const std::string& path : options.files) {
        auto read = read_trace(path, options.profile);
        if (!read) return read.error();
        traces.push_back(std::move(*read));
    }
    player_of_files all(options, std::move(traces));
    for (const backend_kind kind : {backend_kind::model, backend_kind::machine}) {
        const bool asked = options.backend == (kind == backend_kind::model ? "model" : "linux");
        if (!asked && options.backend != "both") continue;
        if (const auto status = all.play_on(kind)) return *status;
    }
    if (!all.show()) return status_environment;
    return all.clean() ? status_clean : status_violation;
}

}  // namespace ringproof::sim::command
