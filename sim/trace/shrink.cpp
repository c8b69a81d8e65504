#include "sim/trace/shrink.hpp"

#include <algorithm>
#include <utility>

#include "sim/trace/simplify.hpp"

namespace ringproof::sim {

namespace {

template <class Item>
void erase(std::vector<Item>& from, std::size_t first, std::size_t count) {
    const auto begin = from.begin() + static_cast<std::ptrdiff_t>(first);
    from.erase(begin, begin + static_cast<std::ptrdiff_t>(count));
}

class shrinker {
public:
    shrinker(const trace& whole, const still_fails& fails, const shrink_options& options)
        : best_(whole), fails_(&fails), options_(&options) {}

    shrunk_trace run(std::uint32_t step) {
        if (step > 0 && step < best_.operations.size()) {
            trace begun = best_;
            begun.operations.resize(step);
            attempt(std::move(begun));
        }
        // Large steps first; each may open the way for the others, so until none does.
        bool changed = true;
        while (changed && !stopped_) {
            changed = remove(&trace::operations);
            changed |= remove(&trace::choices);
            changed |= simplify_profile();
            changed |= simplify_operations();
            changed |= simplify_choices();
            changed |= simplify_geometry();
            if (!changed) changed = remove_pair();
        }
        return {.smallest = std::move(best_), .tries = tries_, .minimal = !stopped_};
    }

private:
    /// True when the candidate fails too: it is the best one from then on.
    bool attempt(trace candidate) {
        if (stopped_) return false;
        if (tries_ >= options_->tries_most ||
            (options_->go_on && !options_->go_on(best_, tries_))) {
            stopped_ = true;
            return false;
        }
        ++tries_;
        if (!(*fails_)(candidate)) return false;
        best_ = std::move(candidate);
        return true;
    }

    /// Runs of items, half of them first, then ever shorter ones, from the back: what was done
    /// last is needed least.
    template <class Item>
    bool remove(std::vector<Item> trace::* list) {
        bool changed = false;
        for (std::size_t size = (best_.*list).size(); size > 0; size /= 2) {
            for (std::size_t end = (best_.*list).size(); end > 0;) {
                const std::size_t count = std::min(size, end);
                trace fewer = best_;
                erase(fewer.*list, end - count, count);
                changed |= attempt(std::move(fewer));
                end = std::min(end - count, (best_.*list).size());
            }
        }
        return changed;
    }

    /// Two operations at once: who opens something and who uses it can only go together. Others
    /// may have been pushed along by the pair, so everything is tried anew after the first.
    bool remove_pair() {
        const std::size_t count = best_.operations.size();
        if (count > pairs_most) return false;
        for (std::size_t later = count; later-- > 1;) {
            for (std::size_t earlier = later; earlier-- > 0;) {
                trace fewer = best_;
                erase(fewer.operations, later, 1);
                erase(fewer.operations, earlier, 1);
                if (attempt(std::move(fewer))) return true;
            }
        }
        return false;
    }

    bool simplify_profile() {
        bool changed = false;
        bool again = true;
        while (again) {
            again = false;
            for (std::string& name : simplify::profile(best_.profile)) {
                trace other = best_;
                other.profile = std::move(name);
                if (!attempt(std::move(other))) continue;
                again = changed = true;
                break;
            }
        }
        return changed;
    }

    bool simplify_operations() {
        bool changed = false;
        for (std::size_t i = 0; i < best_.operations.size(); ++i) {
            while (simplify_operation(i)) changed = true;
        }
        return changed;
    }

    bool simplify_operation(std::size_t which) {
        const op whole = best_.operations[which];
        for (const auto& simpler : {simplify::kinds(whole), simplify::operands(whole)}) {
            for (const op& each : simpler) {
                trace other = best_;
                other.operations[which] = each;
                if (attempt(std::move(other))) return true;
            }
        }
        return false;
    }

    bool simplify_choices() {
        bool changed = false;
        for (std::size_t i = 0; i < best_.choices.size(); ++i) {
            bool again = true;
            while (again) {
                again = false;
                for (const std::uint32_t less : simplify::numbers(best_.choices[i])) {
                    trace other = best_;
                    other.choices[i] = static_cast<std::uint8_t>(less);
                    if (!attempt(std::move(other))) continue;
                    again = changed = true;
                    break;
                }
            }
        }
        return changed;
    }

    bool simplify_geometry() {
        bool changed = false;
        bool again = true;
        while (again) {
            again = false;
            for (const ring_geometry& smaller : simplify::geometry(best_.ring)) {
                trace other = best_;
                other.ring = smaller;
                again |= attempt(std::move(other));
                if (again) break;
            }
            changed |= again;
        }
        return changed;
    }

    static constexpr std::size_t pairs_most = 64;  // operations; the pairs are half its square

    trace best_;
    const still_fails* fails_;
    const shrink_options* options_;
    std::uint64_t tries_ = 0;
    bool stopped_ = false;
};

}  // namespace

shrunk_trace shrink(const trace& whole, std::uint32_t step, const still_fails& fails,
                    const shrink_options& options) {
    return shrinker(whole, fails, options).run(step);
}

}  // namespace ringproof::sim
