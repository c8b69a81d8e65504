#pragma once
// A ring, a group and a stream on one host, and beside them what they should be: a queue of buffer
// ids, and a count of bytes.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <ringproof/buffer_group.hpp>
#include <ringproof/socket_requests.hpp>

#include "properties/hosts.hpp"
#include "sim/oracle/stream.hpp"

namespace ringproof::sim {

/// Not one of those below 64, which kept the head of their last ring up to 6.8 (BUG-07).
inline constexpr group_id rig_group{70};

/// Sizes of a group that gets full and empty within a few steps.
inline group_options small_group() {
    return {.entries = 1U << *rc::gen::inRange(0U, 5U),
            .buffer_size = *rc::gen::inRange<std::uint32_t>(1, 65)};
}

template <class Host>
class group_rig {
public:
    using world_type = typename Host::world_type;
    using kernel_type = typename world_type::kernel_type;
    using lease = buffer_lease<kernel_type>;

    explicit group_rig(Host& host, const group_options& wanted)
        : ring(uring<kernel_type>::create(host.world().kernel(), {.entries = 8, .cq_entries = 64})
                   .value()),
          group(buffer_group<kernel_type>::create(ring, rig_group, wanted).value()),
          fd(host.world().open(channel_kind::unix_stream).value()),
          world_(&host.world()) {
        for (std::uint32_t id = 0; id < wanted.entries; ++id) {
            queue.push_back(static_cast<std::uint16_t>(id));
        }
    }
    group_rig(const group_rig&) = delete;
    group_rig& operator=(const group_rig&) = delete;
    ~group_rig() { static_cast<void>(world_->close(fd)); }

    void feed(std::uint32_t size) {
        const auto sent = world_->send(fd, pattern::of(0, fed_, size));
        if (sent) fed_ += *sent;
    }
    [[nodiscard]] std::uint64_t outstanding() const noexcept { return fed_ - delivered_; }

    /// Queues a request and waits for what it says first.
    completion ask(const abi::io_uring_sqe& request) {
        RC_ASSERT(ring.push(request).has_value());
        return next();
    }
    /// The next completion; waits for it, if it has to.
    completion next() {
        while (unread_.empty()) {
            const auto waited = ring.submit_and_wait(1, patience);
            if (!waited) RC_FAIL("nothing came: " + waited.error().message());
            collect();
        }
        const completion first = unread_.front();
        unread_.pop_front();
        return first;
    }
    /// One that is there without waiting.
    std::optional<completion> glance() {
        RC_ASSERT(ring.submit().has_value());
        collect();
        if (unread_.empty()) return std::nullopt;
        return next();
    }

    /// The bytes must be the stream's next.
    void require_next(std::span<const std::byte> bytes) {
        RC_ASSERT(bytes.size() <= outstanding());
        RC_ASSERT(std::ranges::equal(bytes, pattern::of(0, delivered_, bytes.size())));
        delivered_ += bytes.size();
    }

    /// What both sides say of the buffers with the kernel is what the queue says.
    void require_accounts(const capabilities& can) {
        RC_ASSERT(group.with_kernel() == queue.size());
        if (can.status_query) RC_ASSERT(group.available().value() == queue.size());
    }

    static constexpr std::chrono::seconds patience{20};  // a wait that reaches it has failed

    uring<kernel_type> ring;
    buffer_group<kernel_type> group;
    int fd;
    std::deque<std::uint16_t> queue;  ///< with the kernel, in published order

private:
    void collect() {
        ring.for_each_completion([this](const completion& done) { unread_.push_back(done); });
    }

    world_type* world_;
    std::deque<completion> unread_;
    std::uint64_t fed_ = 0;
    std::uint64_t delivered_ = 0;
};

/// Takes one lease out of several, as a program would that returns first what came first, or last,
/// or anything.
template <class Lease>
Lease take_out(std::vector<Lease>& held, return_order order) {
    const std::size_t at = order == return_order::fifo ? 0
        : order == return_order::lifo                  ? held.size() - 1
                                      : *rc::gen::inRange<std::size_t>(0, held.size());
    Lease chosen = std::move(held[at]);
    held.erase(held.begin() + static_cast<std::ptrdiff_t>(at));
    return chosen;
}

}  // namespace ringproof::sim
