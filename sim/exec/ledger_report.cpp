// A ledger in words.

#include <fmt/format.h>

#include <algorithm>
#include <ranges>

#include "sim/exec/ledger.hpp"

namespace ringproof::sim::exec {

std::string ledger::report() const {
    constexpr std::size_t rings_most = 16;
    std::string told;
    for (const auto& book : books_ | std::views::take(rings_most)) {
        told += fmt::format("ringproof: ring {}, descriptor {}: {} requests, {} completions, {} "
                            "without a buffer (ENOBUFS), {} overflowed, {} outstanding at the "
                            "end\n",
                            book->number, book->fd, book->requests, book->completions,
                            book->without_buffer, book->overflows, book->outstanding);
        for (const group_book& each : book->groups) {
            const auto out = std::ranges::count(each.places, group_book::place::program);
            told += fmt::format("ringproof:   group {}, {} entries: {} buffers given, {} used, {} "
                                "returned, {} never returned, {} given twice, {} foreign\n",
                                each.group, each.entries, each.given, each.used, each.returned, out,
                                each.twice, each.foreign);
        }
    }
    if (books_.size() > rings_most) {
        told += fmt::format("ringproof: and {} more rings\n", books_.size() - rings_most);
    }
    return told;
}

}  // namespace ringproof::sim::exec
