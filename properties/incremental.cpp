// A buffer that is filled bit by bit: its parts lie back to back, it stays the ring's first until
// too little of it is left, and it goes back when that and the last lease on it have ended.

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "properties/group_rig.hpp"

namespace ringproof::sim {

namespace {

template <class Rig>
class reader {
public:
    reader(Rig& rig, std::uint32_t min_left) : rig_(rig), keeps_(std::max(min_left, 1U)) {}

    void receive(std::uint32_t most) {
        if (rig_.outstanding() == 0) return;
        const completion done =
            rig_.ask(requests::recv(rig_.fd, rig_group, user_data{1}, {.size_limit = most}));
        if (rig_.queue.empty()) {
            RC_ASSERT(done.res == -ENOBUFS);
            return;
        }
        const std::uint16_t id = rig_.queue.front();
        const std::uint64_t room = std::min(most, rig_.group.buffer_size() - filled_);
        const std::uint64_t right = std::min(rig_.outstanding(), room);
        RC_ASSERT(done.res == static_cast<std::int32_t>(right));
        RC_ASSERT(done.buffer() == buffer_id{id});
        auto part = rig_.group.take_one(done);
        RC_ASSERT(part.has_value());
        require_place(id, part->bytes());
        rig_.require_next(part->bytes());
        filled_ += static_cast<std::uint32_t>(right);
        ++parts_[id];
        held_.push_back(std::move(*part));
        const bool stays = rig_.group.buffer_size() - filled_ >= keeps_;
        if (done.buffer_more() != stays) {
            RC_FAIL("I13: F_BUF_MORE is wrong with " +
                    std::to_string(rig_.group.buffer_size() - filled_) + " bytes left");
        }
        if (stays) return;
        rig_.queue.pop_front();
        filled_ = 0;
    }

    void give_back(return_order order) {
        if (held_.empty()) return;
        auto chosen = take_out(held_, order);
        const std::uint16_t id = to_number(chosen.id());
        const bool with_kernel = std::ranges::find(rig_.queue, id) != rig_.queue.end();
        if (--parts_[id] == 0 && !with_kernel) rig_.queue.push_back(id);
    }

private:
    /// Behind what the buffer has already.
    void require_place(std::uint16_t id, std::span<const std::byte> bytes) {
        const auto whole = rig_.group.core().storage().buffer(buffer_id{id});
        if (bytes.data() != whole.data() + filled_) {
            RC_FAIL("I13: a part begins " + std::to_string(bytes.data() - whole.data()) +
                    " bytes into its buffer, and " + std::to_string(filled_) + " are filled");
        }
    }

    Rig& rig_;
    std::uint32_t keeps_;
    std::uint32_t filled_ = 0;                      // of the ring's first buffer
    std::map<std::uint16_t, std::uint32_t> parts_;  // leases, by id
    std::vector<typename Rig::lease> held_;
};

constexpr auto parts_lie_back_to_back = [](auto& host) {
    group_options wanted = small_group();
    wanted.incremental = true;
    if (host.can().min_left) {
        wanted.min_left = *rc::gen::inRange<std::uint32_t>(0, wanted.buffer_size + 1);
    }
    group_rig rig(host, wanted);
    reader with(rig, wanted.min_left);
    const auto order =
        *rc::gen::element(return_order::fifo, return_order::lifo, return_order::random);
    const auto amounts = rc::gen::inRange<std::uint8_t>(1, 70);
    const auto rounds =
        *rc::gen::container<std::vector<std::tuple<std::uint8_t, std::uint8_t, bool>>>(
            rc::gen::tuple(amounts, amounts, rc::gen::arbitrary<bool>()));
    for (const auto& [fed, asked, returns] : rounds) {
        rig.feed(fed);
        with.receive(asked);
        if (returns) with.give_back(order);
        rig.require_accounts(host.can());
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(incremental)

BOOST_AUTO_TEST_CASE(parts_lie_back_to_back_on_every_version) {
    check_on_every_version(parts_lie_back_to_back,
                           {.needs = &capabilities::incremental, .repaired = true});
}

BOOST_AUTO_TEST_CASE(parts_lie_back_to_back_on_this_kernel) {
    check_on_this_kernel(parts_lie_back_to_back, &capabilities::incremental);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::sim
