#include <ringproof/buffer_storage.hpp>

#include <boost/test/unit_test.hpp>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "tests/support/backends.hpp"
#include "tests/support/child.hpp"
#include "tests/support/group_rig.hpp"
#include "tests/support/spy_kernel.hpp"

namespace {

using namespace ringproof;
using ringproof::testing::backends;
using ringproof::testing::error_of;
using ringproof::testing::in_child;
using ringproof::testing::linux_backend;
using ringproof::testing::spy_kernel;

constexpr std::uint32_t largest_buffer = 0x7fffffffU;

template <class Backend>
struct watched {
    using kernel_type = spy_kernel<typename Backend::kernel_type>;
    using storage_type = ringproof::buffer_storage<kernel_type>;

    result<storage_type> create(std::uint32_t count, std::uint32_t size,
                                const storage_options& options = {}) {
        return storage_type::create(kernel, count, size, options);
    }

    Backend backend{};
    kernel_type kernel{backend.kernel()};
};

}  // namespace

BOOST_AUTO_TEST_SUITE(buffer_storage)

BOOST_AUTO_TEST_CASE(a_size_is_a_product_that_cannot_wrap) {
    BOOST_TEST(storage_size(1, 1).value() == 1U);
    BOOST_TEST(storage_size(4096, 16384).value() == 67108864U);
    // In 32 bits this product is 0x8000.
    BOOST_TEST(storage_size(32768, largest_buffer).value() == 70368744144896U);
}

BOOST_AUTO_TEST_CASE(a_buffer_has_at_least_one_byte_and_less_than_two_gibibytes) {
    BOOST_TEST((storage_size(1, 0).error() == errc::buffer_size_out_of_range));
    BOOST_TEST((storage_size(1, largest_buffer + 1).error() == errc::buffer_size_out_of_range));
    BOOST_TEST((storage_size(1, std::numeric_limits<std::uint32_t>::max()).error() ==
                errc::buffer_size_out_of_range));
    BOOST_TEST(storage_size(1, largest_buffer).value() == largest_buffer);
}

BOOST_AUTO_TEST_CASE(a_product_beyond_the_limit_is_refused_and_one_at_the_limit_is_not) {
    BOOST_TEST(storage_size(8, 100, 800).value() == 800U);
    BOOST_TEST((storage_size(8, 100, 799).error() == errc::storage_too_large));
    // What a process with 32-bit addresses must answer to counts that are legal one by one.
    BOOST_TEST(
        (storage_size(32768, largest_buffer, 0x7fffffffU).error() == errc::storage_too_large));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(buffers_lie_behind_each_other_whatever_the_slab, Backend, backends) {
    watched<Backend> here;
    std::array<std::byte, 8 * 24> own{};
    for (const slab kind : {slab::mapped, slab::heap, slab::caller}) {
        const auto made = here.create(8, 24, {.kind = kind, .memory = own});
        BOOST_TEST_REQUIRE(made.has_value());
        BOOST_TEST(made->size() == 192U);
        BOOST_TEST(made->buffer_size() == 24U);
        const auto first = made->buffer(buffer_id{0});
        const auto last = made->buffer(buffer_id{7});
        BOOST_TEST(first.size() == 24U);
        BOOST_TEST(last.data() - first.data() == 168);
        BOOST_TEST(made->part(buffer_id{7}, 20, 4).data() == last.data() + 20);
        first[0] = last[23] = std::byte{1};  // a sanitizer knows whether they are there
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(memory_of_the_caller_is_used_and_never_freed, Backend, backends) {
    watched<Backend> here;
    std::vector<std::byte> own(64);
    {
        const auto made = here.create(4, 16, {.kind = slab::caller, .memory = own});
        BOOST_TEST(made.value().buffer(buffer_id{1}).data() == own.data() + 16);
        made->buffer(buffer_id{3})[15] = std::byte{42};
    }
    BOOST_TEST((own[63] == std::byte{42}));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(memory_of_the_caller_must_be_long_enough, Backend, backends) {
    watched<Backend> here;
    std::array<std::byte, 63> own{};
    const storage_options options{.kind = slab::caller, .memory = own};
    BOOST_TEST((error_of(here.create(4, 16, options)) == errc::storage_too_small));
    BOOST_TEST((error_of(here.create(1, 64, options)) == errc::storage_too_small));
    BOOST_TEST(here.create(1, 63, options).has_value());
    BOOST_TEST((error_of(here.create(1, 1, {.kind = slab::caller})) == errc::storage_too_small));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_mapped_slab_is_unmapped_once_and_a_leaked_one_never, Backend,
                              backends) {
    watched<Backend> here;
    {
        auto first = here.create(4, 16).value();
        auto second = std::move(first);
        BOOST_TEST(here.kernel.mappings_alive == 1);
    }
    BOOST_TEST(here.kernel.mappings_alive == 0);
    std::span<std::byte> left;
    {
        auto lost = here.create(4, 16).value();
        left = lost.buffer(buffer_id{0});
        lost.leak();
    }
    BOOST_TEST(here.kernel.mappings_alive == 1);
    left[0] = std::byte{1};  // still there
    const auto page = here.kernel.page_size();
    BOOST_TEST(here.kernel.unmap({left.data(), page}).has_value());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_leaked_heap_slab_stays_where_the_kernel_may_write, Backend,
                              backends) {
    watched<Backend> here;
    std::span<std::byte> left;
    {
        auto lost = here.create(4, 16, {.kind = slab::heap}).value();
        left = lost.buffer(buffer_id{0});
        lost.leak();
    }
    left[63 % left.size()] = std::byte{1};  // use after free, had it been freed
    delete[] left.data();
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_refused_mapping_is_told_with_its_errno, Backend, backends) {
    watched<Backend> here;
    here.kernel.maps_granted = 0;
    BOOST_TEST(is_errno(error_of(here.create(4, 16)), ENOMEM));
    BOOST_TEST(here.kernel.mappings_alive == 0);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(bad_sizes_never_reach_the_kernel, Backend, backends) {
    watched<Backend> here;
    here.kernel.maps_granted = 0;  // whoever asks anyway hears ENOMEM
    BOOST_TEST((error_of(here.create(4, 0)) == errc::buffer_size_out_of_range));
    BOOST_TEST((error_of(here.create(4, largest_buffer + 1)) == errc::buffer_size_out_of_range));
}

// Linux only: pages that fault need a process to kill.
BOOST_AUTO_TEST_CASE(a_write_just_behind_a_guarded_slab_faults) {
    const int status = in_child([] {
        ringproof::linux_kernel kernel;
        using storage_type = ringproof::buffer_storage<ringproof::linux_kernel>;
        const auto page = static_cast<std::uint32_t>(kernel.page_size());
        const auto made = storage_type::create(kernel, 2, page, {.guard_page = true});
        if (!made) return 2;
        *const_cast<volatile std::byte*>(made->buffer(buffer_id{1}).data() + page) = std::byte{1};
        return 0;
    });
    BOOST_TEST(status == -SIGSEGV);
}

// Linux only: the model has no second address space.
BOOST_AUTO_TEST_CASE(a_mapped_slab_is_hidden_from_forks_unless_asked_otherwise) {
    ringproof::linux_kernel kernel;
    using storage_type = ringproof::buffer_storage<ringproof::linux_kernel>;
    for (const bool hidden : {true, false}) {
        const auto made = storage_type::create(kernel, 1, 64, {.hidden_from_forks = hidden});
        const int status = in_child([&made] {
            *const_cast<volatile std::byte*>(made->buffer(buffer_id{0}).data()) = std::byte{1};
            return 0;
        });
        BOOST_TEST(status == (hidden ? -SIGSEGV : 0));
    }
}

BOOST_AUTO_TEST_SUITE_END()
