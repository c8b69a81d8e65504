#pragma once
// The buffers of one completion, in the order in which the kernel filled them.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>
#include <utility>

#include <ringproof/buffer_lease.hpp>
#include <ringproof/group_core.hpp>

namespace ringproof {

/// One buffer, or several for a bundled receive. A bundle's completion names its first buffer only;
/// the others follow in ring slots, not in ids, and the group recorded them in that order when it
/// took the completion, so that buffers given back meanwhile change nothing (BND-02, BND-03). Ends
/// like a lease: gives all of them back, with one publish.
template <kernel Kernel>
class bundle {
public:
    class iterator;

    /// Holds nothing.
    bundle() noexcept = default;
    bundle(bundle&& other) noexcept
        : core_(std::exchange(other.core_, nullptr)), taken_(std::exchange(other.taken_, {})) {}
    bundle& operator=(bundle&& other) noexcept {
        if (this != &other) {
            (void)give_back();
            core_ = std::exchange(other.core_, nullptr);
            taken_ = std::exchange(other.taken_, {});
        }
        return *this;
    }
    ~bundle() {
        if (core_ == nullptr) return;
        if (taken_.count == 1) {
            (void)core_->end_lease_in_batch(taken_.first);
        } else {
            (void)give_back();
        }
    }

    [[nodiscard]] bool empty() const noexcept { return taken_.count == 0; }
    [[nodiscard]] std::uint32_t buffer_count() const noexcept { return taken_.count; }
    /// Bytes in all buffers together.
    [[nodiscard]] std::size_t size() const noexcept { return taken_.size; }

    /// The first buffer's bytes: all of them, unless the completion was bundled.
    /// An empty span when there is none.
    [[nodiscard]] std::span<std::byte> front() const noexcept {
        if (core_ == nullptr) return {};
        const auto room = core_->rest_of(taken_.first, taken_.offset);
        return room.first(std::min(taken_.size, room.size()));
    }
    [[nodiscard]] buffer_id front_id() const noexcept { return taken_.first; }

    /// Walks the buffers' bytes, first to last. \code for (std::span<std::byte> part : data) ...
    [[nodiscard]] iterator begin() const noexcept { return iterator(core_, taken_); }
    [[nodiscard]] iterator end() const noexcept { return iterator(core_, {}); }

    /// Takes the first buffer out, as a lease of its own. An empty lease when there is none, and
    /// for a caller that the ring does not belong to.
    [[nodiscard]] buffer_lease<Kernel> pop_front() noexcept {
        if (core_ == nullptr || !core_->is_owner()) return {};
        buffer_lease<Kernel> first(*core_, taken_.first, front());
        advance(*core_, taken_);
        if (taken_.count == 0) std::exchange(core_, nullptr)->drop();
        return first;
    }

    /// Gives all of it back now. Errors: as buffer_lease::give_back().
    result<void> give_back() noexcept {
        if (core_ == nullptr) return {};
        if (taken_.count == 1) {
            const buffer_id only = std::exchange(taken_, {}).first;
            return std::exchange(core_, nullptr)->end_lease(only);
        }
        if (!core_->is_owner()) [[unlikely]] {
            taken_ = {};
            return std::exchange(core_, nullptr)->lose();
        }
        core_->hold_returns();
        result<void> outcome{};
        while (taken_.count > 0) {
            const buffer_id id = taken_.first;
            advance(*core_, taken_);
            if (auto done = core_->give_back(id); !done) outcome = done;
        }
        core_->release_returns();
        std::exchange(core_, nullptr)->drop();
        return outcome;
    }

    /// For this library: what `core` has just taken.
    bundle(group_core<Kernel>& core, const taken_buffers& taken) noexcept
        : core_(&core),
          // By member: a copy as a whole would wait for the narrow stores that made it.
          taken_{taken.first, taken.count, taken.offset, taken.size} {
        core.acquire();
    }

private:
    static void advance(const group_core<Kernel>& core, taken_buffers& taken) noexcept {
        const std::size_t room = core.size_of(taken.first) - taken.offset;
        taken.size -= std::min(taken.size, room);
        taken.offset = 0;  // only the first buffer of an incremental bundle was partly used before
        if (--taken.count > 0) taken.first = core.next_of(taken.first);
    }

    group_core<Kernel>* core_ = nullptr;
    taken_buffers taken_;
};

/// Visits the bytes of each buffer.
template <kernel Kernel>
class bundle<Kernel>::iterator {
public:
    using value_type = std::span<std::byte>;
    using difference_type = std::ptrdiff_t;

    iterator() noexcept = default;
    iterator(const group_core<Kernel>* core, const taken_buffers& rest) noexcept
        : core_(core), rest_(rest) {}

    value_type operator*() const noexcept {
        const auto room = core_->rest_of(rest_.first, rest_.offset);
        return room.first(std::min(rest_.size, room.size()));
    }
    iterator& operator++() noexcept {
        advance(*core_, rest_);
        return *this;
    }
    iterator operator++(int) noexcept {
        iterator before = *this;
        ++*this;
        return before;
    }
    friend bool operator==(const iterator& a, const iterator& b) noexcept {
        return a.rest_.count == b.rest_.count;
    }

private:
    const group_core<Kernel>* core_ = nullptr;
    taken_buffers rest_;
};

}  // namespace ringproof
