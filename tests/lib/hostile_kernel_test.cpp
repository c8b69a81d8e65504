// A kernel that says anything at all: the group stays memory-safe, answers with the right error,
// and loses no buffer but the one that was lied about.

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <ringproof/receiver.hpp>
#include <ringproof/send_group.hpp>

#include "sim/choice.hpp"
#include "tests/support/event_loop.hpp"
#include "tests/support/fake_kernel.hpp"
#include "tests/support/group_rig.hpp"

namespace {

using namespace ringproof;
using ringproof::testing::error_of;
using ringproof::testing::event_loop;
using ringproof::testing::fake_kernel;
using ringproof::testing::rig_group;
using ringproof::testing::text;

using lease_type = buffer_lease<fake_kernel>;
using bundle_type = ringproof::bundle<fake_kernel>;

constexpr user_data reader{1};
constexpr std::uint32_t more = ringproof::abi::ioring_cqe_f_more;
constexpr std::uint32_t buffer_more = ringproof::abi::ioring_cqe_f_buf_more;
constexpr std::int32_t int_min = std::numeric_limits<std::int32_t>::min();
constexpr std::int32_t int_max = std::numeric_limits<std::int32_t>::max();
constexpr std::array<std::int32_t, 12> results{0,   1,       15, 16,       17,          128,
                                               129, int_max, -1, -ENOBUFS, -ECONNRESET, int_min};

/// Eight buffers of 16 bytes, from the heap, so that a sanitizer sees each byte beside them.
struct liar {
    using group_type = ringproof::buffer_group<fake_kernel>;

    explicit liar(bool incremental = false)
        : group(group_type::create(ring, rig_group,
                                   {.entries = 8,
                                    .buffer_size = 16,
                                    .incremental = incremental,
                                    .storage = {.kind = slab::heap}})
                    .value()) {}

    /// The application reads that completion and takes what it says.
    result<bundle_type> take(buffer_id id, std::int32_t res, std::uint32_t flags = more,
                             const take_options& how = {}) {
        kernel.complete(reader, res, flags, id);
        return take_next(how);
    }
    result<bundle_type> take_next(const take_options& how = {}) {
        result<bundle_type> taken = fail(ENOMSG);
        ring.for_each_completion([&](const completion& done) { taken = group.take(done, how); });
        return taken;
    }
    lease_type receive(const std::string& what) {
        kernel.receive(rig_group, reader, what);
        return take_next().value().pop_front();
    }
    /// From now on honest: each buffer that the kernel holds is delivered with its own bytes and
    /// comes back, `rounds` times; which ones they are.
    std::set<std::uint16_t> go_round(int rounds = 2) {
        std::set<std::uint16_t> seen;
        for (int round = 0; round < rounds; ++round) {
            seen.clear();
            std::vector<std::pair<lease_type, std::string>> held;
            while (kernel.available(rig_group) > 0) {
                const std::string what = "buffer " + std::to_string(held.size());
                held.emplace_back(receive(what), what);
                seen.insert(to_number(held.back().first.id()));
            }
            BOOST_TEST(seen.size() == held.size(), "one buffer came twice");
            for (const auto& [lease, what] : held) BOOST_TEST(text(lease.bytes()) == what);
        }
        return seen;
    }
    bool all_go_round() { return go_round().size() == 8; }

    fake_kernel kernel{};
    uring<fake_kernel> ring = uring<fake_kernel>::create(kernel).value();
    group_type group;
};

/// Whatever is held may be written to, from end to end.
void scribble(const bundle_type& held) {
    for (const std::span<std::byte> part : held) std::ranges::fill(part, std::byte{0x5a});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(hostile_kernel)

BOOST_AUTO_TEST_CASE(an_honest_one_is_understood) {
    liar here;
    BOOST_TEST(here.all_go_round());
}

BOOST_AUTO_TEST_CASE(an_id_that_is_none_is_foreign_with_any_result) {
    for (const std::uint16_t id : std::to_array<std::uint16_t>({8, 9, 0x7fff, 0x8000, 0xffff})) {
        for (const std::int32_t res : results) {
            for (const bool bundled : {false, true}) {
                liar here;
                const auto taken = here.take(buffer_id{id}, res, more, {.bundle = bundled});
                BOOST_TEST((error_of(taken) == errc::foreign_buffer));
                BOOST_TEST(here.all_go_round());
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_completion_said_twice_is_stale_the_second_time) {
    for (const std::int32_t res : {0, 1, 16}) {
        liar here;
        const buffer_id id{here.kernel.pick(rig_group).bid};
        auto held = here.take(id, res).value();
        BOOST_TEST((error_of(here.take(id, res)) == errc::stale_completion));
        BOOST_TEST((error_of(here.take(id, int_max)) == errc::stale_completion));
        BOOST_TEST((error_of(here.take(id, -ECONNRESET)) == errc::stale_completion));
        scribble(held);
        BOOST_TEST(here.go_round(1).size() == 7U);
        BOOST_TEST(held.give_back().has_value());
        BOOST_TEST(here.all_go_round());
    }
}

BOOST_AUTO_TEST_CASE(more_bytes_than_a_buffer_has_send_it_back_unread) {
    for (const std::int32_t res : {17, 32, 128, int_max}) {
        liar here;
        const buffer_id id{here.kernel.pick(rig_group).bid};
        BOOST_TEST((error_of(here.take(id, res)) == errc::length_beyond_buffer));
        BOOST_TEST(here.all_go_round());
    }
}

BOOST_AUTO_TEST_CASE(a_truncated_message_may_have_been_longer_than_its_buffer) {
    for (const std::int32_t res : {17, 128, int_max}) {
        liar here;
        const buffer_id id{here.kernel.pick(rig_group).bid};
        auto held = here.take(id, res, more, {.truncating = true}).value();
        BOOST_TEST(held.size() == 16U);  // ERR-13
        scribble(held);
        BOOST_TEST(held.give_back().has_value());
        BOOST_TEST(here.all_go_round());
    }
}

BOOST_AUTO_TEST_CASE(a_bundle_longer_than_what_is_published_is_refused) {
    for (const std::int32_t res : {8 * 16 + 1, 16 * 16, int_max}) {
        liar here;
        const buffer_id id{here.kernel.pick(rig_group).bid};
        const auto taken = here.take(id, res, more, {.bundle = true});
        BOOST_TEST((error_of(taken) == errc::length_beyond_buffer));
        BOOST_TEST(here.all_go_round());
    }
}

BOOST_AUTO_TEST_CASE(a_bundle_ends_where_a_buffer_is_with_the_application) {
    for (const std::int32_t res : {7 * 16 + 1, int_max}) {
        liar here;
        auto first = here.receive("slot 0");
        auto gap = here.receive("slot 1");
        BOOST_TEST(first.give_back().has_value());  // now in the last slot; the next one is empty
        const buffer_id id{here.kernel.pick(rig_group).bid};
        const auto taken = here.take(id, res, more, {.bundle = true});
        BOOST_TEST((error_of(taken) == errc::length_beyond_buffer));
        BOOST_TEST(gap.give_back().has_value());
        BOOST_TEST(here.all_go_round());
    }
}

BOOST_AUTO_TEST_CASE(a_bundle_of_all_that_is_published_is_taken) {
    liar here;
    for (int i = 0; i < 8; ++i) here.kernel.pick(rig_group);
    auto held = here.take(buffer_id{0}, 8 * 16, more, {.bundle = true}).value();
    BOOST_TEST(held.buffer_count() == 8U);
    scribble(held);
    BOOST_TEST(here.group.with_kernel() == 0U);
    BOOST_TEST(held.give_back().has_value());
    BOOST_TEST(here.all_go_round());
}

BOOST_AUTO_TEST_CASE(an_entry_overwritten_by_the_kernel_ends_a_bundle) {
    for (const std::uint16_t bid : std::to_array<std::uint16_t>({0, 2, 7, 8, 0xffff})) {
        liar here;
        here.kernel.pick(rig_group);
        auto& entry = here.group.core().registration().entries()[1];
        const std::uint16_t honest = std::exchange(entry.bid, bid);
        const auto taken = here.take(buffer_id{0}, 20, more, {.bundle = true});
        BOOST_TEST((error_of(taken) == errc::length_beyond_buffer));
        entry.bid = honest;
        BOOST_TEST(here.all_go_round());
    }
}

BOOST_AUTO_TEST_CASE(a_promise_of_more_on_a_plain_ring_is_refused_and_can_be_made_good) {
    for (const std::int32_t res : results) {
        liar here;
        const buffer_id id{here.kernel.pick(rig_group).bid};
        BOOST_TEST((error_of(here.take(id, res, buffer_more)) == errc::not_incremental));
        BOOST_TEST(here.go_round().size() == 7U);
        BOOST_TEST(here.take(id, 5).value().size() == 5U, "said rightly, it is taken");
        BOOST_TEST(here.all_go_round());
    }
}

BOOST_AUTO_TEST_CASE(an_error_that_hands_a_buffer_over_does_and_it_goes_back) {
    for (const std::int32_t res : {-1, -EAGAIN, -ECONNRESET, -4095, int_min}) {
        liar here;
        const buffer_id id{here.kernel.pick(rig_group).bid};
        auto held = here.take(id, res, 0).value();
        BOOST_TEST(held.buffer_count() == 1U);
        BOOST_TEST(held.size() == 0U);
        BOOST_TEST(held.front().empty());
        BOOST_TEST(held.give_back().has_value());
        BOOST_TEST(here.all_go_round());
    }
}

// ERR-02: the head tells whether it means it.
BOOST_AUTO_TEST_CASE(an_error_that_names_a_buffer_without_handing_it_over_takes_none) {
    for (const std::int32_t res : {-1, -EAGAIN, -ECONNRESET, -4095, int_min}) {
        liar here;
        for (int i = 0; i < 3; ++i) (void)here.receive("on");
        const buffer_id id{here.kernel.next(rig_group).bid};
        for (int i = 0; i < 5; ++i) {
            BOOST_TEST((error_of(here.take(id, res, 0)) == errc::no_buffer));
        }
        BOOST_TEST(here.group.with_kernel() == 8U);
        BOOST_TEST(here.all_go_round());
    }
}

BOOST_AUTO_TEST_CASE(an_error_on_a_kernel_that_cannot_be_asked_hands_its_buffer_over) {
    liar here;
    here.kernel.register_errors[ringproof::abi::ioring_register_pbuf_status] = EINVAL;
    const buffer_id id{here.kernel.pick(rig_group).bid};
    BOOST_TEST(here.take(id, -ECONNRESET, 0).value().buffer_count() == 1U);
    BOOST_TEST(here.all_go_round());
}

BOOST_AUTO_TEST_CASE(any_head_may_be_claimed) {
    for (std::uint32_t head = 0; head < 0x10000; head += 257) {
        liar here;
        here.kernel.heads_claimed[rig_group] = static_cast<std::uint16_t>(head);
        BOOST_TEST(here.group.head_kernel().value() == head);
        const buffer_id id{here.kernel.pick(rig_group).bid};
        const bool kept = !here.take(id, -ECONNRESET, 0).has_value();
        const bool behind = static_cast<std::uint16_t>(0 - head) < 8;
        BOOST_TEST(kept == behind, "only a head at or just before slot 0 can have kept it");
        BOOST_TEST(here.go_round().size() == (kept ? 7U : 8U));
    }
}

BOOST_AUTO_TEST_CASE(completions_that_nobody_asked_for_change_no_count) {
    liar here;
    for (int i = 0; i < 100; ++i) here.kernel.complete(user_data{77}, 0);
    BOOST_TEST(here.ring.for_each_completion([](const completion&) {}) == 100U);
    BOOST_TEST(here.ring.in_flight() == 0U);
    BOOST_TEST(here.ring.push(requests::nop(user_data{5})).has_value());
    BOOST_TEST(here.ring.in_flight() == 1U);
    BOOST_TEST(here.all_go_round());
}

BOOST_AUTO_TEST_CASE(empty_parts_without_end_fill_nothing) {
    liar here(true);
    std::vector<bundle_type> held;
    for (int i = 0; i < 1000; ++i) {
        held.push_back(here.take(buffer_id{0}, 0, buffer_more).value());
        BOOST_TEST(held.back().front().empty());
    }
    BOOST_TEST(here.take(buffer_id{0}, 16, 0).value().front().size() == 16U);
    BOOST_TEST(here.group.with_kernel() == 7U);
    held.clear();
    BOOST_TEST(here.group.with_kernel() == 8U);
}

BOOST_AUTO_TEST_CASE(committed_bytes_beyond_the_buffer_are_cut) {
    liar here(true);
    const auto held = here.take(buffer_id{0}, 4, buffer_more, {.committed = 1000}).value();
    BOOST_TEST(held.size() == 4U);
    BOOST_TEST((error_of(here.take(buffer_id{0}, 1, buffer_more)) == errc::length_beyond_buffer));
}

/// One lie: any id, any result, any flags, however it is taken.
completion lie(sim::choices& choice, take_options& how) {
    const auto id = static_cast<std::uint16_t>(choice.choose(10, "id"));
    const auto res = results[choice.choose(results.size(), "res")];
    std::uint32_t flags = choice.choose(32, "flags");
    if (choice.choose(8, "without") != 0) flags |= ringproof::abi::ioring_cqe_f_buffer;
    how.bundle = choice.choose(2, "bundle") != 0;
    how.truncating = choice.choose(4, "truncating") == 0;
    how.committed = choice.choose(4, "committed") == 0 ? choice.choose(40, "bytes") : 0;
    return {user_data{choice.choose(4, "user")}, res,
            flags | static_cast<std::uint32_t>(id) << 16U};
}

BOOST_AUTO_TEST_CASE(lies_without_end_break_nothing) {
    for (const bool incremental : {false, true}) {
        auto choice = sim::choices::random(20260801);
        liar here(incremental);
        std::vector<bundle_type> held;
        unsigned taken_count = 0;
        for (int i = 0; i < 100000; ++i) {
            take_options how;
            const completion said = lie(choice, how);
            if (auto taken = here.group.take(said, how)) {
                scribble(*taken);
                held.push_back(std::move(*taken));
                ++taken_count;
            }
            BOOST_TEST_REQUIRE(here.group.with_kernel() <= 8U);
            if (!held.empty() && choice.choose(3, "give back") == 0) {
                std::swap(held[choice.choose(static_cast<std::uint32_t>(held.size()), "which")],
                          held.back());
                held.pop_back();
            }
            (void)here.group.give_back(buffer_id{static_cast<std::uint16_t>(8 + i % 4)});
        }
        BOOST_TEST(taken_count > 1000U, "lies that are all refused prove nothing");
        held.clear();
        BOOST_TEST(here.group.with_kernel() == 8U);
    }
}

BOOST_AUTO_TEST_CASE(no_two_leases_on_a_plain_ring_ever_share_a_byte) {
    auto choice = sim::choices::random(7);
    liar here;
    std::map<std::uint16_t, lease_type> held;
    for (int i = 0; i < 50000; ++i) {
        take_options how;
        const completion said = lie(choice, how);
        auto taken = here.group.take(said, how);
        while (taken && !taken->empty()) {
            auto lease = taken->pop_front();
            const auto id = to_number(lease.id());
            BOOST_TEST_REQUIRE(held.emplace(id, std::move(lease)).second);
        }
        if (choice.choose(2, "give back") == 0)
            held.erase(static_cast<std::uint16_t>(choice.choose(8, "id")));
    }
}

BOOST_AUTO_TEST_CASE(a_receiver_believes_nothing) {
    auto choice = sim::choices::random(99);
    liar here;
    event_loop<fake_kernel> loop(here.ring, here.group);
    for (int i = 0; i < 3; ++i) BOOST_TEST(loop.add(5 + i).arm().has_value());
    loop.keep = true;
    for (int i = 0; i < 50000; ++i) {
        take_options how;
        loop.handle(lie(choice, how));
        for (const auto& data : loop.kept) scribble(data);
        if (choice.choose(2, "give back") == 0) loop.kept.clear();
        const std::size_t one = choice.choose(3, "which");
        if (loop[one].done()) BOOST_TEST_REQUIRE(loop[one].arm().has_value());
        if (here.ring.sq_space() == 0) here.ring.submit().value();
    }
    loop.kept.clear();
    BOOST_TEST(here.group.with_kernel() == 8U);
}

BOOST_AUTO_TEST_CASE(a_sender_believes_nothing) {
    auto choice = sim::choices::random(3);
    fake_kernel kernel;
    auto ring = uring<fake_kernel>::create(kernel).value();
    auto group =
        ringproof::send_group<fake_kernel>::create(
            ring, rig_group, {.entries = 8, .buffer_size = 16, .storage = {.kind = slab::heap}})
            .value();
    unsigned sent_count = 0;
    for (int i = 0; i < 50000; ++i) {
        if (choice.choose(2, "provide") == 0) {
            const bool any = group.free() > 0;
            auto lease = group.acquire();
            BOOST_TEST_REQUIRE(lease.has_value() == any);
            if (lease) {
                std::ranges::fill(lease->bytes(), std::byte{0x5a});
                group.provide(std::move(*lease), 1 + choice.choose(16, "size")).value();
            }
        }
        take_options how;
        const completion said = lie(choice, how);
        kernel.heads_claimed[rig_group] = static_cast<std::uint16_t>(choice.choose(65536, "head"));
        if (group.complete(said, how.bundle)) ++sent_count;
        BOOST_TEST_REQUIRE(group.free() <= 8U);
    }
    BOOST_TEST(sent_count > 1000U);
    for (std::uint16_t id = 0; id < 8; ++id) {
        (void)group.complete({reader, 1, fake_kernel::with_buffer(buffer_id{id})});
    }
    BOOST_TEST(group.free() == 8U);
    std::vector<lease_type> all;
    std::set<std::uint16_t> ids;
    while (group.free() > 0) {
        all.push_back(group.acquire().value());
        ids.insert(to_number(all.back().id()));
    }
    BOOST_TEST(ids.size() == 8U);
}

BOOST_AUTO_TEST_CASE(a_failed_bundle_takes_no_more_than_was_provided) {
    for (const std::uint16_t head : std::to_array<std::uint16_t>({1, 2, 3, 4, 100, 0xffff})) {
        fake_kernel kernel;
        auto ring = uring<fake_kernel>::create(kernel).value();
        auto group = ringproof::send_group<fake_kernel>::create(ring, rig_group,
                                                                {.entries = 8, .buffer_size = 16})
                         .value();
        for (int i = 0; i < 3; ++i) group.provide(group.acquire().value(), 16).value();
        kernel.heads_claimed[rig_group] = head;
        const completion failed{reader, -EPIPE, fake_kernel::with_buffer(buffer_id{0})};
        BOOST_TEST(group.complete(failed, true).value() == std::min<std::uint32_t>(head, 3));
    }
}

BOOST_AUTO_TEST_SUITE_END()
