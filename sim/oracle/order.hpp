#pragma once
// What happens before what, between the application and the kernel. Invariants I15 and I16: what
// one side publishes must happen before the other uses it, and that use before the first side
// writes there again. Time is not enough: on the model one step follows another, and still nothing
// but the orders that the code names makes it so on a machine (rules ABI-08, USR-10).

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <unordered_map>

#include "sim/oracle/oracle.hpp"

namespace ringproof::sim {

/// The two sides of shared memory.
enum class side : std::uint8_t { application, kernel };

/// Vector clocks over the two sides: a release store leaves in its word what its side knows, an
/// acquire load of that word learns it. Whatever is not atomic must find the other side's last
/// conflicting access among what it knows. Found are missing orders of the run that is watched,
/// however it came out; values that a weaker machine could have shown instead are not explored.
///
/// The kernel's branches count: what it stores after a relaxed load depends on that load. What it
/// loads does not, and C++ gives the application neither.
class order_oracle {
public:
    void reset() {
        sides_ = {};
        words_.clear();
        places_.clear();
    }

    // Accesses that are not atomic; `what` names the place in violations.
    verdict stored(side who, const void* at, std::string_view what) {
        place& it = places_[at];
        const side other = other_of(who);
        // Stores of the other side, then its loads.
        if (it.stores[index(other)] > sides_[index(who)].before_stores) {
            return who == side::kernel ? too_early(who, what) : overwritten(who, what, "written");
        }
        if (it.loads[index(other)] > sides_[index(who)].before_stores) {
            return overwritten(who, what, "read");
        }
        it.stores[index(who)] = now(who);
        return {};
    }
    verdict loaded(side who, const void* at, std::string_view what) {
        place& it = places_[at];
        if (it.stores[index(other_of(who))] > sides_[index(who)].before_loads) {
            return too_early(who, what);
        }
        it.loads[index(who)] = now(who);
        return {};
    }

    // Accesses that are.
    void released(side who, const void* word) {
        words_[word] = {who, now(who)};
        ++sides_[index(who)].clock;
    }
    void stored_relaxed(const void* word) { words_.erase(word); }
    void acquired(side who, const void* word) {
        const std::uint64_t carried = carried_to(who, word);
        sides_[index(who)].learn(carried);
    }
    void loaded_relaxed(side who, const void* word) {
        if (who == side::application) return;
        knowledge& it = sides_[index(who)];
        it.before_stores = std::max(it.before_stores, carried_to(who, word));
    }

    /// The memory went back: whatever comes to lie there has no past.
    void freed(std::span<const std::byte> memory) {
        const auto gone = [memory](const auto& entry) {
            constexpr std::less<const void*> below;
            const void* end = memory.data() + memory.size();
            return !below(entry.first, memory.data()) && below(entry.first, end);
        };
        std::erase_if(words_, gone);
        std::erase_if(places_, gone);
    }

private:
    struct knowledge {
        std::uint64_t clock = 1;          // its own releases, from 1
        std::uint64_t before_loads = 0;   // of the other's clock, for what it loads
        std::uint64_t before_stores = 0;  // the same, for what it stores

        void learn(std::uint64_t carried) {
            before_loads = std::max(before_loads, carried);
            before_stores = std::max(before_stores, carried);
        }
    };
    struct message {
        side from = side::application;
        std::uint64_t clock = 0;
    };
    struct place {  // 0: never
        std::array<std::uint64_t, 2> stores{};
        std::array<std::uint64_t, 2> loads{};
    };

    static constexpr std::size_t index(side who) { return static_cast<std::size_t>(who); }
    static constexpr side other_of(side who) {
        return who == side::kernel ? side::application : side::kernel;
    }
    static constexpr std::string_view name_of(side who) {
        return who == side::kernel ? "the kernel" : "the application";
    }
    [[nodiscard]] std::uint64_t now(side who) const { return sides_[index(who)].clock; }
    [[nodiscard]] std::uint64_t carried_to(side who, const void* word) const {
        const auto found = words_.find(word);
        return found == words_.end() || found->second.from == who ? 0 : found->second.clock;
    }

    [[gnu::cold]] static verdict too_early(side who, std::string_view what) {
        return blame("I15",
                     say(name_of(who), " used ", what, ", and nothing that it acquired says that ",
                         name_of(other_of(who)), " had written it"));
    }
    [[gnu::cold]] static verdict overwritten(side who, std::string_view what,
                                             std::string_view how) {
        return blame("I16",
                     say(name_of(who), " overwrote ", what,
                         ", and nothing that it acquired says that ", name_of(other_of(who)),
                         " had ", how, " it"));
    }

    std::array<knowledge, 2> sides_{};
    std::unordered_map<const void*, message> words_;
    std::unordered_map<const void*, place> places_;
};

}  // namespace ringproof::sim
