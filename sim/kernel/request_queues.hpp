#pragma once
// Where requests stand in line for what is to be done with them. The links lie in the requests
// themselves, so that standing in line costs no memory.

#include <cstddef>

#include "sim/kernel/request.hpp"

namespace ringproof::sim {

/// First in, first out, linked through `next_work`.
class work_queue {
public:
    [[nodiscard]] bool empty() const noexcept { return first_ == nullptr; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }

    void push(request* last) noexcept {
        last->next_work = nullptr;
        (first_ == nullptr ? first_ : last_->next_work) = last;
        last_ = last;
        ++size_;
    }

    request* pop() noexcept {
        request* first = first_;
        first_ = first->next_work;
        --size_;
        return first;
    }

    /// Takes the one `index` behind the front. \pre index < size()
    request* take(std::size_t index) noexcept {
        if (index == 0) return pop();
        request* before = first_;
        for (; index > 1; --index) before = before->next_work;
        return unlink_after(before);
    }

    /// Takes that one; false if it is not here.
    bool remove(const request* wanted) noexcept {
        if (first_ == nullptr) return false;
        if (first_ == wanted) {
            pop();
            return true;
        }
        for (request* each = first_; each->next_work != nullptr; each = each->next_work) {
            if (each->next_work != wanted) continue;
            unlink_after(each);
            return true;
        }
        return false;
    }

    [[nodiscard]] request* first() const noexcept { return first_; }

private:
    request* unlink_after(request* before) noexcept {
        request* taken = before->next_work;
        before->next_work = taken->next_work;
        if (last_ == taken) last_ = before;
        --size_;
        return taken;
    }

    request* first_ = nullptr;
    request* last_ = nullptr;
    std::size_t size_ = 0;
};

}  // namespace ringproof::sim
