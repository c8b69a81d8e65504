#include "sim/explore/machine.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>

namespace ringproof::sim::explore {

namespace {

bool is_choice(action what) {
    switch (what) {
        case action::load:
        case action::fence:
        case action::doze:
        case action::await:
        case action::wake:
        case action::fork:
        case action::take:
        case action::stop:
            return true;
        default:
            return false;
    }
}

std::uint8_t byte(std::size_t value) { return static_cast<std::uint8_t>(value); }

}  // namespace

layout::layout(const program& of, memory_model model, unsigned more_history)
    : agents(of.agents.size()), words(of.words.size()), buffers(of.buffers) {
    const auto claim = [this](std::size_t bytes) {
        const std::size_t at = size;
        size += bytes;
        return at;
    };
    assert(words + agents <= knowledge_size);
    assert(std::ranges::all_of(
        of.agents, [](const agent& each) { return each.registers.size() <= max_registers; }));
    for (std::size_t clock = words; clock < knowledge_size; ++clock) clocks_only[clock] = 0xff;
    for (std::size_t a = 0; a < agents; ++a) {
        steps.push_back(claim(1 + max_registers));
        known.push_back(claim(knowledge_size));
        const bool apart = model == memory_model::lkmm;
        known_to_stores.push_back(apart ? claim(knowledge_size) : known.back());
    }
    fenced = claim(knowledge_size);
    for (const word& each : of.words) {
        capacities.push_back(byte(std::min<std::size_t>(each.capacity + more_history, 250)));
        histories.push_back(claim(1U + capacities.back()));
        carried.push_back(claim(capacities.back() * knowledge_size));
    }
    first_cell = size;
    cell_size = 3 + agents;
    for (const array& each : of.arrays) {
        const bool of_buffers = each.indexed_by.means == meaning::buffer;
        const std::size_t count = of_buffers ? of.buffers : of.entries;
        arrays.push_back(claim(count * cell_size));
    }
    bags = claim(buffers);
    claim(knowledge_size);  // so that as much can be read from anywhere
    size = (size + 15) / 16 * 16;
}

/// A state and who is at it, while a step is performed.
struct machine::running {
    state s;
    std::size_t agent;
    std::uint8_t reached = 0;
    std::vector<access_record>* record;

    const layout& at;
    [[nodiscard]] std::uint8_t& pc() const { return s[at.steps[agent]]; }
    [[nodiscard]] std::uint8_t& reg(std::uint8_t number) const {
        return s[at.steps[agent] + 1 + number];
    }
    [[nodiscard]] state known() const { return s + at.known[agent]; }
    [[nodiscard]] std::uint8_t& view(std::size_t word) const { return known()[word]; }
    [[nodiscard]] const_state clocks() const { return known() + at.words; }
    [[nodiscard]] const_state store_clocks() const {
        return s + at.known_to_stores[agent] + at.words;
    }
    [[nodiscard]] fault wrong(fault_kind kind, std::uint8_t slot = 0,
                              std::uint8_t other = none) const {
        return {kind, byte(agent), pc(), slot, other};
    }
    void note(std::uint8_t slot = 0, std::uint8_t value = 0, std::uint8_t number = 0) const {
        if (record != nullptr) [[unlikely]]
            record->push_back({byte(agent), pc(), slot, value, number, {}});
    }
};

fault machine::start(state s, std::vector<access_record>* record) const {
    std::memset(s, 0, layout_.size);
    for (std::size_t word = 0; word < layout_.words; ++word) s[layout_.histories[word]] = 1;
    for (std::size_t a = 0; a < layout_.agents; ++a) {
        s[layout_.known[a] + layout_.words + a] = 1;
        s[layout_.known_to_stores[a] + layout_.words + a] = 1;
    }
    const state end = s + layout_.bags;
    for (state cell = s + layout_.first_cell; cell != end; cell += layout_.cell_size) {
        cell[0] = none;
        cell[1] = none;
    }
    running in{s, 0, 0, record, layout_};
    for (std::size_t a = 0; a < layout_.agents; ++a) {
        if (const fault wrong = settle(in, a)) return wrong;
    }
    return {};
}

unsigned machine::choices(const_state s, std::size_t agent) const {
    const step& it = program_->agents[agent].steps[s[layout_.steps[agent]]];
    switch (it.what) {
        case action::load:
            return s[layout_.histories[it.at]] - s[layout_.known[agent] + it.at];
        case action::fence:
        case action::doze:
        case action::wake:
            return 1;
        case action::await:
            return value_of(s, agent, it.from);
        case action::fork:
            return 2;
        case action::take:
            return static_cast<unsigned>(layout_.buffers);
        default:
            return 0;
    }
}

bool machine::possible(const_state s, std::size_t agent, unsigned choice) const {
    const step& it = program_->agents[agent].steps[s[layout_.steps[agent]]];
    if (it.what != action::take) return true;
    if (s[layout_.bags + choice] != it.at) return false;
    // Of buffers that differ by their name alone one is enough.
    for (unsigned other = 0; other < choice; ++other) {
        if (s[layout_.bags + other] == it.at && alike(s, other, choice)) return false;
    }
    return true;
}

bool machine::alike(const_state s, std::size_t left, std::size_t right) const {
    for (std::size_t array = 0; array < program_->arrays.size(); ++array) {
        if (program_->arrays[array].indexed_by.means != meaning::buffer) continue;
        const const_state one = s + layout_.cell(array, left);
        if (std::memcmp(one, s + layout_.cell(array, right), layout_.cell_size) != 0) return false;
    }
    return true;
}

bool machine::is_private(const_state s, std::size_t agent) const {
    const step& it = program_->agents[agent].steps[s[layout_.steps[agent]]];
    if (it.what == action::fork) return true;
    const const_state bags = s + layout_.bags;
    return it.what == action::take && std::count(bags, bags + layout_.buffers, it.at) != 0;
}

fault machine::perform(state s, std::size_t agent, unsigned choice, std::uint8_t& reached,
                       std::vector<access_record>* record) const {
    running in{s, agent, 0, record, layout_};
    const step& it = program_->agents[agent].steps[in.pc()];
    std::uint8_t next = byte(in.pc() + 1U);
    switch (it.what) {
        case action::load:
            load(in, it, choice);
            break;
        case action::fence:
            fence(in);
            break;
        case action::doze:
            in.note();
            in.reg(it.into) = 0;
            break;
        case action::wake:
            in.note();
            s[layout_.steps[it.at] + 1 + it.into] = 1;
            break;
        case action::await:
            in.note();
            break;
        case action::fork:
            if (choice == 0) next = it.target;
            break;
        default:  // take
            s[layout_.bags + choice] = none;
            in.reg(it.into) = byte(choice);
    }
    in.pc() = next;
    const fault wrong = settle(in, agent);
    reached = in.reached;
    return wrong;
}

/// Stores and slots need no choice: whoever may come before or after them, comes to the same.
fault machine::settle(running& in, std::size_t agent) const {
    in.agent = agent;
    for (;;) {
        const step& it = program_->agents[agent].steps[in.pc()];
        if (is_choice(it.what)) return {};
        if (it.what == action::store) {
            if (const fault wrong = store(in, it)) return wrong;
        } else if (it.what == action::read || it.what == action::write) {
            if (const fault wrong = access(in, it)) return wrong;
        } else if (const fault wrong = local(in, it)) {
            return wrong;
        }
    }
}

fault machine::local(running& in, const step& it) const {
    std::uint8_t next = byte(in.pc() + 1U);
    const std::uint8_t mask = program_->counter_mask;
    switch (it.what) {
        case action::set:
            in.reg(it.into) = it.constant;
            break;
        case action::copy:
            in.reg(it.into) = in.reg(it.from);
            break;
        case action::add:
            in.reg(it.into) = (in.reg(it.into) + it.constant) & mask;
            break;
        case action::branch: {
            const std::uint8_t minus = it.minus == none ? 0 : in.reg(it.minus);
            if (byte((in.reg(it.from) - minus) & mask) == it.constant) next = it.target;
            break;
        }
        case action::jump:
            next = it.target;
            break;
        case action::give: {
            std::uint8_t& bag = in.s[layout_.bags + in.reg(it.from)];
            if (bag != none) return in.wrong(fault_kind::given_twice, in.reg(it.from));
            bag = it.at;
            break;
        }
        case action::if_empty: {
            const state bags = in.s + layout_.bags;
            if (std::count(bags, bags + layout_.buffers, it.at) == 0) next = it.target;
            break;
        }
        case action::reclaim:
            std::memset(in.s + layout_.bags, it.constant, layout_.buffers);
            for (std::size_t slot = 0; slot < program_->entries; ++slot) {
                in.s[layout_.cell(it.at, slot)] = none;
            }
            break;
        case action::reach:
            in.reached |= byte(1U << it.constant);
            break;
        default:
            return in.wrong(fault_kind::failed, it.constant);
    }
    in.pc() = next;
    return {};
}

void machine::load(running& in, const step& it, unsigned choice) const {
    const std::uint8_t oldest = in.view(it.at);
    const std::size_t chosen = oldest + choice;
    const std::uint8_t value = in.s[layout_.value(it.at, chosen)];
    in.reg(it.into) = value;
    if (in.record != nullptr) [[unlikely]] {
        in.note(0, value, byte(chosen));
        const const_state values = in.s + layout_.value(it.at, 0);
        in.record->back().visible.assign(values + oldest, values + in.s[layout_.histories[it.at]]);
    }
    const knowledge carried = knowledge_at(in.s + layout_.message(it.at, chosen));
    const bool weak = model_ == memory_model::lkmm;
    if (it.how == order::acquire || (it.how == order::control && !weak)) {
        join(in.known(), carried);
    }
    // Each of the programs' loads is followed by a branch on it. Stores ask for clocks only.
    if (weak) join(in.s + layout_.known_to_stores[in.agent], carried & layout_.clocks_only);
    in.view(it.at) = byte(chosen);
}

fault machine::store(running& in, const step& it) const {
    std::uint8_t& count = in.s[layout_.histories[it.at]];
    if (count == layout_.capacities[it.at]) return in.wrong(fault_kind::exceeded);
    const state made = in.s + layout_.message(it.at, count);
    in.s[layout_.value(it.at, count)] = in.reg(it.from);
    in.note(0, in.reg(it.from), count);
    in.view(it.at) = count++;
    put(made, knowledge{});
    made[it.at] = in.view(it.at);
    if (it.how == order::release) {
        put(made, knowledge_at(in.known()));
        const std::uint8_t now = ++in.known()[layout_.words + in.agent];
        in.s[layout_.known_to_stores[in.agent] + layout_.words + in.agent] = now;
    }
    ++in.pc();
    return {};
}

void machine::fence(running& in) const {
    const state shared = in.s + layout_.fenced;
    join(in.known(), knowledge_at(shared));
    put(shared, knowledge_at(in.known()) & ~layout_.clocks_only);
    in.note();
}

fault machine::access(running& in, const step& it) const {
    const bool of_buffers = program_->arrays[it.at].indexed_by.means == meaning::buffer;
    const std::uint8_t index = in.reg(it.index);
    const auto slot = byte(of_buffers ? index : index % program_->entries);
    const state cell = in.s + layout_.cell(it.at, slot);
    const bool writes = it.what == action::write;
    in.note(slot, writes ? in.reg(it.from) : cell[0]);

    const const_state known = writes ? in.store_clocks() : in.clocks();
    const std::uint8_t writer = cell[1];
    if (writer != none && writer != in.agent && cell[2] > known[writer]) {
        return in.wrong(fault_kind::race, slot, writer);
    }
    const state last_reads = cell + 3;
    if (!writes) {
        if (cell[0] == none) return in.wrong(fault_kind::stale, slot);
        last_reads[in.agent] = in.clocks()[in.agent];
        in.reg(it.into) = cell[0];
        cell[0] = none;
    } else {
        for (std::size_t reader = 0; reader < layout_.agents; ++reader) {
            if (reader != in.agent && last_reads[reader] > known[reader]) {
                return in.wrong(fault_kind::race, slot, byte(reader));
            }
        }
        if (cell[0] != none) return in.wrong(fault_kind::overwritten, slot);
        cell[0] = in.reg(it.from);
        cell[1] = byte(in.agent);
        cell[2] = in.clocks()[in.agent];
        std::memset(last_reads, 0, layout_.agents);
    }
    ++in.pc();
    return {};
}

std::uint8_t machine::outstanding(const_state s) const {
    std::uint8_t bits = 0;
    for (std::size_t i = 0; i < program_->goals.size(); ++i) {
        const goal& it = program_->goals[i];
        const bool apart =
            value_of(s, it.ahead_agent, it.ahead) != value_of(s, it.behind_agent, it.behind);
        if (apart) bits |= byte(1U << i);
    }
    return bits;
}

}  // namespace ringproof::sim::explore
