#pragma once
// Where statements find memory: plain pages, kinds of pages by their words, mappings of rings.

#include <algorithm>
#include <array>
#include <utility>

#include "sim/behaviour/perform.hpp"

namespace ringproof::sim {

template <world World>
std::span<std::byte> performer<World>::memory(std::size_t size) {
    const auto made = kernel().map_anonymous({.size = size, .hidden_from_forks = false});
    if (!made) return {};
    mappings_.push_back(*made);
    return made->first(size);
}

/// Fresh memory of a kind that the language has a word for; empty for every other word.
template <world World>
std::span<std::byte> performer<World>::memory_like(std::string_view word, std::size_t size) {
    constexpr auto kinds = std::to_array<std::pair<std::string_view, memory_kind>>({
        {"shared", memory_kind::shared},
        {"memory_file", memory_kind::memory_file},
        {"private_file", memory_kind::private_file},
        {"read_only", memory_kind::read_only},
        {"write_only", memory_kind::write_only},
        {"one_page", memory_kind::cut},
        {"cut", memory_kind::cut},
    });
    const auto kind =
        std::ranges::find(kinds, word, &std::pair<std::string_view, memory_kind>::first);
    if (kind == kinds.end()) return {};
    const std::size_t page = kernel().page_size();
    size = kind->second == memory_kind::cut ? page : (size + page - 1) / page * page;
    const auto made = world().map_memory(kind->second, size);
    if (!made) return {};
    mappings_.push_back(*made);
    return made->first(size);
}

/// The address meant by `addr`, or `own`.
template <world World>
std::uint64_t performer<World>::place(const statement& it, std::uint64_t own) {
    constexpr std::size_t usual_size = 65536;
    const operand_value* given = it.find("addr");
    if (given == nullptr) return own;
    const std::string& word = given->word;
    if (word.empty()) return given->number;
    if (word == "null") return 0;
    if (word == "kernel") return 0xffff'8880'0000'0000U;
    if (word == "misaligned") return own + 16;
    if (word == "+") return own + given->number;
    if (word == "unmapped") {
        const auto gone = kernel().map_anonymous({.size = usual_size});
        if (!gone) return 0x1000;
        (void)kernel().unmap(*gone);
        return address_of(gone->data());
    }
    const std::span<std::byte> made = memory_like(word, usual_size);
    if (made.empty()) return 0x1000;
    return address_of(made.data()) + (word == "cut" ? made.size() - 8 : 0);
}

template <world World>
std::string performer<World>::map(const statement& it) {
    raw_group_memory& on = group(it.counts[0]);
    const std::uint64_t usual =
        abi::ioring_off_pbuf_ring | it.counts[0] << abi::ioring_off_pbuf_shift;
    const std::uint64_t size = it.number("size", std::max<std::uint64_t>(on.entries * 16UL, 16));
    const auto made = world().map_for_all(ring_->fd, size, it.number("offset", usual));
    if (!made) return describe_result(-made.error().value());
    mappings_.push_back(*made);
    on.ring = *made;
    on.tail = on.next_id = 0;
    return "0";
}

/// Also `discard` and `replace`: there a mapping stays, and the program loses what it held.
template <world World>
std::string performer<World>::unmap(const statement& it) {
    raw_group_memory& on = group(it.counts[0]);
    const auto whole = std::ranges::find(mappings_, on.ring.data(), &std::span<std::byte>::data);
    if (!on.usable() || whole == mappings_.end()) return "no memory";
    if (it.form->what == verb::discard) return describe_result(plain(world().discard(*whole)));
    if (it.form->what == verb::replace) return describe_result(plain(world().replace(*whole)));
    const std::span<std::byte> gone = *whole;
    mappings_.erase(whole);
    on.ring = {};
    return describe_result(plain(kernel().unmap(gone)));
}

}  // namespace ringproof::sim
