#pragma once
// The states that a search has seen, by a hash of 128 bits: with 10^8 states the odds that two
// share one are below 10^-22, so a hash stands for its state.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

namespace ringproof::sim::explore {

/// Two independent halves.
struct fingerprint {
    std::uint64_t low = 0;
    std::uint64_t high = 0;

    bool operator==(const fingerprint&) const = default;
};

namespace detail {

__extension__ using wide = unsigned __int128;

/// The full product of two words, folded.
inline std::uint64_t mix(std::uint64_t left, std::uint64_t right) {
    const wide product = wide{left} * right;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

}  // namespace detail

/// \pre `size` is a multiple of 16.
inline fingerprint fingerprint_of(const std::uint8_t* bytes, std::size_t size) {
    constexpr std::uint64_t odd[] = {0x9e3779b97f4a7c15, 0xc2b2ae3d27d4eb4f, 0x165667b19e3779f9,
                                     0xd6e8feb86659fd93};
    fingerprint made{odd[0], odd[1]};
    for (const std::uint8_t* const end = bytes + size; bytes != end; bytes += 16) {
        std::uint64_t pair[2];
        std::memcpy(pair, bytes, sizeof pair);
        made.low = detail::mix(made.low ^ pair[0] ^ odd[2], odd[0] ^ pair[1]);
        made.high = detail::mix(made.high ^ pair[1] ^ odd[3], odd[1] ^ pair[0]);
    }
    return made;
}

/// Numbers fingerprints from 0 in the sequence in which they come. Open addressing, at most half
/// full.
class visited {
public:
    visited() : table_(1024) {}

    /// The number, and whether it is new.
    struct result {
        std::uint32_t number;
        bool is_new;
    };
    result insert(const fingerprint& print) {
        if (2 * (count_ + std::size_t{1}) > table_.size()) grow();
        entry& at = find(print);
        if (at.number != unused) return {at.number, false};
        at = {print, count_};
        return {count_++, true};
    }
    /// Says that it will be inserted soon.
    void prefetch(const fingerprint& print) const {
        __builtin_prefetch(&table_[print.low & (table_.size() - 1)]);
    }
    [[nodiscard]] std::uint32_t size() const { return count_; }

private:
    static constexpr std::uint32_t unused = 0xffffffff;
    struct entry {
        fingerprint print;
        std::uint32_t number = unused;
    };

    entry& find(const fingerprint& print) {
        const std::size_t mask = table_.size() - 1;
        std::size_t at = print.low & mask;
        while (table_[at].number != unused && table_[at].print != print) at = (at + 1) & mask;
        return table_[at];
    }
    void grow() {
        std::vector<entry> before(2 * table_.size());
        before.swap(table_);
        for (const entry& each : before) {
            if (each.number != unused) find(each.print) = each;
        }
    }

    std::vector<entry> table_;
    std::uint32_t count_ = 0;
};

}  // namespace ringproof::sim::explore
