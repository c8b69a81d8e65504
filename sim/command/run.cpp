// ringproof run: generated traces on the model and on the running kernel, until a number of cases
// or a time is reached, and then a table.

#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <thread>

#include "sim/command/backend.hpp"
#include "sim/command/command.hpp"
#include "sim/profile.hpp"
#include "sim/report/summary.hpp"
#include "sim/trace/text.hpp"

namespace ringproof::sim::command {

namespace {

namespace fs = std::filesystem;
using clock = std::chrono::steady_clock;

constexpr double seconds_default = 30;
constexpr std::size_t findings_most = 10;
constexpr std::uint64_t replayed_every = 64;  // cases, to check that they run the same way again

std::atomic<bool> interrupted{false};

/// While it lives, Ctrl-C asks for an early end instead of ending the program.
class interrupt_guard {
public:
    interrupt_guard() {
        struct sigaction mine{};
        mine.sa_handler = [](int) { interrupted = true; };
        ::sigaction(SIGINT, &mine, &former_);
    }
    interrupt_guard(const interrupt_guard&) = delete;
    interrupt_guard& operator=(const interrupt_guard&) = delete;
    ~interrupt_guard() { ::sigaction(SIGINT, &former_, nullptr); }

private:
    struct sigaction former_{};
};

/// Every run begins with it: enough rounds that the ring's 16-bit tail wraps.
trace wrap_trace(const std::string& profile) {
    trace made;
    made.profile = profile;
    made.ring = {.sq_entries = 4, .cq_entries = 16, .mode = ring_mode::defer};
    made.operations = {
        {.kind = op_kind::open, .word = static_cast<std::uint8_t>(channel_kind::unix_stream)},
        {.kind = op_kind::group, .count = 8, .size = 32},
        {.kind = op_kind::churn, .count = 66'000, .size = 16},
        {.kind = op_kind::status}};
    return made;
}

/// What the threads of one backend share.
class campaign {
public:
    campaign(backend_kind kind, const run_options& options, std::uint64_t seed,
             const generate_options& may, double seconds)
        : kind_(kind), options_(&options), seed_(seed), may_(may), seconds_(seconds) {}

    backend_summary run(unsigned jobs) {
        started_ = clock::now();
        {
            std::vector<std::jthread> threads;
            for (unsigned i = 1; i < jobs; ++i) threads.emplace_back([this] { work(false); });
            work(true);
        }
        clear_progress();
        result_.seconds = since_start();
        result_.refused = refused_;
        finish();
        return std::move(result_);
    }

private:
    struct broken_case {
        std::uint64_t number;
        violation what;
        trace wanted;
    };

    [[nodiscard]] double since_start() const {
        return std::chrono::duration<double>(clock::now() - started_).count();
    }

    [[nodiscard]] bool more(std::uint64_t number) const {
        if (interrupted || broken_count_ >= findings_most) return false;
        return options_->cases > 0 ? number < options_->cases : since_start() < seconds_;
    }

    [[nodiscard]] trace trace_of(std::uint64_t number) const {
        if (number == 0) return wrap_trace(options_->profile);
        return generate(case_seed(seed_, number), may_);
    }

    void work(bool shows_progress) {
        const auto on = make_backend(kind_);
        counters done;
        mark_set met;
        for (std::uint64_t number = next_++; more(number); number = next_++) {
            const trace wanted = trace_of(number);
            history record;
            outcome came = on->play(wanted, record);
            if (came.refused != 0) {
                // Rings die slowly, and the kernel counts the dying ones: others come later.
                ++refused_;
                std::this_thread::yield();
                continue;
            }
            done.add(came.done);
            met |= came.marks;
            if (!came.broken && on->deterministic() && number % replayed_every == 1) {
                came.broken = replayed(*on, wanted, came);
            }
            if (came.broken) keep({number, std::move(*came.broken), wanted});
            if (shows_progress) progress(number);
        }
        const std::scoped_lock lock(mutex_);
        result_.done.add(done);
        result_.met |= met;
    }

    static verdict replayed(backend& on, const trace& wanted, const outcome& first) {
        history record;
        const outcome again = on.play(wanted, record);
        if (again.unseed == first.unseed) return {};
        return blame("I19", "the same trace ran another way the second time");
    }

    void keep(broken_case&& found) {
        const std::scoped_lock lock(mutex_);
        broken_.push_back(std::move(found));
        ++broken_count_;
    }

    void progress(std::uint64_t number) {
        static const bool terminal = ::isatty(STDERR_FILENO) == 1;
        if (!terminal || clock::now() - shown_ < std::chrono::milliseconds(100)) return;
        shown_ = clock::now();
        fmt::print(stderr, "\r{}: case {}, {:.1f} s ", name_of(kind_), number, since_start());
        showing_ = true;
    }

    void clear_progress() const {
        if (showing_) fmt::print(stderr, "\r\x1b[K");
    }

    /// Puts the findings in the order of their cases, however the threads came upon them.
    void finish() {
        std::ranges::sort(broken_, {}, &broken_case::number);
        for (const broken_case& each : broken_) {
            result_.findings.push_back({each.number, each.what, write(each)});
        }
    }

    [[nodiscard]] std::string write(const broken_case& found) const {
        const fs::path folder = options_->out.empty() ? fs::temp_directory_path() / "ringproof"
                                                      : fs::path(options_->out);
        std::error_code error;
        fs::create_directories(folder, error);
        const fs::path path =
            folder / fmt::format("{}-{:x}-{}.trace", name_of(kind_), seed_, found.number);
        std::ofstream file(path);
        file << "# " << found.what.invariant << " in operation " << found.what.step << " on "
             << name_of(kind_) << ": " << found.what.sentence << "\n# ringproof run --seed "
             << fmt::format("{:#x}", seed_) << ", case " << found.number << "\n"
             << print(found.wanted);
        file.close();
        if (!file) {
            complain(fmt::format("{}: cannot be written", path.string()));
            return {};
        }
        return path.string();
    }

    backend_kind kind_;
    const run_options* options_;
    std::uint64_t seed_;
    generate_options may_;
    double seconds_;
    clock::time_point started_;
    clock::time_point shown_;
    bool showing_ = false;
    std::atomic<std::uint64_t> next_{0};
    std::atomic<std::size_t> broken_count_{0};
    std::atomic<std::uint64_t> refused_{0};
    std::mutex mutex_;
    std::vector<broken_case> broken_;
    backend_summary result_;
};

std::uint64_t random_seed() {
    std::uint64_t seed = 0;
    if (::getentropy(&seed, sizeof seed) != 0) {
        seed = static_cast<std::uint64_t>(clock::now().time_since_epoch().count());
    }
    return seed;
}

/// Complains and returns false when the directory for traces or the file for JSON cannot be
/// written.
bool outputs_writable(const run_options& options) {
    if (!options.out.empty()) {
        std::error_code error;
        fs::create_directories(options.out, error);
        if (error || ::access(options.out.c_str(), W_OK | X_OK) != 0) {
            complain(fmt::format("--out {}: cannot be written", options.out));
            return false;
        }
    }
    if (!options.json.empty() && !std::ofstream(options.json, std::ios::app)) {
        complain(fmt::format("--json {}: cannot be written", options.json));
        return false;
    }
    return true;
}

/// Runs one backend, or says why not. Nothing: the run must end, and it was said why.
std::optional<backend_summary> run_backend(backend_kind kind, const run_options& options,
                                           std::uint64_t seed, unsigned jobs, double seconds) {
    const auto can = capabilities_of(kind, options.profile);
    backend_summary skipped{.name = name_of(kind), .version = version_of(kind, options.profile)};
    if (!can && options.backend != "both") {
        complain(reason_of(can.error()));
        return std::nullopt;
    }
    if (!can) {
        skipped.skipped = reason_of(can.error());
        return skipped;
    }
    campaign work(kind, options, seed, options_for(*can, options.profile), seconds);
    backend_summary done = work.run(jobs);
    done.name = skipped.name;
    done.version = skipped.version;
    done.impossible = impossible_marks(*can);
    return done;
}

}  // namespace

int run(const run_options& options) {
    if (find_profile(options.profile) == nullptr) {
        complain(fmt::format("--profile: no profile is called {}", options.profile));
        return status_usage;
    }
    if (!outputs_writable(options)) return status_environment;
    const std::uint64_t seed = options.seed.empty() ? random_seed() : seed_of(options.seed);
    const unsigned processors = std::max(1U, std::thread::hardware_concurrency());
    const unsigned jobs = options.jobs > 0 ? options.jobs : processors;
    const bool by_time = options.cases == 0;
    const double seconds = options.seconds > 0 ? options.seconds : seconds_default;

    std::vector<backend_kind> kinds;
    if (options.backend != "linux") kinds.push_back(backend_kind::model);
    if (options.backend != "model") kinds.push_back(backend_kind::machine);
    fmt::print("seed {:#x}, {}, profile {}, {} job{}\n", seed,
               by_time ? fmt::format("{:g} seconds", seconds)
                       : fmt::format("{} cases on each kernel", options.cases),
               options.profile, jobs, jobs == 1 ? "" : "s");
    std::fflush(stdout);

    const interrupt_guard guard;
    run_summary summary{.seed = seed, .complete = by_time && seconds >= seconds_default};
    for (const backend_kind kind : kinds) {
        if (interrupted) break;
        auto done =
            run_backend(kind, options, seed, jobs, seconds / static_cast<double>(kinds.size()));
        if (!done) return status_environment;
        summary.backends.push_back(std::move(*done));
    }
    summary.interrupted = interrupted;
    fmt::print("{}", to_text(summary, wants_colour()));
    if (!options.json.empty()) std::ofstream(options.json) << to_json(summary);
    if (summary.violated()) return status_violation;
    if (summary.interrupted) return status_interrupted;
    if (summary.incomplete()) {
        complain("a run of this size must meet every situation; the table names those it did not");
        return status_violation;
    }
    return status_clean;
}

}  // namespace ringproof::sim::command
