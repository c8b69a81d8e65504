#include "sim/command/campaign.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "sim/command/command.hpp"
#include "sim/compare/comparer.hpp"
#include "sim/trace/text.hpp"

namespace ringproof::sim::command {

namespace {

namespace fs = std::filesystem;
using clock = std::chrono::steady_clock;

constexpr std::size_t findings_most = 10;
constexpr std::uint64_t replayed_every = 64;  // cases, to check that they run the same way again

// Of each eight cases: without workers, then with them, then whatever cannot be compared.
constexpr std::uint64_t lanes = 8;
constexpr std::uint64_t exact_lanes = 5;
constexpr std::uint64_t compared_lanes = 7;

std::atomic<bool> interrupted{false};
struct sigaction former_interrupt{};

/// What the threads of one backend share.
class campaign {
public:
    explicit campaign(const campaign_options& options) : options_(&options) {
        if (options.against == nullptr) return;
        result_.compared.emplace();
        result_.compared_with = options.against->name;
    }

    backend_summary run() {
        started_ = clock::now();
        {
            std::vector<std::jthread> threads;
            for (unsigned i = 1; i < options_->jobs; ++i) {
                threads.emplace_back([this] { work(false); });
            }
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
        return options_->cases > 0 ? number < options_->cases : since_start() < options_->seconds;
    }

    /// A kernel thread that polls and time that passes by itself are left to the oracles: what the
    /// application sees of them depends on a clock. Most of the rest does without workers, too, and
    /// leaves the model one thing to do; in what remains it has to find out how they ran.
    [[nodiscard]] bool is_compared(std::uint64_t number) const {
        return options_->against != nullptr && number % lanes < compared_lanes;
    }

    [[nodiscard]] trace trace_of(std::uint64_t number) const {
        if (number == 0) return wrap_trace(options_->may.profile);
        generate_options may = options_->may;
        if (is_compared(number)) {
            may.sqpoll = may.timers = false;
            may.workers = number % lanes >= exact_lanes;
            // Each thing that a worker does doubles what could have happened.
            if (may.workers) {
                may.operations_least = 10;
                may.operations_most = 40;
            }
        }
        return generate(case_seed(options_->seed, number), may);
    }

    void work(bool shows_progress) {
        const auto on = make_backend(options_->kind);
        std::optional<comparer> model;
        if (options_->against != nullptr) model.emplace(*options_->against);
        counters done;
        mark_set met;
        for (std::uint64_t number = next_++; more(number); number = next_++) {
            const trace wanted = trace_of(number);
            kernel_play played;
            played.record.keep_events(is_compared(number));
            outcome came = on->play(wanted, played.record);
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
            if (!came.broken && is_compared(number)) {
                came.broken = hold_against(*model, *on, wanted, played, came.done.operations);
            }
            if (came.broken) keep({number, std::move(*came.broken), wanted});
            if (shows_progress) progress(number);
        }
        const std::scoped_lock lock(mutex_);
        result_.done.add(done);
        result_.met |= met;
        if (model) result_.compared->add(model->tally());
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
        fmt::print(stderr, "\r{}: case {}, {:.1f} s ", name_of(options_->kind), number,
                   since_start());
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
        const fs::path path = folder /
            fmt::format("{}-{:x}-{}.trace", name_of(options_->kind), options_->seed, found.number);
        std::ofstream file(path);
        file << "# " << found.what.invariant << " in operation " << found.what.step << " on "
             << name_of(options_->kind) << ": " << found.what.sentence
             << "\n# ringproof run --seed " << fmt::format("{:#x}", options_->seed) << ", case "
             << found.number << "\n"
             << print(found.wanted);
        file.close();
        if (!file) {
            complain(fmt::format("{}: cannot be written", path.string()));
            return {};
        }
        return path.string();
    }

    const campaign_options* options_;
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

}  // namespace

backend_summary run_campaign(const campaign_options& options) { return campaign(options).run(); }

interrupt_guard::interrupt_guard() {
    struct sigaction mine{};
    mine.sa_handler = [](int) { interrupted = true; };
    ::sigaction(SIGINT, &mine, &former_interrupt);
}

interrupt_guard::~interrupt_guard() { ::sigaction(SIGINT, &former_interrupt, nullptr); }

bool was_interrupted() noexcept { return interrupted; }

}  // namespace ringproof::sim::command
