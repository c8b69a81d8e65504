#include <ringproof/bundle.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <ringproof/buffer_group.hpp>

#include "tests/support/backends.hpp"
#include "tests/support/group_rig.hpp"

namespace {

using namespace ringproof;
using ringproof::testing::backends;
using ringproof::testing::error_of;
using ringproof::testing::group_rig;
using ringproof::testing::keep_reachable;
using ringproof::testing::leak_listener;
using ringproof::testing::require;
using ringproof::testing::rig_group;
using ringproof::testing::text;

constexpr user_data reader{1};
constexpr std::size_t size = 8;  // of a buffer

std::string letters(std::size_t count, char first = 'a') {
    std::string made(count, ' ');
    for (std::size_t i = 0; i < count; ++i)
        made[i] = static_cast<char>(static_cast<std::size_t>(first) + i % 26);
    return made;
}

/// Eight buffers of eight bytes, one channel with data in it, and single bundled receives.
template <class Backend>
struct bundling : group_rig<Backend> {
    using rig = group_rig<Backend>;
    using bundle_type = ringproof::bundle<typename rig::kernel_type>;

    bundling() : rig({.entries = 8, .buffer_size = size}) {
        require(this->backend, &capabilities::bundles);
    }

    completion receive_bundle() {
        this->ring.push(requests::recv(fd, rig_group, reader, {.bundle = true})).value();
        return this->next();
    }

    /// Sends `what`, receives all of it and gives its bundles; buffers stay leased.
    std::vector<bundle_type> transfer(std::string_view what) {
        this->send(fd, what);
        std::vector<bundle_type> all;
        for (std::size_t got = 0; got < what.size(); got += all.back().size()) {
            all.push_back(this->group.take(receive_bundle(), {.bundle = true}).value());
        }
        return all;
    }

    /// Leases every buffer and returns them in an order that makes ids and slots differ.
    void shuffle() {
        std::vector<bundle_type> all = transfer(letters(8 * size));
        std::vector<buffer_lease<typename rig::kernel_type>> leases;
        for (bundle_type& one : all) {
            while (!one.empty()) leases.push_back(one.pop_front());
        }
        for (const std::size_t i : {7U, 3U, 5U, 1U, 0U, 6U, 2U, 4U}) {
            leases.at(i).give_back().value();
        }
    }

    int fd = this->open(sim::channel_kind::tcp);
};

template <class Bundle>
std::string joined(const std::vector<Bundle>& all) {
    std::string whole;
    for (const Bundle& one : all) {
        for (const std::span<std::byte> part : one) whole += text(part);
    }
    return whole;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(bundle)

BOOST_AUTO_TEST_CASE_TEMPLATE(an_empty_bundle_has_nothing_in_it, Backend, backends) {
    typename bundling<Backend>::bundle_type none;
    BOOST_TEST(none.empty());
    BOOST_TEST(none.size() == 0U);
    BOOST_TEST(none.front().empty());
    BOOST_TEST((none.begin() == none.end()));
    BOOST_TEST(!none.pop_front());
    BOOST_TEST(none.give_back().has_value());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_completion_of_one_buffer_is_a_bundle_of_one, Backend, backends) {
    group_rig<Backend> here;
    const int fd = here.open();
    here.arm(fd, reader);
    here.send(fd, "hello");
    const auto data = here.group.take(here.next()).value();
    BOOST_TEST(data.buffer_count() == 1U);
    BOOST_TEST(data.size() == 5U);
    BOOST_TEST(text(data.front()) == "hello");
    BOOST_TEST(std::distance(data.begin(), data.end()) == 1);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(the_parts_together_are_what_was_sent, Backend, backends) {
    bundling<Backend> here;
    const std::string sent = letters(3 * size + 5);
    const auto all = here.transfer(sent);
    BOOST_TEST(joined(all) == sent);
    std::size_t buffers = 0;
    for (const auto& one : all) buffers += one.buffer_count();
    BOOST_TEST(buffers >= 4U);
    BOOST_TEST(here.group.with_kernel() == 8 - buffers);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(the_walk_follows_slots_when_ids_are_shuffled, Backend, backends) {
    bundling<Backend> here;
    here.shuffle();
    const std::string sent = letters(8 * size, 'A');
    BOOST_TEST(joined(here.transfer(sent)) == sent);
    BOOST_TEST(here.group.with_kernel() == 8U, "and all of it goes back");
    for (int round = 0; round < 4; ++round) {
        const std::string again = letters(8 * size - 3, static_cast<char>('a' + round));
        BOOST_TEST(joined(here.transfer(again)) == again);
        BOOST_TEST(here.group.with_kernel() == 8U);
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(buffers_returned_meanwhile_do_not_disturb_the_walk, Backend,
                              backends) {
    bundling<Backend> here;
    here.shuffle();
    auto all = here.transfer(letters(6 * size));
    std::string whole;
    for (auto& one : all) {
        while (!one.empty()) {
            const auto lease = one.pop_front();  // and back, so that its slot is written anew
            whole += text(lease.bytes());
        }
    }
    BOOST_TEST(whole == letters(6 * size));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_bundle_goes_back_with_one_publish, Backend, backends) {
    bundling<Backend> here;
    auto all = here.transfer(letters(4 * size));
    const auto tail = here.group.tail_published();
    const auto with_kernel = here.group.with_kernel();
    for (auto& one : all) {
        const auto count = one.buffer_count();
        const auto before = here.group.tail_published();
        BOOST_TEST(one.give_back().has_value());
        BOOST_TEST(one.empty());
        BOOST_TEST(one.size() == 0U);
        BOOST_TEST(here.group.tail_published() == before + count);
    }
    BOOST_TEST(here.group.tail_published() == tail + (8 - with_kernel));
    BOOST_TEST(here.group.with_kernel() == 8U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(what_is_popped_is_no_longer_the_bundles, Backend, backends) {
    bundling<Backend> here;
    auto all = here.transfer(letters(3 * size));
    auto& last = all.back();
    const auto count = last.buffer_count();
    const auto bytes = last.size();
    auto first = last.pop_front();
    BOOST_TEST(last.buffer_count() == count - 1);
    BOOST_TEST(last.size() == bytes - first.bytes().size());
    BOOST_TEST(last.give_back().has_value());
    BOOST_TEST(static_cast<bool>(first));
    all.clear();
    BOOST_TEST(here.group.with_kernel() == 7U);
    BOOST_TEST(first.give_back().has_value());
    BOOST_TEST(here.group.with_kernel() == 8U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_moved_bundle_leaves_an_empty_one, Backend, backends) {
    bundling<Backend> here;
    auto all = here.transfer(letters(2 * size));
    auto first = std::move(all.back());
    BOOST_TEST(all.back().empty());
    const auto bytes = first.size();
    auto second = std::move(first);
    BOOST_TEST(second.size() == bytes);
    second = {};
    all.clear();
    BOOST_TEST(here.group.with_kernel() == 8U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_bundle_outlives_group_and_ring, Backend, backends) {
    bundling<Backend> here;
    auto all = here.transfer(letters(4 * size));
    std::optional group(std::move(here.group));
    std::optional ring(std::move(here.ring));
    group.reset();
    ring.reset();
    BOOST_TEST(joined(all) == letters(4 * size));
    all.clear();
    BOOST_TEST(here.kernel.mappings_alive == 0);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_bundle_dropped_on_another_thread_touches_nothing, Backend,
                              backends) {
    bundling<Backend> here;
    const leak_listener leaks;
    keep_reachable(&here.group.core());
    auto all = here.transfer(letters(4 * size));
    const auto with_kernel = here.group.with_kernel();
    const auto tail = here.group.tail_published();
    const auto bundles = all.size();
    here.kernel.caller_pretended = here.kernel.other_thread();
    BOOST_TEST(!all.front().pop_front());
    BOOST_TEST((error_of(all.front().give_back()) == errc::wrong_thread));
    all.clear();
    here.kernel.caller_pretended.reset();
    BOOST_TEST(leaks.count() == bundles);
    BOOST_TEST(here.group.with_kernel() == with_kernel);
    BOOST_TEST(here.group.tail_published() == tail);
}

// BND-03, BND-04: the count of slots must be the kernel's, or the next completion is not
// understood.
BOOST_AUTO_TEST_CASE_TEMPLATE(every_length_leaves_both_sides_with_the_same_count, Backend,
                              backends) {
    bundling<Backend> here;
    require(here.backend, &capabilities::status_query);
    here.shuffle();
    for (std::size_t length = 1; length <= 6 * size; ++length) {
        const std::string sent = letters(length);
        const auto all = here.transfer(sent);
        BOOST_TEST(joined(all) == sent);
        BOOST_TEST(here.group.available().value() == here.group.with_kernel());
    }
}

BOOST_AUTO_TEST_SUITE_END()
