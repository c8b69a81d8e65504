#include "sim/explore/canonical.hpp"

#include <algorithm>
#include <cstring>

namespace ringproof::sim::explore {

namespace {

std::uint8_t byte(std::size_t value) { return static_cast<std::uint8_t>(value); }

/// For each value of a clock that is known somewhere its place among them, 0 for 0; for each other
/// value the place of the next that is.
using places = std::array<std::uint8_t, 64>;

places places_of(std::uint64_t values) {
    places made{};
    std::uint8_t next = 0;
    for (std::size_t value = 1; value < made.size(); ++value) {
        made[value] = byte(next + 1U);
        if ((values >> value & 1U) != 0) ++next;
        if (values >> value == 1U) break;  // nothing is above the agent's own
    }
    return made;
}

}  // namespace

canonical_form::canonical_form(const machine& of, bool relative_positions)
    : machine_(&of),
      at_(&of.where()),
      families_(relative_positions ? of.of().families.size() : 0),
      scratch_(of.where().size) {
    const program& whole = of.of();
    for (const agent& each : whole.agents) {
        auto& masks = live_.emplace_back();
        for (const std::uint16_t bits : live_registers(each, whole.registers_are_seen)) {
            auto& mask = masks.emplace_back();
            for (std::size_t reg = 0; reg < mask.size(); ++reg) {
                mask[reg] = (bits >> reg & 1U) != 0 ? 0xff : 0;
            }
        }
    }
    // What goals are measured by, and positions from, is always in use.
    const auto keep = [this](std::uint8_t agent, std::uint8_t reg) {
        for (auto& mask : live_[agent]) mask[reg] = 0xff;
    };
    for (const goal& each : whole.goals) {
        keep(each.ahead_agent, each.ahead);
        keep(each.behind_agent, each.behind);
    }
    for (const family& each : whole.families) keep(each.agent, each.base);
    position_registers_.resize(whole.families.size());
    for (std::size_t a = 0; a < whole.agents.size(); ++a) {
        for (std::size_t reg = 0; reg < whole.agents[a].registers.size(); ++reg) {
            const value_type type = whole.agents[a].registers[reg];
            if (type.means == meaning::buffer) buffer_registers_.push_back({a, reg});
            if (type.means == meaning::position) {
                position_registers_[type.family].push_back({a, reg});
            }
        }
    }
    for (std::size_t array = 0; array < whole.arrays.size(); ++array) {
        const explore::array& it = whole.arrays[array];
        if (it.indexed_by.means == meaning::buffer)
            of_buffer_.push_back(array);
        else if (it.type.means == meaning::buffer)
            of_position_.push_back(array);
    }
}

bool canonical_form::apply(state s, renaming& names) {
    clear_dead_registers(s);
    forget_stores(s);
    forget_what_readers_know(s);
    for (std::size_t family = 0; family < families_; ++family) rebase(s, family);
    use_what_is_in_bags(s);
    if (!compress_clocks(s)) return false;
    name_buffers(s, names);
    return true;
}

/// Of agents and of stores.
template <class Use>
void canonical_form::for_each_knowledge(state s, Use use) const {
    for (std::size_t a = 0; a < at_->agents; ++a) {
        use(s + at_->known[a]);
        if (at_->known_to_stores[a] != at_->known[a]) use(s + at_->known_to_stores[a]);
    }
    for (std::size_t word = 0; word < at_->words; ++word) {
        const std::size_t count = s[at_->histories[word]];
        for (std::size_t i = 0; i < count; ++i) use(s + at_->message(word, i));
    }
}

void canonical_form::clear_dead_registers(state s) const {
    for (std::size_t a = 0; a < at_->agents; ++a) {
        const state own = s + at_->steps[a];
        const auto& mask = live_[a][own[0]];
        for (std::size_t reg = 0; reg < mask.size(); ++reg) own[1 + reg] &= mask[reg];
    }
}

void canonical_form::forget_stores(state s) const {
    knowledge oldest{};
    bool any = false;
    for (std::size_t word = 0; word < at_->words; ++word) {
        const unsigned readers = machine_->of().words[word].readers;
        std::uint8_t& count = s[at_->histories[word]];
        std::uint8_t first = byte(count - 1U);
        for (std::size_t a = 0; a < at_->agents; ++a) {
            if ((readers >> a & 1U) != 0) first = std::min(first, s[at_->known[a] + word]);
        }
        if (first == 0) continue;
        any = true;
        oldest[word] = first;
        const std::size_t kept = std::size_t{count} - first;
        const state values = s + at_->value(word, 0);
        std::memmove(values, values + first, kept);
        std::memset(values + kept, 0, first);
        const state carried = s + at_->message(word, 0);
        std::memmove(carried, carried + first * knowledge_size, kept * knowledge_size);
        std::memset(carried + kept * knowledge_size, 0, first * knowledge_size);
        count = byte(kept);
    }
    if (!any) return;
    for_each_knowledge(s, [&](state it) { put(it, above(knowledge_at(it), oldest)); });
    put(s + at_->fenced, above(knowledge_at(s + at_->fenced), oldest));
}

/// A store need not tell what all of its readers know by now.
void canonical_form::forget_what_readers_know(state s) const {
    for (std::size_t word = 0; word < at_->words; ++word) {
        const unsigned readers = machine_->of().words[word].readers;
        if (readers == 0) continue;
        knowledge known = ~knowledge{};
        for (std::size_t a = 0; a < at_->agents; ++a) {
            if ((readers >> a & 1U) != 0) known = least(known, knowledge_at(s + at_->known[a]));
        }
        const std::size_t count = s[at_->histories[word]];
        for (std::size_t i = 0; i < count; ++i) join(s + at_->message(word, i), known);
    }
}

/// Whoever holds a buffer may read it at any time until it lets go of it. That it does so now can
/// only add a race, and takes away when it read it last.
void canonical_form::use_what_is_in_bags(state s) const {
    const program& of = machine_->of();
    for (std::size_t buffer = 0; buffer < at_->buffers; ++buffer) {
        const std::uint8_t bag = s[at_->bags + buffer];
        if (bag == none) continue;
        const std::size_t owner = of.bag_owners[bag];
        for (const std::size_t array : of_buffer_) {
            s[at_->cell(array, buffer) + 3 + owner] = s[at_->known[owner] + at_->words + owner];
        }
    }
}

void canonical_form::rebase(state s, std::size_t family) const {
    const program& of = machine_->of();
    const explore::family& ring = of.families[family];
    std::uint8_t by = s[at_->steps[ring.agent] + 1 + ring.base];
    if (ring.restarts) by = byte(by - by % of.entries);
    if (by == 0) return;
    const auto in_family = [family](value_type type) {
        return type.means == meaning::position && type.family == family;
    };
    for (const place& each : position_registers_[family]) {
        std::uint8_t& value = s[at_->steps[each.agent] + 1 + each.reg];
        if (is_live(s, each)) value = (value - by) & of.counter_mask;
    }
    for (std::size_t word = 0; word < at_->words; ++word) {
        if (!in_family(of.words[word].type)) continue;
        const state values = s + at_->value(word, 0);
        const std::size_t count = s[at_->histories[word]];
        for (std::size_t i = 0; i < count; ++i) values[i] = (values[i] - by) & of.counter_mask;
    }
    if (ring.restarts) return;
    for (std::size_t array = 0; array < of.arrays.size(); ++array) {
        if (!in_family(of.arrays[array].indexed_by)) continue;
        const state first = s + at_->arrays[array];
        const std::size_t passed = by % of.entries * at_->cell_size;
        std::rotate(first, first + passed, first + of.entries * at_->cell_size);
    }
}

/// What all others know of an agent's clock is 0; a slot's clock matters only by which knowledge
/// covers it.
bool canonical_form::compress_clocks(state s) const {
    const std::size_t words = at_->words;
    const std::size_t agents = at_->agents;
    knowledge floor{};
    for (std::size_t of = 0; of < agents; ++of) {
        std::uint8_t known_to_all = none;
        for (std::size_t a = 0; a < agents; ++a) {
            if (a != of) known_to_all = std::min(known_to_all, s[at_->known[a] + words + of]);
        }
        floor[words + of] = known_to_all;
    }
    std::array<std::uint64_t, max_agents> values;
    values.fill(1);
    knowledge highest{};
    for_each_knowledge(s, [&](state it) {
        const knowledge left = above(knowledge_at(it), floor);
        put(it, left);
        highest = most(highest, left);
        // All there may be, so that it needs no loop: behind the last agent there are zeros.
        const std::uint64_t clocks = bytes_of(left) >> (8 * words);
        for (std::size_t of = 0; of < max_agents; ++of) {
            values[of] |= std::uint64_t{1} << (clocks >> (8 * of) & 63U);
        }
    });
    bool dense = true;
    knowledge lowered{};  // the floor, by agent
    for (std::size_t of = 0; of < agents; ++of) {
        if (highest[words + of] >= 64) return false;
        dense = dense && (values[of] & (values[of] + 1)) == 0;
        lowered[of] = floor[words + of];
    }
    // Without gaps each value is its place, which is how most states come out of the one before;
    // and when all that is known to all was so before, nothing changes at all.
    if (dense && bytes_of(floor) == 0) return true;
    lower_cells(s, lowered);
    if (!dense) close_gaps(s, values);
    return true;
}

/// A write that everybody knows of is as good as none.
void canonical_form::lower_cells(state s, knowledge by) const {
    const std::size_t size = at_->cell_size;
    const state end = s + at_->bags;
    for (state cell = s + at_->first_cell; cell != end; cell += size) {
        // Reaches beyond the cell, and changes nothing there.
        put(cell + 3, above(knowledge_at(cell + 3), by));
        if (cell[1] == none) continue;
        const std::uint8_t low = by[cell[1]];
        cell[2] = byte(std::max(cell[2], low) - unsigned{low});
        if (cell[2] == 0) cell[1] = none;
    }
}

/// \param values  for each agent, a bit for each value of its clock that is known somewhere.
void canonical_form::close_gaps(state s,
                                const std::array<std::uint64_t, max_agents>& values) const {
    const std::size_t words = at_->words;
    const std::size_t agents = at_->agents;
    std::array<places, max_agents> places_in;
    for (std::size_t of = 0; of < agents; ++of) places_in[of] = places_of(values[of]);
    for_each_knowledge(s, [&](state it) {
        for (std::size_t of = 0; of < agents; ++of) it[words + of] = places_in[of][it[words + of]];
    });
    const std::size_t size = at_->cell_size;
    const state end = s + at_->bags;
    for (state cell = s + at_->first_cell; cell != end; cell += size) {
        if (cell[1] != none) cell[2] = places_in[cell[1]][cell[2]];
        for (std::size_t of = 0; of < agents; ++of) {
            cell[3 + of] = places_in[of][cell[3 + of]];
        }
    }
}

void canonical_form::name_buffers(state s, renaming& names) {
    const program& of = machine_->of();
    if (of.buffers == 0) return;
    std::array<std::uint8_t, 16> in_sequence{};
    std::size_t found = 0;
    names.fill(none);
    const auto meet = [&](std::uint8_t& value) {
        if (value >= names.size()) return;  // taken
        if (names[value] == none) {
            in_sequence[found] = value;
            names[value] = byte(found++);
        }
        value = names[value];
    };
    for (const std::size_t array : of_position_) {
        for (std::size_t slot = 0; slot < of.entries; ++slot) meet(s[at_->cell(array, slot)]);
    }
    for (const place& each : buffer_registers_) {
        if (is_live(s, each)) meet(s[at_->steps[each.agent] + 1 + each.reg]);
    }
    // Those that lie in a bag, or are lost, are told apart by what was done to them.
    const auto before = [&](std::uint8_t left, std::uint8_t right) {
        int differ = int{s[at_->bags + left]} - int{s[at_->bags + right]};
        for (const std::size_t array : of_buffer_) {
            if (differ != 0) break;
            differ = std::memcmp(s + at_->cell(array, left), s + at_->cell(array, right),
                                 at_->cell_size);
        }
        return differ < 0;
    };
    const std::size_t named = found;
    for (std::uint8_t each = 0; each < at_->buffers; ++each) {
        if (names[each] == none) in_sequence[found++] = each;
    }
    std::sort(in_sequence.begin() + static_cast<std::ptrdiff_t>(named),
              in_sequence.begin() + static_cast<std::ptrdiff_t>(found), before);
    for (std::size_t i = named; i < found; ++i) names[in_sequence[i]] = byte(i);
    const auto last = in_sequence.begin() + static_cast<std::ptrdiff_t>(found);
    if (std::is_sorted(in_sequence.begin(), last)) return;  // each has its own name

    const auto permute = [&](std::size_t start, std::size_t size) {
        for (std::size_t i = 0; i < found; ++i) {
            std::memcpy(scratch_.data() + i * size, s + start + in_sequence[i] * size, size);
        }
        std::memcpy(s + start, scratch_.data(), found * size);
    };
    for (const std::size_t array : of_buffer_) permute(at_->arrays[array], at_->cell_size);
    permute(at_->bags, 1);
}

}  // namespace ringproof::sim::explore
