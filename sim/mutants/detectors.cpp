#include "sim/mutants/detectors.hpp"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include "sim/behaviour/catalogue.hpp"
#include "sim/behaviour/judgement.hpp"
#include "sim/behaviour/perform.hpp"
#include "sim/compare/comparer.hpp"
#include "sim/compare/model_player.hpp"
#include "sim/mutants/switch.hpp"
#include "sim/oracle/signature.hpp"
#include "sim/profile_name.hpp"
#include "sim/trace/generate.hpp"

namespace ringproof::mutants {

namespace {

using sim::trace;

sim::profile profile_of(const std::string& name) {
    return sim::profile_named(name).value_or(sim::profile{});
}

sim::outcome play(const trace& wanted) {
    static sim::model_player plays;
    sim::history record;
    return plays.play(wanted, record);
}

/// The play as that of a running kernel.
sim::kernel_play play_as_kernel(const trace& wanted, const std::string& profile,
                                sim::choices answers) {
    sim::kernel_play played;
    played.record.keep_events(true);
    sim::model_options how{.peers_share_task = true};
    how.kernel_profile = profile_of(profile);
    sim::model_kernel kernel(answers, how);
    sim::model_world around(kernel);
    sim::player<sim::model_world> plays;
    const sim::outcome came = plays.play(wanted, around, played.record);
    played.operations = came.done.operations;
    return played;
}

/// Another mutant, or none, for as long as it lives.
class with_mutant {
public:
    explicit with_mutant(unsigned index) : before_(std::exchange(active, index)) {}
    with_mutant(const with_mutant&) = delete;
    with_mutant& operator=(const with_mutant&) = delete;
    ~with_mutant() { active = before_; }

private:
    unsigned before_;
};

}  // namespace

bool search::goes_on(const finding& so_far) const {
    return so_far.how.empty() && so_far.tests < tests_most &&
        std::chrono::steady_clock::now() < until;
}

std::string failure_of(const trace& wanted) {
    const sim::outcome came = play(wanted);
    if (came.refused != 0) return "refused";
    return came.broken ? sim::signature_of(*came.broken) : std::string();
}

finding look_by_behaviours(const search& how) {
    const auto scripts = sim::all_behaviours().value();
    const std::size_t newest = sim::profiles().size() - 1;
    std::vector<std::size_t> order(scripts.size());
    std::iota(order.begin(), order.end(), 0U);
    sim::random_bits random(how.seed);
    for (std::size_t i = order.size(); i > 1; --i) {
        std::swap(order[i - 1], order[random.below(static_cast<std::uint32_t>(i))]);
    }
    finding found;
    for (const std::size_t at : order) {
        const sim::behaviour& script = scripts[at];
        if (!script.holds_under(newest)) continue;
        ++found.tests;
        sim::choices canonical;
        sim::model_options options;
        options.kernel_profile = profile_of(how.profile);
        sim::model_kernel kernel(canonical, options);
        sim::model_world around(kernel);
        sim::performer<sim::model_world> on(around);
        const auto seen = on.perform(script);
        if (sim::judge(script, seen, newest).what == sim::conformity::as_expected) continue;
        found.how = script.name;
        break;
    }
    return found;
}

finding look_by_properties(const search& how) {
    constexpr std::uint64_t long_test = 200;  // most do not need it, and it takes its time
    finding found;
    while (how.goes_on(found)) {
        const std::uint64_t number = found.tests++;
        trace wanted = number == long_test ? sim::wrap_trace(how.profile)
                                           : sim::generate(sim::case_seed(how.seed, number), {});
        wanted.profile = how.profile;
        const sim::outcome came = play(wanted);
        if (!came.broken) continue;
        found.how = sim::signature_of(*came.broken);
        found.step = came.broken->step;
        found.trace = std::move(wanted);
    }
    return found;
}

finding look_by_differential(const search& how) {
    constexpr std::uint64_t lanes = 8;
    constexpr std::uint64_t exact_lanes = 6;
    const std::string newest(sim::profile{}.name);
    sim::comparer against(sim::profile{});
    finding found;
    while (how.goes_on(found)) {
        const std::uint64_t number = found.tests++;
        sim::generate_options may{.sqpoll = false, .timers = false};
        may.workers = number % lanes >= exact_lanes;
        if (may.workers) {  // what they did has to be found out; see campaign.cpp
            may.operations_least = 10;
            may.operations_most = 40;
        }
        const trace wanted = sim::generate(sim::case_seed(how.seed, number), may);
        // A run of workers that is hard to find again would be taken for a difference.
        auto answers = may.workers ? sim::choices() : sim::choices::from_bytes(wanted.choices);
        const auto played = play_as_kernel(wanted, how.profile, std::move(answers));
        const with_mutant off(0);
        const auto differs = [&](const sim::kernel_play& shown) {
            const auto never = [] { return std::optional<sim::kernel_play>(); };
            return against.compare(wanted, shown, never).has_value();
        };
        if (!differs(played)) continue;
        // A trace that the search cannot even explain without the mutant proves nothing.
        if (may.workers && differs(play_as_kernel(wanted, newest, sim::choices()))) continue;
        found.how = "I21";
    }
    return found;
}

}  // namespace ringproof::mutants
