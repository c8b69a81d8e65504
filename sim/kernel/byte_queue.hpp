#pragma once
// Bytes on their way, first in first out. Grows by doubling up to its limit and then keeps its
// memory, so that a channel in steady state does not allocate.

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>

namespace ringproof::sim {

class byte_queue {
public:
    byte_queue() noexcept = default;
    explicit byte_queue(std::size_t limit) noexcept : limit_(limit) {}

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
    [[nodiscard]] std::size_t limit() const noexcept { return limit_; }
    [[nodiscard]] std::size_t room() const noexcept { return limit_ - size_; }

    /// From now on there is room for so many more.
    void make_room(std::size_t count) noexcept { limit_ = std::max(limit_, size_ + count); }

    /// Appends as many as fit.
    std::size_t push(std::span<const std::byte> bytes) {
        const std::size_t count = std::min(bytes.size(), room());
        if (count == 0) return 0;
        if (size_ + count > capacity_) grow(size_ + count);
        const std::size_t tail = (head_ + size_) & (capacity_ - 1);
        const std::size_t upper = std::min(count, capacity_ - tail);
        std::memcpy(bytes_.get() + tail, bytes.data(), upper);
        if (count != upper) std::memcpy(bytes_.get(), bytes.data() + upper, count - upper);
        size_ += count;
        return count;
    }

    /// Copies `count` bytes that start `offset` behind the front. \pre they are there.
    void copy(std::size_t offset, std::byte* to, std::size_t count) const noexcept {
        if (count == 0) return;
        const std::size_t at = (head_ + offset) & (capacity_ - 1);
        const std::size_t upper = std::min(count, capacity_ - at);
        std::memcpy(to, bytes_.get() + at, upper);
        if (count != upper) std::memcpy(to + upper, bytes_.get(), count - upper);
    }

    /// Forgets the first `count` bytes. \pre they are there.
    void drop(std::size_t count) noexcept {
        size_ -= count;
        head_ = size_ == 0 ? 0 : (head_ + count) & (capacity_ - 1);
    }

private:
    void grow(std::size_t needed) {
        const std::size_t wider = std::bit_ceil(std::max<std::size_t>(needed, 256));
        std::unique_ptr<std::byte[]> bytes(new std::byte[wider]);
        copy(0, bytes.get(), size_);
        bytes_ = std::move(bytes);
        capacity_ = wider;
        head_ = 0;
    }

    std::unique_ptr<std::byte[]> bytes_;
    std::size_t capacity_ = 0;  // a power of two, or 0
    std::size_t head_ = 0;
    std::size_t size_ = 0;
    std::size_t limit_ = 0;
};

}  // namespace ringproof::sim
