#pragma once
// A queue of small values on one array, doubled when full and kept when empty. std::deque would
// allocate at its construction, which a model that is made a hundred thousand times a second feels.

#include <bit>
#include <cstddef>
#include <memory>
#include <utility>

namespace ringproof::sim {

template <class Value>
class fifo {
public:
    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }

    [[nodiscard]] Value& front() noexcept { return values_[head_]; }
    [[nodiscard]] const Value& front() const noexcept { return values_[head_]; }

    /// The value `index` behind the front. \pre index < size()
    [[nodiscard]] Value& operator[](std::size_t index) noexcept {
        return values_[(head_ + index) & (capacity_ - 1)];
    }
    [[nodiscard]] const Value& operator[](std::size_t index) const noexcept {
        return values_[(head_ + index) & (capacity_ - 1)];
    }

    void push(const Value& value) {
        if (size_ == capacity_) grow();
        values_[(head_ + size_) & (capacity_ - 1)] = value;
        ++size_;
    }

    void pop() noexcept {
        head_ = (head_ + 1) & (capacity_ - 1);
        --size_;
    }

    /// Takes the value `index` behind the front out; those behind it move up.
    Value take(std::size_t index) noexcept {
        Value taken = (*this)[index];
        for (; index + 1 < size_; ++index) (*this)[index] = (*this)[index + 1];
        --size_;
        return taken;
    }

    void clear() noexcept { head_ = size_ = 0; }

private:
    void grow() {
        const std::size_t wider = capacity_ == 0 ? 8 : capacity_ * 2;
        std::unique_ptr<Value[]> values(new Value[wider]);
        for (std::size_t i = 0; i < size_; ++i) values[i] = (*this)[i];
        values_ = std::move(values);
        capacity_ = wider;
        head_ = 0;
    }

    std::unique_ptr<Value[]> values_;
    std::size_t capacity_ = 0;
    std::size_t head_ = 0;
    std::size_t size_ = 0;
};

}  // namespace ringproof::sim
