#include "sim/explore/code/explorer.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "sim/history.hpp"

namespace ringproof::explore {

namespace {

using sim::choices;
using sim::question;
using sim::random_bits;

/// Runs have no history; what is kept are the questions.
const sim::history& no_history() {
    static const sim::history none;
    return none;
}

constexpr std::string_view who_goes_on = "who goes on";

/// Answers a run's questions. Agents keep their turn for a while: most that can go wrong takes few
/// changes at the right places, which fair coins seldom leave alone.
class adviser {
public:
    adviser(strategy by, std::uint64_t seed) : by_(by), bits_(seed) {
        if (by_ != strategy::pct) return;
        for (std::uint32_t& each : changes_) each = bits_.below(steps_guessed);
    }

    std::uint32_t operator()(const question& asked) {
        if (asked.why != who_goes_on) return bits_.below(asked.bound);
        if (by_ == strategy::random) return bits_.below(asked.bound);
        // Two agents: who goes on until a point of change is all there is to a priority.
        const bool changes = std::ranges::count(changes_, step_++) > 0;
        return changes ? 1 + bits_.below(asked.bound - 1) : 0;
    }

private:
    static constexpr std::uint32_t steps_guessed = 48;

    strategy by_;
    random_bits bits_;
    std::array<std::uint32_t, 3> changes_{};
    std::uint32_t step_ = 0;
};

std::vector<std::uint8_t> answers_of(const choices& asked) {
    std::vector<std::uint8_t> bytes;
    for (const question& each : asked.asked()) {
        bytes.push_back(static_cast<std::uint8_t>(each.answer));
    }
    while (!bytes.empty() && bytes.back() == 0) bytes.pop_back();
    return bytes;
}

/// What a smaller run must still show.
bool same(const finding& one, const finding& other) {
    if (one.what != other.what) return false;
    if (!one.raced) return one.sentence == other.sentence;
    return other.raced && one.raced->later.at == other.raced->later.at &&
        one.raced->earlier.at == other.raced->earlier.at;
}

}  // namespace

std::optional<strategy> strategy_named(std::string_view name) noexcept {
    if (name == "random") return strategy::random;
    if (name == "pct") return strategy::pct;
    if (name == "dfs") return strategy::dfs;
    return std::nullopt;
}

std::optional<finding> explorer::run(choices& decides, bool keep_steps) {
    return session_.run(
        decides, scene_.roles(*target_), [this](weak_memory& memory) { scene_.prepare(memory); },
        keep_steps);
}

std::optional<found_run> explorer::replay(const std::vector<std::uint8_t>& bytes) {
    choices decides = choices::from_bytes(bytes);
    auto found = run(decides, true);
    if (!found) return std::nullopt;
    return found_run{std::move(*found), bytes, session_.steps()};
}

exploration explorer::explore(const explore_options& options) {
    using clock = std::chrono::steady_clock;
    constexpr std::uint64_t runs_between_looks = 256;
    const auto start = clock::now();
    const auto passed = [start] {
        return std::chrono::duration<double>(clock::now() - start).count();
    };
    exploration done;
    choices all = choices::exhaustive();
    all.keep_questions(no_history());
    random_bits seeds(options.seed);
    while (!done.complete && done.runs < options.runs_most) {
        choices one = choices::advised({}, adviser(options.by, seeds.next()), no_history());
        choices& decides = options.by == strategy::dfs ? all : one;
        std::optional<finding> found = run(decides, false);
        ++done.runs;
        done.accesses += session_.heard();
        if (found) {
            done.found = replay(answers_of(decides));
            break;
        }
        if (options.by == strategy::dfs) done.complete = !all.next_run();
        if (done.runs % runs_between_looks != 0) continue;
        if (options.progress) options.progress(done.runs);
        if (passed() >= options.time.count()) break;
    }
    done.seconds = passed();
    return done;
}

found_run explorer::shrink(found_run found) {
    const auto better = [&](std::vector<std::uint8_t> bytes) {
        while (!bytes.empty() && bytes.back() == 0) bytes.pop_back();
        if (bytes == found.choices) return false;
        auto again = replay(bytes);
        if (!again || !same(found.what, again->what)) return false;
        found = std::move(*again);
        return true;
    };
    for (bool improved = true; improved;) {
        improved = false;
        for (std::size_t size = 0; size < found.choices.size() && !improved; size = size * 2 + 1) {
            improved = better(
                {found.choices.begin(), found.choices.begin() + static_cast<std::ptrdiff_t>(size)});
        }
        for (std::size_t at = 0; at < found.choices.size(); ++at) {
            std::vector<std::uint8_t> without = found.choices;
            without.erase(without.begin() + static_cast<std::ptrdiff_t>(at));
            std::vector<std::uint8_t> canonical = found.choices;
            canonical[at] = 0;
            if (found.choices[at] == 0 ? better(std::move(without))
                                       : better(std::move(canonical))) {
                improved = true;
            }
        }
    }
    return found;
}

}  // namespace ringproof::explore
