#include <ringproof/message.hpp>

#include <netinet/in.h>
#include <sys/socket.h>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <random>
#include <span>
#include <vector>

#include <ringproof/buffer_ring.hpp>
#include <ringproof/capabilities.hpp>
#include <ringproof/socket_requests.hpp>
#include <ringproof/uring.hpp>

#include "tests/support/backends.hpp"

namespace ringproof::testing {

namespace {

constexpr std::size_t name_area = 16;
constexpr std::size_t control_area = 24;
constexpr std::size_t overhead = message_overhead(name_area, control_area);

/// The bytes of a completion: a header, both areas, `payload` bytes; each byte its own index.
std::vector<std::byte> completed(const abi::io_uring_recvmsg_out& header, std::size_t payload) {
    std::vector<std::byte> bytes(overhead + payload);
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i);
    std::memcpy(bytes.data(), &header, sizeof header);
    return bytes;
}

bool is_malformed(std::vector<std::byte> bytes, std::size_t name = name_area,
                  std::size_t control = control_area) {
    const auto parsed = parse_message(bytes, name, control);
    return !parsed && parsed.error() == errc::malformed_message;
}

bool lies_within(std::span<const std::byte> part, std::span<const std::byte> whole) {
    return part.empty() ||
        (part.data() >= whole.data() && part.size() <= whole.size() &&
         part.data() + part.size() <= whole.data() + whole.size());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(message)

BOOST_AUTO_TEST_CASE(the_areas_follow_the_header_and_the_payload_follows_both) {
    auto bytes = completed({.namelen = 16, .controllen = 20, .payloadlen = 5, .flags = 0}, 5);
    const auto parsed = parse_message(bytes, name_area, control_area);
    BOOST_TEST_REQUIRE(parsed.has_value());
    BOOST_TEST((parsed->name.data() == bytes.data() + 16));
    BOOST_TEST(parsed->name.size() == 16U);
    BOOST_TEST((parsed->control.data() == bytes.data() + 32));
    BOOST_TEST(parsed->control.size() == 20U);
    BOOST_TEST((parsed->payload.data() == bytes.data() + 56));
    BOOST_TEST(parsed->payload.size() == 5U);
    BOOST_TEST(parsed->name_size == 16U);
    BOOST_TEST(parsed->payload_size == 5U);
    BOOST_TEST(!parsed->truncated());
    BOOST_TEST(!parsed->name_truncated());
    BOOST_TEST(!parsed->control_truncated());
}

BOOST_AUTO_TEST_CASE(a_short_address_leaves_the_rest_of_its_area_out) {
    auto bytes = completed({.namelen = 2, .controllen = 0, .payloadlen = 1, .flags = 0}, 1);
    const auto parsed = parse_message(bytes, name_area, control_area);
    BOOST_TEST_REQUIRE(parsed.has_value());
    BOOST_TEST(parsed->name.size() == 2U);
    BOOST_TEST(parsed->control.empty());
    BOOST_TEST((parsed->payload.data() == bytes.data() + overhead));
}

// ABI-11: the length is the address' own, and the area cuts it.
BOOST_AUTO_TEST_CASE(a_long_address_is_cut_to_its_area_and_tells_its_length) {
    auto bytes = completed({.namelen = 110, .controllen = 0, .payloadlen = 1, .flags = 0}, 1);
    const auto parsed = parse_message(bytes, name_area, control_area);
    BOOST_TEST_REQUIRE(parsed.has_value());
    BOOST_TEST(parsed->name.size() == name_area);
    BOOST_TEST(parsed->name_size == 110U);
    BOOST_TEST(parsed->name_truncated());
}

BOOST_AUTO_TEST_CASE(a_truncated_payload_tells_what_was_lost) {
    auto bytes =
        completed({.namelen = 0, .controllen = 0, .payloadlen = 1000, .flags = MSG_TRUNC}, 10);
    const auto parsed = parse_message(bytes, name_area, control_area);
    BOOST_TEST_REQUIRE(parsed.has_value());
    BOOST_TEST(parsed->truncated());
    BOOST_TEST(parsed->payload.size() == 10U);
    BOOST_TEST(parsed->payload_size == 1000U);
}

BOOST_AUTO_TEST_CASE(without_a_request_for_it_truncation_does_not_tell_the_length) {
    auto bytes =
        completed({.namelen = 0, .controllen = 0, .payloadlen = 10, .flags = MSG_TRUNC}, 10);
    const auto parsed = parse_message(bytes, name_area, control_area);
    BOOST_TEST_REQUIRE(parsed.has_value());
    BOOST_TEST(parsed->truncated());
    BOOST_TEST(parsed->payload_size == 10U);
}

BOOST_AUTO_TEST_CASE(the_flags_are_those_of_recvmsg) {
    static_assert(ringproof::message::flag_truncated == MSG_TRUNC);
    static_assert(ringproof::message::flag_control_truncated == MSG_CTRUNC);
    auto bytes =
        completed({.namelen = 0, .controllen = 24, .payloadlen = 0, .flags = MSG_CTRUNC}, 0);
    const auto parsed = parse_message(bytes, name_area, control_area);
    BOOST_TEST_REQUIRE(parsed.has_value());
    BOOST_TEST(parsed->control_truncated());
    BOOST_TEST(!parsed->truncated());
    BOOST_TEST(parsed->flags == static_cast<std::uint32_t>(MSG_CTRUNC));
}

BOOST_AUTO_TEST_CASE(an_empty_datagram_is_a_message) {
    std::array<std::byte, sizeof(abi::io_uring_recvmsg_out)> bytes{};
    const auto parsed = parse_message(bytes, 0, 0);
    BOOST_TEST_REQUIRE(parsed.has_value());
    BOOST_TEST(parsed->payload.empty());
    BOOST_TEST(parsed->name.empty());
}

BOOST_AUTO_TEST_CASE(bytes_too_short_for_header_and_areas_are_malformed) {
    // As large as it gets, so that nothing but the areas can be wrong.
    const abi::io_uring_recvmsg_out header{0, 0, 0xffffffff, MSG_TRUNC};
    for (std::size_t size = 0; size < overhead; ++size) {
        auto bytes = completed(header, 0);
        bytes.resize(size);
        bytes.shrink_to_fit();  // so that the address sanitizer sees a read behind the end
        BOOST_TEST(is_malformed(bytes), "size " << size);
    }
    BOOST_TEST(!is_malformed(completed(header, 0)));
}

BOOST_AUTO_TEST_CASE(areas_whose_sum_wraps_are_malformed) {
    constexpr std::size_t most = std::numeric_limits<std::size_t>::max();
    const abi::io_uring_recvmsg_out header{0, 0, 0xffffffff, MSG_TRUNC};
    BOOST_TEST(is_malformed(completed(header, 0), most, 0));
    BOOST_TEST(is_malformed(completed(header, 0), 0, most));
    BOOST_TEST(is_malformed(completed(header, 0), most, most));
    BOOST_TEST(is_malformed(completed(header, 0), most - 15, 16));
    BOOST_TEST(is_malformed(completed(header, 0), 8, most - 7));
}

BOOST_AUTO_TEST_CASE(control_data_longer_than_its_area_is_malformed) {
    BOOST_TEST(!is_malformed(completed({0, control_area, 9, 0}, 9)));
    BOOST_TEST(is_malformed(completed({0, control_area + 1, 9, 0}, 9)));
    BOOST_TEST(is_malformed(completed({0, 0xffffffff, 9, 0}, 9)));
}

BOOST_AUTO_TEST_CASE(a_payload_size_that_contradicts_the_bytes_is_malformed) {
    BOOST_TEST(is_malformed(completed({0, 0, 8, 0}, 9)), "bytes that nobody received");
    BOOST_TEST(is_malformed(completed({0, 0, 8, MSG_TRUNC}, 9)));
    BOOST_TEST(is_malformed(completed({0, 0, 10, 0}, 9)), "a cut without MSG_TRUNC");
    BOOST_TEST(is_malformed(completed({0, 0, 0xffffffff, 0}, 9)));
    BOOST_TEST(!is_malformed(completed({0, 0, 0xffffffff, MSG_TRUNC}, 9)));
}

BOOST_AUTO_TEST_CASE(whatever_the_bytes_say_nothing_outside_is_named) {
    std::mt19937 random(20240607);
    std::size_t accepted_count = 0;
    for (unsigned round = 0; round < 20000; ++round) {
        std::vector<std::byte> bytes(random() % 64);
        // Small numbers, so that a fair share of the headers makes sense.
        for (std::byte& byte : bytes) byte = static_cast<std::byte>(random() % 3 == 0 ? 32 : 0);
        const auto parsed = parse_message(bytes, random() % 24, random() % 24);
        if (!parsed) continue;
        ++accepted_count;
        BOOST_TEST_REQUIRE(lies_within(parsed->name, bytes));
        BOOST_TEST_REQUIRE(lies_within(parsed->control, bytes));
        BOOST_TEST_REQUIRE(lies_within(parsed->payload, bytes));
    }
    BOOST_TEST(accepted_count > 100U);
}

// ABI-10, ABI-11: on the bytes of a kernel; the second datagram does not fit.
BOOST_AUTO_TEST_CASE_TEMPLATE(datagrams_come_apart_as_they_were_sent, Backend, backends) {
    Backend here;
    require(here, &capabilities::recv_multishot);
    using kernel_type = typename Backend::kernel_type;
    auto ring = uring<kernel_type>::create(here.kernel()).value();
    auto page = ringproof::mapping<kernel_type>::anonymous(here.kernel(), {.size = 4096}).value();
    auto slab = ringproof::mapping<kernel_type>::anonymous(here.kernel(), {.size = 4096}).value();
    abi::io_uring_buf_reg group{};
    group.ring_addr = reinterpret_cast<std::uintptr_t>(page.bytes().data());
    group.ring_entries = 2;
    ring.core()->register_(abi::ioring_register_pbuf_ring, &group, 1).value();
    ringproof::buffer_ring<typename kernel_type::memory_type> buffers(
        here.kernel().memory(),
        {reinterpret_cast<abi::io_uring_buf*>(page.bytes().data()), group.ring_entries});
    constexpr std::size_t room = message_overhead(sizeof(sockaddr_in), 0) + 8;
    for (std::uint16_t id = 0; id < 2; ++id) {
        buffers.stage(slab.bytes().subspan(id * room, room), buffer_id{id});
    }
    buffers.publish();

    const int fd = here.world().open(sim::channel_kind::udp).value();
    msghdr header{};
    header.msg_namelen = sizeof(sockaddr_in);
    ring.push(requests::recvmsg_multishot(fd, header, group_id{0}, user_data{1},
                                          {.message_flags = MSG_TRUNC}))
        .value();
    ring.submit().value();
    const std::vector<std::byte> sent(12, std::byte{0x42});
    here.world().send(fd, std::span(sent).first(5)).value();
    here.world().send(fd, sent).value();
    ring.submit_and_wait(2).value();

    std::vector<ringproof::message> messages;
    ring.for_each_completion([&](const ringproof::completion& done) {
        if (!done.buffer()) return;
        const auto bytes = slab.bytes().subspan(to_number(*done.buffer()) * room, done.bytes());
        messages.push_back(parse_message(bytes, sizeof(sockaddr_in), 0).value());
    });
    BOOST_TEST_REQUIRE(messages.size() == 2U);
    for (const auto& one : messages) {
        BOOST_TEST(one.name.size() == sizeof(sockaddr_in));
        sockaddr_in peer{};
        std::memcpy(&peer, one.name.data(), sizeof peer);
        BOOST_TEST(peer.sin_family == AF_INET);
        BOOST_TEST(std::ranges::count(one.payload, std::byte{0x42}) ==
                   static_cast<std::ptrdiff_t>(one.payload.size()));
    }
    BOOST_TEST(messages[0].payload.size() == 5U);
    BOOST_TEST(messages[0].payload_size == 5U);
    BOOST_TEST(!messages[0].truncated());
    BOOST_TEST(messages[1].payload.size() == 8U);
    BOOST_TEST(messages[1].payload_size == 12U);
    BOOST_TEST(messages[1].truncated());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::testing
