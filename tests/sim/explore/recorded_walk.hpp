#pragma once
// Does the code take a program's steps? What was recorded must be a walk through an agent's steps,
// and the walk must come by every shared step that the agent has.

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "sim/explore/program.hpp"

namespace ringproof::testing {

/// A shared access that code made; a fence has no place.
struct recorded_access {
    sim::explore::action what = sim::explore::action::fence;
    sim::explore::order how = sim::explore::order::relaxed;
    std::string at{};

    bool operator==(const recorded_access&) const = default;
};

/// One agent of a program, as an automaton that reads recordings.
class recorded_walk {
public:
    /// \param unheard  words and arrays whose accesses no recording can show: those steps are taken
    /// silently. "fence" is among them where fences are not heard.
    recorded_walk(const sim::explore::program& of, std::size_t agent,
                  std::set<std::string> unheard = {})
        : of_(&of), agent_(&of.agents.at(agent)), unheard_(std::move(unheard)) {}

    /// Empty if it is such a walk; else what is wrong with it.
    [[nodiscard]] std::string wrong_with(const std::vector<recorded_access>& recording) const {
        std::vector<places> before;  // where the agent can be at each access
        places now = settled({0});
        for (std::size_t i = 0; i < recording.size(); ++i) {
            before.push_back(now);
            places next;
            if (is_of_own(recording[i])) next = now;
            for (const std::size_t at : now) {
                if (fits(agent_->steps[at], recording[i])) next.insert(at + 1);
            }
            if (next.empty()) return tell(i, recording[i], now);
            now = settled(next);
        }
        // Back again, so that only steps of walks that came through count.
        std::set<std::size_t> taken;
        for (std::size_t i = recording.size(); i-- > 0;) {
            if (is_of_own(recording[i])) continue;
            places through;
            for (const std::size_t at : before[i]) {
                const bool leads = fits(agent_->steps[at], recording[i]) &&
                    std::ranges::any_of(settled({at + 1}),
                                        [&](std::size_t next) { return now.contains(next); });
                if (leads) through.insert(at);
            }
            taken.insert(through.begin(), through.end());
            now = through;
        }
        for (std::size_t at = 0; at < agent_->steps.size(); ++at) {
            if (is_heard(agent_->steps[at]) && !taken.contains(at)) {
                return "never taken: step " + std::to_string(at) + ", " + describe(at);
            }
        }
        return {};
    }

private:
    using places = std::set<std::size_t>;
    using action = sim::explore::action;
    using order = sim::explore::order;

    [[nodiscard]] std::string place_of(const sim::explore::step& it) const {
        if (it.what == action::fence) return "fence";
        const bool word = it.what == action::load || it.what == action::store;
        return word ? of_->words[it.at].name : of_->arrays[it.at].name;
    }
    [[nodiscard]] bool is_heard(const sim::explore::step& it) const {
        return it.what <= action::fence && !unheard_.contains(place_of(it));
    }
    [[nodiscard]] bool fits(const sim::explore::step& it, const recorded_access& seen) const {
        if (!is_heard(it) || it.what != seen.what) return false;
        if (it.what == action::fence) return true;
        const order made = it.how == order::control ? order::relaxed : it.how;
        return made == seen.how && place_of(it) == seen.at;
    }

    /// What an agent loads of a word that it alone stores to, it knows.
    [[nodiscard]] bool is_of_own(const recorded_access& seen) const {
        if (seen.what != action::load) return false;
        const auto found = std::ranges::find(of_->words, seen.at, &sim::explore::word::name);
        return found != of_->words.end() && &of_->agents[found->writer] == agent_;
    }

    /// All that can be come to without an access that is heard.
    [[nodiscard]] places settled(places from) const {
        std::vector<std::size_t> to_do(from.begin(), from.end());
        const auto go = [&](std::size_t to) {
            if (from.insert(to).second) to_do.push_back(to);
        };
        while (!to_do.empty()) {
            const std::size_t at = to_do.back();
            to_do.pop_back();
            const sim::explore::step& it = agent_->steps[at];
            if (is_heard(it) || it.what == action::stop || it.what == action::fail) continue;
            const bool jumps = it.what == action::jump || it.what == action::branch ||
                it.what == action::fork || it.what == action::if_empty;
            if (jumps) go(it.target);
            if (it.what != action::jump) go(at + 1);
        }
        return from;
    }

    [[nodiscard]] std::string describe(std::size_t at) const {
        const auto agent = static_cast<std::size_t>(agent_ - of_->agents.data());
        return sim::explore::describe(*of_, agent, agent_->steps[at]);
    }
    [[nodiscard]] std::string tell(std::size_t number, const recorded_access& seen,
                                   const places& now) const {
        std::string text = "access " + std::to_string(number) + " (" + seen.at + " " +
            std::string(sim::explore::name_of(seen.how)) + ") is no step; expected";
        for (const std::size_t at : now) {
            if (is_heard(agent_->steps[at])) text += " [" + describe(at) + "]";
        }
        return text;
    }

    const sim::explore::program* of_;
    const sim::explore::agent* agent_;
    std::set<std::string> unheard_;
};

}  // namespace ringproof::testing
