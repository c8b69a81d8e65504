#pragma once
// Where requests stand in line. The links lie in the requests themselves, so that standing in line
// costs no memory.

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <ringproof/abi.hpp>

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

/// Doubly linked through `table_before` and `table_after`.
class request_list {
public:
    void add_front(request& added) noexcept {
        added.table_before = nullptr;
        added.table_after = first_;
        (first_ == nullptr ? last_ : first_->table_before) = &added;
        first_ = &added;
    }

    void add_back(request& added) noexcept {
        added.table_before = last_;
        added.table_after = nullptr;
        (last_ == nullptr ? first_ : last_->table_after) = &added;
        last_ = &added;
    }

    void remove(request& removed) noexcept {
        request* before = removed.table_before;
        request* after = removed.table_after;
        (before == nullptr ? first_ : before->table_after) = after;
        (after == nullptr ? last_ : after->table_before) = before;
    }

    [[nodiscard]] request* first() const noexcept { return first_; }

private:
    request* first_ = nullptr;
    request* last_ = nullptr;
};

/// The requests that a cancel can find: those armed in poll by a hash of their user data, as the
/// kernel keeps them (io_poll_req_insert() and hash_64()), each bucket with the latest in front;
/// timers in the order in which they were armed. So a cancel of many finds them in the same order.
class request_table {
public:
    /// One bucket for each 32 completions that the queue has room for, 2 .. 256.
    void open(std::uint32_t cq_entries) {
        const int wanted = static_cast<int>(std::bit_width(cq_entries)) - 6;
        bits_ = static_cast<unsigned>(std::clamp(wanted, 1, 8));
        buckets_.assign(std::size_t{1} << bits_, {});
    }

    void add_poll(request& added) noexcept {
        added.in_table = true;
        bucket_of(added.user_data).add_front(added);
    }

    void add_timer(request& added) noexcept {
        added.in_table = true;
        timers_.add_back(added);
    }

    void remove(request& removed) noexcept {
        if (!removed.in_table) return;
        removed.in_table = false;
        list_of(removed).remove(removed);
    }

    [[nodiscard]] std::span<const request_list> polls() const noexcept { return buckets_; }
    [[nodiscard]] const request_list& timers() const noexcept { return timers_; }

private:
    request_list& bucket_of(std::uint64_t user_data) noexcept {
        return buckets_[(user_data * 0x61c8'8646'80b5'83ebU) >> (64U - bits_)];
    }
    request_list& list_of(const request& any) noexcept {
        const bool is_timer =
            any.opcode == abi::ioring_op_timeout || any.opcode == abi::ioring_op_link_timeout;
        return is_timer ? timers_ : bucket_of(any.user_data);
    }

    unsigned bits_ = 1;
    std::vector<request_list> buckets_;
    request_list timers_;
};

}  // namespace ringproof::sim
