#include <ringproof/buffer_group.hpp>

#include <boost/test/unit_test.hpp>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/backends.hpp"
#include "tests/support/group_rig.hpp"

namespace {

using namespace ringproof;
using ringproof::testing::backends;
using ringproof::testing::error_of;
using ringproof::testing::group_rig;
using ringproof::testing::leak_listener;
using ringproof::testing::require;
using ringproof::testing::rig_group;
using ringproof::testing::text;

constexpr user_data reader{1};

/// Goes round: every buffer of the group is delivered once, and given back.
template <class Rig>
bool all_go_round(Rig& here, int fd) {
    std::vector<bool> seen(here.group.slot_count());
    for (std::size_t i = 0; i < seen.size(); ++i) {
        const auto lease = here.receive(fd, "x");
        if (seen.at(to_number(lease.id()))) return false;
        seen[to_number(lease.id())] = true;
    }
    return here.group.with_kernel() == here.group.slot_count();
}

/// A completion that an honest kernel would not have sent.
completion about(buffer_id id, std::int32_t res, std::uint32_t flags = 0) {
    return {reader, res,
            flags | ringproof::abi::ioring_cqe_f_buffer |
                static_cast<std::uint32_t>(to_number(id)) << 16U};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(buffer_group)

BOOST_AUTO_TEST_CASE_TEMPLATE(a_fresh_group_has_all_its_buffers_with_the_kernel, Backend,
                              backends) {
    group_rig<Backend> here;
    BOOST_TEST(here.group.with_kernel() == 4U);
    BOOST_TEST(here.group.slot_count() == 4U);
    BOOST_TEST(here.group.buffer_size() == 16U);
    BOOST_TEST(here.group.tail_published() == 4U);
    BOOST_TEST((here.group.id() == rig_group));
    BOOST_TEST(!here.group.incremental());
    BOOST_TEST(!here.group.closed());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(what_was_sent_arrives_and_the_buffer_goes_back, Backend, backends) {
    group_rig<Backend> here;
    const int fd = here.open();
    here.arm(fd, reader);
    for (const std::string sent : {"one", "two", "sixteen bytes !!", "four", "five"}) {
        const auto lease = here.receive(fd, sent);
        BOOST_TEST(text(lease.bytes()) == sent);
        BOOST_TEST(here.group.with_kernel() == 3U);
    }
    BOOST_TEST(here.group.with_kernel() == 4U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(every_buffer_goes_round_again_and_again, Backend, backends) {
    group_rig<Backend> here;
    const int fd = here.open();
    here.arm(fd, reader);
    for (int round = 0; round < 3; ++round) BOOST_TEST(all_go_round(here, fd));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(groups_of_1_and_of_32768_buffers_work, Backend, backends) {
    for (const std::uint32_t entries : {1U, 32768U}) {
        group_rig<Backend> here({.entries = entries, .buffer_size = 4});
        const int fd = here.open();
        here.arm(fd, reader);
        for (int i = 0; i < 5; ++i) BOOST_TEST(text(here.receive(fd, "abc").bytes()) == "abc");
        BOOST_TEST(here.group.with_kernel() == entries);
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(every_kind_of_slab_receives, Backend, backends) {
    std::array<std::byte, 64> own{};
    for (const slab kind : {slab::mapped, slab::heap, slab::caller}) {
        group_rig<Backend> here({.entries = 4,
                                 .buffer_size = 16,
                                 .storage = {.kind = kind, .memory = own, .guard_page = true}});
        const int fd = here.open();
        here.arm(fd, reader);
        const auto lease = here.receive(fd, "hello");
        BOOST_TEST(text(lease.bytes()) == "hello");
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_ring_in_kernel_memory_receives, Backend, backends) {
    group_rig<Backend> here;
    require(here.backend, &capabilities::mapped_rings);
    BOOST_TEST(here.group.close().has_value());
    here.group =
        group_rig<Backend>::group_type::create(
            here.ring, rig_group, {.entries = 4, .buffer_size = 16, .memory = ring_memory::kernel})
            .value();
    const int fd = here.open();
    here.arm(fd, reader);
    BOOST_TEST(all_go_round(here, fd));
    BOOST_TEST(all_go_round(here, fd));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(buffers_come_back_in_any_order, Backend, backends) {
    group_rig<Backend> here;
    const int fd = here.open();
    here.arm(fd, reader);
    auto a = here.receive(fd, "a");
    auto b = here.receive(fd, "b");
    auto c = here.receive(fd, "c");
    BOOST_TEST(b.give_back().has_value());
    BOOST_TEST(a.give_back().has_value());
    BOOST_TEST(text(c.bytes()) == "c");
    BOOST_TEST(c.give_back().has_value());
    // From now on slots and ids differ.
    const std::array<std::uint16_t, 4> order{3, 1, 0, 2};
    for (const std::uint16_t expected : order) {
        const auto lease = here.receive(fd, "again");
        BOOST_TEST(to_number(lease.id()) == expected);
        BOOST_TEST(text(lease.bytes()) == "again");
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(the_kernels_count_agrees_with_ours, Backend, backends) {
    group_rig<Backend> here;
    require(here.backend, &capabilities::status_query);
    const int fd = here.open();
    here.arm(fd, reader);
    BOOST_TEST(here.group.available().value() == 4U);  // a full ring is not an empty one (RNG-02)
    {
        const auto lease = here.receive(fd, "x");
        BOOST_TEST(here.group.head_kernel().value() == 1U);
        BOOST_TEST(here.group.available().value() == 3U);
    }
    BOOST_TEST(here.group.available().value() == 4U);
    BOOST_TEST(here.group.tail_published() == 5U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_batch_of_returns_is_published_at_once, Backend, backends) {
    group_rig<Backend> here;
    const int fd = here.open();
    here.arm(fd, reader);
    auto a = here.receive(fd, "a");
    auto b = here.receive(fd, "b");
    {
        typename group_rig<Backend>::group_type::held_returns batch(here.group);
        BOOST_TEST(a.give_back().has_value());
        BOOST_TEST(here.group.tail_published() == 4U);
        batch.publish();
        BOOST_TEST(here.group.tail_published() == 5U);
        {
            const typename group_rig<Backend>::group_type::held_returns inner(here.group);
            BOOST_TEST(b.give_back().has_value());
        }
        BOOST_TEST(here.group.tail_published() == 5U);  // the outer one still holds
    }
    BOOST_TEST(here.group.tail_published() == 6U);
    BOOST_TEST(all_go_round(here, fd));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_batch_may_outlive_its_group, Backend, backends) {
    group_rig<Backend> here;
    const int fd = here.open();
    here.arm(fd, reader);
    auto lease = here.receive(fd, "a");
    std::optional<typename group_rig<Backend>::group_type> doomed(std::move(here.group));
    const typename group_rig<Backend>::group_type::held_returns batch(*doomed);
    doomed.reset();
    BOOST_TEST(lease.give_back().has_value());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(several_ids_go_back_with_one_publish, Backend, backends) {
    group_rig<Backend> here;
    const int fd = here.open();
    here.arm(fd, reader);
    std::vector<buffer_id> ids;
    for (int i = 0; i < 3; ++i) ids.push_back(here.receive(fd, "x").detach());
    BOOST_TEST(here.group.with_kernel() == 1U);
    BOOST_TEST(here.group.give_back(ids).has_value());
    BOOST_TEST(here.group.tail_published() == 7U);
    // The first refusal ends it; what came before has gone back, what comes after has not.
    ids = {here.receive(fd, "x").detach(), buffer_id{4}, here.receive(fd, "y").detach()};
    BOOST_TEST((error_of(here.group.give_back(ids)) == errc::foreign_buffer));
    BOOST_TEST(here.group.with_kernel() == 3U);
    BOOST_TEST(here.group.give_back(ids[2]).has_value());
    BOOST_TEST(all_go_round(here, fd));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(draining_hands_buffers_back_before_completions, Backend, backends) {
    group_rig<Backend> here;
    const int fd = here.open();
    here.arm(fd, reader);
    here.send(fd, "0123456789abcdef0123456789abcdef");  // two buffers
    here.ring.submit_and_wait(2, here.patience).value();
    unsigned seen = 0;
    const unsigned count = for_each_completion(here.ring, here.group, [&](const completion& done) {
        BOOST_TEST(here.group.take(done).has_value());  // and back at once
        BOOST_TEST(here.group.tail_published() == 4U, "not before all are drained");
        ++seen;
    });
    BOOST_TEST(count == 2U);
    BOOST_TEST(seen == 2U);
    BOOST_TEST(here.group.tail_published() == 6U);
    BOOST_TEST(all_go_round(here, fd));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_staged_buffer_cannot_complete_before_it_is_published, Backend,
                              backends) {
    group_rig<Backend> here;
    const int fd = here.open();
    here.arm(fd, reader);
    auto lease = here.receive(fd, "x");
    const buffer_id id = lease.id();
    {
        const typename group_rig<Backend>::group_type::held_returns batch(here.group);
        BOOST_TEST(lease.give_back().has_value());
        BOOST_TEST((error_of(here.group.take(about(id, 1))) == errc::stale_completion));
    }
    BOOST_TEST(all_go_round(here, fd));
}

// A request that runs on a worker takes its buffer at once (SEL-08) and may keep it while the ring
// goes round many times; the buffer is still good when it finally completes.
BOOST_AUTO_TEST_CASE_TEMPLATE(a_buffer_taken_early_may_come_back_rounds_later, Backend, backends) {
    group_rig<Backend> here;
    require(here.backend, &capabilities::status_query);
    const int slow = here.open();
    const int quick = here.open();
    constexpr user_data waiting{2};
    here.ring.push(requests::recv(slow, rig_group, waiting, {.async = true})).value();
    here.ring.submit().value();
    while (here.group.head_kernel().value() == 0) {
        here.backend.world().pass(std::chrono::microseconds(100));
    }
    here.arm(quick, reader);
    for (int i = 0; i < 10; ++i) {
        BOOST_TEST(to_number(here.receive(quick, "quick").id()) != 0U);
    }
    here.send(slow, "slow");
    const completion late = here.next();
    BOOST_TEST((late.user == waiting));
    auto lease = here.group.take_one(late);
    BOOST_TEST_REQUIRE(lease.has_value());
    BOOST_TEST(to_number(lease->id()) == 0U);
    BOOST_TEST(text(lease->bytes()) == "slow");
    BOOST_TEST(lease->give_back().has_value());
    BOOST_TEST(all_go_round(here, quick));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_completion_without_a_buffer_takes_none, Backend, backends) {
    group_rig<Backend> here;
    const int fd = here.open();
    here.arm(fd, reader);
    here.backend.world().finish(fd).value();
    const completion end = here.next();
    BOOST_TEST(end.res == 0);
    BOOST_TEST((error_of(here.group.take(end)) == errc::no_buffer));
    BOOST_TEST(here.group.with_kernel() == 4U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_failed_creation_leaves_the_ring_as_it_was, Backend, backends) {
    group_rig<Backend> here;
    using group_type = typename group_rig<Backend>::group_type;
    const int mappings = here.kernel.mappings_alive;
    BOOST_TEST((error_of(group_type::create(here.ring, rig_group)) == errc::group_in_use));
    here.kernel.register_refused = ringproof::abi::ioring_register_pbuf_ring;
    BOOST_TEST((error_of(group_type::create(here.ring, group_id{8})) == errc::unsupported));
    here.kernel.register_refused.reset();
    for (const int granted : {0, 1}) {  // the slab, then the ring
        here.kernel.maps_granted = granted;
        BOOST_TEST(is_errno(error_of(group_type::create(here.ring, group_id{8})), ENOMEM));
        here.kernel.maps_granted = -1;
    }
    BOOST_TEST(here.kernel.mappings_alive == mappings);
    BOOST_TEST(group_type::create(here.ring, group_id{8}).has_value());
    const int fd = here.open();
    here.arm(fd, reader);
    BOOST_TEST(all_go_round(here, fd));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(closing_frees_the_id_and_may_be_repeated, Backend, backends) {
    group_rig<Backend> here;
    using group_type = typename group_rig<Backend>::group_type;
    BOOST_TEST(here.group.close().has_value());
    BOOST_TEST(here.group.close().has_value());
    BOOST_TEST(here.group.closed());
    auto next = group_type::create(here.ring, rig_group, here.small);
    BOOST_TEST_REQUIRE(next.has_value());
    BOOST_TEST((error_of(here.group.take(about(buffer_id{0}, 1))) == errc::group_closed));
    BOOST_TEST((error_of(here.group.head_kernel()) == errc::group_closed));
    BOOST_TEST((error_of(here.group.available()) == errc::group_closed));
    here.group = std::move(*next);
    const int fd = here.open();
    here.arm(fd, reader);
    BOOST_TEST(all_go_round(here, fd));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_group_outlives_its_ring, Backend, backends) {
    group_rig<Backend> here;
    const int fd = here.open();
    here.arm(fd, reader);
    const auto lease = here.receive(fd, "still here");
    BOOST_TEST(here.ring.close().has_value());
    BOOST_TEST(text(lease.bytes()) == "still here");
    BOOST_TEST((error_of(here.group.head_kernel()) == errc::ring_closed));
    BOOST_TEST((error_of(here.group.available()) == errc::ring_closed));
    BOOST_TEST(here.group.close().has_value());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_refused_unregister_leaks_and_reports, Backend, backends) {
    group_rig<Backend> here;
    const leak_listener leaks;
    const int mappings = here.kernel.mappings_alive;
    here.kernel.register_refused = ringproof::abi::ioring_unregister_pbuf_ring;
    BOOST_TEST(is_errno(error_of(here.group.close()), EINVAL));
    BOOST_TEST(leaks.count() == 1U);
    here.kernel.register_refused.reset();
    here.group = group_rig<Backend>::group_type::create(here.ring, group_id{9}).value();
    BOOST_TEST(here.kernel.mappings_alive == mappings + 2, "the old ring and slab must stay");
    BOOST_TEST(leaks.count() == 1U, "and be told of once");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(the_slab_stays_until_no_request_can_write_to_it, Backend, backends) {
    group_rig<Backend> here;
    const int fd = here.open();
    here.arm(fd, reader);
    const int mappings = here.kernel.mappings_alive;
    std::optional<typename group_rig<Backend>::group_type> doomed(std::move(here.group));
    doomed.reset();
    BOOST_TEST(here.kernel.mappings_alive == mappings - 1, "the ring's memory may go at once");
    BOOST_TEST(here.ring.drain(here.patience).value());
    BOOST_TEST(here.kernel.mappings_alive == mappings - 2, "and the slab after the last request");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(calls_of_others_are_refused_and_change_nothing, Backend, backends) {
    group_rig<Backend> here;
    using group_type = typename group_rig<Backend>::group_type;
    const int fd = here.open();
    here.arm(fd, reader);
    here.send(fd, "x");
    const completion done = here.next();
    const buffer_id out = here.receive(fd, "y").detach();
    const auto other_thread = here.kernel.other_thread();
    const auto forked_child = here.kernel.forked_child();
    for (const auto& [who, why] : {std::pair(other_thread, errc::wrong_thread),
                                   std::pair(forked_child, errc::forked_child)}) {
        here.kernel.caller_pretended = who;
        BOOST_TEST((error_of(group_type::create(here.ring, group_id{8})) == why));
        BOOST_TEST((error_of(here.group.take(done)) == why));
        BOOST_TEST((error_of(here.group.take_one(done)) == why));
        BOOST_TEST((error_of(here.group.give_back(out)) == why));
        BOOST_TEST((error_of(here.group.give_back(std::array{out})) == why));
        BOOST_TEST((error_of(here.group.close()) == why));
        BOOST_TEST((error_of(here.group.head_kernel()) == why));
        typename group_type::held_returns batch(here.group);
        batch.publish();
    }
    here.kernel.caller_pretended.reset();
    BOOST_TEST(here.group.with_kernel() == 3U);
    BOOST_TEST(here.group.tail_published() == 4U);
    BOOST_TEST(here.group.take(done).has_value());
    BOOST_TEST(here.group.give_back(out).has_value());
    BOOST_TEST(here.group.tail_published() == 6U);
    BOOST_TEST(all_go_round(here, fd));
}

BOOST_AUTO_TEST_SUITE_END()
