// One completion for several buffers: they are the ring's next ones, as many as the bytes need,
// all full but the last.

#include <cerrno>
#include <cstdint>
#include <utility>
#include <vector>

#include "properties/group_rig.hpp"

namespace ringproof::sim {

namespace {

template <class Rig>
void receive_bundle(Rig& rig, std::vector<typename Rig::lease>& held) {
    const completion done =
        rig.ask(requests::recv(rig.fd, rig_group, user_data{1}, {.bundle = true}));
    if (rig.queue.empty()) {
        RC_ASSERT(done.res == -ENOBUFS);
        return;
    }
    RC_ASSERT(done.res > 0);
    auto data = rig.group.take(done, {.bundle = true});
    RC_ASSERT(data.has_value());
    const std::size_t size = rig.group.buffer_size();
    if (data->buffer_count() != (done.bytes() + size - 1) / size) {
        RC_FAIL("I14: " + std::to_string(done.bytes()) + " bytes came in " +
                std::to_string(data->buffer_count()) + " buffers of " + std::to_string(size));
    }
    RC_ASSERT(data->buffer_count() <= rig.queue.size());
    while (!data->empty()) {
        auto part = data->pop_front();
        RC_ASSERT(part.bytes().size() == size || data->empty());
        if (to_number(part.id()) != rig.queue.front()) {
            RC_FAIL("I14: a bundle has buffer " + std::to_string(to_number(part.id())) +
                    " where the ring had " + std::to_string(rig.queue.front()));
        }
        rig.queue.pop_front();
        rig.require_next(part.bytes());
        held.push_back(std::move(part));
    }
}

constexpr auto a_bundle_is_the_rings_next_buffers = [](auto& host) {
    group_rig rig(host, small_group());
    std::vector<typename decltype(rig)::lease> held;
    const auto order =
        *rc::gen::element(return_order::fifo, return_order::lifo, return_order::random);
    const auto rounds =
        *rc::gen::container<std::vector<std::pair<std::uint16_t, std::uint16_t>>>(rc::gen::pair(
            rc::gen::inRange<std::uint16_t>(1, 300), rc::gen::inRange<std::uint16_t>(0, 20)));
    for (const auto& [bytes, returns] : rounds) {
        rig.feed(bytes);
        receive_bundle(rig, held);
        for (std::uint16_t i = 0; i < returns && !held.empty(); ++i) {
            auto chosen = take_out(held, order);
            rig.queue.push_back(to_number(chosen.id()));
        }
        rig.require_accounts(host.can());
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(bundle)

BOOST_AUTO_TEST_CASE(a_bundle_is_the_rings_next_buffers_on_every_version) {
    check_on_every_version(a_bundle_is_the_rings_next_buffers,
                           {.needs = &capabilities::bundles, .repaired = true});
}

BOOST_AUTO_TEST_CASE(a_bundle_is_the_rings_next_buffers_on_this_kernel) {
    check_on_this_kernel(a_bundle_is_the_rings_next_buffers, &capabilities::bundles);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::sim
