#pragma once
// Where each buffer is: with the application, with the kernel, or leased. Invariants I1, I2, I3,
// I13, I14, told by ring positions, because a bundle names only its first buffer.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/oracle/oracle.hpp"

namespace ringproof::sim {

/// Books over the buffers of every group. Groups are small numbers of the player's choice.
///
/// The kernel takes buffers in the order in which they were published (RNG-05), and completions
/// come in the order of transfers (CQE-09). A request that takes its buffer early (a worker's, a
/// file's, a send's) may hold it while younger ones complete; then, and only then, positions may
/// be skipped.
class ownership_oracle {
public:
    void reset() noexcept { used_ = 0; }

    void opened(std::size_t group, std::uint32_t entries, bool incremental,
                std::uint32_t min_left) {
        if (groups_.size() <= group) groups_.resize(group + 1);
        used_ = std::max(used_, group + 1);
        book& it = groups_[group];
        it.places.assign(entries, place::application);
        it.filled.assign(entries, 0);
        it.parts.assign(entries, 0);
        it.order.assign(entries, 0);
        it.sizes.assign(entries, 0);
        it.mask = entries - 1;
        it.tail = it.expected = it.with_kernel = 0;
        it.idle = entries;
        it.incremental = incremental;
        it.keep_least = std::max(min_left, 1U);
    }

    /// The application showed the kernel a buffer, or as much of it as is to be sent.
    verdict published(std::size_t group, std::uint32_t id, std::uint32_t size) {
        book& it = groups_[group];
        if (id > it.mask) return unknown(id);
        if (it.places[id] != place::application) {
            return blame("I1", say("buffer ", id, " was published while ", where(it.places[id])));
        }
        it.places[id] = place::kernel;
        it.filled[id] = 0;
        it.sizes[id] = size;
        it.order[it.tail++ & it.mask] = static_cast<std::uint16_t>(id);
        ++it.with_kernel;
        --it.idle;
        return {};
    }

    /// What a completion with F_BUFFER said.
    struct receipt {
        std::uint32_t id = 0;         ///< the buffer that it names
        std::uint32_t bytes = 0;      ///< res, or 0 for an error
        std::uint32_t committed = 0;  ///< incremental: at least so much is used up (INC-06)
        bool more = false;            ///< F_BUF_MORE
        bool bundle = false;          ///< may cover several buffers
        bool early = false;           ///< this request took its buffer before the transfer
        bool early_others = false;    ///< such requests are, or were, in flight on the group
    };

    /// How many buffers a completion was about.
    struct extent {
        std::uint32_t touched = 1;   ///< it has bytes of so many
        std::uint32_t finished = 0;  ///< it handed over so many for good
    };

    /// A completion handed over a buffer, a part of one, or several. Fills in `found`.
    verdict taken(std::size_t group, const receipt& said, extent& found) {
        book& it = groups_[group];
        const std::uint32_t before = it.with_kernel;
        verdict wrong = take(it, said, found.touched);
        found.finished = before - it.with_kernel;
        return wrong;
    }

    /// The application is done with one lease on a buffer.
    verdict returned(std::size_t group, std::uint32_t id) {
        book& it = groups_[group];
        if (id > it.mask) return unknown(id);
        if (it.parts[id] == 0) {
            return blame("I1", say("buffer ", id, " was given back while ", where(it.places[id])));
        }
        if (--it.parts[id] == 0 && it.places[id] == place::leased) {
            it.places[id] = place::application;
            ++it.idle;
        }
        return {};
    }

    /// Everything that was given back must have been published by now.
    [[nodiscard]] verdict all_published(std::size_t group) const {
        const book& it = groups_[group];
        if (it.idle == 0) return {};
        return blame("I1", say(it.idle, " buffers were given back and never published again"));
    }

    /// Bytes the kernel has already put into the buffer: where the next part must start.
    [[nodiscard]] std::uint32_t filled(std::size_t group, std::uint32_t id) const {
        return groups_[group].filled[id];
    }

    /// Buffers that no completion has handed over yet.
    [[nodiscard]] std::uint32_t with_kernel(std::size_t group) const {
        return groups_[group].with_kernel;
    }

private:
    enum class place : std::uint8_t { application, kernel, held, leased };

    struct book {
        std::vector<place> places;          // by buffer id
        std::vector<std::uint32_t> sizes;   // bytes, by buffer id
        std::vector<std::uint32_t> filled;  // bytes, by buffer id
        std::vector<std::uint32_t> parts;   // leases, by buffer id
        std::vector<std::uint16_t> order;   // ids by slot
        std::uint32_t mask = 0;
        std::uint32_t tail = 0;      // free-running: buffers published so far
        std::uint32_t expected = 0;  // free-running: the next position to be handed over
        std::uint32_t with_kernel = 0;
        std::uint32_t idle = 0;  // the application's, and not leased
        std::uint32_t keep_least = 1;
        bool incremental = false;
    };

    static std::string_view where(place it) {
        switch (it) {
            case place::application:
                return "the application had it";
            case place::leased:
                return "it was leased";
            default:
                return "the kernel had it";
        }
    }

    [[gnu::cold]] static verdict unknown(std::uint32_t id) {
        return blame("I1", say("the group has no buffer ", id));
    }

    static verdict take(book& it, const receipt& said, std::uint32_t& buffers) {
        buffers = 1;
        if (said.id > it.mask) return unknown(said.id);
        if (auto wrong = reach(it, said)) return wrong;
        if (!said.bundle) return fill(it, said.id, said.bytes, said, true);
        return walk(it, said, buffers);
    }

    /// Moves `expected` to the position of that buffer.
    static verdict reach(book& it, const receipt& said) {
        const place& now = it.places[said.id];
        if (now == place::held) return {};
        if (now != place::kernel) {
            return blame("I3", say("buffer ", said.id, " was handed out although ", where(now)));
        }
        while (it.expected != it.tail) {
            const std::uint16_t next = it.order[it.expected & it.mask];
            if (next == said.id) return {};
            if (!said.early_others) {
                return blame("I2",
                             say("buffer ", said.id, " was handed out before buffer ", next,
                                 ", which was published earlier"));
            }
            if (it.places[next] == place::kernel) it.places[next] = place::held;
            ++it.expected;
        }
        return blame("I3", say("buffer ", said.id, " was handed out twice"));
    }

    /// One buffer received `bytes`; `last`: the flag of the completion speaks of this one.
    static verdict fill(book& it, std::uint32_t id, std::uint32_t bytes, const receipt& said,
                        bool last) {
        if (bytes > it.sizes[id] - it.filled[id]) {
            return blame("I6",
                         say("a result of ", bytes, " bytes in buffer ", id, ", which had ",
                             it.sizes[id] - it.filled[id], " left"));
        }
        ++it.parts[id];
        it.filled[id] += std::max(bytes, std::min(said.committed, it.sizes[id] - it.filled[id]));
        const std::uint32_t left = it.sizes[id] - it.filled[id];
        const bool stays = last && said.more;
        // Nothing transferred, nothing retired, however little is left (INC-04).
        const bool right = bytes == 0 || stays == (left >= it.keep_least);
        if (it.incremental && last && !said.early && !right) {
            return blame("I13",
                         say("buffer ", id, " has ", left, " bytes left and F_BUF_MORE is ",
                             stays ? "set" : "clear"));
        }
        if (stays) return {};
        if (it.places[id] == place::kernel) ++it.expected;
        it.places[id] = place::leased;
        --it.with_kernel;
        return {};
    }

    static verdict walk(book& it, const receipt& said, std::uint32_t& buffers) {
        // A held buffer is off the ring's order already: its request had just that one.
        if (it.places[said.id] == place::held) return fill(it, said.id, said.bytes, said, true);
        std::uint32_t id = said.id;
        std::uint32_t left = said.bytes;
        for (buffers = 1;; ++buffers) {
            const std::uint32_t part = std::min(left, it.sizes[id] - it.filled[id]);
            left -= part;
            if (auto wrong = fill(it, id, part, said, left == 0)) return wrong;
            if (left == 0) return {};
            if (it.expected == it.tail) {
                return blame("I14", say("a bundle has ", left, " bytes more than were published"));
            }
            id = it.order[it.expected & it.mask];
            if (it.places[id] != place::kernel) {
                return blame(
                    "I14",
                    say("a bundle runs into buffer ", id, " although ", where(it.places[id])));
            }
        }
    }

    std::vector<book> groups_;
    std::size_t used_ = 0;
};

}  // namespace ringproof::sim
