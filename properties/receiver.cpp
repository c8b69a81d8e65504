// A receiver starts again until all that was sent has come, in order, however rarely buffers come
// back and whoever fills the queues meanwhile.

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include <ringproof/receiver.hpp>

#include "properties/group_rig.hpp"

namespace ringproof::sim {

namespace {

enum class action : std::uint8_t { feed, look, give_back, fill_queue };

void showValue(action shown, std::ostream& out) {
    constexpr std::array names{"feed", "look", "give back", "fill the queue"};
    out << names[static_cast<std::size_t>(shown)];
}

using step = std::pair<action, std::uint32_t>;

rc::Gen<std::vector<step>> steps() {
    return rc::gen::container<std::vector<step>>(
        rc::gen::pair(rc::gen::weightedElement<action>({{4, action::feed},
                                                        {3, action::look},
                                                        {2, action::give_back},
                                                        {1, action::fill_queue}}),
                      rc::gen::inRange(1U, 150U)));
}

constexpr user_data receiving{1};
constexpr user_data noise{2};

template <class Rig>
class listener {
public:
    listener(Rig& rig, const receiver_options& how)
        : rig_(rig), input_(rig.ring, rig.group, rig.fd, receiving, how) {
        RC_ASSERT(input_.arm().has_value());
    }

    void take(const step& wanted) {
        switch (wanted.first) {
            case action::feed:
                return rig_.feed(wanted.second);
            case action::look:
                while (const auto done = rig_.glance()) hear(*done);
                return;
            case action::give_back:
                return give_back(wanted.second);
            case action::fill_queue:
                for (std::uint32_t i = 0; i < wanted.second % 12; ++i) {
                    if (!rig_.ring.push(requests::nop(noise))) return;
                }
        }
    }

    /// With every buffer back, nothing that was sent may stay behind.
    void settle() {
        while (rig_.outstanding() > 0) {
            give_back(~0U);
            hear(rig_.next());
        }
        RC_ASSERT(!input_.done());
        RC_ASSERT(rig_.ring.submit().has_value());  // so that there is room to ask
        RC_ASSERT(input_.cancel(noise).has_value());
        while (!input_.done()) hear(rig_.next());
    }

private:
    void hear(const completion& done) {
        if (done.user != receiving) return;
        auto came = input_.on(done);
        switch (came.what) {
            case ringproof::received::data:
                while (!came.data.empty()) {
                    held_.push_back(came.data.pop_front());
                    rig_.require_next(held_.back().bytes());
                }
                return;
            case ringproof::received::no_buffers:
            case ringproof::received::interrupted:
            case ringproof::received::cancelled:
                return;
            default:
                RC_FAIL("I17: a receiver gave up: " + came.error.message());
        }
    }

    void give_back(std::uint32_t count) {
        for (; !held_.empty() && count > 0; --count) take_out(held_, return_order::random);
    }

    Rig& rig_;
    receiver<typename Rig::kernel_type> input_;
    std::vector<typename Rig::lease> held_;
};

constexpr auto all_that_was_sent_comes_in_order = [](auto& host) {
    group_options wanted = small_group();
    wanted.incremental = host.can().incremental && *rc::gen::arbitrary<bool>();
    group_rig rig(host, wanted);
    receiver_options how;
    how.request.bundle = host.can().bundles && *rc::gen::arbitrary<bool>();
    how.request.poll_first = *rc::gen::arbitrary<bool>();
    listener with(rig, how);
    for (const step& each : *steps()) with.take(each);
    with.settle();
};

}  // namespace

BOOST_AUTO_TEST_SUITE(receiver)

BOOST_AUTO_TEST_CASE(all_that_was_sent_comes_in_order_on_every_version) {
    check_on_every_version(all_that_was_sent_comes_in_order,
                           {.needs = &capabilities::recv_multishot, .repaired = true});
}

BOOST_AUTO_TEST_CASE(all_that_was_sent_comes_in_order_on_this_kernel) {
    check_on_this_kernel(all_that_was_sent_comes_in_order, &capabilities::recv_multishot);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::sim
