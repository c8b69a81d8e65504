#include <ringproof/send_group.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/support/backends.hpp"
#include "tests/support/group_rig.hpp"

namespace {

using namespace ringproof;
using ringproof::testing::backends;
using ringproof::testing::bytes_of;
using ringproof::testing::error_of;
using ringproof::testing::group_rig;
using ringproof::testing::require;
using ringproof::testing::text;

constexpr user_data writer{2};
constexpr group_id from{9};

/// Four buffers of 16 bytes to send from, and a channel.
template <class Backend>
struct sending : group_rig<Backend> {
    using rig = group_rig<Backend>;
    using send_group_type = ringproof::send_group<typename rig::kernel_type>;
    using lease_type = buffer_lease<typename rig::kernel_type>;

    explicit sending(const group_options& options = rig::small)
        : group(send_group_type::create(this->ring, from, options).value()) {
        require(this->backend, &capabilities::bundles);  // of the same age: Linux 6.10
    }

    lease_type filled(std::string_view what) {
        auto lease = group.acquire().value();
        std::ranges::copy(bytes_of(what), lease.bytes().begin());
        return lease;
    }
    void provide(std::string_view what) {
        group.provide(filled(what), static_cast<std::uint32_t>(what.size())).value();
    }
    completion send(bool bundle = false, std::uint32_t size = 0) {
        this->ring.push(requests::send(fd, from, writer, bundle, size)).value();
        return this->next();
    }
    /// What the peer has got.
    std::string arrived() {
        std::array<std::byte, 256> into{};
        const auto got = this->backend.world().receive(fd, into);
        return got ? text(std::span(into).first(*got)) : got.error().message();
    }

    send_group_type group;
    int fd = this->open();
};

}  // namespace

BOOST_AUTO_TEST_SUITE(send_group)

BOOST_AUTO_TEST_CASE_TEMPLATE(all_buffers_are_free_at_first, Backend, backends) {
    sending<Backend> here;
    BOOST_TEST(here.group.free() == 4U);
    BOOST_TEST(here.group.slot_count() == 4U);
    BOOST_TEST(here.group.buffer_size() == 16U);
    BOOST_TEST((here.group.id() == from));
    BOOST_TEST(here.send().res == -ENOBUFS);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_provided_buffer_is_sent_and_free_again, Backend, backends) {
    sending<Backend> here;
    std::uint16_t tail = here.group.tail_published();
    for (const std::string what : {"one", "sixteen bytes !!", "three"}) {
        here.provide(what);
        BOOST_TEST(here.group.tail_published() == ++tail);
        BOOST_TEST(here.group.free() == 3U);
        const completion done = here.send();
        BOOST_TEST(done.res == static_cast<std::int32_t>(what.size()));
        BOOST_TEST(here.group.complete(done).value() == 1U);
        BOOST_TEST(here.arrived() == what);
        BOOST_TEST(here.group.free() == 4U);
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(buffers_are_sent_in_the_order_in_which_they_were_provided, Backend,
                              backends) {
    sending<Backend> here;
    auto a = here.filled("a");
    auto b = here.filled("b");
    auto c = here.filled("c");
    BOOST_TEST(here.group.provide(std::move(c), 1).has_value());
    BOOST_TEST(here.group.provide(std::move(a), 1).has_value());
    BOOST_TEST(here.group.provide(std::move(b), 1).has_value());
    std::string seen;
    for (int i = 0; i < 3; ++i) {
        BOOST_TEST(here.group.complete(here.send()).value() == 1U);
        seen += here.arrived();
    }
    BOOST_TEST(seen == "cab");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_bundle_sends_all_that_is_provided, Backend, backends) {
    sending<Backend> here;
    for (int round = 0; round < 3; ++round) {
        here.provide("several ");
        here.provide("buffers, ");
        here.provide("one completion");
        const completion done = here.send(true);
        BOOST_TEST(here.group.complete(done, true).value() == 3U);
        BOOST_TEST(here.arrived() == "several buffers, one completion");
        BOOST_TEST(here.group.free() == 4U);
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_partial_send_uses_its_buffer_up, Backend, backends) {
    sending<Backend> here;
    here.provide("0123456789");
    const completion done = here.send(false, 4);
    BOOST_TEST(done.res == 4);  // SND-02: the rest is never sent
    BOOST_TEST(here.group.complete(done).value() == 1U);
    BOOST_TEST(here.arrived() == "0123");
    BOOST_TEST(here.group.free() == 4U);
    BOOST_TEST(here.send().res == -ENOBUFS);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_failed_send_frees_its_buffer, Backend, backends) {
    sending<Backend> here;
    here.backend.world().reset(here.fd).value();
    (void)here.send();  // takes the reset's error, in case it is told once
    here.provide("lost");
    const completion done = here.send();
    BOOST_TEST(done.res < 0);
    BOOST_TEST(here.group.complete(done).value() == 1U);
    BOOST_TEST(here.group.free() == 4U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_failed_bundle_frees_all_that_it_took, Backend, backends) {
    sending<Backend> here;
    require(here.backend, &capabilities::status_query);
    here.backend.world().reset(here.fd).value();
    (void)here.send();
    here.provide("lost");
    here.provide("and gone");
    const completion done = here.send(true);
    BOOST_TEST(done.res < 0);
    BOOST_TEST(here.group.complete(done, true).value() == 2U);  // SND-06
    BOOST_TEST(here.group.free() == 4U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(an_acquired_buffer_can_be_dropped_instead, Backend, backends) {
    sending<Backend> here;
    {
        const auto lease = here.filled("never mind");
        BOOST_TEST(here.group.free() == 3U);
        BOOST_TEST(lease.bytes().size() == 16U);
    }
    BOOST_TEST(here.group.free() == 4U);
    BOOST_TEST(here.send().res == -ENOBUFS);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(who_has_all_buffers_gets_no_more, Backend, backends) {
    sending<Backend> here;
    std::vector<typename sending<Backend>::lease_type> held;
    for (int i = 0; i < 4; ++i) held.push_back(here.filled("x"));
    BOOST_TEST((error_of(here.group.acquire()) == errc::no_free_buffer));
    held.pop_back();
    BOOST_TEST(here.group.acquire().has_value());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(what_cannot_be_provided_stays_with_its_holder, Backend, backends) {
    sending<Backend> here;
    auto lease = here.filled("mine");
    BOOST_TEST((error_of(here.group.provide(std::move(lease), 0)) == errc::length_beyond_buffer));
    BOOST_TEST((error_of(here.group.provide(std::move(lease), 17)) == errc::length_beyond_buffer));
    BOOST_TEST(static_cast<bool>(lease));
    BOOST_TEST(here.group.provide(std::move(lease), 16).has_value());
    BOOST_TEST(!lease);
    BOOST_TEST((error_of(here.group.provide(std::move(lease), 1)) == errc::foreign_buffer));
    typename sending<Backend>::lease_type none;
    BOOST_TEST((error_of(here.group.provide(std::move(none), 1)) == errc::foreign_buffer));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_lease_of_another_group_is_foreign, Backend, backends) {
    sending<Backend> here;
    auto other = sending<Backend>::send_group_type::create(here.ring, group_id{10}, here.small);
    auto lease = other.value().acquire().value();
    BOOST_TEST((error_of(here.group.provide(std::move(lease), 1)) == errc::foreign_buffer));
    BOOST_TEST(static_cast<bool>(lease));
    BOOST_TEST(other->provide(std::move(lease), 1).has_value());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_completion_counts_once, Backend, backends) {
    sending<Backend> here;
    here.provide("x");
    const completion done = here.send();
    BOOST_TEST(here.group.complete(done).value() == 1U);
    BOOST_TEST((error_of(here.group.complete(done)) == errc::stale_completion));
    BOOST_TEST((error_of(here.group.complete(done, true)) == errc::stale_completion));
    completion wrong = done;
    wrong.flags = ringproof::abi::ioring_cqe_f_buffer | 4U << 16U;
    BOOST_TEST((error_of(here.group.complete(wrong)) == errc::foreign_buffer));
    wrong.res = -EPIPE;
    BOOST_TEST((error_of(here.group.complete(wrong, true)) == errc::foreign_buffer));
    wrong.flags = 0;
    BOOST_TEST((error_of(here.group.complete(wrong)) == errc::no_buffer));
    BOOST_TEST((error_of(here.group.complete(wrong, true)) == errc::no_buffer));
    BOOST_TEST(here.group.free() == 4U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(an_incremental_buffer_is_free_when_all_of_it_is_sent, Backend,
                              backends) {
    group_rig<Backend> probed;
    require(probed.backend, &capabilities::incremental);
    sending<Backend> here({.entries = 4, .buffer_size = 16, .incremental = true});
    here.provide("0123456789");
    const completion part = here.send(false, 4);
    BOOST_TEST(part.buffer_more());  // INC-15
    BOOST_TEST(here.group.complete(part).value() == 0U);
    BOOST_TEST(here.group.free() == 3U);
    const completion rest = here.send();
    BOOST_TEST(here.group.complete(rest).value() == 1U);
    BOOST_TEST(here.group.free() == 4U);
    BOOST_TEST(here.arrived() == "0123456789");
    here.provide("again");
    BOOST_TEST(here.group.complete(here.send()).value() == 1U);
    BOOST_TEST(here.arrived() == "again");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_closed_group_gives_nothing_and_takes_nothing, Backend, backends) {
    sending<Backend> here;
    here.provide("x");
    const completion done = here.send();
    auto lease = here.filled("late");
    BOOST_TEST(here.group.close().has_value());
    BOOST_TEST(here.group.close().has_value());
    BOOST_TEST((error_of(here.group.acquire()) == errc::group_closed));
    BOOST_TEST((error_of(here.group.provide(std::move(lease), 4)) == errc::group_closed));
    BOOST_TEST((error_of(here.group.complete(done)) == errc::group_closed));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(calls_of_others_are_refused_and_change_nothing, Backend, backends) {
    sending<Backend> here;
    here.provide("x");
    const completion done = here.send();
    auto lease = here.filled("mine");
    for (const auto& [who, why] : {std::pair(here.kernel.other_thread(), errc::wrong_thread),
                                   std::pair(here.kernel.forked_child(), errc::forked_child)}) {
        here.kernel.caller_pretended = who;
        BOOST_TEST((error_of(here.group.acquire()) == why));
        BOOST_TEST((error_of(here.group.provide(std::move(lease), 4)) == why));
        BOOST_TEST((error_of(here.group.complete(done)) == why));
        BOOST_TEST((error_of(here.group.complete(done, true)) == why));
        BOOST_TEST((error_of(here.group.close()) == why));
    }
    here.kernel.caller_pretended.reset();
    BOOST_TEST(here.group.complete(done).value() == 1U);
    BOOST_TEST(here.group.provide(std::move(lease), 4).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
