// One case for each reason of error.hpp, named after it, that brings about exactly that refusal.

#include <ringproof/error.hpp>

#include <boost/test/tree/traverse.hpp>
#include <boost/test/tree/visitor.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <ringproof/message.hpp>
#include <ringproof/receiver.hpp>
#include <ringproof/send_group.hpp>

#include "tests/support/backends.hpp"
#include "tests/support/fake_kernel.hpp"
#include "tests/support/group_rig.hpp"

namespace {

using namespace ringproof;
using ringproof::testing::backends;
using ringproof::testing::error_of;
using ringproof::testing::fake_kernel;
using ringproof::testing::group_rig;
using ringproof::testing::rig_group;

/// The enumerator's own name. No default: a new reason without a name here does not compile.
constexpr const char* name_of(errc code) {
    switch (code) {
        case errc::entries_not_power_of_two:
            return "entries_not_power_of_two";
        case errc::entries_out_of_range:
            return "entries_out_of_range";
        case errc::buffer_size_out_of_range:
            return "buffer_size_out_of_range";
        case errc::storage_too_large:
            return "storage_too_large";
        case errc::storage_too_small:
            return "storage_too_small";
        case errc::group_in_use:
            return "group_in_use";
        case errc::min_left_needs_incremental:
            return "min_left_needs_incremental";
        case errc::unsupported:
            return "unsupported";
        case errc::wrong_thread:
            return "wrong_thread";
        case errc::forked_child:
            return "forked_child";
        case errc::ring_closed:
            return "ring_closed";
        case errc::group_closed:
            return "group_closed";
        case errc::foreign_buffer:
            return "foreign_buffer";
        case errc::not_leased:
            return "not_leased";
        case errc::no_buffer:
            return "no_buffer";
        case errc::stale_completion:
            return "stale_completion";
        case errc::length_beyond_buffer:
            return "length_beyond_buffer";
        case errc::not_incremental:
            return "not_incremental";
        case errc::malformed_message:
            return "malformed_message";
        case errc::submission_queue_full:
            return "submission_queue_full";
        case errc::silent_request:
            return "silent_request";
        case errc::already_armed:
            return "already_armed";
        case errc::no_free_buffer:
            return "no_free_buffer";
        case errc::requests_in_flight:
            return "requests_in_flight";
        case errc::starving:
            return "starving";
    }
    return nullptr;
}

/// A group on the same ring, of an id that is free unless said otherwise.
template <class Rig>
std::error_code creating(Rig& here, const group_options& wanted, group_id id = group_id{8}) {
    return error_of(Rig::group_type::create(here.ring, id, wanted));
}

completion handing_over(std::uint32_t id, std::int32_t res, std::uint32_t flags = 0) {
    return {user_data{1}, res, flags | ringproof::abi::ioring_cqe_f_buffer | id << 16U};
}

/// The reasons of the leaks of its time.
class leak_reasons {
public:
    leak_reasons() : former_(set_leak_handler(&note)) { all().clear(); }
    leak_reasons(const leak_reasons&) = delete;
    leak_reasons& operator=(const leak_reasons&) = delete;
    ~leak_reasons() { set_leak_handler(former_); }

    static std::vector<std::error_code>& all() {
        static std::vector<std::error_code> reasons;
        return reasons;
    }

private:
    static void note(const ringproof::leak& lost) noexcept { all().push_back(lost.reason); }

    leak_handler former_;
};

/// The cases of the suite that this one stands in.
class case_names : public boost::unit_test::test_tree_visitor {
public:
    void visit(const boost::unit_test::test_case& one) override { names.push_back(one.p_name); }

    std::vector<std::string> names;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(errc)

BOOST_AUTO_TEST_CASE(no_reason_was_forgotten) {
    namespace ut = boost::unit_test;
    case_names found;
    const auto suite = ut::framework::current_test_unit().p_parent_id;
    ut::traverse_test_tree(suite, found, true);
    const std::string unknown = error_category().message(0);
    int number = 1;
    for (; error_category().message(number) != unknown; ++number) {
        const char* name = name_of(static_cast<ringproof::errc>(number));
        BOOST_TEST_REQUIRE(name != nullptr);
        const std::string wanted = std::string(name) + '_';
        const bool has_case = std::ranges::any_of(
            found.names, [&wanted](const std::string& one) { return one.starts_with(wanted); });
        BOOST_TEST(has_case, "no case brings about " << name);
    }
    BOOST_TEST(number > 24);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(entries_not_power_of_two_for_12_buffers, Backend, backends) {
    group_rig<Backend> here;
    BOOST_TEST((creating(here, {.entries = 12}) == ringproof::errc::entries_not_power_of_two));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(entries_out_of_range_for_none_and_for_65536, Backend, backends) {
    group_rig<Backend> here;
    BOOST_TEST((creating(here, {.entries = 0}) == ringproof::errc::entries_out_of_range));
    BOOST_TEST((creating(here, {.entries = 65536}) == ringproof::errc::entries_out_of_range));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(buffer_size_out_of_range_for_0_and_for_2_gibibytes, Backend,
                              backends) {
    group_rig<Backend> here;
    constexpr auto wanted = ringproof::errc::buffer_size_out_of_range;
    BOOST_TEST((creating(here, {.buffer_size = 0}) == wanted));
    BOOST_TEST((creating(here, {.buffer_size = 0x80000000U}) == wanted));
}

BOOST_AUTO_TEST_CASE(storage_too_large_for_the_address_space) {
    const auto size = storage_size(32768, 0x7fffffffU, 0x7fffffffU);
    BOOST_TEST((error_of(size) == ringproof::errc::storage_too_large));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(storage_too_small_for_the_buffers, Backend, backends) {
    group_rig<Backend> here;
    std::array<std::byte, 63> own{};
    const group_options wanted{
        .entries = 4, .buffer_size = 16, .storage = {.kind = slab::caller, .memory = own}};
    BOOST_TEST((creating(here, wanted) == ringproof::errc::storage_too_small));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(group_in_use_for_an_id_that_is_taken, Backend, backends) {
    group_rig<Backend> here;
    BOOST_TEST((creating(here, here.small, rig_group) == ringproof::errc::group_in_use));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(min_left_needs_incremental_rings, Backend, backends) {
    group_rig<Backend> here;
    BOOST_TEST((creating(here, {.min_left = 1}) == ringproof::errc::min_left_needs_incremental));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(unsupported_is_what_an_old_kernel_refuses, Backend, backends) {
    group_rig<Backend> here;
    here.kernel.register_refused = ringproof::abi::ioring_register_pbuf_ring;
    BOOST_TEST((creating(here, {.incremental = true}) == ringproof::errc::unsupported));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(wrong_thread_for_a_call_from_another_one, Backend, backends) {
    group_rig<Backend> here;
    here.kernel.caller_pretended = here.kernel.other_thread();
    BOOST_TEST((error_of(here.group.close()) == ringproof::errc::wrong_thread));
    here.kernel.caller_pretended.reset();
}

BOOST_AUTO_TEST_CASE_TEMPLATE(forked_child_for_a_call_from_there, Backend, backends) {
    group_rig<Backend> here;
    here.kernel.caller_pretended = here.kernel.forked_child();
    BOOST_TEST((error_of(here.group.close()) == ringproof::errc::forked_child));
    here.kernel.caller_pretended.reset();
}

BOOST_AUTO_TEST_CASE_TEMPLATE(ring_closed_for_a_group_after_it, Backend, backends) {
    group_rig<Backend> here;
    BOOST_TEST(here.ring.close().has_value());
    BOOST_TEST((creating(here, here.small) == ringproof::errc::ring_closed));
    BOOST_TEST((error_of(here.ring.submit()) == ringproof::errc::ring_closed));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(group_closed_for_what_completes_after_it, Backend, backends) {
    group_rig<Backend> here;
    BOOST_TEST(here.group.close().has_value());
    BOOST_TEST((error_of(here.group.take(handing_over(0, 1))) == ringproof::errc::group_closed));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(foreign_buffer_for_an_id_behind_the_last, Backend, backends) {
    group_rig<Backend> here;
    BOOST_TEST((error_of(here.group.give_back(buffer_id{4})) == ringproof::errc::foreign_buffer));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(not_leased_for_a_buffer_that_was_never_taken, Backend, backends) {
    group_rig<Backend> here;
    BOOST_TEST((error_of(here.group.give_back(buffer_id{0})) == ringproof::errc::not_leased));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(no_buffer_for_a_completion_without_one, Backend, backends) {
    group_rig<Backend> here;
    BOOST_TEST((error_of(here.group.take({user_data{1}, 5, 0})) == ringproof::errc::no_buffer));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(stale_completion_for_the_second_of_the_same, Backend, backends) {
    group_rig<Backend> here;
    const int fd = here.open();
    here.arm(fd, user_data{1});
    here.send(fd, "once");
    const completion done = here.next();
    const auto first = here.group.take(done);
    BOOST_TEST((error_of(here.group.take(done)) == ringproof::errc::stale_completion));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(length_beyond_buffer_for_17_bytes_in_16, Backend, backends) {
    group_rig<Backend> here;
    const auto taken = here.group.take(handing_over(0, 17));
    BOOST_TEST((error_of(taken) == ringproof::errc::length_beyond_buffer));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(not_incremental_for_a_promise_of_more, Backend, backends) {
    group_rig<Backend> here;
    const auto taken = here.group.take(handing_over(0, 1, ringproof::abi::ioring_cqe_f_buf_more));
    BOOST_TEST((error_of(taken) == ringproof::errc::not_incremental));
}

BOOST_AUTO_TEST_CASE(malformed_message_for_15_bytes_of_a_header) {
    std::array<std::byte, 15> bytes{};
    BOOST_TEST((error_of(parse_message(bytes, 0, 0)) == ringproof::errc::malformed_message));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(submission_queue_full_for_the_second_of_one, Backend, backends) {
    group_rig<Backend> here(group_rig<Backend>::small, {.entries = 1});
    BOOST_TEST(here.ring.push(requests::nop(user_data{1})).has_value());
    BOOST_TEST((error_of(here.ring.push(requests::nop(user_data{1}))) ==
                ringproof::errc::submission_queue_full));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(silent_request_for_one_that_asks_for_no_completion, Backend,
                              backends) {
    group_rig<Backend> here;
    ringproof::abi::io_uring_sqe request = requests::nop(user_data{1});
    request.flags |= ringproof::abi::iosqe_cqe_skip_success;
    BOOST_TEST((error_of(here.ring.push(request)) == ringproof::errc::silent_request));
    BOOST_TEST(here.ring.in_flight() == 0U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(already_armed_for_a_second_arm, Backend, backends) {
    group_rig<Backend> here;
    ringproof::receiver receiver(here.ring, here.group, here.open(), user_data{1});
    BOOST_TEST(receiver.arm().has_value());
    BOOST_TEST((error_of(receiver.arm()) == ringproof::errc::already_armed));
    BOOST_TEST(here.ring.drain(here.patience).value());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(no_free_buffer_for_the_second_of_one, Backend, backends) {
    group_rig<Backend> here;
    using group_type = ringproof::send_group<typename group_rig<Backend>::kernel_type>;
    auto group = group_type::create(here.ring, group_id{8}, {.entries = 1}).value();
    const auto held = group.acquire().value();
    BOOST_TEST((error_of(group.acquire()) == ringproof::errc::no_free_buffer));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(requests_in_flight_for_a_slab_that_could_not_be_freed, Backend,
                              backends) {
    group_rig<Backend> here;
    const leak_reasons leaks;
    here.arm(here.open(), user_data{1});
    std::optional group(std::move(here.group));
    std::optional ring(std::move(here.ring));
    group.reset();
    here.kernel.enter_errors = {ENXIO};  // draining fails
    ring.reset();
    BOOST_TEST_REQUIRE(leaks.all().size() == 1U);
    BOOST_TEST((leaks.all().front() == ringproof::errc::requests_in_flight));
}

// EAGAIN and EBUSY pass: whoever drains tries again, and leaks nothing for one refused call.
BOOST_AUTO_TEST_CASE_TEMPLATE(requests_in_flight_for_no_refusal_that_passes, Backend, backends) {
    group_rig<Backend> here;
    const leak_reasons leaks;
    here.arm(here.open(), user_data{1});
    std::optional group(std::move(here.group));
    std::optional ring(std::move(here.ring));
    group.reset();
    here.kernel.enter_errors = {EAGAIN, EBUSY, EAGAIN};
    ring.reset();
    BOOST_TEST(leaks.all().empty());
}

BOOST_AUTO_TEST_CASE(starving_for_no_buffers_again_and_again) {
    fake_kernel kernel;
    auto ring = uring<fake_kernel>::create(kernel).value();
    auto group = ringproof::buffer_group<fake_kernel>::create(ring, rig_group).value();
    ringproof::receiver receiver(ring, group, 5, user_data{0}, {.patience = 1});
    BOOST_TEST(receiver.arm().has_value());
    BOOST_TEST(!receiver.on({user_data{0}, -ENOBUFS, 0}).error);
    ring.submit().value();  // it starts again
    BOOST_TEST((receiver.on({user_data{0}, -ENOBUFS, 0}).error == ringproof::errc::starving));
}

BOOST_AUTO_TEST_SUITE_END()
