#pragma once
// Memory as C++ promises it and no more: an atomic load may see an older store than the newest one,
// and what is not atomic has to be ordered by happens-before, or it is a race.
//
// Words are the places that agents hand things over by: each keeps every store to it, and what its
// writer knew at that time. All other memory is bytes: of each the last write and the last reads.
//
// What is not explored: stores that are put in front of others' stores to the same word (each word
// of a ring has one writer), and loads that see what is only stored later (load buffering); the
// check for races reports the programs in which that would matter.

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "sim/choice.hpp"

namespace ringproof::explore {

inline constexpr std::size_t agents_most = 4;
using agent_id = std::uint8_t;

/// For each agent, up to which of its moments something is known.
struct moments {
    std::array<std::uint32_t, agents_most> of{};

    void join(const moments& other) noexcept {
        for (std::size_t i = 0; i < agents_most; ++i)
            of[i] = of[i] < other.of[i] ? other.of[i] : of[i];
    }
    bool operator==(const moments&) const = default;
};

/// What an agent knows. Coherence reaches further than happens-before: a sequentially consistent
/// fence tells which stores may no longer be overlooked, but orders no bytes.
struct view {
    moments happened;
    moments coherent;

    void join(const view& other) noexcept {
        happened.join(other.happened);
        coherent.join(other.coherent);
    }
};

/// Numbered as compilers number them for __tsan_atomic*; plain is ours.
enum class order : int { relaxed, consume, acquire, release, acq_rel, seq_cst, plain };

[[nodiscard]] constexpr bool acquires(order mo) noexcept {
    return mo == order::consume || mo == order::acquire || mo == order::acq_rel ||
        mo == order::seq_cst;
}
[[nodiscard]] constexpr bool releases(order mo) noexcept {
    return mo == order::release || mo == order::acq_rel || mo == order::seq_cst;
}

/// Where code touches memory: the address of the instruction behind the access.
using site = const void*;

/// Two accesses that nothing orders.
struct race {
    struct side {
        agent_id agent = 0;
        bool writes = false;
        site at = nullptr;
    };
    side earlier;
    side later;
    const void* address = nullptr;
    /// The store that the later side loaded from the earlier one without learning what came before
    /// it, if there is one: the edge that is missing.
    struct hand_over {
        const void* word = nullptr;
        order stored = order::relaxed;
        order loaded = order::relaxed;
        site store = nullptr;
        site load = nullptr;
    };
    std::optional<hand_over> missing;
};

/// One run's memory. Belongs to one thread.
class weak_memory {
public:
    explicit weak_memory(sim::choices& decides);
    weak_memory(const weak_memory&) = delete;
    weak_memory& operator=(const weak_memory&) = delete;
    ~weak_memory();

    /// Forgets everything, quickly.
    void start_over(sim::choices& decides);

    /// A word holds `value`, which everybody knows. Plain accesses to it become relaxed ones.
    void add_word(const void* address, std::size_t size, std::uint64_t value);
    [[nodiscard]] bool touches_words(const void* address, std::size_t size) const noexcept {
        bool any = false;
        for_each_word(address, size, [&any](const void*, std::size_t) { any = true; });
        return any;
    }
    /// \param visit  called with the address and the size of each word that overlaps the bytes
    template <class Visit>
    void for_each_word(const void* address, std::size_t size, Visit visit) const {
        const auto first = reinterpret_cast<std::uintptr_t>(address);
        for (const word_place& each : places_) {
            const auto start = reinterpret_cast<std::uintptr_t>(each.address);
            if (start < first + size && first < start + each.size) visit(each.address, each.size);
        }
    }

    /// One of the values that the agent may see.
    [[nodiscard]] std::uint64_t load(agent_id by, const void* address, std::size_t size, order mo,
                                     site at);
    void store(agent_id by, const void* address, std::size_t size, std::uint64_t value, order mo,
               site at);
    /// The first half of a read-modify-write: the newest value. The other half is replace().
    [[nodiscard]] std::uint64_t load_newest(agent_id by, const void* address, std::size_t size,
                                            order mo, site at);
    /// A store that also hands on what the store before it released.
    void replace(agent_id by, const void* address, std::size_t size, std::uint64_t value, order mo,
                 site at);
    void fence(agent_id by, order mo) noexcept;

    /// Bytes that are not words.
    void read(agent_id by, const void* address, std::size_t size, site at);
    void write(agent_id by, const void* address, std::size_t size, site at);

    /// A store is there that the agent has not seen.
    [[nodiscard]] bool has_news(agent_id by, const void* address) const noexcept;

    /// The first race.
    [[nodiscard]] const std::optional<race>& found() const noexcept { return found_; }

private:
    struct message {
        std::uint64_t value = 0;
        view released{};
        agent_id writer = 0;
        std::uint32_t moment = 0;  ///< the writer's
        order mo = order::relaxed;
        site at = nullptr;
    };
    struct seen_message {
        std::uint32_t moment = 0;
        std::uint32_t index = 0;
    };
    struct word {
        std::size_t size = 0;
        std::vector<message> stores;
        std::array<std::vector<seen_message>, agents_most> seen;
    };
    struct agent_state {
        view knows;
        view acquirable;  ///< of relaxed loads, for an acquire fence to come
        view at_release;  ///< at its last release fence
        std::optional<race::hand_over> unordered;  ///< its last load that acquired nothing
    };
    struct word_place {
        const void* address;
        std::size_t size;
    };
    struct byte_state;
    struct page;

    [[nodiscard]] word& word_at(const void* address, std::size_t size);
    [[nodiscard]] std::uint32_t oldest_for(agent_id by, const word& of) const noexcept;
    std::uint64_t see(agent_id by, word& of, const void* address, std::uint32_t index, order mo,
                      site at);
    [[nodiscard]] std::uint32_t& now(agent_id by) noexcept {
        return agents_[by].knows.happened.of[by];
    }
    void tick(agent_id by) noexcept;
    [[nodiscard]] byte_state& byte_at(std::uintptr_t address);
    void report(agent_id earlier, bool writes, site at, agent_id by, bool by_writes, site by_at,
                std::uintptr_t address);

    sim::choices* decides_;
    std::unordered_map<const void*, word> words_;
    std::vector<word_place>
        places_;  ///< of the words: few, and looked through at each plain access
    std::array<agent_state, agents_most> agents_{};
    view sequential_;  ///< what all sequentially consistent fences so far knew
    std::unordered_map<std::uintptr_t, std::unique_ptr<page>> pages_;
    page* last_page_ = nullptr;
    std::uintptr_t last_number_ = ~std::uintptr_t{0};
    std::uint32_t run_ = 1;  ///< bytes of earlier runs are stale
    std::optional<race> found_;
};

}  // namespace ringproof::explore
