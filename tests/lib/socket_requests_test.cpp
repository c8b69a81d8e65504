// Requests for sockets and provided buffers, field by field, and what the common ones do.

#include <ringproof/socket_requests.hpp>

#include <sys/socket.h>
#include <sys/uio.h>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

#include <ringproof/uring.hpp>

#include "tests/support/backends.hpp"

namespace ringproof::testing {

namespace {

namespace rq = ringproof::requests;

constexpr user_data user{0x1122334455667788};
constexpr file descriptor{7};
constexpr group_id group{0xfedc};

std::array<std::byte, 32> memory{};

std::uint64_t address_of(const void* pointer) { return reinterpret_cast<std::uintptr_t>(pointer); }

bool same(const abi::io_uring_sqe& made, const abi::io_uring_sqe& wanted) {
    return std::memcmp(&made, &wanted, sizeof made) == 0;
}

abi::io_uring_sqe wanted(std::uint8_t opcode) {
    abi::io_uring_sqe sqe{};
    sqe.opcode = opcode;
    sqe.fd = 7;
    sqe.user_data = 0x1122334455667788;
    return sqe;
}

abi::io_uring_sqe selecting(std::uint8_t opcode) {
    auto sqe = wanted(opcode);
    sqe.flags = abi::iosqe_buffer_select;
    sqe.buf_index = 0xfedc;
    return sqe;
}

std::span<const std::byte> bytes_of(std::string_view text) {
    return std::as_bytes(std::span(text));
}

template <class Ring>
completion complete(Ring& ring, const abi::io_uring_sqe& sqe) {
    ring.push(sqe).value();
    ring.submit_and_wait(1).value();
    completion last{};
    ring.for_each_completion([&last](const completion& done) { last = done; });
    return last;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(socket_requests)

BOOST_AUTO_TEST_CASE(an_accept_may_ask_for_flags_an_address_and_more_than_one) {
    auto sqe = wanted(abi::ioring_op_accept);
    sqe.op_flags = SOCK_CLOEXEC;
    BOOST_TEST(same(rq::accept(descriptor, user, SOCK_CLOEXEC), sqe));
    sqe.ioprio = 1U << 0U;  // IORING_ACCEPT_MULTISHOT
    BOOST_TEST(same(rq::accept_multishot(descriptor, user, SOCK_CLOEXEC), sqe));
    sockaddr address{};
    std::uint32_t size = sizeof address;
    sqe.ioprio = 0;
    sqe.addr = address_of(&address);
    sqe.off = address_of(&size);
    BOOST_TEST(same(rq::accept(descriptor, &address, &size, user, SOCK_CLOEXEC), sqe));
}

BOOST_AUTO_TEST_CASE(a_shutdown_says_which_way_in_the_length) {
    auto sqe = wanted(abi::ioring_op_shutdown);
    sqe.len = SHUT_RDWR;
    BOOST_TEST(same(rq::shutdown(descriptor, SHUT_RDWR, user), sqe));
}

BOOST_AUTO_TEST_CASE(send_and_recv_with_memory_of_the_caller) {
    auto sqe = wanted(abi::ioring_op_send);
    sqe.addr = address_of(memory.data());
    sqe.len = 32;
    sqe.op_flags = MSG_NOSIGNAL;
    BOOST_TEST(same(rq::send(descriptor, memory, MSG_NOSIGNAL, user), sqe));
    sqe.opcode = abi::ioring_op_recv;
    BOOST_TEST(same(rq::recv(descriptor, memory, MSG_NOSIGNAL, user), sqe));
}

BOOST_AUTO_TEST_CASE(a_send_from_a_group_names_no_memory) {
    auto sqe = selecting(abi::ioring_op_send);
    BOOST_TEST(same(rq::send(descriptor, group, user), sqe));
    sqe.len = 100;
    sqe.ioprio = 1U << 4U;  // IORING_RECVSEND_BUNDLE
    BOOST_TEST(same(rq::send(descriptor, group, user, true, 100), sqe));
}

BOOST_AUTO_TEST_CASE(a_recv_into_a_group_names_no_memory) {
    BOOST_TEST(same(rq::recv(descriptor, group, user), selecting(abi::ioring_op_recv)));
}

BOOST_AUTO_TEST_CASE(each_receive_option_has_its_bit) {
    const auto with = [](const receive_options& options) {
        return rq::recv(descriptor, group, user, options);
    };
    auto sqe = selecting(abi::ioring_op_recv);
    sqe.ioprio = 1U << 0U;
    BOOST_TEST(same(with({.poll_first = true}), sqe));
    sqe.ioprio = 1U << 4U;
    BOOST_TEST(same(with({.bundle = true}), sqe));
    sqe.ioprio = 0;
    sqe.op_flags = MSG_PEEK;
    BOOST_TEST(same(with({.message_flags = MSG_PEEK}), sqe));
    sqe.op_flags = 0;
    sqe.len = 77;
    BOOST_TEST(same(with({.size_limit = 77}), sqe));
    sqe.len = 0;
    sqe.flags |= abi::iosqe_async;
    BOOST_TEST(same(with({.async = true}), sqe));
}

// MSH-03, MSH-04: the total limit is the word at offset 44.
BOOST_AUTO_TEST_CASE(a_multishot_recv_carries_both_limits) {
    auto sqe = selecting(abi::ioring_op_recv);
    sqe.ioprio = 1U << 1U;  // IORING_RECV_MULTISHOT
    BOOST_TEST(same(rq::recv_multishot(descriptor, group, user), sqe));
    sqe.len = 10;
    const std::uint32_t total = 0x01020304;
    std::memcpy(reinterpret_cast<std::byte*>(&sqe) + 44, &total, sizeof total);
    const auto made =
        rq::recv_multishot(descriptor, group, user, {.size_limit = 10, .total_limit = total});
    BOOST_TEST(same(made, sqe));
}

BOOST_AUTO_TEST_CASE(a_message_is_received_by_way_of_its_header) {
    msghdr header{};
    auto sqe = wanted(abi::ioring_op_recvmsg);
    sqe.addr = address_of(&header);
    sqe.len = 1;
    sqe.op_flags = MSG_TRUNC;
    BOOST_TEST(same(rq::recvmsg(descriptor, header, MSG_TRUNC, user), sqe));
    sqe.flags = abi::iosqe_buffer_select;
    sqe.buf_index = 0xfedc;
    const receive_options truncating{.message_flags = MSG_TRUNC};
    BOOST_TEST(same(rq::recvmsg(descriptor, header, group, user, truncating), sqe));
    sqe.ioprio = 1U << 1U;
    BOOST_TEST(same(rq::recvmsg_multishot(descriptor, header, group, user, truncating), sqe));
}

BOOST_AUTO_TEST_CASE(reads_can_take_from_a_group_too) {
    auto sqe = selecting(abi::ioring_op_read);
    sqe.off = 5;
    sqe.len = 6;
    BOOST_TEST(same(rq::read(descriptor, group, 5, user, 6), sqe));
    const iovec limit{nullptr, 9};
    sqe.opcode = abi::ioring_op_readv;
    sqe.addr = address_of(&limit);
    sqe.len = 1;
    BOOST_TEST(same(rq::readv(descriptor, limit, group, 5, user), sqe));
}

// MSH-02: address and length must be 0.
BOOST_AUTO_TEST_CASE(a_multishot_read_reads_where_the_file_stands) {
    auto sqe = selecting(abi::ioring_op_read_multishot);
    sqe.off = ~std::uint64_t{0};
    BOOST_TEST(same(rq::read_multishot(descriptor, group, user), sqe));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(bytes_go_both_ways_over_a_stream, Backend, backends) {
    Backend here;
    const int fd = here.world().open(sim::channel_kind::unix_stream).value();
    auto ring = uring<typename Backend::kernel_type>::create(here.kernel()).value();
    BOOST_TEST(complete(ring, rq::send(fd, bytes_of("out"), 0, user)).res == 3);
    std::array<std::byte, 8> into{};
    BOOST_TEST(here.world().receive(fd, into).value() == 3U);
    BOOST_TEST(std::ranges::equal(std::span(into).first(3), bytes_of("out")));
    BOOST_TEST(here.world().send(fd, bytes_of("in")).value() == 2U);
    BOOST_TEST(complete(ring, rq::recv(fd, into, 0, user)).res == 2);
    BOOST_TEST(std::ranges::equal(std::span(into).first(2), bytes_of("in")));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_shutdown_ends_a_waiting_receive, Backend, backends) {
    Backend here;
    const int fd = here.world().open(sim::channel_kind::tcp).value();
    auto ring = uring<typename Backend::kernel_type>::create(here.kernel()).value();
    constexpr user_data receiving{1};
    ring.push(rq::recv(fd, memory, 0, receiving)).value();
    ring.push(rq::shutdown(fd, SHUT_RD, user)).value();
    ring.submit_and_wait(2).value();
    std::array<std::int32_t, 2> results{1, 1};
    ring.for_each_completion(
        [&](const completion& done) { results[done.user == receiving ? 0 : 1] = done.res; });
    BOOST_TEST(results[0] == 0);
    BOOST_TEST(results[1] == 0);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_multishot_accept_goes_on_accepting, Backend, backends) {
    Backend here;
    const int listener = here.world().listen().value();
    auto ring = uring<typename Backend::kernel_type>::create(here.kernel()).value();
    ring.push(rq::accept_multishot(listener, user, SOCK_CLOEXEC)).value();
    for (int round = 0; round < 2; ++round) {
        BOOST_TEST_REQUIRE(here.world().connect(listener).has_value());
        ring.submit_and_wait(1).value();
        completion done{};
        BOOST_TEST(ring.for_each_completion([&](const completion& next) { done = next; }) == 1U);
        BOOST_TEST(done.more());
        BOOST_TEST_REQUIRE(done.res >= 0);
        BOOST_TEST(here.world().accepted(listener, done.res).has_value());
        BOOST_TEST(here.world().send(done.res, bytes_of("x")).value() == 1U);
    }
    BOOST_TEST(ring.in_flight() == 1U);
}

// SEL-03: a group that does not exist is one without buffers.
BOOST_AUTO_TEST_CASE_TEMPLATE(a_receive_without_a_group_finds_no_buffers, Backend, backends) {
    Backend here;
    const int fd = here.world().open(sim::channel_kind::unix_stream).value();
    auto ring = uring<typename Backend::kernel_type>::create(here.kernel()).value();
    const auto done = complete(ring, rq::recv(fd, group, user));
    BOOST_TEST(done.res == -ENOBUFS);
    BOOST_TEST(!done.buffer().has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::testing
