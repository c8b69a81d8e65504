// ringproof shrink: the smallest trace that fails as a given one does.

#include "sim/trace/shrink.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <memory>
#include <optional>

#include "sim/command/backend.hpp"
#include "sim/command/campaign.hpp"
#include "sim/command/command.hpp"
#include "sim/command/files.hpp"
#include "sim/command/host.hpp"
#include "sim/oracle/signature.hpp"
#include "sim/profile.hpp"
#include "sim/trace/text.hpp"

namespace ringproof::sim::command {

namespace {

using clock = std::chrono::steady_clock;

struct shrink_request {
    std::string file;
    std::string out;  ///< empty: standard output
    std::string backend = "both";
    std::string profile;  ///< empty: the trace's own
};

/// Says whether traces fail on one kernel as the first one did. On the running kernel a failure
/// may come and go: then each trace is played as often as the first one's rate asks for.
class judge {
public:
    explicit judge(backend_kind kind) : on_(make_backend(kind)) {
        if (kind == backend_kind::model) return;
        std::string host = "host";
        if (settle_profile(host)) model_.emplace(*find_profile(host));
    }

    /// Finds out how, and how often, it fails. Nothing when it does not.
    [[nodiscard]] verdict learn(const trace& wanted) {
        const unsigned trials = on_->deterministic() ? 1 : trials_at_first;
        unsigned failures = 0;
        verdict first;
        for (unsigned i = 0; i < trials; ++i) {
            verdict now = play(wanted);
            if (!now) continue;
            if (!first) {
                signature_ = signature_of(*now);
                first = std::move(now);
            } else if (signature_of(*now) != signature_) {
                continue;
            }
            ++failures;
        }
        rate_ = static_cast<double>(failures) / trials;
        if (failures == 0 || on_->deterministic()) return first;
        plays_ = std::min(static_cast<unsigned>(std::ceil(3 / rate_)), plays_most);
        // Two thirds of what the first one does: a candidate that fails ever more rarely is lost.
        needed_ = std::max(1U, static_cast<unsigned>(plays_ * rate_ * 2 / 3));
        return first;
    }

    [[nodiscard]] bool fails(const trace& wanted) {
        unsigned failures = 0;
        for (unsigned left = plays_; left > 0 && failures + left >= needed_; --left) {
            const verdict now = play(wanted);
            if (now && signature_of(*now) == signature_ && ++failures == needed_) return true;
        }
        return false;
    }

    [[nodiscard]] std::uint64_t played() const noexcept { return played_; }
    [[nodiscard]] double rate() const noexcept { return rate_; }

private:
    static constexpr unsigned trials_at_first = 20;
    static constexpr unsigned plays_most = 60;

    verdict play(const trace& wanted) {
        ++played_;
        kernel_play record;
        return judged_play(*on_, wanted, record, model_ ? &*model_ : nullptr).broken;
    }

    std::unique_ptr<backend> on_;
    std::optional<comparer> model_;
    std::string signature_;
    double rate_ = 1;
    unsigned plays_ = 1;
    unsigned needed_ = 1;
    std::uint64_t played_ = 0;
};

/// On a terminal only: how far it is.
class progress_line {
public:
    void show(const trace& smallest, std::uint64_t tries) {
        if (!terminal_ || clock::now() - shown_ < std::chrono::milliseconds(100)) return;
        shown_ = clock::now();
        shows_ = true;
        fmt::print(stderr, "\r{} operations after {} tries \x1b[K", smallest.operations.size(),
                   tries);
    }
    ~progress_line() {
        if (shows_) fmt::print(stderr, "\r\x1b[K");
    }

private:
    bool terminal_ = ::isatty(STDERR_FILENO) == 1;
    bool shows_ = false;
    clock::time_point shown_ = clock::now();
};

/// The kernels to try, in this order; complains when the only one cannot be had.
std::vector<backend_kind> kernels_of(const std::string& name) {
    std::vector<backend_kind> kinds;
    if (name != "linux") kinds.push_back(backend_kind::model);
    if (name == "model") return kinds;
    if (const std::string reason = refusal_of_host(); reason.empty()) {
        kinds.push_back(backend_kind::machine);
    } else if (name == "linux") {
        complain(reason);
    }
    return kinds;
}

std::string head_of(const violation& broken, backend_kind on, const std::string& file) {
    return fmt::format("# {} in operation {} on {}: {}\n# shrunk from {}\n", broken.invariant,
                       broken.step, name_of(on), broken.sentence, file);
}

/// The smallest trace, told and written.
int finish(const shrink_request& options, judge& on, backend_kind kind, const trace& whole,
           const shrunk_trace& made, double seconds) {
    const verdict left = on.learn(made.smallest);
    fmt::print(stderr,
               "{} operations of {}, {} answers of {}, {}; {} plays in {:.2f} s on {}{}{}\n",
               made.smallest.operations.size(), whole.operations.size(),
               made.smallest.choices.size(), whole.choices.size(), made.smallest.profile,
               on.played(), seconds, name_of(kind), made.minimal ? "" : "; not minimal yet",
               on.rate() < 1 ? fmt::format("; fails in {:.0f} of 100 plays", on.rate() * 100) : "");
    const std::string head = left ? head_of(*left, kind, options.file) : std::string();
    if (!write_to(options.out, head + print(made.smallest))) return status_environment;
    return made.minimal ? status_clean : status_interrupted;
}

int shrink_file(const shrink_request& options) {
    const auto whole = read_trace(options.file, options.profile);
    if (!whole) return whole.error();
    if (!can_be_written(options.out)) return status_environment;
    const auto kinds = kernels_of(options.backend);
    if (kinds.empty()) return status_environment;
    const interrupt_guard guard;
    for (const backend_kind kind : kinds) {
        const auto started = clock::now();
        judge on(kind);
        const verdict broken = on.learn(*whole);
        if (!broken) continue;
        shrunk_trace made;
        {
            progress_line line;
            made = shrink(*whole, broken->step,
                          [&on](const trace& candidate) { return on.fails(candidate); },
                          {.go_on = [&line](const trace& smallest, std::uint64_t tries) {
                              line.show(smallest, tries);
                              return !was_interrupted();
                          }});
        }
        const std::chrono::duration<double> took = clock::now() - started;
        return finish(options, on, kind, *whole, made, took.count());
    }
    complain(fmt::format("{}: fails neither on the model nor on any kernel asked; --backend and "
                         "--profile say where it did",
                         options.file));
    return status_usage;
}

constexpr const char* examples = R"(
Examples:
  ringproof shrink /tmp/ringproof/model-7-31.trace -o small.trace
  ringproof shrink found.trace --backend linux    plays each candidate as often as is needed
  ringproof shrink found.trace --profile v6_16    and tells which bug of 6.16 it takes

Operations, operands, answers of the kernel, sizes of the rings and bugs of the profile are taken
away until any one step more would lose the failure: the same invariant, with the same words.
Exit status: 0 shrunk, 2 it does not fail, 3 no io_uring or OUT cannot be written, 130 interrupted;
then the smallest so far was written.
)";

}  // namespace

void add_shrink(CLI::App& app, action& chosen) {
    const auto options = std::make_shared<shrink_request>();
    CLI::App* verb = app.add_subcommand("shrink", "Make a failing trace small");
    verb->footer(examples);
    verb->add_option("FILE", options->file, "A trace that fails")->required();
    verb->add_option("-o,--out", options->out, "File for the smallest; standard output without it");
    verb->add_option("--backend", options->backend, "Where it fails; both: the model, else Linux")
        ->check(CLI::IsMember({"model", "linux", "both"}))
        ->capture_default_str();
    verb->add_option("--profile", options->profile,
                     "Kernel version that the model is; default the trace's");
    verb->callback([options, &chosen] { chosen = [options] { return shrink_file(*options); }; });
}

}  // namespace ringproof::sim::command
