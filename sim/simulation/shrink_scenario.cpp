#include "sim/simulation/shrink_scenario.hpp"

#include <algorithm>
#include <utility>

namespace ringproof::sim {

namespace {

class shrinker {
public:
    shrinker(const scenario& failing, failure_kind what, const scenario_runner& run,
             std::uint64_t most)
        : best_(failing), what_(what), run_(run), left_(most) {}

    scenario shrink() && {
        for (bool better = true; better && left_ > 0;) {
            better = fewer_peers();
            better |= simpler_peers();
            better |= fewer_faults();
            better |= fewer_answers();
            better |= plainer_surroundings();
        }
        return std::move(best_);
    }

private:
    /// Keeps the change if it is one, and the failure is the same.
    template <class Change>
    bool attempt(const Change& change) {
        if (left_ == 0) return false;
        scenario candidate = best_;
        change(candidate);
        if (candidate == best_ || !validate(candidate)) return false;
        --left_;
        if (run_(candidate) != what_) return false;
        best_ = std::move(candidate);
        return true;
    }

    bool fewer_peers() {
        bool better = false;
        for (std::size_t p = best_.world.peers.size(); p-- > 0;) {
            if (attempt([p](scenario& it) {
                    it.world.peers.erase(it.world.peers.begin() + static_cast<std::ptrdiff_t>(p));
                })) {
                better = true;
                continue;
            }
            better |= attempt([p](scenario& it) { it.world.peers[p].count = 1; });
            while (attempt(
                [p](scenario& it) { it.world.peers[p].count -= it.world.peers[p].count / 2; })) {
                better = true;
            }
            better |= attempt([p](scenario& it) { --it.world.peers[p].count; });
        }
        return better;
    }

    bool simpler_peers() {
        bool better = false;
        for (std::size_t p = 0; p < best_.world.peers.size(); ++p) {
            better |= attempt(
                [p](scenario& it) { it.world.peers[p].start = it.world.peers[p].stagger = {}; });
            for (std::size_t s = best_.world.peers[p].steps.size(); s-- > 0;) {
                if (attempt([p, s](scenario& it) {
                        auto& steps = it.world.peers[p].steps;
                        steps.erase(steps.begin() + static_cast<std::ptrdiff_t>(s));
                    })) {
                    better = true;
                    continue;
                }
                better |= simpler_step(p, s);
            }
        }
        return better;
    }

    bool simpler_step(std::size_t p, std::size_t s) {
        const auto step = [p, s](scenario& it) -> peer_step& { return it.world.peers[p].steps[s]; };
        bool better = attempt([&step](scenario& it) { step(it).chunk = 0; });
        better |= attempt([&step](scenario& it) { step(it).time = {}; });
        better |= attempt([&step](scenario& it) { step(it).size = std::min(step(it).size, 1U); });
        while (attempt([&step](scenario& it) { step(it).size -= step(it).size / 2; })) {
            better = true;
        }
        return better;
    }

    bool fewer_faults() {
        bool better = attempt([](scenario& it) { it.faults.refusals.clear(); });
        for (std::size_t i = best_.faults.refusals.size(); i-- > 0;) {
            better |= attempt([i](scenario& it) {
                it.faults.refusals.erase(it.faults.refusals.begin() +
                                         static_cast<std::ptrdiff_t>(i));
            });
        }
        for (std::size_t i = 0; i < fault_count; ++i) {
            better |= attempt([i](scenario& it) { it.faults.kinds.reset(i); });
        }
        return better;
    }

    /// Behind the last answer all are canonical, so zeroes at the end are nothing.
    static void trim(scenario& it) {
        while (it.answers.size() > 1 && it.answers.back() == 0) it.answers.pop_back();
    }

    bool fewer_answers() {
        bool better = attempt(trim);
        better |= attempt([](scenario& it) { it.answers.assign(1, 0); });
        while (attempt([](scenario& it) {
            it.answers.resize(std::max<std::size_t>(1, it.answers.size() / 2));
            trim(it);
        })) {
            better = true;
        }
        for (std::size_t size = best_.answers.size(); size > 0; size /= 2) {
            for (std::size_t at = 0; at < best_.answers.size(); at += size) {
                better |= attempt([at, size](scenario& it) {
                    const std::size_t end = std::min(at + size, it.answers.size());
                    if (at >= end) return;
                    std::fill(it.answers.begin() + static_cast<std::ptrdiff_t>(at),
                              it.answers.begin() + static_cast<std::ptrdiff_t>(end), 0);
                    trim(it);
                });
            }
        }
        return better;
    }

    bool plainer_surroundings() {
        const scenario plain;
        bool better = attempt([&plain](scenario& it) { it.profile = plain.profile; });
        better |= attempt([&plain](scenario& it) { it.mode = plain.mode; });
        better |= attempt([&plain](scenario& it) { it.sizes = plain.sizes; });
        better |= attempt([](scenario& it) { it.sizes.incremental = false; });
        return better;
    }

    scenario best_;
    failure_kind what_;
    const scenario_runner& run_;
    std::uint64_t left_;
};

}  // namespace

scenario shrink(const scenario& failing, failure_kind what, const scenario_runner& run,
                std::uint64_t most) {
    return shrinker(failing, what, run, most).shrink();
}

}  // namespace ringproof::sim
