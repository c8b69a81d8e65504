#include <ringproof/registered_files.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include <ringproof/socket_requests.hpp>

#include "tests/support/watched.hpp"

namespace ringproof::testing {

namespace {

constexpr user_data user{1};

/// A ring, and a file with four bytes in it.
template <backend Backend>
struct prepared : watched<Backend> {
    using files_type = ringproof::registered_files<spy_kernel<typename Backend::kernel_type>>;

    prepared() {
        require(this->real, &capabilities::sparse_files);
        ring.emplace(this->open());
        fd = this->world().open(sim::channel_kind::file).value();
        this->world().send(fd, std::as_bytes(std::span(std::string_view("abcd")))).value();
    }
    files_type files(std::uint32_t count) { return files_type::create(*ring, count).value(); }

    /// What a read of that slot completes with.
    std::int32_t read(file_slot slot) {
        ring->push(requests::read(slot, into, 0, user)).value();
        ring->submit_and_wait(1).value();
        std::int32_t res = 0;
        ring->for_each_completion([&res](const completion& done) { res = done.res; });
        return res;
    }

    std::optional<typename watched<Backend>::ring_type> ring{};
    int fd = -1;
    std::array<std::byte, 8> into{};
};

}  // namespace

BOOST_AUTO_TEST_SUITE(registered_files)

BOOST_AUTO_TEST_CASE_TEMPLATE(slots_start_empty_and_take_files, Backend, backends) {
    prepared<Backend> here;
    auto files = here.files(4);
    BOOST_TEST(files.count() == 4U);
    BOOST_TEST(here.read(file_slot{3}) == -EBADF);
    BOOST_TEST(files.update(file_slot{3}, here.fd).has_value());
    BOOST_TEST(here.read(file_slot{3}) == 4);
    BOOST_TEST((here.into[3] == std::byte{'d'}));
    BOOST_TEST(here.read(file_slot{2}) == -EBADF);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(the_table_keeps_a_file_whose_descriptor_is_closed, Backend,
                              backends) {
    prepared<Backend> here;
    auto files = here.files(1);
    files.update(file_slot{0}, here.fd).value();
    BOOST_TEST(here.world().close(here.fd).has_value());
    BOOST_TEST(here.read(file_slot{0}) == 4);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_cleared_slot_is_empty_and_can_be_filled_again, Backend, backends) {
    prepared<Backend> here;
    auto files = here.files(1);
    files.update(file_slot{0}, here.fd).value();
    BOOST_TEST(files.clear(file_slot{0}).has_value());
    BOOST_TEST(here.read(file_slot{0}) == -EBADF);
    BOOST_TEST(files.clear(file_slot{0}).has_value(), "empty slots may be emptied");
    files.update(file_slot{0}, here.fd).value();
    BOOST_TEST(here.read(file_slot{0}) == 4);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_slot_can_be_filled_while_it_is_full, Backend, backends) {
    prepared<Backend> here;
    auto files = here.files(1);
    const int empty = here.world().open(sim::channel_kind::file).value();
    files.update(file_slot{0}, empty).value();
    BOOST_TEST(here.read(file_slot{0}) == 0);
    files.update(file_slot{0}, here.fd).value();
    BOOST_TEST(here.read(file_slot{0}) == 4);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(slots_beyond_the_table_are_refused, Backend, backends) {
    prepared<Backend> here;
    auto files = here.files(2);
    for (const std::uint32_t slot : {2U, 0x7fffffffU, 0xffffffffU}) {
        BOOST_TEST(is_errno(files.update(file_slot{slot}, here.fd).error(), EINVAL));
        BOOST_TEST(is_errno(files.clear(file_slot{slot}).error(), EINVAL));
    }
}

// To the kernel -1 means "empty the slot" and -2 "leave it": neither is an update that succeeded.
BOOST_AUTO_TEST_CASE_TEMPLATE(a_descriptor_that_is_not_open_is_refused, Backend, backends) {
    prepared<Backend> here;
    auto files = here.files(1);
    files.update(file_slot{0}, here.fd).value();
    for (const int bad : {-1, -2, -100, 1 << 30}) {
        BOOST_TEST(is_errno(files.update(file_slot{0}, bad).error(), EBADF));
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_negative_descriptor_leaves_the_slot_alone, Backend, backends) {
    prepared<Backend> here;
    auto files = here.files(1);
    files.update(file_slot{0}, here.fd).value();
    BOOST_TEST(!files.update(file_slot{0}, -1).has_value());
    BOOST_TEST(here.read(file_slot{0}) == 4);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_ring_has_one_table_at_a_time, Backend, backends) {
    prepared<Backend> here;
    using files_type = typename prepared<Backend>::files_type;
    std::optional<files_type> files = here.files(1);
    BOOST_TEST(is_errno(files_type::create(*here.ring, 1).error(), EBUSY));
    files.reset();
    BOOST_TEST(files_type::create(*here.ring, 1).has_value());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_table_without_slots_is_refused, Backend, backends) {
    prepared<Backend> here;
    using files_type = typename prepared<Backend>::files_type;
    BOOST_TEST(is_errno(files_type::create(*here.ring, 0).error(), EINVAL));
    BOOST_TEST(is_errno(files_type::create(*here.ring, 0x7fffffff).error(), EMFILE));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(an_older_kernel_is_told_from_a_wrong_argument, Backend, backends) {
    prepared<Backend> here;
    here.kernel.register_refused = abi::ioring_register_files2;
    using files_type = typename prepared<Backend>::files_type;
    BOOST_TEST((files_type::create(*here.ring, 1).error() == errc::unsupported));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(closing_unregisters_once, Backend, backends) {
    prepared<Backend> here;
    auto files = here.files(1);
    files.update(file_slot{0}, here.fd).value();
    BOOST_TEST(files.close().has_value());
    BOOST_TEST(here.read(file_slot{0}) == -EBADF);
    BOOST_TEST(files.close().has_value());
    BOOST_TEST(files.count() == 0U);
    BOOST_TEST(is_errno(files.update(file_slot{0}, here.fd).error(), ENXIO));
    BOOST_TEST(is_errno(files.clear(file_slot{0}).error(), ENXIO));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(strangers_are_refused_and_change_nothing, Backend, backends) {
    prepared<Backend> here;
    using files_type = typename prepared<Backend>::files_type;
    auto files = here.files(1);
    files.update(file_slot{0}, here.fd).value();
    for (const auto& [caller, error] :
         {std::pair{here.kernel.other_thread(), errc::wrong_thread},
          std::pair{here.kernel.forked_child(), errc::forked_child}}) {
        here.kernel.caller_pretended = caller;
        BOOST_TEST((files.update(file_slot{0}, here.fd).error() == error));
        BOOST_TEST((files.clear(file_slot{0}).error() == error));
        BOOST_TEST((files.close().error() == error));
        BOOST_TEST((files_type::create(*here.ring, 1).error() == error));
    }
    here.kernel.caller_pretended.reset();
    BOOST_TEST(here.read(file_slot{0}) == 4);
    BOOST_TEST(files.count() == 1U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(on_another_thread_the_table_stays_with_the_ring, Backend, backends) {
    prepared<Backend> here;
    {
        auto files = here.files(1);
        files.update(file_slot{0}, here.fd).value();
        here.kernel.caller_pretended = here.kernel.other_thread();
    }
    here.kernel.caller_pretended.reset();
    BOOST_TEST(here.read(file_slot{0}) == 4);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_table_may_outlive_its_ring, Backend, backends) {
    prepared<Backend> here;
    using files_type = typename prepared<Backend>::files_type;
    auto files = here.files(1);
    BOOST_TEST(here.ring->close().has_value());
    BOOST_TEST((files.update(file_slot{0}, here.fd).error() == errc::ring_closed));
    BOOST_TEST((files.clear(file_slot{0}).error() == errc::ring_closed));
    BOOST_TEST((files_type::create(*here.ring, 1).error() == errc::ring_closed));
    BOOST_TEST(files.close().has_value());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_table_moves_with_its_duty_to_unregister, Backend, backends) {
    prepared<Backend> here;
    using files_type = typename prepared<Backend>::files_type;
    auto second_ring = here.open();
    {
        auto first = here.files(2);
        auto moved = std::move(first);
        BOOST_TEST(first.count() == 0U);
        BOOST_TEST(first.close().has_value());
        BOOST_TEST(moved.count() == 2U);
        BOOST_TEST(moved.update(file_slot{1}, here.fd).has_value());
        moved = files_type::create(second_ring, 3).value();
        BOOST_TEST(moved.count() == 3U);
        BOOST_TEST(files_type::create(*here.ring, 1).has_value(), "the former was unregistered");
    }
    BOOST_TEST(files_type::create(second_ring, 1).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::testing
