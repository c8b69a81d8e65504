// Incremental rings: one buffer, many completions (rules INC-01 to INC-16).

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <ringproof/buffer_group.hpp>

#include "tests/support/backends.hpp"
#include "tests/support/fake_kernel.hpp"
#include "tests/support/group_rig.hpp"

namespace {

using namespace ringproof;
using ringproof::testing::backends;
using ringproof::testing::error_of;
using ringproof::testing::fake_kernel;
using ringproof::testing::group_rig;
using ringproof::testing::require;
using ringproof::testing::rig_group;
using ringproof::testing::text;

constexpr user_data reader{1};
constexpr std::uint32_t buffer_more = ringproof::abi::ioring_cqe_f_buf_more;

/// Two incremental buffers of 32 bytes.
template <class Backend>
struct dripping : group_rig<Backend> {
    using rig = group_rig<Backend>;
    using lease_type = buffer_lease<typename rig::kernel_type>;

    explicit dripping(std::uint32_t min_left = 0) {
        require(this->backend, &capabilities::incremental);
        if (min_left > 0) require(this->backend, &capabilities::min_left);
        this->group =
            rig::group_type::create(
                this->ring, group_id{8},
                {.entries = 2, .buffer_size = 32, .incremental = true, .min_left = min_left})
                .value();
    }

    void arm(int fd) {
        this->ring.push(requests::recv_multishot(fd, group_id{8}, reader)).value();
        this->ring.submit().value();
    }
    /// \pre a receive is armed on fd
    lease_type receive(int fd, const std::string& what) {
        this->send(fd, what);
        last = this->next();
        return this->group.take_one(last).value();
    }

    completion last;
};

/// The same two buffers, on a kernel that says what the case wants.
struct told {
    using group_type = buffer_group<fake_kernel>;

    completion say(std::int32_t res, std::uint32_t flags, buffer_id id) {
        kernel.complete(reader, res, flags, id);
        completion said;
        ring.for_each_completion([&said](const completion& done) { said = done; });
        return said;
    }

    fake_kernel kernel;
    uring<fake_kernel> ring = uring<fake_kernel>::create(kernel).value();
    group_type group =
        group_type::create(ring, rig_group, {.entries = 2, .buffer_size = 32, .incremental = true})
            .value();
};

}  // namespace

BOOST_AUTO_TEST_SUITE(incremental)

BOOST_AUTO_TEST_CASE_TEMPLATE(parts_lie_back_to_back_in_one_buffer, Backend, backends) {
    dripping<Backend> here;
    const int fd = here.open();
    here.arm(fd);
    const auto a = here.receive(fd, "ten bytes!");
    BOOST_TEST(here.last.buffer_more());
    const auto b = here.receive(fd, "and more");
    BOOST_TEST((a.id() == b.id()));
    BOOST_TEST(text(a.bytes()) == "ten bytes!");
    BOOST_TEST(text(b.bytes()) == "and more");
    BOOST_TEST((a.bytes().data() + 10 == b.bytes().data()));
    BOOST_TEST(here.group.with_kernel() == 2U, "the kernel goes on filling it");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_buffer_goes_back_after_its_last_part_and_its_last_lease, Backend,
                              backends) {
    dripping<Backend> here;
    const int fd = here.open();
    here.arm(fd);
    auto a = here.receive(fd, "0123456789");
    auto b = here.receive(fd, "0123456789");
    auto c = here.receive(fd, "0123456789ab");  // 32: full
    BOOST_TEST(!here.last.buffer_more());
    BOOST_TEST(here.group.with_kernel() == 1U);
    BOOST_TEST(c.give_back().has_value());
    BOOST_TEST(a.give_back().has_value());
    BOOST_TEST(here.group.with_kernel() == 1U);
    BOOST_TEST(text(b.bytes()) == "0123456789");
    BOOST_TEST(b.give_back().has_value());
    BOOST_TEST(here.group.with_kernel() == 2U);
    BOOST_TEST(here.group.tail_published() == 3U, "once");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_buffer_whose_parts_were_all_returned_stays_with_the_kernel, Backend,
                              backends) {
    dripping<Backend> here;
    const int fd = here.open();
    here.arm(fd);
    for (const std::string part : {"0123456789", "abcdefghij"}) {
        BOOST_TEST(here.receive(fd, part).give_back().has_value());
    }
    BOOST_TEST(here.group.tail_published() == 2U, "it was never taken from the kernel");
    const auto last = here.receive(fd, "0123456789ab");
    BOOST_TEST(text(last.bytes()) == "0123456789ab");
    BOOST_TEST(here.group.with_kernel() == 1U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_buffer_begins_anew_when_it_goes_round, Backend, backends) {
    dripping<Backend> here;
    const int fd = here.open();
    here.arm(fd);
    for (int round = 0; round < 5; ++round) {
        for (const std::string part : {"0123456789", "abcdefghij", "0123456789ab"}) {
            const auto lease = here.receive(fd, part);
            BOOST_TEST(text(lease.bytes()) == part);
            BOOST_TEST(to_number(lease.id()) == round % 2);
        }
    }
    BOOST_TEST(here.group.tail_published() == 7U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(connections_share_a_buffer_part_by_part, Backend, backends) {
    dripping<Backend> here;
    const int one = here.open();
    const int other = here.open();
    here.arm(one);
    here.arm(other);
    const auto a = here.receive(one, "first");
    const auto b = here.receive(other, "second");
    const auto c = here.receive(one, "third");
    BOOST_TEST(text(a.bytes()) == "first");
    BOOST_TEST(text(b.bytes()) == "second");
    BOOST_TEST(text(c.bytes()) == "third");
    BOOST_TEST((a.bytes().data() + 5 == b.bytes().data()));
    BOOST_TEST((b.bytes().data() + 6 == c.bytes().data()));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_small_rest_ends_a_buffer_when_min_left_says_so, Backend, backends) {
    dripping<Backend> here(8);
    const int fd = here.open();
    here.arm(fd);
    const auto a = here.receive(fd, "0123456789abcdef01234567");  // 24: exactly 8 left (INC-08)
    BOOST_TEST(here.last.buffer_more());
    const auto b = here.receive(fd, "x");
    BOOST_TEST(!here.last.buffer_more());
    BOOST_TEST(here.group.with_kernel() == 1U);
    const auto c = here.receive(fd, "y");
    BOOST_TEST((c.id() != b.id()));
    BOOST_TEST(text(c.bytes()) == "y");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_bundle_may_end_within_a_buffer, Backend, backends) {
    dripping<Backend> here;
    require(here.backend, &capabilities::bundles);
    const int fd = here.open();
    here.send(fd, "0123456789");
    const auto push = [&] {
        here.ring.push(requests::recv(fd, group_id{8}, reader, {.bundle = true})).value();
    };
    push();
    const auto first = here.group.take(here.next(), {.bundle = true}).value();
    here.send(fd, std::string(30, 'x'));
    std::string seen;
    while (seen.size() < 30) {
        push();
        const auto rest = here.group.take(here.next(), {.bundle = true}).value();
        for (const auto part : rest) seen += text(part);
        if (rest.size() == 0) break;
    }
    BOOST_TEST(text(first.front()) == "0123456789");
    BOOST_TEST(seen == std::string(30, 'x'));
    BOOST_TEST(here.group.with_kernel() == 1U, "40 bytes: the first is full and leased");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_read_of_a_file_takes_the_whole_buffer_at_once, Backend, backends) {
    dripping<Backend> here;
    const int fd = here.open(sim::channel_kind::file);
    here.send(fd, "hello");
    here.ring.push(requests::read(fd, group_id{8}, 0, reader)).value();
    const completion done = here.next();
    BOOST_TEST(done.res == 5);
    BOOST_TEST(!done.buffer_more());  // INC-06
    auto lease = here.group.take_one(done, {.committed = ~std::uint32_t{0}}).value();
    BOOST_TEST(text(lease.bytes()) == "hello");
    BOOST_TEST(lease.give_back().has_value());
    BOOST_TEST(here.group.with_kernel() == 2U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_limited_read_of_a_file_leaves_a_gap_behind_its_bytes, Backend,
                              backends) {
    dripping<Backend> here;
    const int fd = here.open(sim::channel_kind::file);
    here.send(fd, "hello");
    here.ring.push(requests::read(fd, group_id{8}, 0, reader, 12)).value();
    const completion done = here.next();
    BOOST_TEST(done.res == 5);
    BOOST_TEST(done.buffer_more());
    const auto part = here.group.take_one(done, {.committed = 12}).value();
    BOOST_TEST(text(part.bytes()) == "hello");
    const int socket = here.open();
    here.arm(socket);
    const auto next = here.receive(socket, "next");
    BOOST_TEST((next.bytes().data() == part.bytes().data() + 12));  // INC-06
    BOOST_TEST(text(next.bytes()) == "next");
}

// Kernels that pass on to the next buffer without a word about the old one (liburing issue 1433).
BOOST_FIXTURE_TEST_CASE(naming_the_next_buffer_closes_the_one_before, told) {
    auto part = group.take_one(say(10, buffer_more, buffer_id{0})).value();
    BOOST_TEST(group.with_kernel() == 2U);
    const auto next = group.take_one(say(5, buffer_more, buffer_id{1})).value();
    BOOST_TEST(next.bytes().size() == 5U);
    BOOST_TEST(group.with_kernel() == 1U);
    BOOST_TEST(part.give_back().has_value());
    BOOST_TEST(group.with_kernel() == 2U);
    BOOST_TEST(group.tail_published() == 3U);
}

BOOST_FIXTURE_TEST_CASE(a_buffer_closed_in_passing_goes_back_at_once_when_nobody_reads_it, told) {
    BOOST_TEST(group.take_one(say(10, buffer_more, buffer_id{0})).value().give_back().has_value());
    BOOST_TEST(group.tail_published() == 2U);
    const auto next = group.take_one(say(5, buffer_more, buffer_id{1})).value();
    BOOST_TEST(group.tail_published() == 3U);
    BOOST_TEST(group.with_kernel() == 2U);
}

// A request that took its buffer early (a file's read, in buffer 1) completes between two parts of
// the current one; that is no sign of the current one's end.
BOOST_FIXTURE_TEST_CASE(an_early_commitment_elsewhere_closes_nothing, told) {
    const auto part = group.take_one(say(10, buffer_more, buffer_id{0})).value();
    const auto early =
        group.take_one(say(5, 0, buffer_id{1}), {.committed = ~std::uint32_t{0}}).value();
    BOOST_TEST(group.with_kernel() == 1U);
    const auto on = group.take_one(say(10, buffer_more, buffer_id{0})).value();
    BOOST_TEST((on.bytes().data() == part.bytes().data() + 10));
}

BOOST_FIXTURE_TEST_CASE(a_flag_without_bytes_moves_nothing, told) {
    const auto empty = group.take_one(say(0, buffer_more, buffer_id{0})).value();
    BOOST_TEST(empty.bytes().empty());
    const auto part = group.take_one(say(4, buffer_more, buffer_id{0})).value();
    BOOST_TEST((part.bytes().data() == empty.bytes().data()));
}

BOOST_FIXTURE_TEST_CASE(a_completion_without_the_flag_ends_the_buffer_even_at_zero, told) {
    auto part = group.take_one(say(4, buffer_more, buffer_id{0})).value();
    BOOST_TEST(group.take_one(say(0, 0, buffer_id{0})).value().bytes().empty());  // INC-04
    BOOST_TEST(group.with_kernel() == 1U);
    BOOST_TEST(part.give_back().has_value());
    BOOST_TEST(group.with_kernel() == 2U);
}

BOOST_FIXTURE_TEST_CASE(more_bytes_than_are_left_end_the_buffer_and_harm_no_part, told) {
    auto part = group.take_one(say(30, buffer_more, buffer_id{0})).value();
    BOOST_TEST((error_of(group.take_one(say(3, buffer_more, buffer_id{0}))) ==
                errc::length_beyond_buffer));
    BOOST_TEST(part.bytes().size() == 30U);
    BOOST_TEST(group.with_kernel() == 1U, "not back while a part of it is read");
    BOOST_TEST(part.give_back().has_value());
    BOOST_TEST(group.with_kernel() == 2U);
}

BOOST_AUTO_TEST_SUITE_END()
