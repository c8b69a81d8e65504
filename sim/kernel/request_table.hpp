#pragma once
// The requests that others look for: those that wait, by their user data. The links lie in the
// requests themselves.

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include <ringproof/abi.hpp>

#include "sim/kernel/request.hpp"

namespace ringproof::sim {

/// Doubly linked through two of a request's own members.
template <request* request::* Before, request* request::* After>
class linked_requests {
public:
    void add_front(request& added) noexcept {
        added.*Before = nullptr;
        added.*After = first_;
        (first_ == nullptr ? last_ : first_->*Before) = &added;
        first_ = &added;
    }

    void add_back(request& added) noexcept {
        added.*Before = last_;
        added.*After = nullptr;
        (last_ == nullptr ? first_ : last_->*After) = &added;
        last_ = &added;
    }

    void remove(request& removed) noexcept {
        request* before = removed.*Before;
        request* after = removed.*After;
        (before == nullptr ? first_ : before->*After) = after;
        (after == nullptr ? last_ : after->*Before) = before;
    }

    /// Shows each to `visitor`, which may take it away, until that says false; the answer is
    /// whether it never did.
    template <typename Visitor>
    bool visit(Visitor&& visitor) const {
        request* next = nullptr;
        for (request* each = first_; each != nullptr; each = next) {
            next = each->*After;
            if (!visitor(*each)) return false;
        }
        return true;
    }

    [[nodiscard]] request* first() const noexcept { return first_; }

private:
    request* first_ = nullptr;
    request* last_ = nullptr;
};

using request_list = linked_requests<&request::table_before, &request::table_after>;

/// Requests by a hash of their user data, the kernel's (hash_64()). Lists that grow long are split
/// by the hash's next bit; all of one user data stay in one list, in their order.
template <typename List>
class hashed_requests {
public:
    static constexpr unsigned bits_max = 16;

    void open(unsigned bits) {
        bits_ = bits;
        lists_.assign(std::size_t{1} << bits_, {});
    }

    /// The list that a new one goes into.
    [[nodiscard]] List& room_for(const request& added) {
        if (++size_ > lists_.size() * long_list && bits_ < bits_max) split();
        return at(added.user_data);
    }

    void remove(request& removed) noexcept {
        --size_;
        at(removed.user_data).remove(removed);
    }

    [[nodiscard]] List& at(std::uint64_t user_data) noexcept {
        return lists_[(user_data * 0x61c8'8646'80b5'83ebU) >> (64U - bits_)];
    }

    [[nodiscard]] std::span<const List> lists() const noexcept { return lists_; }

private:
    static constexpr std::size_t long_list = 8;

    void split() {
        ++bits_;
        const std::vector<List> before =
            std::exchange(lists_, std::vector<List>(std::size_t{1} << bits_));
        for (const List& list : before) {
            list.visit([this](request& each) {
                at(each.user_data).add_back(each);
                return true;
            });
        }
    }

    unsigned bits_ = 1;
    std::size_t size_ = 0;
    std::vector<List> lists_;
};

/// The requests that a cancel can find: those armed in poll as the kernel's table has them
/// (io_poll_req_insert()), each of its buckets with the latest in front; timers in the order in
/// which they were armed. So a cancel of many finds them in the same order. One is found by its
/// user data at once, however many there are.
class request_table {
public:
    /// The kernel has one bucket for each 32 completions that the queue has room for, 2 .. 256.
    void open(std::uint32_t cq_entries) {
        const int wanted = static_cast<int>(std::bit_width(cq_entries)) - 6;
        buckets_ = std::size_t{1} << static_cast<unsigned>(std::clamp(wanted, 1, 8));
        polls_.open(static_cast<unsigned>(std::countr_zero(buckets_)));
        named_timers_.open(1);
    }

    void add_poll(request& added) {
        added.in_table = true;
        added.table_number = ++added_;
        polls_.room_for(added).add_front(added);
    }

    void add_timer(request& added) {
        added.in_table = true;
        timers_.add_back(added);
        named_timers_.room_for(added).add_back(added);
    }

    void remove(request& removed) noexcept {
        if (!removed.in_table) return;
        removed.in_table = false;
        const bool is_timer = removed.opcode == abi::ioring_op_timeout ||
            removed.opcode == abi::ioring_op_link_timeout;
        if (!is_timer) return polls_.remove(removed);
        timers_.remove(removed);
        named_timers_.remove(removed);
    }

    // What follows shows requests in the order above, until `visitor(request&)`, which may take the
    // request away, says false; the answer is whether it never did.

    template <typename Visitor>
    bool visit_polls(Visitor&& visitor) {
        const std::span<const request_list> lists = polls_.lists();
        const std::size_t parts = lists.size() / buckets_;
        for (std::size_t at = 0; at < lists.size(); at += parts) {
            if (!visit_bucket(lists.subspan(at, parts), visitor)) return false;
        }
        return true;
    }

    template <typename Visitor>
    bool visit_polls_of(std::uint64_t user_data, Visitor&& visitor) {
        return polls_.at(user_data).visit(of(user_data, visitor));
    }

    template <typename Visitor>
    bool visit_timers_of(std::uint64_t user_data, Visitor&& visitor) {
        return named_timers_.at(user_data).visit(of(user_data, visitor));
    }

    [[nodiscard]] const request_list& timers() const noexcept { return timers_; }

private:
    template <typename Visitor>
    static auto of(std::uint64_t user_data, Visitor& visitor) {
        return [user_data, &visitor](request& each) {
            return each.user_data != user_data || visitor(each);
        };
    }

    // One of the kernel's buckets, in as many lists as it was split into.
    template <typename Visitor>
    static bool visit_bucket(std::span<const request_list> parts, Visitor& visitor) {
        if (parts.size() == 1) return parts.front().visit(visitor);
        std::vector<request*> all;
        for (const request_list& part : parts) {
            part.visit([&all](request& each) {
                all.push_back(&each);
                return true;
            });
        }
        std::ranges::sort(all, std::ranges::greater(), &request::table_number);
        return std::ranges::all_of(all, [&visitor](request* each) { return visitor(*each); });
    }

    // A timer waits for no file, so that it has the links of that line to spare.
    using timer_list = linked_requests<&request::wait_before, &request::wait_after>;

    std::size_t buckets_ = 2;
    std::uint64_t added_ = 0;
    hashed_requests<request_list> polls_;
    request_list timers_;
    hashed_requests<timer_list> named_timers_;
};

}  // namespace ringproof::sim
