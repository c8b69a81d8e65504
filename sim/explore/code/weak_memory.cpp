#include "sim/explore/code/weak_memory.hpp"

#include <algorithm>
#include <utility>

namespace ringproof::explore {

namespace {

constexpr std::uintptr_t page_size = 4096;

}  // namespace

/// The last write, and each agent's last read since.
struct weak_memory::byte_state {
    std::uint32_t run = 0;
    agent_id writer = 0;
    std::uint32_t written = 0;  ///< the writer's moment; 0: never
    site write_site = nullptr;
    std::array<std::uint32_t, agents_most> reads{};
    std::array<site, agents_most> read_sites{};
};

struct weak_memory::page {
    std::array<byte_state, page_size> bytes;
};

weak_memory::weak_memory(sim::choices& decides) : decides_(&decides) {}

weak_memory::~weak_memory() = default;

void weak_memory::start_over(sim::choices& decides) {
    decides_ = &decides;
    words_.clear();
    places_.clear();
    agents_ = {};
    sequential_ = {};
    found_.reset();
    ++run_;
    // Moment 0 is before everything: what is there at the beginning is known to all.
    for (agent_id each = 0; each < agents_most; ++each) {
        now(each) = 1;
        agents_[each].knows.coherent.of[each] = 1;
    }
}

void weak_memory::add_word(const void* address, std::size_t size, std::uint64_t value) {
    word& made = words_[address];
    if (made.stores.empty()) places_.push_back({address, size});
    made.size = size;
    made.stores.assign(1, {.value = value});
}

weak_memory::word& weak_memory::word_at(const void* address, std::size_t size) {
    const auto found = words_.find(address);
    if (found != words_.end()) return found->second;
    // An atomic of the program's own; it held what nobody asks about before its first store.
    add_word(address, size, 0);
    std::uint64_t value = 0;
    std::copy_n(static_cast<const std::byte*>(address), std::min(size, sizeof value),
                reinterpret_cast<std::byte*>(&value));
    word& made = words_[address];
    made.stores.front().value = value;
    return made;
}

void weak_memory::tick(agent_id by) noexcept {
    const std::uint32_t next = ++now(by);
    agents_[by].knows.coherent.of[by] = next;
}

std::uint32_t weak_memory::oldest_for(agent_id by, const word& of) const noexcept {
    const moments& known = agents_[by].knows.coherent;
    std::uint32_t oldest = 0;
    for (auto index = static_cast<std::uint32_t>(of.stores.size()); index-- > 0;) {
        const message& each = of.stores[index];
        if (each.moment > known.of[each.writer]) continue;
        oldest = index;
        break;
    }
    // Nor what is older than something that it, or one it knows of, has seen already.
    for (agent_id reader = 0; reader < agents_most; ++reader) {
        for (auto seen = of.seen[reader].rbegin(); seen != of.seen[reader].rend(); ++seen) {
            if (seen->moment > known.of[reader]) continue;
            oldest = std::max(oldest, seen->index);
            break;
        }
    }
    return oldest;
}

std::uint64_t weak_memory::see(agent_id by, word& of, const void* address, std::uint32_t index,
                               order mo, site at) {
    agent_state& reader = agents_[by];
    const message& chosen = of.stores[index];
    auto& seen = of.seen[by];
    if (seen.empty() || seen.back().index < index) seen.push_back({now(by), index});
    if (acquires(mo)) {
        reader.knows.join(chosen.released);
    } else {
        reader.acquirable.join(chosen.released);
    }
    if (chosen.writer != by && index != 0 && !(acquires(mo) && releases(chosen.mo))) {
        reader.unordered = race::hand_over{address, chosen.mo, mo, chosen.at, at};
    }
    return chosen.value;
}

std::uint64_t weak_memory::load(agent_id by, const void* address, std::size_t size, order mo,
                                site at) {
    word& of = word_at(address, size);
    if (mo == order::seq_cst) fence(by, mo);
    const std::uint32_t oldest = oldest_for(by, of);
    const auto newest = static_cast<std::uint32_t>(of.stores.size() - 1);
    const std::uint32_t back = decides_->choose(newest - oldest + 1, "how old a value");
    return see(by, of, address, newest - back, mo, at);
}

std::uint64_t weak_memory::load_newest(agent_id by, const void* address, std::size_t size, order mo,
                                       site at) {
    word& of = word_at(address, size);
    if (mo == order::seq_cst) fence(by, mo);
    return see(by, of, address, static_cast<std::uint32_t>(of.stores.size() - 1), mo, at);
}

void weak_memory::store(agent_id by, const void* address, std::size_t size, std::uint64_t value,
                        order mo, site at) {
    word& of = word_at(address, size);
    agent_state& writer = agents_[by];
    if (mo == order::seq_cst) fence(by, mo);
    message made{.value = value, .writer = by, .moment = now(by), .mo = mo, .at = at};
    made.released = releases(mo) ? writer.knows : writer.at_release;
    of.stores.push_back(made);
    of.seen[by].push_back({now(by), static_cast<std::uint32_t>(of.stores.size() - 1)});
    if (releases(mo)) tick(by);
    if (mo == order::seq_cst) fence(by, mo);
}

void weak_memory::replace(agent_id by, const void* address, std::size_t size, std::uint64_t value,
                          order mo, site at) {
    const view before = word_at(address, size).stores.back().released;
    store(by, address, size, value, mo, at);
    word_at(address, size).stores.back().released.join(before);
}

void weak_memory::fence(agent_id by, order mo) noexcept {
    agent_state& it = agents_[by];
    if (acquires(mo)) it.knows.join(it.acquirable);
    if (mo == order::seq_cst) {
        it.knows.coherent.join(sequential_.coherent);
        sequential_.coherent.join(it.knows.coherent);
    }
    if (releases(mo)) {
        it.at_release = it.knows;
        tick(by);
    }
}

bool weak_memory::has_news(agent_id by, const void* address) const noexcept {
    const auto found = words_.find(address);
    if (found == words_.end()) return false;
    const word& of = found->second;
    const auto& seen = of.seen[by];
    const std::uint32_t last = seen.empty() ? 0 : seen.back().index;
    return last + 1 < of.stores.size();
}

weak_memory::byte_state& weak_memory::byte_at(std::uintptr_t address) {
    const std::uintptr_t number = address / page_size;
    if (number != last_number_) {
        auto& place = pages_[number];
        if (!place) place = std::make_unique<page>();
        last_page_ = place.get();
        last_number_ = number;
    }
    byte_state& it = last_page_->bytes[address % page_size];
    if (it.run != run_) it = {.run = run_};
    return it;
}

void weak_memory::report(agent_id earlier, bool writes, site at, agent_id by, bool by_writes,
                         site by_at, std::uintptr_t address) {
    if (found_) return;
    found_ = race{.earlier = {earlier, writes, at},
                  .later = {by, by_writes, by_at},
                  .address = reinterpret_cast<const void*>(address),
                  .missing = agents_[by].unordered};
}

void weak_memory::read(agent_id by, const void* address, std::size_t size, site at) {
    const auto first = reinterpret_cast<std::uintptr_t>(address);
    const moments& known = agents_[by].knows.happened;
    for (std::uintptr_t each = first; each < first + size; ++each) {
        byte_state& it = byte_at(each);
        if (it.written > known.of[it.writer])
            report(it.writer, true, it.write_site, by, false, at, each);
        it.reads[by] = now(by);
        it.read_sites[by] = at;
    }
}

void weak_memory::write(agent_id by, const void* address, std::size_t size, site at) {
    const auto first = reinterpret_cast<std::uintptr_t>(address);
    const moments& known = agents_[by].knows.happened;
    for (std::uintptr_t each = first; each < first + size; ++each) {
        byte_state& it = byte_at(each);
        if (it.written > known.of[it.writer])
            report(it.writer, true, it.write_site, by, true, at, each);
        for (agent_id reader = 0; reader < agents_most; ++reader) {
            if (it.reads[reader] > known.of[reader]) {
                report(reader, false, it.read_sites[reader], by, true, at, each);
            }
        }
        it = {.run = run_, .writer = by, .written = now(by), .write_site = at};
    }
}

}  // namespace ringproof::explore
