#pragma once
// Where in the application's memory a transfer goes: one range, or the slots of a bundle, walked
// from front to back. The kernel calls it an iov_iter.

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "sim/kernel/address_space.hpp"
#include "sim/kernel/byte_queue.hpp"

namespace ringproof::sim {

struct segment {
    std::uint64_t address = 0;
    std::uint64_t size = 0;
};

class user_buffers {
public:
    void set(std::uint64_t address, std::uint64_t size) noexcept {
        only_ = {address, size};
        many_.clear();
        start(size);
    }

    void set(std::span<const segment> segments) {
        many_.assign(segments.begin(), segments.end());
        std::uint64_t size = 0;
        for (const segment& each : segments) size += each.size;
        start(size);
    }

    /// Bytes not yet transferred.
    [[nodiscard]] std::uint64_t left() const noexcept { return left_; }

    /// How many of the next `count` bytes can be written (read) before an address faults.
    [[nodiscard]] std::uint64_t writable(const address_space& memory, std::uint64_t count) const {
        return reach<&address_space::writable>(memory, count);
    }
    [[nodiscard]] std::uint64_t readable(const address_space& memory, std::uint64_t count) const {
        return reach<&address_space::readable>(memory, count);
    }

    /// Copies from a queue into the application's memory. \pre writable() said so.
    void fill(const byte_queue& from, std::uint64_t offset, std::uint64_t count) noexcept {
        walk(count, [&](std::byte* at, std::uint64_t size) {
            from.copy(offset, at, size);
            offset += size;
        });
    }

    /// Copies from the application's memory into a queue. \pre readable() and room() said so.
    void drain(byte_queue& to, std::uint64_t count) {
        walk(count, [&](std::byte* at, std::uint64_t size) { to.push({at, size}); });
    }

    /// The next `count` bytes as ranges, as many as there is room for. Nothing moves on.
    std::size_t next(std::uint64_t count, std::span<segment> room) const noexcept {
        const auto segments = all();
        std::size_t used = 0;
        std::uint64_t offset = offset_;
        count = std::min(count, left_);
        for (std::size_t i = index_; i < segments.size() && used < room.size(); ++i, offset = 0) {
            const std::uint64_t size = std::min(segments[i].size - offset, count);
            room[used++] = {segments[i].address + offset, size};
            count -= size;
            if (count == 0) break;
        }
        return used;
    }

    /// Passes over bytes without touching them.
    void skip(std::uint64_t count) noexcept {
        walk(count, [](std::byte*, std::uint64_t) {});
    }

    /// Segments that the first `count` bytes of the whole lie in; 0 bytes lie in none.
    [[nodiscard]] unsigned segments_within(std::uint64_t count) const noexcept {
        if (many_.empty()) return count == 0 ? 0 : 1;
        unsigned used = 0;
        while (count != 0 && used < many_.size()) count -= std::min(count, many_[used++].size);
        return used;
    }

private:
    void start(std::uint64_t size) noexcept {
        left_ = size;
        index_ = 0;
        offset_ = 0;
    }

    [[nodiscard]] std::span<const segment> all() const noexcept {
        return many_.empty() ? std::span<const segment>(&only_, 1)
                             : std::span<const segment>(many_);
    }

    template <auto Check>
    std::uint64_t reach(const address_space& memory, std::uint64_t count) const {
        const auto segments = all();
        count = std::min(count, left_);
        std::uint64_t reached = 0;
        std::uint64_t offset = offset_;
        for (std::size_t i = index_; i < segments.size() && reached < count; ++i, offset = 0) {
            const std::uint64_t size = std::min(segments[i].size - offset, count - reached);
            const std::uint64_t good = (memory.*Check)(segments[i].address + offset, size);
            reached += good;
            if (good != size) break;
        }
        return reached;
    }

    template <class Visit>
    void walk(std::uint64_t count, Visit visit) {
        const auto segments = all();
        while (count != 0 && index_ < segments.size()) {
            const segment& here = segments[index_];
            const std::uint64_t size = std::min(here.size - offset_, count);
            const auto address = static_cast<std::uintptr_t>(here.address + offset_);
            if (size != 0) visit(reinterpret_cast<std::byte*>(address), size);
            count -= size;
            left_ -= size;
            offset_ += size;
            if (offset_ == here.size) {
                ++index_;
                offset_ = 0;
            }
        }
    }

    segment only_;
    std::vector<segment> many_;  // empty: `only_`
    std::uint64_t left_ = 0;
    std::size_t index_ = 0;
    std::uint64_t offset_ = 0;
};

}  // namespace ringproof::sim
