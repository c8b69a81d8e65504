// The completion queue against the simplest thing that could be it: a queue. The kernel's part of
// the work is done by hand, from the manual.

#include <ringproof/completion_queue.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <span>
#include <utility>
#include <vector>

#include "properties/check.hpp"

namespace ringproof::testing {

namespace {

constexpr std::size_t head_at = 0;
constexpr std::size_t tail_at = 64;
constexpr std::size_t entries_at = 128;

/// The memory of a queue, and the kernel that fills it.
class shared {
public:
    shared(std::uint32_t entries, std::uint32_t start)
        : entries_(entries), tail_(start), bytes_(entries_at + entries * sizeof(entry)) {
        put(head_at, start);
        put(tail_at, start);
    }

    [[nodiscard]] ringproof::completion_queue<native_memory> queue() {
        abi::io_uring_params params{};
        params.cq_entries = entries_;
        params.cq_off.head = head_at;
        params.cq_off.tail = tail_at;
        params.cq_off.cqes = entries_at;
        return {native_memory(), std::as_writable_bytes(std::span(bytes_)), params};
    }

    /// False when the application has not made room.
    bool post(std::uint64_t user) {
        if (tail_ - head() == entries_) return false;
        const entry posted{user, static_cast<std::int32_t>(user % 1000),
                           static_cast<std::uint32_t>(user % 7)};
        std::memcpy(bytes_.data() + entries_at + tail_ % entries_ * sizeof posted, &posted,
                    sizeof posted);
        put(tail_at, ++tail_);
        return true;
    }

    [[nodiscard]] std::uint32_t head() const {
        std::uint32_t value = 0;
        std::memcpy(&value, bytes_.data() + head_at, sizeof value);
        return value;
    }

private:
    struct entry {
        std::uint64_t user;
        std::int32_t res;
        std::uint32_t flags;
    };

    void put(std::size_t at, std::uint32_t value) {
        std::memcpy(bytes_.data() + at, &value, sizeof value);
    }

    std::uint32_t entries_;
    std::uint32_t tail_;
    std::vector<std::uint8_t> bytes_;
};

enum class action : std::uint8_t { post, read, advance };

void showValue(action shown, std::ostream& out) {
    constexpr std::array names{"post", "read", "advance"};
    out << names[static_cast<std::size_t>(shown)];
}

using step = std::pair<action, std::uint32_t>;

rc::Gen<std::vector<step>> steps() {
    return rc::gen::container<std::vector<step>>(rc::gen::pair(
        rc::gen::element(action::post, action::read, action::advance), rc::gen::inRange(0U, 40U)));
}

/// Near where the counters wrap, or change sign, or start.
rc::Gen<std::uint32_t> starts() {
    return rc::gen::map(
        rc::gen::pair(rc::gen::element(0U, 0x7fffffffU, 0xffffffffU), rc::gen::inRange(0U, 40U)),
        [](std::pair<std::uint32_t, std::uint32_t> drawn) { return drawn.first - drawn.second; });
}

void require_same(const completion& seen, std::uint64_t user) {
    RC_ASSERT(to_number(seen.user) == user);
    RC_ASSERT(seen.res == static_cast<std::int32_t>(user % 1000));
    RC_ASSERT(seen.flags == user % 7);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(completion_queue)

BOOST_AUTO_TEST_CASE(completions_come_as_they_were_posted) {
    check(20000, []() {
        const std::uint32_t entries = 1U << *rc::gen::inRange(0U, 6U);
        const std::uint32_t start = *starts();
        shared memory(entries, start);
        auto queue = memory.queue();
        RC_ASSERT(queue.size() == entries);
        std::deque<std::uint64_t> expected;
        std::uint64_t next = 1;
        std::uint32_t read = 0;
        for (const auto& [what, count] : *steps()) {
            if (what == action::post) {
                for (std::uint32_t i = 0; i < count && memory.post(next); ++i) {
                    expected.push_back(next++);
                }
                RC_ASSERT(expected.size() <= entries);
            } else if (what == action::read) {
                for (std::uint32_t i = 0; i < queue.ready(); ++i) {
                    require_same(queue.read(i), expected[i]);
                }
            } else {
                const auto done = std::min<std::uint32_t>(count, queue.ready());
                queue.advance(done);
                read += done;
                expected.erase(expected.begin(), expected.begin() + done);
            }
            RC_ASSERT(queue.ready() == expected.size());
            RC_ASSERT(queue.peek().has_value() == !expected.empty());
            if (!expected.empty()) require_same(*queue.peek(), expected.front());
            RC_ASSERT(memory.head() == start + read);
        }
    });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::testing
