#include <ringproof/ring_registration.hpp>

#include <boost/test/unit_test.hpp>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include <ringproof/buffer_ring.hpp>
#include <ringproof/uring.hpp>

#include "tests/support/backends.hpp"
#include "tests/support/group_rig.hpp"
#include "tests/support/spy_kernel.hpp"

namespace {

using namespace ringproof;
using ringproof::testing::backends;
using ringproof::testing::error_of;
using ringproof::testing::require;
using ringproof::testing::spy_kernel;

template <class Backend>
struct registrar {
    using kernel_type = spy_kernel<typename Backend::kernel_type>;
    using registration_type = ringproof::ring_registration<kernel_type>;

    result<registration_type> create(std::uint16_t id,
                                     const ring_registration_options& options = {.entries = 4}) {
        return registration_type::create(*ring.core(), static_cast<group_id>(id), options);
    }
    /// As io_uring_register(2) sees it: is a group of that id there?
    bool known(std::uint16_t id) {
        ringproof::abi::io_uring_buf_reg named{};
        named.bgid = id;
        return ring.core()
            ->register_(ringproof::abi::ioring_unregister_pbuf_ring, &named, 1)
            .has_value();
    }

    Backend backend{};
    kernel_type kernel{backend.kernel()};
    uring<kernel_type> ring = uring<kernel_type>::create(kernel).value();
};

}  // namespace

BOOST_AUTO_TEST_SUITE(ring_registration)

BOOST_AUTO_TEST_CASE(entries_are_a_power_of_two_up_to_32768) {
    for (std::uint32_t bit = 0; bit <= 15; ++bit) {
        BOOST_TEST(validate({.entries = 1U << bit}).has_value());
    }
    for (const std::uint32_t wrong : {3U, 6U, 32767U, 129U}) {
        BOOST_TEST((error_of(validate({.entries = wrong})) == errc::entries_not_power_of_two));
    }
    for (const std::uint32_t wrong : {0U, 32769U, 65536U, 0x80000000U, 0xffffffffU}) {
        BOOST_TEST((error_of(validate({.entries = wrong})) == errc::entries_out_of_range));
    }
}

BOOST_AUTO_TEST_CASE(min_left_makes_sense_on_incremental_rings_only) {
    BOOST_TEST(
        (error_of(validate({.entries = 1, .min_left = 1})) == errc::min_left_needs_incremental));
    BOOST_TEST(validate({.entries = 1, .incremental = true, .min_left = 0xffffffffU}).has_value());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(each_size_registers_with_room_for_its_entries, Backend, backends) {
    registrar<Backend> here;
    for (const std::uint32_t entries : {1U, 2U, 256U, 4096U, 32768U}) {
        auto made = here.create(1, {.entries = entries});
        BOOST_TEST_REQUIRE(made.has_value());
        BOOST_TEST(made->entries().size() == entries);
        BOOST_TEST(made->entries().front().resv == 0U);  // the tail: nothing published (REG-17)
        made->entries().back().addr = 1;                 // a sanitizer knows whether it is there
        BOOST_TEST(made->unregister().has_value());
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(any_16_bit_id_will_do, Backend, backends) {
    registrar<Backend> here;
    constexpr std::array<std::uint16_t, 6> ids{0, 1, 63, 64, 32768, 65535};
    for (const std::uint16_t id : ids) {  // REG-14
        auto made = here.create(id);
        BOOST_TEST_REQUIRE(made.has_value());
        BOOST_TEST((made->id() == static_cast<group_id>(id)));
        BOOST_TEST(made->unregister().has_value());
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(an_id_is_taken_until_it_is_given_back, Backend, backends) {
    registrar<Backend> here;
    auto first = here.create(5).value();
    BOOST_TEST((error_of(here.create(5)) == errc::group_in_use));
    BOOST_TEST(first.unregister().has_value());
    BOOST_TEST(here.create(5).has_value());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(an_id_taken_behind_our_back_is_in_use_as_well, Backend, backends) {
    registrar<Backend> here;
    auto first = here.create(5).value();
    here.ring.core()->disclaim(first.id());  // now only the kernel knows it
    BOOST_TEST((error_of(here.create(5)) == errc::group_in_use));
    BOOST_TEST(here.known(5));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(wrong_arguments_never_reach_the_kernel, Backend, backends) {
    registrar<Backend> here;
    here.kernel.maps_granted = 0;
    here.kernel.register_refused = ringproof::abi::ioring_register_pbuf_ring;
    BOOST_TEST((error_of(here.create(5, {.entries = 0})) == errc::entries_out_of_range));
    BOOST_TEST((error_of(here.create(5, {.entries = 12})) == errc::entries_not_power_of_two));
    BOOST_TEST((error_of(here.create(5, {.entries = 1, .min_left = 1})) ==
                errc::min_left_needs_incremental));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_kernel_that_does_not_know_a_flag_is_unsupported, Backend,
                              backends) {
    registrar<Backend> here;
    here.kernel.register_refused = ringproof::abi::ioring_register_pbuf_ring;
    const int before = here.kernel.mappings_alive;
    BOOST_TEST(
        (error_of(here.create(5, {.entries = 4, .incremental = true})) == errc::unsupported));
    BOOST_TEST(here.kernel.mappings_alive == before);
    here.kernel.register_refused.reset();
    BOOST_TEST(here.create(5).has_value(), "a failure must leave the id free");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_failed_mapping_leaves_nothing_behind, Backend, backends) {
    registrar<Backend> here;
    here.kernel.maps_granted = 0;
    BOOST_TEST(is_errno(error_of(here.create(5)), ENOMEM));
    BOOST_TEST(!here.known(5));
    here.kernel.maps_granted = -1;
    BOOST_TEST(here.create(5).has_value());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_ring_in_kernel_memory_is_mapped_and_unregistered_if_that_fails,
                              Backend, backends) {
    registrar<Backend> here;
    require(here.backend, &capabilities::mapped_rings);
    const ring_registration_options mapped{.entries = 8, .memory = ring_memory::kernel};
    here.kernel.maps_granted = 0;
    BOOST_TEST(is_errno(error_of(here.create(5, mapped)), ENOMEM));
    BOOST_TEST(!here.known(5));
    here.kernel.maps_granted = -1;
    auto made = here.create(5, mapped);
    BOOST_TEST_REQUIRE(made.has_value());
    BOOST_TEST(made->entries().size() == 8U);
    BOOST_TEST(made->entries().front().resv == 0U);  // MAP-02
    BOOST_TEST(made->unregister().has_value());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(an_id_that_the_offset_to_map_cannot_name_is_refused, Backend,
                              backends) {
    registrar<Backend> here;
    require(here.backend, &capabilities::mapped_rings);
    const ring_registration_options mapped{.entries = 8, .memory = ring_memory::kernel};
    auto other = here.create(0, mapped).value();  // whose ring 32768 would get
    BOOST_TEST((error_of(here.create(32768, mapped)) == errc::unsupported));
    BOOST_TEST((error_of(here.create(2048, mapped)) == errc::unsupported));
    BOOST_TEST(!here.known(32768));
    auto last = here.create(2047, mapped);
    BOOST_TEST_REQUIRE(last.has_value());
    last->entries()[0].addr = 1;
    BOOST_TEST(other.entries()[0].addr == 0U);
    BOOST_TEST(here.create(32768).has_value(), "the id is fine where nothing is mapped");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(options_reach_the_kernel, Backend, backends) {
    registrar<Backend> here;
    require(here.backend, &capabilities::incremental);
    BOOST_TEST(here.create(1, {.entries = 2, .incremental = true}).has_value());
    require(here.backend, &capabilities::min_left);
    BOOST_TEST(here.create(2, {.entries = 2, .incremental = true, .min_left = 8}).has_value());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(what_was_never_registered_unregisters_in_peace, Backend, backends) {
    registrar<Backend> here;
    typename registrar<Backend>::registration_type empty;
    BOOST_TEST(empty.unregister().has_value());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_refused_unregister_is_an_error_and_the_id_stays_taken, Backend,
                              backends) {
    registrar<Backend> here;
    auto made = here.create(5).value();
    here.kernel.register_refused = ringproof::abi::ioring_unregister_pbuf_ring;
    BOOST_TEST(is_errno(error_of(made.unregister()), EINVAL));
    BOOST_TEST((error_of(here.create(5)) == errc::group_in_use));
    here.kernel.register_refused.reset();
    BOOST_TEST(made.unregister().has_value());
    BOOST_TEST(here.create(5).has_value());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(the_head_is_the_kernels_own, Backend, backends) {
    registrar<Backend> here;
    require(here.backend, &capabilities::status_query);
    const auto made = here.create(5).value();
    BOOST_TEST(made.head_kernel().value() == 0U);
    here.kernel.register_refused = ringproof::abi::ioring_register_pbuf_status;
    BOOST_TEST((error_of(made.head_kernel()) == errc::unsupported));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(the_head_of_a_group_that_is_gone_is_an_errno, Backend, backends) {
    registrar<Backend> here;
    require(here.backend, &capabilities::status_query);
    auto made = here.create(5).value();
    BOOST_TEST(made.unregister().has_value());
    BOOST_TEST(is_errno(error_of(made.head_kernel()), ENOENT));  // STA-02
}

BOOST_AUTO_TEST_CASE_TEMPLATE(leaked_ring_memory_stays_mapped, Backend, backends) {
    registrar<Backend> here;
    const int before = here.kernel.mappings_alive;
    std::span<ringproof::abi::io_uring_buf> left;
    {
        auto made = here.create(5).value();
        left = made.entries();
        BOOST_TEST(made.unregister().has_value());
        made.leak();
    }
    BOOST_TEST(here.kernel.mappings_alive == before + 1);
    left.back().addr = 1;
    BOOST_TEST(
        here.kernel.unmap({reinterpret_cast<std::byte*>(left.data()), here.kernel.page_size()})
            .has_value());
}

BOOST_AUTO_TEST_SUITE_END()
