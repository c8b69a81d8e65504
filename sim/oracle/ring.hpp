#pragma once
// The ring's two counters, as far as an application knows them: its own tail, and the kernel's head
// when IORING_REGISTER_PBUF_STATUS tells it. Invariants I9, I10, I11.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/oracle/oracle.hpp"

namespace ringproof::sim {

/// Counts run free here; what is compared is their lower 16 bits, as in the ring (RNG-01).
class ring_oracle {
public:
    /// \param start  the tail, and the kernel's head, before anything is published
    void opened(std::size_t group, std::uint32_t entries, std::uint16_t start = 0) {
        if (groups_.size() <= group) groups_.resize(group + 1);
        groups_[group] = {.entries = entries, .tail = start, .handed_over = start, .head = start};
    }

    /// `count` buffers became visible; the ring's tail word is `tail` now.
    verdict published(std::size_t group, std::uint32_t count, std::uint16_t tail) {
        counters& it = groups_[group];
        it.tail += count;
        if (it.tail - it.handed_over > it.entries) {
            return blame("I9",
                         say("the ring of ", it.entries, " entries holds ",
                             it.tail - it.handed_over, " buffers"));
        }
        if (static_cast<std::uint16_t>(it.tail) != tail) {
            return blame("I9",
                         say("the tail is ", tail, " after ", it.tail, " buffers were published"));
        }
        return {};
    }

    /// Completions handed over `count` buffers for good.
    void handed_over(std::size_t group, std::uint32_t count) {
        groups_[group].handed_over += count;
    }

    /// The kernel said where its head is. `exact`: nothing is in flight that could have taken a
    /// buffer which no completion has shown yet.
    verdict status(std::size_t group, std::uint16_t head, bool exact) {
        counters& it = groups_[group];
        const auto ahead = static_cast<std::uint16_t>(head - it.handed_over);
        if (exact && ahead != 0) {
            return blame("I11",
                         say("the kernel's head is ", head, " after ", it.handed_over,
                             " buffers were handed over"));
        }
        if (ahead > it.tail - it.handed_over) {
            return blame("I11",
                         say("the kernel's head is ", head, ", outside of ",
                             it.handed_over & 0xffffU, "..", it.tail & 0xffffU));
        }
        // Both ends of that window only grow, so the head must have moved forward within it.
        const std::uint64_t now = it.handed_over + ahead;
        if (now < it.head) {
            return blame("I10", say("the kernel's head went back from ", it.head, " to ", now));
        }
        it.head = now;
        return {};
    }

    /// Buffers published so far: each 65536 of them the tail wraps once.
    [[nodiscard]] std::uint64_t tail(std::size_t group) const { return groups_[group].tail; }

private:
    struct counters {
        std::uint32_t entries = 0;
        std::uint64_t tail = 0;
        std::uint64_t handed_over = 0;
        std::uint64_t head = 0;  // as last told
    };

    std::vector<counters> groups_;
};

}  // namespace ringproof::sim
