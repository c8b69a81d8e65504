// A group is a queue of ids: what was published first is filled first, in whatever order buffers
// come back, and whether they come back at all.

#include <cerrno>
#include <cstdint>
#include <vector>

#include "properties/group_rig.hpp"

namespace ringproof::sim {

namespace {

enum class action : std::uint8_t { feed, receive, give_back, give_back_together };

void showValue(action shown, std::ostream& out) {
    constexpr std::array names{"feed", "receive", "give back", "give back together"};
    out << names[static_cast<std::size_t>(shown)];
}

using step = std::pair<action, std::uint32_t>;  // what, and how much or how many

rc::Gen<std::vector<step>> steps() {
    const auto amounts = rc::gen::weightedOneOf<std::uint32_t>(
        {{3, rc::gen::inRange(1U, 9U)}, {1, rc::gen::inRange(1U, 200U)}});
    return rc::gen::container<std::vector<step>>(
        rc::gen::pair(rc::gen::weightedElement<action>({{3, action::feed},
                                                        {4, action::receive},
                                                        {2, action::give_back},
                                                        {1, action::give_back_together}}),
                      amounts));
}

/// How a program treats what it holds. One that starves gives nothing back while it can still hope.
enum class habit : std::uint8_t { fifo, lifo, random, starving };

void showValue(habit shown, std::ostream& out) {
    constexpr std::array names{"fifo", "lifo", "random", "starving"};
    out << names[static_cast<std::size_t>(shown)];
}

template <class Rig>
class program {
public:
    program(Rig& rig, const capabilities& can, habit how) : rig_(rig), can_(can), habit_(how) {}

    void take(const step& wanted) {
        switch (wanted.first) {
            case action::feed:
                return rig_.feed(wanted.second);
            case action::receive:
                return receive(wanted.second);
            case action::give_back:
                return give_back(wanted.second);
            case action::give_back_together:
                return give_back_together(wanted.second);
        }
    }

private:
    void receive(std::uint32_t most) {
        if (rig_.outstanding() == 0) return;
        const completion done =
            rig_.ask(requests::recv(rig_.fd, rig_group, user_data{1}, {.size_limit = most}));
        if (rig_.queue.empty()) {
            RC_ASSERT(done.res == -ENOBUFS);
            RC_ASSERT(!done.buffer().has_value());
            return;
        }
        const std::uint64_t room = std::min(most, rig_.group.buffer_size());
        RC_ASSERT(done.res == static_cast<std::int32_t>(std::min(rig_.outstanding(), room)));
        RC_ASSERT(done.buffer() == buffer_id{rig_.queue.front()});
        rig_.queue.pop_front();
        auto taken = rig_.group.take_one(done);
        RC_ASSERT(taken.has_value());
        rig_.require_next(taken->bytes());
        held_.push_back(std::move(*taken));
        rig_.require_accounts(can_);
    }

    void give_back(std::uint32_t count) {
        for (; may_give_back() && count > 0; --count) {
            auto chosen = next();
            rig_.queue.push_back(to_number(chosen.id()));
            RC_ASSERT(chosen.give_back().has_value());
        }
        rig_.require_accounts(can_);
    }

    void give_back_together(std::uint32_t count) {
        std::vector<buffer_id> ids;
        for (; may_give_back() && count > 0; --count) {
            ids.push_back(next().detach());
            rig_.queue.push_back(to_number(ids.back()));
        }
        RC_ASSERT(rig_.group.give_back(ids).has_value());
        rig_.require_accounts(can_);
    }

    [[nodiscard]] bool may_give_back() const {
        return !held_.empty() && (habit_ != habit::starving || rig_.queue.empty());
    }
    typename Rig::lease next() {
        return take_out(held_,
                        habit_ == habit::starving ? return_order::fifo
                                                  : static_cast<return_order>(habit_));
    }

    Rig& rig_;
    const capabilities& can_;
    habit habit_;
    std::vector<typename Rig::lease> held_;
};

constexpr auto published_order_tells_what_is_filled = [](auto& host) {
    group_rig rig(host, small_group());
    const habit how = *rc::gen::element(habit::fifo, habit::lifo, habit::random, habit::starving);
    program with(rig, host.can(), how);
    for (const step& each : *steps()) with.take(each);
};

/// What a rig shows to its application: every completion of a fixed small program.
template <class Rig>
std::vector<std::pair<std::int32_t, std::uint32_t>> shown_by(Rig& rig, std::uint32_t rounds) {
    std::vector<std::pair<std::int32_t, std::uint32_t>> shown;
    for (std::uint32_t round = 0; round < rounds; ++round) {
        rig.feed(1 + round % 7);
        while (rig.outstanding() > 0) {
            const completion done =
                rig.ask(requests::recv(rig.fd, rig_group, user_data{1}, {.size_limit = 5}));
            shown.emplace_back(done.res, done.flags);
            auto taken = rig.group.take_one(done);
            RC_ASSERT(taken.has_value());
            rig.require_next(taken->bytes());
        }
    }
    return shown;
}

constexpr auto a_group_is_as_new_when_its_number_was_used_before = [](auto& host) {
    const group_options wanted = small_group();
    const auto rounds = *rc::gen::inRange(1U, 12U);
    std::vector<std::pair<std::int32_t, std::uint32_t>> first;
    std::vector<std::pair<std::int32_t, std::uint32_t>> second;
    group_rig rig(host, wanted);
    first = shown_by(rig, rounds);
    RC_ASSERT(rig.group.close().has_value());
    auto again = decltype(rig.group)::create(rig.ring, rig_group, wanted);
    RC_ASSERT(again.has_value());
    rig.group = std::move(*again);
    second = shown_by(rig, rounds);
    RC_ASSERT(first == second);
};

}  // namespace

BOOST_AUTO_TEST_SUITE(buffer_group)

BOOST_AUTO_TEST_CASE(published_order_tells_what_is_filled_on_every_version) {
    check_on_every_version(published_order_tells_what_is_filled);
}

BOOST_AUTO_TEST_CASE(published_order_tells_what_is_filled_on_this_kernel) {
    check_on_this_kernel(published_order_tells_what_is_filled);
}

BOOST_AUTO_TEST_CASE(a_group_on_this_kernel_runs_past_its_sixteen_bits) {
    linux_host host;
    group_rig rig(host, {.entries = 4, .buffer_size = 8});
    testing::check(500, [&]() {
        const auto rounds = *rc::gen::inRange(150U, 200U);
        for (std::uint32_t round = 0; round < rounds; ++round) {
            rig.feed(8);
            const completion done =
                rig.ask(requests::recv(rig.fd, rig_group, user_data{1}, {.size_limit = 8}));
            RC_ASSERT(done.buffer() == buffer_id{rig.queue.front()});
            rig.queue.push_back(rig.queue.front());
            rig.queue.pop_front();
            auto taken = rig.group.take_one(done);
            RC_ASSERT(taken.has_value());
            rig.require_next(taken->bytes());
        }
        rig.require_accounts(host.can());
    });
}

BOOST_AUTO_TEST_CASE(a_group_is_as_new_on_every_version) {
    check_on_every_version(a_group_is_as_new_when_its_number_was_used_before);
}

BOOST_AUTO_TEST_CASE(a_group_is_as_new_on_this_kernel) {
    check_on_this_kernel(a_group_is_as_new_when_its_number_was_used_before);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::sim
