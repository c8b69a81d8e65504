#include "sim/mutants/matrix.hpp"

#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "sim/mutants/detectors.hpp"
#include "sim/mutants/fuzzing.hpp"
#include "sim/mutants/orders.hpp"
#include "sim/mutants/switch.hpp"
#include "sim/profile_facts.hpp"
#include "sim/profile_name.hpp"
#include "sim/trace/shrink.hpp"

namespace ringproof::mutants {

namespace {

using clock = std::chrono::steady_clock;

double since(clock::time_point then) {
    return std::chrono::duration<double, std::milli>(clock::now() - then).count();
}

// More than a search may take, before it counts as hanging: its last test may be a long one.
constexpr double patience_ms = 3'000;

constexpr std::uint64_t excused_tests = 2'000;

// An input of a fuzzer that started from nothing is much less than a generated trace.
constexpr std::uint64_t inputs_for_a_test = 50;

/// One search that is to be done.
struct task {
    row* of;
    cell* into;
    std::uint64_t seed;
};

/// One that is being done, by a child.
struct running {
    task what;
    pid_t child = -1;
    int answers = -1;
    std::string said{};
    clock::time_point began = clock::now();
};

finding look(detector who, const search& how, const mutant& which, const matrix_options& options) {
    switch (who) {
        case detector::behaviours:
            return look_by_behaviours(how);
        case detector::properties:
            return look_by_properties(how);
        case detector::differential:
            return look_by_differential(how);
        case detector::fuzzing:
            return look_by_fuzzing(how, which, options.fuzzer);
        case detector::proof:
            return look_by_proof(which);
        case detector::code:
            return look_by_code(how, which, options.explorer);
    }
    return {};
}

/// What the child does and says.
std::string work(const task& it, const matrix_options& options) {
    active = it.of->of->index;
    search how{.seed = it.seed, .tests_most = options.tests_most, .profile = it.of->of->profile};
    // One look is enough for what is said to survive: the reason is the proof, not this.
    const bool excused = !it.of->of->excuse_from(it.into->who).empty();
    if (it.into->who == detector::fuzzing) how.tests_most *= inputs_for_a_test;
    if (excused) how.tests_most = std::min<std::uint64_t>(how.tests_most, excused_tests);
    const auto began = clock::now();
    how.until = began +
        std::chrono::duration_cast<clock::duration>(
                    std::chrono::duration<double>(options.seconds_most));
    attempt made;
    const finding found = look(it.into->who, how, *it.of->of, options);
    made.milliseconds = since(began);
    nlohmann::json said{{"tests", found.tests}, {"ms", made.milliseconds}, {"how", found.how}};
    if (found.trace) {
        const auto shrinks = clock::now();
        const auto small = sim::shrink(*found.trace, found.step, [&](const sim::trace& candidate) {
            return failure_of(candidate) == found.how;
        });
        said["operations"] = small.smallest.operations.size();
        said["shrink_ms"] = since(shrinks);
    }
    return said.dump();
}

running start(const task& it, const matrix_options& options) {
    running made{.what = it};
    int ends[2] = {-1, -1};
    if (::pipe(ends) != 0) std::abort();  // out of descriptors: our own leak
    std::fflush(nullptr);
    made.child = ::fork();
    if (made.child == 0) {
        ::close(ends[0]);
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        // What a broken program says of itself, sanitizers' pages included, is of no interest.
        std::freopen("/dev/null", "w", stderr);
        const std::string said = work(it, options);
        const bool whole =
            ::write(ends[1], said.data(), said.size()) == static_cast<ssize_t>(said.size());
        ::_exit(whole ? 0 : 1);
    }
    ::close(ends[1]);
    made.answers = ends[0];
    return made;
}

/// The child is gone, or has to go: what came of it.
attempt end(running& it, bool hangs) {
    if (hangs) ::kill(it.child, SIGKILL);
    ::close(it.answers);
    int status = 0;
    ::waitpid(it.child, &status, 0);
    attempt made{.milliseconds = since(it.began)};
    const auto said = nlohmann::json::parse(it.said, nullptr, false);
    if (hangs) {
        made.how = "hangs";
    } else if (said.is_discarded()) {
        made.how = WIFSIGNALED(status) ? "crashes, signal " + std::to_string(WTERMSIG(status))
                                       : "ends the program";
    } else {
        made.tests = said.value("tests", std::uint64_t{0});
        made.milliseconds = said.value("ms", 0.0);
        made.how = said.value("how", std::string());
        made.operations = said.value("operations", std::size_t{0});
        made.shrink_milliseconds = said.value("shrink_ms", 0.0);
    }
    return made;
}

/// Reads what a child has said; false when it is done.
bool listen(running& it) {
    char bytes[4096];
    const ssize_t got = ::read(it.answers, bytes, sizeof bytes);
    if (got > 0) it.said.append(bytes, static_cast<std::size_t>(got));
    return got > 0 || (got < 0 && errno == EINTR);
}

void run_all(const std::vector<task>& tasks, const matrix_options& options) {
    std::vector<running> now;
    std::size_t next = 0;
    std::size_t done = 0;
    while (done < tasks.size()) {
        while (next < tasks.size() && now.size() < options.jobs) {
            now.push_back(start(tasks[next++], options));
        }
        std::vector<pollfd> waits;
        for (const running& each : now) waits.push_back({each.answers, POLLIN, 0});
        ::poll(waits.data(), waits.size(), 100);
        for (std::size_t i = now.size(); i-- > 0;) {
            const bool hangs = since(now[i].began) > 1000 * options.seconds_most + patience_ms;
            const bool ready = waits[i].revents != 0;
            if (!hangs && (!ready || listen(now[i]))) continue;
            now[i].what.into->attempts.push_back(end(now[i], hangs));
            now.erase(now.begin() + static_cast<std::ptrdiff_t>(i));
            ++done;
            if (options.progress) options.progress(done, tasks.size());
        }
    }
}

void judge(cell& it, const mutant& of) {
    if (it.attempts.empty()) return;
    it.reason = of.excuse_from(it.who);
    const std::size_t kills = it.kills();
    if (of.is_control()) {
        it.what = kills == 0 ? fate::clean : fate::alarmed;
    } else if (!it.reason.empty()) {
        it.what = kills == it.attempts.size() ? fate::overstated : fate::survived;
    } else {
        it.what = kills == it.attempts.size() ? fate::killed : fate::escaped;
    }
}

template <class Value>
double median_of(std::vector<Value> values) {
    if (values.empty()) return 0;
    std::ranges::sort(values);
    return static_cast<double>(values[values.size() / 2]);
}

}  // namespace

std::size_t cell::kills() const noexcept {
    return static_cast<std::size_t>(
        std::ranges::count_if(attempts, [](const attempt& each) { return !each.how.empty(); }));
}

double cell::median_tests() const {
    std::vector<std::uint64_t> values;
    for (const attempt& each : attempts) values.push_back(each.tests);
    return median_of(std::move(values));
}

double cell::median_milliseconds() const {
    std::vector<double> values;
    for (const attempt& each : attempts) values.push_back(each.milliseconds);
    return median_of(std::move(values));
}

std::vector<mutant> all_mutants(std::vector<mutant> catalogue) {
    const std::string newest(sim::profiles().back().name);
    for (mutant& each : catalogue) {
        each.profile = newest + (each.edits.empty() ? "+" + each.id : "");
    }
    for (const sim::profile_fact& fact : sim::profile_facts()) {
        const std::string id(fact.ids.substr(0, fact.ids.find(',')));
        if (sim::find_bug(id) != &fact || sim::has_bug(fact, sim::profile{})) continue;
        auto at = std::ranges::find(catalogue, id, &mutant::id);
        if (at == catalogue.end()) {
            mutant made;
            made.id = id;
            made.profile = newest + "+" + id;
            at = catalogue.insert(at, std::move(made));
        }
        at->what = fact.symptom;
        at->origin = fact.range;
    }
    return catalogue;
}

std::vector<row> run_matrix(std::span<const mutant> mutants, const matrix_options& options) {
    std::vector<row> rows;
    for (const mutant& each : mutants) {
        rows.push_back({.of = &each, .cells = {}});
        for (const detector who : options.detectors) rows.back().cells.push_back({.who = who});
    }
    std::vector<task> tasks;
    for (row& each : rows) {
        for (cell& one : each.cells) {
            if (!each.of->is_for(one.who)) continue;
            // A survivor with a reason is looked for once, to see that the reason still holds.
            const unsigned seeds = each.of->excuse_from(one.who).empty() ? options.seeds : 1;
            for (unsigned seed = 1; seed <= seeds; ++seed) {
                tasks.push_back({&each, &one, seed});
            }
        }
    }
    run_all(tasks, options);
    for (row& each : rows) {
        for (cell& one : each.cells) judge(one, *each.of);
    }
    return rows;
}

}  // namespace ringproof::mutants
