// Each request field by field, as the kernel will read it, and what the common ones do.

#include <ringproof/requests.hpp>

#include <sys/uio.h>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <string_view>

#include <ringproof/uring.hpp>

#include "tests/support/backends.hpp"

namespace ringproof::testing {

namespace {

constexpr user_data user{0x1122334455667788};
constexpr file descriptor{7};
constexpr file registered{file_slot{3}};

std::array<std::byte, 32> memory{};

std::uint64_t address_of(const void* pointer) { return reinterpret_cast<std::uintptr_t>(pointer); }

/// All 64 bytes, so that a field set by mistake fails too.
bool same(const abi::io_uring_sqe& made, const abi::io_uring_sqe& wanted) {
    return std::memcmp(&made, &wanted, sizeof made) == 0;
}

/// What every request has; the rest is zero.
abi::io_uring_sqe wanted(std::uint8_t opcode, std::int32_t fd) {
    abi::io_uring_sqe sqe{};
    sqe.opcode = opcode;
    sqe.fd = fd;
    sqe.user_data = 0x1122334455667788;
    return sqe;
}

std::span<const std::byte> bytes_of(std::string_view text) {
    return std::as_bytes(std::span(text));
}

/// Submits one request and returns its completion.
template <class Ring>
completion complete(Ring& ring, const abi::io_uring_sqe& sqe) {
    ring.push(sqe).value();
    ring.submit_and_wait(1).value();
    completion last{};
    ring.for_each_completion([&last](const completion& done) { last = done; });
    return last;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(requests)

BOOST_AUTO_TEST_CASE(a_nop_names_no_file) {
    BOOST_TEST(same(ringproof::requests::nop(user), wanted(abi::ioring_op_nop, -1)));
}

BOOST_AUTO_TEST_CASE(a_registered_file_is_named_by_its_slot_and_a_flag) {
    auto sqe = wanted(abi::ioring_op_read, 3);
    sqe.flags = abi::iosqe_fixed_file;
    sqe.addr = address_of(memory.data());
    sqe.len = 32;
    BOOST_TEST(same(ringproof::requests::read(registered, memory, 0, user), sqe));
}

BOOST_AUTO_TEST_CASE(reads_and_writes_carry_address_length_and_position) {
    constexpr std::uint64_t position = 0x123456789;
    auto sqe = wanted(abi::ioring_op_read, 7);
    sqe.addr = address_of(memory.data());
    sqe.len = 32;
    sqe.off = position;
    BOOST_TEST(same(ringproof::requests::read(descriptor, memory, position, user), sqe));
    sqe.opcode = abi::ioring_op_write;
    BOOST_TEST(same(ringproof::requests::write(descriptor, memory, position, user), sqe));
    sqe.buf_index = 9;
    sqe.opcode = abi::ioring_op_read_fixed;
    BOOST_TEST(same(ringproof::requests::read_fixed(descriptor, memory, 9, position, user), sqe));
    sqe.opcode = abi::ioring_op_write_fixed;
    BOOST_TEST(same(ringproof::requests::write_fixed(descriptor, memory, 9, position, user), sqe));
}

BOOST_AUTO_TEST_CASE(the_current_position_is_minus_one) {
    BOOST_TEST(
        ringproof::requests::read(descriptor, memory, ringproof::requests::current_position, user)
            .off == std::numeric_limits<std::uint64_t>::max());
}

BOOST_AUTO_TEST_CASE(vectored_ones_carry_a_count) {
    const std::array<iovec, 3> parts{};
    auto sqe = wanted(abi::ioring_op_readv, 7);
    sqe.addr = address_of(parts.data());
    sqe.len = 3;
    sqe.off = 5;
    BOOST_TEST(same(ringproof::requests::readv(descriptor, parts, 5, user), sqe));
    sqe.opcode = abi::ioring_op_writev;
    BOOST_TEST(same(ringproof::requests::writev(descriptor, parts, 5, user), sqe));
}

BOOST_AUTO_TEST_CASE(a_timeout_carries_one_timespec_and_a_count_of_completions) {
    const abi::kernel_timespec time{1, 2};
    auto sqe = wanted(abi::ioring_op_timeout, -1);
    sqe.addr = address_of(&time);
    sqe.len = 1;
    BOOST_TEST(same(ringproof::requests::timeout(time, user), sqe));
    sqe.off = 4;
    BOOST_TEST(same(ringproof::requests::timeout(time, user, 4), sqe));
}

BOOST_AUTO_TEST_CASE(a_cancel_names_its_target_by_user_data) {
    auto sqe = wanted(abi::ioring_op_async_cancel, -1);
    sqe.addr = 42;
    BOOST_TEST(same(ringproof::requests::cancel(user_data{42}, user), sqe));
    sqe.addr = 0;
    sqe.op_flags = 1U << 0U | 1U << 2U;  // IORING_ASYNC_CANCEL_ALL, _ANY
    BOOST_TEST(same(ringproof::requests::cancel_all(user), sqe));
}

// A slot is one based here, and the flag would be refused with EBADF.
BOOST_AUTO_TEST_CASE(a_close_names_a_slot_in_a_field_of_its_own) {
    BOOST_TEST(same(ringproof::requests::close(descriptor, user), wanted(abi::ioring_op_close, 7)));
    auto sqe = wanted(abi::ioring_op_close, 0);
    sqe.file_index = 4;
    BOOST_TEST(same(ringproof::requests::close(registered, user), sqe));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_nop_completes_with_its_user_data, Backend, backends) {
    Backend here;
    auto ring = uring<typename Backend::kernel_type>::create(here.kernel()).value();
    const auto done = complete(ring, ringproof::requests::nop(user));
    BOOST_TEST((done == completion{user, 0, 0}));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_cancel_of_nothing_finds_nothing, Backend, backends) {
    Backend here;
    auto ring = uring<typename Backend::kernel_type>::create(here.kernel()).value();
    const auto done = complete(ring, ringproof::requests::cancel(user_data{5}, user));
    BOOST_TEST(done.res == -ENOENT);  // ERR-10
    BOOST_TEST(complete(ring, ringproof::requests::cancel_all(user)).res == 0);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_cancelled_request_and_its_cancel_both_complete, Backend, backends) {
    Backend here;
    auto ring = uring<typename Backend::kernel_type>::create(here.kernel()).value();
    const abi::kernel_timespec time{3600, 0};
    constexpr user_data target{99};
    ring.push(ringproof::requests::timeout(time, target)).value();
    ring.push(ringproof::requests::cancel(target, user)).value();
    ring.submit_and_wait(2).value();
    std::array<std::int32_t, 2> results{1, 1};
    const unsigned count = ring.for_each_completion(
        [&](const completion& done) { results[done.user == target ? 0 : 1] = done.res; });
    BOOST_TEST(count == 2U);
    BOOST_TEST(results[0] == -ECANCELED);  // ERR-10
    BOOST_TEST(results[1] == 0);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_timeout_ends_with_time_or_with_enough_completions, Backend,
                              backends) {
    Backend here;
    auto ring = uring<typename Backend::kernel_type>::create(here.kernel()).value();
    const abi::kernel_timespec soon{0, 1};
    BOOST_TEST(complete(ring, ringproof::requests::timeout(soon, user)).res == -ETIME);
    const abi::kernel_timespec late{3600, 0};
    constexpr user_data other{1};
    ring.push(ringproof::requests::timeout(late, user, 1)).value();
    ring.push(ringproof::requests::nop(other)).value();
    ring.submit_and_wait(2).value();
    std::int32_t result = 1;
    ring.for_each_completion([&](const completion& done) {
        if (done.user == user) result = done.res;
    });
    BOOST_TEST(result == 0);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_read_takes_what_a_file_has_at_a_position, Backend, backends) {
    Backend here;
    const int fd = here.world().open(sim::channel_kind::file).value();
    BOOST_TEST(here.world().send(fd, bytes_of("0123456789")).value() == 10U);
    auto ring = uring<typename Backend::kernel_type>::create(here.kernel()).value();
    std::array<std::byte, 32> into{};
    const auto done = complete(ring, ringproof::requests::read(fd, into, 4, user));
    BOOST_TEST(done.res == 6);
    BOOST_TEST(std::ranges::equal(std::span(into).first(6), bytes_of("456789")));
    BOOST_TEST((into[6] == std::byte{0}));
    const auto end = complete(ring, ringproof::requests::read(fd, into, 10, user));
    BOOST_TEST(end.res == 0);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_closed_descriptor_is_bad, Backend, backends) {
    Backend here;
    const int fd = here.world().open(sim::channel_kind::pipe).value();
    auto ring = uring<typename Backend::kernel_type>::create(here.kernel()).value();
    BOOST_TEST(here.world().close(fd).has_value());
    BOOST_TEST(complete(ring, ringproof::requests::read(fd, memory, 0, user)).res == -EBADF);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::testing
