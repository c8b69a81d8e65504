// The bare ring against the simplest thing that could be it: a queue of entries, and the kernel's
// rules for reading them, written down a second time from the manual, not from the ring.

#include <ringproof/buffer_ring.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <ostream>
#include <span>
#include <utility>
#include <vector>

#include "properties/check.hpp"

namespace ringproof::testing {

namespace {

using native_ring = ringproof::buffer_ring<native_memory>;
constexpr std::size_t entry_size = 16;
constexpr std::size_t tail_offset = 14;
constexpr std::uint16_t untouched = 0xa5a5;
std::array<std::byte, 4096> storage{};

/// What the kernel reads of an entry.
struct entry {
    std::uint64_t address;
    std::uint32_t length;
    std::uint16_t id;
    friend bool operator==(const entry&, const entry&) = default;
};

/// A buffer somewhere in the storage. The address is all that the ring looks at.
std::span<std::byte> buffer_of(std::uint16_t draw) {
    return std::span(storage).subspan(draw % 64U, draw % 1024U);
}

entry entry_of(std::uint16_t draw) {
    const auto bytes = buffer_of(draw);
    return {reinterpret_cast<std::uintptr_t>(bytes.data()),
            static_cast<std::uint32_t>(bytes.size()), draw};
}

/// The shared memory, read byte by byte as the kernel would.
class shared {
public:
    shared(std::size_t entries, std::uint16_t tail)
        : entries_(entries, {.addr = 1, .len = 2, .bid = 3, .resv = untouched}) {
        entries_[0].resv = tail;
    }

    [[nodiscard]] std::span<abi::io_uring_buf> entries() { return entries_; }
    [[nodiscard]] std::uint16_t tail() const { return word<std::uint16_t>(tail_offset); }
    [[nodiscard]] entry at(std::uint16_t position) const {
        const std::size_t offset = place(position);
        return {word<std::uint64_t>(offset), word<std::uint32_t>(offset + 8),
                word<std::uint16_t>(offset + 12)};
    }

    /// What an incremental kernel leaves of an entry that it has used up.
    void use_up(std::uint16_t position) {
        auto* bytes = reinterpret_cast<std::byte*>(entries_.data()) + place(position);
        std::memset(bytes, 0, tail_offset - 2);
    }

    /// Nobody but slot 0 has a tail: the field of the others is reserved.
    [[nodiscard]] bool reserved_untouched() const {
        for (std::size_t slot = 1; slot < entries_.size(); ++slot) {
            if (entries_[slot].resv != untouched) return false;
        }
        return true;
    }

    friend bool operator==(const shared& one, const shared& other) {
        return std::memcmp(one.entries_.data(), other.entries_.data(),
                           one.entries_.size() * entry_size) == 0;
    }

private:
    [[nodiscard]] std::size_t place(std::uint16_t position) const {
        return position % entries_.size() * entry_size;
    }
    template <class Value>
    [[nodiscard]] Value word(std::size_t offset) const {
        Value value;
        std::memcpy(&value, reinterpret_cast<const std::byte*>(entries_.data()) + offset,
                    sizeof value);
        return value;
    }

    std::vector<abi::io_uring_buf> entries_;
};

/// Mostly few slots, so that rings get full; up to the largest now and then.
rc::Gen<std::size_t> slot_counts() {
    const auto few = rc::gen::inRange(0, 6);
    const auto any = rc::gen::resize(rc::kNominalSize, rc::gen::inRange(0, 16));
    return rc::gen::map(rc::gen::weightedOneOf<int>({{2, few}, {1, any}}),
                        [](int log) { return std::size_t{1} << log; });
}

/// Near the places where a position wraps, changes sign, or starts.
rc::Gen<std::uint16_t> start_tails() {
    auto near =
        rc::gen::map(rc::gen::pair(rc::gen::element(0, 32767, 65535), rc::gen::inRange(-4, 5)),
                     [](std::pair<int, int> drawn) {
                         return static_cast<std::uint16_t>(drawn.first + drawn.second);
                     });
    return rc::gen::weightedOneOf<std::uint16_t>(
        {{3, std::move(near)}, {1, rc::gen::arbitrary<std::uint16_t>()}});
}

enum class action : std::uint8_t { stage, publish, consume };

void showValue(action shown, std::ostream& out) {
    constexpr std::array names{"stage", "publish", "consume"};
    out << names[static_cast<std::size_t>(shown)];
}

/// What is done, and how often; more often than there is room for means as often as there is.
using step = std::pair<action, std::uint16_t>;

rc::Gen<std::vector<step>> steps() {
    return rc::gen::container<std::vector<step>>(rc::gen::pair(
        rc::gen::element(action::stage, action::publish, action::consume),
        rc::gen::weightedOneOf<std::uint16_t>({{4, rc::gen::inRange<std::uint16_t>(1, 9)},
                                               {1, rc::gen::arbitrary<std::uint16_t>()}})));
}

/// A ring and the queue that it should be.
class pair_of_rings {
public:
    pair_of_rings(std::size_t slots, std::uint16_t start)
        : memory_(slots, start), ring_({}, memory_.entries()), head_(start), slots_(slots) {}

    void take(const step& wanted) {
        for (std::uint32_t i = 0; i < wanted.second; ++i) {
            if (wanted.first == action::stage && !stage()) break;
            if (wanted.first == action::consume && !consume()) break;
        }
        if (wanted.first == action::publish) publish();
        check();
    }

    [[nodiscard]] const shared& memory() const { return memory_; }

private:
    [[nodiscard]] std::uint16_t after(std::size_t count) const {
        return static_cast<std::uint16_t>(head_ + count);
    }

    bool stage() {
        if (published_.size() + staged_.size() == slots_) return false;
        const std::uint16_t draw = next_id_++;
        RC_ASSERT(to_number(ring_.next_slot()) ==
                  after(published_.size() + staged_.size()) % slots_);
        ring_.stage(buffer_of(draw), buffer_id{draw});
        staged_.push_back(entry_of(draw));
        return true;
    }

    void publish() {
        ring_.publish();
        published_.insert(published_.end(), staged_.begin(), staged_.end());
        staged_.clear();
    }

    bool consume() {
        if (published_.empty()) return false;
        RC_ASSERT(memory_.at(head_) == published_.front());
        memory_.use_up(head_++);
        published_.pop_front();
        return true;
    }

    void check() const {
        RC_ASSERT(memory_.tail() == after(published_.size()));
        RC_ASSERT(ring_.tail_published() == memory_.tail());
        RC_ASSERT(ring_.tail_staged() == after(published_.size() + staged_.size()));
        RC_ASSERT(ring_.available(head_) == published_.size());
        if (published_.empty()) return;
        // The two ends; what is between them is checked when the kernel comes to it.
        RC_ASSERT(memory_.at(head_) == published_.front());
        RC_ASSERT(memory_.at(after(published_.size() - 1)) == published_.back());
        const auto seen = ring_.entry(ring_.slot_of(head_));
        RC_ASSERT(reinterpret_cast<std::uintptr_t>(seen.data()) == published_.front().address);
        RC_ASSERT(seen.size() == published_.front().length);
    }

    shared memory_;
    native_ring ring_;
    std::uint16_t head_;  // the kernel's
    std::size_t slots_;
    std::uint16_t next_id_ = 0;
    std::deque<entry> staged_;
    std::deque<entry> published_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(buffer_ring)

BOOST_AUTO_TEST_CASE(a_ring_is_a_queue_of_entries) {
    check(20000, []() {
        const auto slots = *slot_counts();
        const auto start = *start_tails();
        pair_of_rings both(slots, start);
        for (const step& each : *steps()) both.take(each);
        RC_ASSERT(both.memory().reserved_untouched());
    });
}

BOOST_AUTO_TEST_CASE(one_store_for_a_batch_leaves_what_single_stores_leave) {
    check(20000, []() {
        const auto slots = *slot_counts();
        const auto start = *start_tails();
        const auto count = *rc::gen::inRange<std::size_t>(0, slots + 1);
        shared together(slots, start);
        shared singly(slots, start);
        native_ring batch({}, together.entries());
        native_ring single({}, singly.entries());
        for (std::size_t i = 0; i < count; ++i) {
            const auto draw = static_cast<std::uint16_t>(i);
            batch.stage(buffer_of(draw), buffer_id{draw});
            single.stage(buffer_of(draw), buffer_id{draw});
            single.publish();
            if (together.tail() != start) RC_FAIL("staging was seen before publish()");
        }
        batch.publish();
        RC_ASSERT(together == singly);
        RC_ASSERT(together.tail() == static_cast<std::uint16_t>(start + count));
    });
}

BOOST_AUTO_TEST_CASE(what_is_available_depends_on_the_distance_alone) {
    check(20000, []() {
        const auto slots = *slot_counts();
        const auto start = *start_tails();
        const auto count = *rc::gen::inRange<std::size_t>(0, slots + 1);
        shared memory(slots, static_cast<std::uint16_t>(start + count));
        const native_ring ring({}, memory.entries());
        RC_ASSERT(ring.available(start) == count);
        RC_ASSERT(ring.slot_count() == slots);
        RC_ASSERT(ring.mask() == slots - 1);
    });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::testing
