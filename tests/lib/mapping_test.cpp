#include <ringproof/mapping.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "tests/support/watched.hpp"

namespace ringproof::testing {

namespace {

template <class Here>
using mapping_of = ringproof::mapping<typename Here::kernel_type>;

template <class Here>
mapping_of<Here> anonymous(Here& here, std::size_t size, bool guard_page = false) {
    return mapping_of<Here>::anonymous(here.kernel, {.size = size, .guard_page = guard_page})
        .value();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(mapping)

BOOST_AUTO_TEST_CASE_TEMPLATE(anonymous_memory_is_zeroed_on_a_page_and_as_long_as_asked, Backend,
                              backends) {
    watched<Backend> here;
    for (const std::size_t size : {std::size_t{1}, here.kernel.page_size() - 1,
                                   here.kernel.page_size(), 3 * here.kernel.page_size() + 5}) {
        const auto memory = anonymous(here, size);
        BOOST_TEST(memory.bytes().size() == size);
        const auto address = reinterpret_cast<std::uintptr_t>(memory.bytes().data());
        BOOST_TEST(address % here.kernel.page_size() == 0U);
        BOOST_TEST(std::ranges::count(memory.bytes(), std::byte{0}) ==
                   static_cast<std::ptrdiff_t>(size));
        std::ranges::fill(memory.bytes(), std::byte{0xa5});
    }
    BOOST_TEST(here.kernel.mappings_alive == 0);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(the_guard_page_is_not_among_the_bytes, Backend, backends) {
    watched<Backend> here;
    const auto memory = anonymous(here, 100, true);
    BOOST_TEST(memory.bytes().size() == 100U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(memory_is_unmapped_once_however_often_it_moved, Backend, backends) {
    watched<Backend> here;
    {
        auto first = anonymous(here, 10);
        const auto* address = first.bytes().data();
        auto second = std::move(first);
        BOOST_TEST(second.bytes().data() == address);
        decltype(first) third;
        third = std::move(second);
        BOOST_TEST(third.bytes().data() == address);
        BOOST_TEST(here.kernel.mappings_alive == 1);
    }
    BOOST_TEST(here.kernel.mappings_alive == 0);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(assignment_unmaps_what_was_held, Backend, backends) {
    watched<Backend> here;
    auto held = anonymous(here, 10);
    held = anonymous(here, 20);
    BOOST_TEST(here.kernel.mappings_alive == 1);
    BOOST_TEST(held.bytes().size() == 20U);
    held = {};
    BOOST_TEST(here.kernel.mappings_alive == 0);
    BOOST_TEST(held.bytes().empty());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(leaked_memory_stays_mapped, Backend, backends) {
    watched<Backend> here;
    std::span<std::byte> bytes;
    {
        auto memory = anonymous(here, here.kernel.page_size());
        bytes = memory.bytes();
        memory.leak();
    }
    BOOST_TEST(here.kernel.mappings_alive == 1);
    bytes.back() = std::byte{1};  // faults if it is gone
    BOOST_TEST(here.kernel.unmap(bytes).has_value());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_forked_child_lets_go_without_unmapping, Backend, backends) {
    watched<Backend> here;
    {
        auto memory = anonymous(here, 64);
        here.kernel.caller_pretended = here.kernel.forked_child();
    }
    BOOST_TEST(here.kernel.mappings_alive == 1);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(another_thread_may_unmap, Backend, backends) {
    watched<Backend> here;
    {
        auto memory = anonymous(here, 64);
        here.kernel.caller_pretended = here.kernel.other_thread();
    }
    BOOST_TEST(here.kernel.mappings_alive == 0);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(the_kernels_refusal_is_handed_on, Backend, backends) {
    watched<Backend> here;
    here.kernel.maps_granted = 0;
    using mapping_type = mapping_of<watched<Backend>>;
    const auto no_file = mapping_type::anonymous(here.kernel, {.size = 1});
    BOOST_TEST_REQUIRE(!no_file.has_value());
    BOOST_TEST(is_errno(no_file.error(), ENOMEM));
    here.kernel.maps_granted = -1;
    const auto of_ring = mapping_type::of_ring(here.kernel, -1, 4096, abi::ioring_off_sq_ring);
    BOOST_TEST_REQUIRE(!of_ring.has_value());
    BOOST_TEST(is_errno(of_ring.error(), EBADF));
    BOOST_TEST(here.kernel.mappings_alive == 0);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_rings_memory_can_be_mapped_twice_and_is_the_same, Backend,
                              backends) {
    watched<Backend> here;
    using mapping_type = mapping_of<watched<Backend>>;
    abi::io_uring_params params{};
    const int fd = here.kernel.setup(8, params).value();
    {
        const std::size_t size = 8 * sizeof(abi::io_uring_sqe);
        const auto one = mapping_type::of_ring(here.kernel, fd, size, abi::ioring_off_sqes);
        const auto two = mapping_type::of_ring(here.kernel, fd, size, abi::ioring_off_sqes);
        BOOST_TEST_REQUIRE(one.has_value());
        BOOST_TEST_REQUIRE(two.has_value());
        one->bytes()[5] = std::byte{0x5a};
        BOOST_TEST((two->bytes()[5] == std::byte{0x5a}));
    }
    BOOST_TEST(here.kernel.mappings_alive == 0);
    BOOST_TEST(here.kernel.close(fd).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::testing
