// A lease ends once, whatever is done with it: moved, detached, ended twice, or kept until group
// and ring are gone. Until then its bytes stay what they were.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "properties/group_rig.hpp"

namespace ringproof::sim {

namespace {

enum class action : std::uint8_t { receive, end, end_twice, detach, swap, assign, close };

void showValue(action shown, std::ostream& out) {
    constexpr std::array names{"receive", "end", "end twice", "detach", "swap", "assign", "close"};
    out << names[static_cast<std::size_t>(shown)];
}

rc::Gen<std::vector<action>> actions() {
    return rc::gen::container<std::vector<action>>(
        rc::gen::weightedElement<action>({{12, action::receive},
                                          {4, action::end},
                                          {2, action::end_twice},
                                          {2, action::detach},
                                          {2, action::swap},
                                          {2, action::assign},
                                          {1, action::close}}));
}

/// A lease and what it must show.
template <class Rig>
struct holding {
    typename Rig::lease lease;
    std::vector<std::byte> copy;
};

template <class Rig>
class holder {
public:
    holder(Rig& rig, const capabilities& can) : rig_(rig), can_(can) {}

    void take(action wanted) {
        if (wanted == action::receive) return receive();
        if (wanted == action::close) return close();
        if (held_.empty()) return;
        const std::size_t at = *rc::gen::inRange<std::size_t>(0, held_.size());
        std::swap(held_[at], held_.back());  // a move of both
        switch (wanted) {
            case action::end:
            case action::end_twice:
                return end(wanted == action::end_twice);
            case action::detach:
                return detach();
            case action::assign:
                return assign();
            default:
                return;  // moved is enough
        }
    }

    void require_bytes() const {
        for (const auto& each : held_) {
            RC_ASSERT(std::ranges::equal(each.lease.bytes(), each.copy));
        }
    }
    void require_accounts() const {
        if (!closed_) rig_.require_accounts(can_);
    }

private:
    void receive() {
        if (closed_ || rig_.queue.empty()) return;
        rig_.feed(3);
        const completion done =
            rig_.ask(requests::recv(rig_.fd, rig_group, user_data{1}, {.size_limit = 3}));
        auto taken = rig_.group.take_one(done);
        RC_ASSERT(taken.has_value());
        RC_ASSERT(to_number(taken->id()) == rig_.queue.front());
        rig_.queue.pop_front();
        rig_.require_next(taken->bytes());
        const auto bytes = taken->bytes();
        held_.push_back({std::move(*taken), {bytes.begin(), bytes.end()}});
    }

    void end(bool twice) {
        came_back(held_.back().lease.id());
        RC_ASSERT(held_.back().lease.give_back().has_value());
        if (twice) RC_ASSERT(held_.back().lease.give_back().has_value());
        RC_ASSERT(!held_.back().lease);
        held_.pop_back();
    }

    /// What was detached is owed, once: a second time is refused, and so is what nobody holds.
    void detach() {
        const buffer_id id = held_.back().lease.detach();
        held_.pop_back();
        const auto done = rig_.group.give_back(id);
        RC_ASSERT(done.has_value());
        came_back(id);
        RC_ASSERT(rig_.group.give_back(id).error() == errc::not_leased);
        const auto foreign = static_cast<buffer_id>(rig_.group.slot_count());
        RC_ASSERT(rig_.group.give_back(foreign).error() == errc::foreign_buffer);
    }

    /// The lease that is assigned to ends.
    void assign() {
        if (held_.size() < 2) return;
        came_back(held_.front().lease.id());
        std::swap(held_.front().copy, held_.back().copy);
        held_.front().lease = std::move(held_.back().lease);
        held_.pop_back();
    }

    void close() {
        RC_ASSERT(rig_.group.close().has_value());
        closed_ = true;
    }

    void came_back(buffer_id id) {
        if (!closed_) rig_.queue.push_back(to_number(id));
    }

    Rig& rig_;
    const capabilities& can_;
    std::vector<holding<Rig>> held_;
    bool closed_ = false;
};

constexpr auto a_lease_ends_once = [](auto& host) {
    using rig_type = group_rig<std::remove_reference_t<decltype(host)>>;
    std::optional<rig_type> rig;
    rig.emplace(host, group_options{.entries = 1U << *rc::gen::inRange(0U, 4U), .buffer_size = 8});
    holder<rig_type> with(*rig, host.can());
    for (const action each : *actions()) {
        with.take(each);
        with.require_bytes();
        with.require_accounts();
    }
    rig.reset();  // the leases live on
    with.require_bytes();
};

}  // namespace

BOOST_AUTO_TEST_SUITE(lease)

BOOST_AUTO_TEST_CASE(a_lease_ends_once_on_every_version) {
    check_on_every_version(a_lease_ends_once);
}

BOOST_AUTO_TEST_CASE(a_lease_ends_once_on_this_kernel) { check_on_this_kernel(a_lease_ends_once); }

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::sim
