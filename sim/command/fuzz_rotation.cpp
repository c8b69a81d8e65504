#include "sim/command/fuzz_rotation.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>

#include "sim/command/campaign.hpp"
#include "sim/command/command.hpp"
#include "sim/report/numbers.hpp"

namespace ringproof::sim::command {

namespace {

namespace fs = std::filesystem;

constexpr double turn_seconds_most = 60;
constexpr unsigned no_news_most = 10;
constexpr int listen_milliseconds = 200;
constexpr int status_skipped = 77;

}  // namespace

fuzz_rotation::fuzz_rotation(const fuzz_place& place, const std::vector<std::string>& targets,
                             double seconds, unsigned jobs, finding_keeper& keeper)
    : place_(&place),
      keeper_(&keeper),
      seconds_(seconds),
      jobs_(jobs),
      // Short enough that each has its turn; the engine counts in whole seconds.
      turn_seconds_(std::clamp(std::floor(seconds * jobs / static_cast<double>(targets.size())),
                               1.0, turn_seconds_most)),
      no_news_(targets.size()) {
    for (const std::string& each : targets) summary_.targets.push_back({.name = each});
}

fuzz_summary fuzz_rotation::run() {
    began_ = clock::now();
    for (const fuzzed_target& each : summary_.targets) place_->sow(each.name);
    while (true) {
        while (running_.size() < jobs_ && more()) begin_turn();
        if (running_.empty()) break;
        listen();
        if (was_interrupted() && !interrupted_) {
            interrupted_ = true;
            for (const turn& each : running_) each.process.interrupt();
        }
        show_progress();
    }
    if (showing_) fmt::print(stderr, "\r\x1b[K");
    summary_.interrupted = was_interrupted();
    summary_.seconds = std::chrono::duration<double>(clock::now() - began_).count();
    for (fuzzed_target& each : summary_.targets) each.inputs = files_in(place_->corpus(each.name));
    summary_.findings.assign(keeper_->findings().begin(), keeper_->findings().end());
    return std::move(summary_);
}

double fuzz_rotation::left() const {
    return seconds_ - std::chrono::duration<double>(clock::now() - began_).count();
}

bool fuzz_rotation::is_out(std::size_t target) const {
    return !summary_.targets[target].skipped.empty() || no_news_[target] >= no_news_most;
}

/// Whether there is another turn; then it is that of `next_`.
bool fuzz_rotation::more() {
    if (was_interrupted() || left() <= 0) return false;
    for (std::size_t i = 0; i < summary_.targets.size(); ++i) {
        if (!is_out(next_)) return true;
        next_ = (next_ + 1) % summary_.targets.size();
    }
    return false;
}

void fuzz_rotation::begin_turn() {
    const std::size_t target = std::exchange(next_, (next_ + 1) % summary_.targets.size());
    const std::string& name = summary_.targets[target].name;
    fs::path folder = place_->turn_folder(turns_++);
    fs::create_directories(folder / "new");
    const double seconds = std::ceil(std::min(turn_seconds_, left()));
    std::vector<std::string> words{place_->program(name).string(),
                                   fmt::format("-max_total_time={:.0f}", std::max(seconds, 1.0)),
                                   "-timeout=30",
                                   "-rss_limit_mb=2048",
                                   "-print_final_stats=1",
                                   fmt::format("-artifact_prefix={}/", folder.string())};
    if (const fs::path file = place_->dictionary(name); !file.empty()) {
        words.push_back(fmt::format("-dict={}", file.string()));
    }
    words.push_back((folder / "new").string());
    words.push_back(place_->corpus(name).string());
    start(target, std::move(folder), false, words);
}

/// Only inputs that reach what the working corpus does not reach yet are kept.
void fuzz_rotation::begin_merge(turn& of) {
    const std::string& name = summary_.targets[of.target].name;
    const std::vector<std::string> words{place_->program(name).string(),
                                         "-merge=1",
                                         "-timeout=30",
                                         "-rss_limit_mb=2048",
                                         fmt::format("-artifact_prefix={}/", of.folder.string()),
                                         place_->corpus(name).string(),
                                         (of.folder / "new").string()};
    start(of.target, of.folder, true, words);
}

void fuzz_rotation::start(std::size_t target, fs::path folder, bool merging,
                          const std::vector<std::string>& words) {
    auto process = child::start(words);
    if (!process) throw std::system_error(process.error(), words.front());
    running_.push_back({target, std::move(folder), merging, std::move(*process)});
}

void fuzz_rotation::listen() {
    std::vector<pollfd> all;
    for (const turn& each : running_) all.push_back({each.process.output(), POLLIN, 0});
    if (::poll(all.data(), all.size(), listen_milliseconds) <= 0) return;
    auto each = running_.begin();
    for (const pollfd& heard : all) {
        const auto current = each++;  // what is begun in between comes behind the last
        if (heard.revents == 0) continue;
        std::string piece;
        const bool open = current->process.read(piece);
        current->said.feed(piece);
        if (open) continue;
        current->said.finish();
        end(*current);
        running_.erase(current);
    }
}

void fuzz_rotation::end(turn& of) {
    const int status = of.process.wait();
    if (!of.merging) {
        end_fuzzing(of, status);
        if (!was_interrupted() && files_in(of.folder / "new") > 0) {
            begin_merge(of);
            return;
        }
    }
    // A merge that came to nothing, or there was no time for one: rather too much than lost.
    if (!of.merging || status != 0) {
        move_files(of.folder / "new", place_->corpus(summary_.targets[of.target].name));
    }
    std::error_code error;
    fs::remove_all(of.folder, error);
}

void fuzz_rotation::end_fuzzing(turn& of, int status) {
    fuzzed_target& target = summary_.targets[of.target];
    target.executions += of.said.executions();
    target.seconds += of.seconds();
    target.coverage = std::max(target.coverage, of.said.coverage());
    if (status != 0 && !of.said.artifact().empty()) {
        ++target.crashes;
        const bool news = keeper_->keep({target.name, place_->program(target.name).string(),
                                         of.said.artifact(), of.said.text()});
        target.findings += news ? 1 : 0;
        no_news_[of.target] = news ? 0 : no_news_[of.target] + 1;
    } else if (was_interrupted()) {
        return;
    } else if (status == status_skipped) {
        target.skipped = complaint_in(of.said.text());
    } else if (status != 0 || !of.said.started()) {
        target.skipped =
            fmt::format("ended with status {}: {}", status, complaint_in(of.said.text()));
        failed_ = true;
    }
}

/// On a terminal: about the process that has waited longest to be told of.
void fuzz_rotation::show_progress() {
    static const bool terminal = ::isatty(STDERR_FILENO) == 1;
    if (!terminal || running_.empty()) return;
    const turn& of = running_.front();
    if (of.merging) return;
    const auto executions = of.said.executions();
    fmt::print(stderr,
               "\r{}: {} executions, {}/s, coverage {}, {} inputs, {} finding{}; {:.0f} s left"
               "\x1b[K",
               summary_.targets[of.target].name, grouped(executions),
               grouped(static_cast<std::uint64_t>(static_cast<double>(executions) /
                                                  std::max(of.seconds(), 0.001))),
               grouped(of.said.coverage()), grouped(of.said.inputs()), keeper_->findings().size(),
               keeper_->findings().size() == 1 ? "" : "s", std::max(left(), 0.0));
    showing_ = true;
}

}  // namespace ringproof::sim::command
