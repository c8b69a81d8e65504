#include "sim/simulation/ring_watch.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "sim/kernel/kbuf.hpp"

namespace ringproof::sim {

ring_watch::book& ring_watch::book_of(const buffer_list& list) {
    const auto at = std::ranges::find(books_, &list, &book::list);
    return at != books_.end() ? *at : books_.emplace_back(&list);
}

std::optional<std::string> ring_watch::look(book& its, const buffer_list& list) {
    const std::uint16_t tail = tail_of(list);
    const auto there = static_cast<std::uint16_t>(tail - list.head);
    if (there > list.entries) {
        return fmt::format("group {} was given {} buffers, and its ring has {} entries", list.group,
                           there, list.entries);
    }
    auto seen = static_cast<std::uint16_t>(its.tail - list.head);
    if (seen > there) seen = 0;  // the kernel has used up what was new before anybody looked
    its.tail = tail;
    for (std::uint16_t i = seen; i < there; ++i) {
        const auto at = static_cast<std::uint16_t>(list.head + i);
        const std::uint16_t id = list.slots[at & list.mask].bid;
        if (its.positions.size() <= id) its.positions.resize(id + 1U, at);
        const auto before = static_cast<std::uint16_t>(its.positions[id] - list.head);
        const bool twice = before < i && list.slots[its.positions[id] & list.mask].bid == id;
        its.positions[id] = at;
        if (!twice) continue;
        return fmt::format("buffer {} of group {} was given to the kernel twice: it stands in the "
                           "ring at {} and {} slots from the head",
                           id, list.group, before, i);
    }
    return {};
}

std::optional<std::string> ring_watch::look(const machine& in) {
    for (const auto& ring : in.rings) {
        for (const auto& list : ring->groups) {
            if (auto mistake = look(book_of(*list), *list)) return mistake;
        }
    }
    return {};
}

}  // namespace ringproof::sim
