#include "sim/compare/explain.hpp"

#include <algorithm>
#include <queue>
#include <tuple>
#include <utility>

namespace ringproof::sim {

namespace {

constexpr std::size_t slack = 32;  // events that may be out of order where they are sorted

/// A way to begin that has not been tried yet.
struct branch {
    std::size_t matched = 0;     // of the run that it leaves
    std::size_t deviations = 0;  // from what the model did by itself
    std::vector<std::uint8_t> answers;

    /// Longest match first, then the one that is least strange, then the one that leaves latest.
    friend bool operator<(const branch& one, const branch& other) noexcept {
        return std::tuple(one.matched, other.deviations, one.answers.size()) <
            std::tuple(other.matched, one.deviations, other.answers.size());
    }
};

std::size_t shared_length(std::span<const event> one, std::span<const event> other) {
    const auto where = std::ranges::mismatch(one, other);
    return static_cast<std::size_t>(where.in1 - one.begin());
}

class search {
public:
    search(std::span<const event> wanted, const show& model, const explain_limits& limits)
        : wanted_(wanted), model_(&model), limits_(limits) {}

    explanation run() {
        open_.push({});
        std::size_t events = 0;
        while (!open_.empty() && found_.runs < limits_.runs && events < limits_.events) {
            const branch next = open_.top();
            open_.pop();
            showing came = (*model_)(next.answers);
            ++found_.runs;
            events += came.seen.size();
            if (took(came, next)) return std::move(found_);
        }
        found_.exhausted = open_.empty();
        return std::move(found_);
    }

private:
    /// True when the run was what was wanted; otherwise adds the branches that leave it.
    bool took(showing& came, const branch& from) {
        const std::size_t matched = shared_length(wanted_, came.seen);
        found_.found = matched == wanted_.size() && matched == came.seen.size();
        if (!found_.found) {
            // What was asked long after the first difference cannot have brought it about.
            std::erase_if(came.asked,
                          [&](const question& each) { return each.event > matched + slack; });
            add_branches(came.asked, from, matched);
        }
        if (found_.found || matched > found_.matched || found_.runs == 1) {
            found_.matched = matched;
            found_.asked = std::move(came.asked);
            found_.instead.clear();
        }
        if (!found_.found && matched == found_.matched && matched < came.seen.size() &&
            std::ranges::find(found_.instead, came.seen[matched]) == found_.instead.end()) {
            found_.instead.push_back(came.seen[matched]);
        }
        return found_.found;
    }

    void add_branches(std::span<const question> asked, const branch& from, std::size_t matched) {
        std::vector<std::uint8_t> answers;
        for (std::size_t i = 0; i < asked.size(); ++i) {
            for (std::uint32_t other = 0; i >= from.answers.size() && other < asked[i].bound;
                 ++other) {
                if (other == asked[i].answer) continue;
                answers.push_back(static_cast<std::uint8_t>(other));
                open_.push({matched, from.deviations + 1, answers});
                answers.pop_back();
            }
            answers.push_back(static_cast<std::uint8_t>(asked[i].answer));
        }
    }

    std::span<const event> wanted_;
    const show* model_;
    explain_limits limits_;
    explanation found_;
    std::priority_queue<branch> open_;
};

}  // namespace

std::vector<std::uint8_t> explanation::answers() const {
    std::vector<std::uint8_t> all;
    for (const question& each : asked) all.push_back(static_cast<std::uint8_t>(each.answer));
    return all;
}

explanation explain(std::span<const event> wanted, const show& model,
                    const explain_limits& limits) {
    return search(wanted, model, limits).run();
}

}  // namespace ringproof::sim
