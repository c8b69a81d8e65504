// The versions that the model can be: what each knows, and what it refuses as unknown.

#include <boost/test/unit_test.hpp>

#include <array>

#include "tests/sim/kernel/versions.hpp"

namespace ringproof::testing {

namespace {

using sim::profile;

/// A request on a descriptor that cannot be open: EBADF when all else is understood.
template <class System>
std::string understood(System& system, const abi::io_uring_sqe& wanted) {
    raw_ring ring(system);
    auto& sqe = ring.stage(wanted.opcode, -1, 1);
    sqe = wanted;
    sqe.user_data = 1;
    return ring.run();
}

abi::io_uring_sqe request(std::uint8_t opcode) {
    abi::io_uring_sqe sqe{};
    sqe.opcode = opcode;
    sqe.fd = 900;
    return sqe;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(profiles)

BOOST_AUTO_TEST_CASE(profiles_are_found_by_name) {
    for (const profile& each : sim::profiles()) {
        BOOST_TEST(sim::find_profile(each.name) == &each);
        BOOST_TEST(!each.summary.empty());
    }
    BOOST_TEST(sim::find_profile("v0_1") == nullptr);
    BOOST_TEST(sim::profiles().back().name == profile{}.name);
}

// USR-17, BND-01: the feature word.
BOOST_AUTO_TEST_CASE(features_by_version) {
    const auto story = [](auto& system) {
        return std::to_string(raw_ring(system).params.features);
    };
    BOOST_TEST(on("v6_1", story) == std::to_string(0x1fff));
    BOOST_TEST(on("v6_4", story) == std::to_string(0x3fff));
    BOOST_TEST(on("v6_10", story) == std::to_string(0x7fff));
    BOOST_TEST(on("v6_12", story) == std::to_string(0xffff));
    for (const char* name : {"v6_18", "v7_3"}) {
        BOOST_TEST(on(name, story) == std::to_string(0x3ffff), name);
    }
    BOOST_TEST(with(&profile::features, 7, story) == "7");
}

// Enter flags and the smallest wait came with a feature bit each.
BOOST_AUTO_TEST_CASE(enter_flags_follow_the_features) {
    const auto story = [](auto& system) {
        raw_ring ring(system);
        constexpr std::uint32_t getevents = abi::ioring_enter_getevents;
        std::string seen = std::to_string(ring.enter(0, 0, getevents | 1U << 5U)) + " " +
            std::to_string(ring.enter(0, 0, getevents | 1U << 7U));
        const abi::io_uring_getevents_arg arg{0, 8, 7, 0};
        return seen + " " +
            std::to_string(plain(ring.kernel().enter(
                ring.fd, 0, 0, getevents | abi::ioring_enter_ext_arg, &arg, sizeof arg)));
    };
    BOOST_TEST(newest(story) == "0 0 0");
    BOOST_TEST(on("v6_12", story) == "0 -22 0");
    BOOST_TEST(on("v6_10", story) == "-22 -22 -22");
}

// RUN-02, RUN-06: setup flags.
BOOST_AUTO_TEST_CASE(setup_flags_by_version) {
    const auto story = [](auto& system) {
        std::string seen;
        for (const std::uint32_t flags : {abi::ioring_setup_single_issuer, deferring}) {
            abi::io_uring_params params{};
            params.flags = flags;
            seen += system.kernel().setup(4, params).has_value() ? "yes " : "no ";
        }
        return seen;
    };
    BOOST_TEST(newest(story) == "yes yes ");
    BOOST_TEST(on("v5_19", story) == "no no ");
    BOOST_TEST(on("v6_1", story) == "yes yes ");
    BOOST_TEST(with(&profile::has_single_issuer, false, story) == "no no ");
    BOOST_TEST(with(&profile::has_deferred_taskrun, false, story) == "yes no ");
}

// The probe, and opcodes beyond it.
BOOST_AUTO_TEST_CASE(the_probe_by_version) {
    const auto story = [](auto& system) {
        raw_ring ring(system);
        std::array<std::byte, 16 + 256 * 8> answer{};
        (void)ring.register_with(abi::ioring_register_probe, answer.data(), 256);
        const std::size_t read = 16 + abi::ioring_op_read_multishot * 8;
        std::string seen = std::to_string(std::to_integer<int>(answer[0])) + " " +
            std::to_string(std::to_integer<int>(answer[read + 2]));
        seen += " " + understood(system, request(abi::ioring_op_send_zc));
        auto reads = request(abi::ioring_op_read_multishot);
        reads.flags = abi::iosqe_buffer_select;
        return seen + " " + understood(system, reads);
    };
    BOOST_TEST(newest(story) == "64 1 1{-95} 1{-9}");
    BOOST_TEST(on("v5_19", story) == "46 0 1{-22} 1{-22}");
    BOOST_TEST(on("v6_4", story) == "48 0 1{-95} 1{-22}");
    BOOST_TEST(on("v6_8", story) == "54 1 1{-95} 1{-9}");
    BOOST_TEST(with(&profile::last_opcode, 46, story) == "46 0 1{-22} 1{-22}");
    BOOST_TEST(with(&profile::has_read_multishot, false, story) == "64 0 1{-95} 1{-22}");
}

// REG-01: an unknown opcode of io_uring_register() is told before a bad descriptor.
BOOST_AUTO_TEST_CASE(register_opcodes_by_version) {
    const auto story = [](auto& system) {
        std::string seen;
        for (const unsigned opcode : {24U, 26U, 35U}) {
            seen += std::to_string(plain(system.kernel().register_(900, opcode, nullptr, 0))) + " ";
        }
        return seen;
    };
    for (const char* name : {"v6_18", "v7_3"}) BOOST_TEST(on(name, story) == "-9 -9 -9 ", name);
    BOOST_TEST(on("v5_19", story) == "-22 -22 -22 ");
    BOOST_TEST(on("v6_4", story) == "-9 -22 -22 ");
    BOOST_TEST(on("v6_17", story) == "-9 -9 -22 ");
    BOOST_TEST(with(&profile::last_register_opcode, 25, story) == "-9 -22 -22 ");
}

// MSH-01, BND-01, MSH-03: what a receive's SQE may say.
BOOST_AUTO_TEST_CASE(receive_requests_by_version) {
    const auto story = [](auto& system) {
        auto multishot = request(abi::ioring_op_recv);
        multishot.flags = abi::iosqe_buffer_select;
        multishot.ioprio = abi::ioring_recv_multishot;
        std::string seen = understood(system, multishot);
        auto bundle = multishot;
        bundle.ioprio = abi::ioring_recvsend_bundle;
        seen += " " + understood(system, bundle);
        multishot.len = 16;
        return seen + " " + understood(system, multishot);
    };
    for (const char* name : {"v6_18", "v7_3"}) {
        BOOST_TEST(on(name, story) == "1{-9} 1{-9} 1{-9}", name);
    }
    BOOST_TEST(on("v5_19", story) == "1{-22} 1{-22} 1{-22}");
    BOOST_TEST(on("v6_8", story) == "1{-9} 1{-22} 1{-22}");
    BOOST_TEST(on("v6_16", story) == "1{-9} 1{-9} 1{-22}");
    BOOST_TEST(with(&profile::has_recv_multishot, false, story) == "1{-22} 1{-9} 1{-22}");
    BOOST_TEST(with(&profile::has_bundle, false, story) == "1{-9} 1{-22} 1{-9}");
    BOOST_TEST(with(&profile::has_multishot_length, false, story) == "1{-9} 1{-9} 1{-22}");
}

// SND-01, BND-19: what a send's SQE may say.
BOOST_AUTO_TEST_CASE(send_requests_by_version) {
    const auto story = [](auto& system) {
        auto selecting = request(abi::ioring_op_send);
        selecting.flags = abi::iosqe_buffer_select;
        std::string seen = understood(system, selecting);
        selecting.len = 16;
        seen += " " + understood(system, selecting);
        auto bundle = request(abi::ioring_op_send);
        bundle.ioprio = abi::ioring_recvsend_bundle;
        return seen + " " + understood(system, bundle);
    };
    for (const char* name : {"v6_18", "v7_3"}) {
        BOOST_TEST(on(name, story) == "1{-9} 1{-9} 1{-9}", name);
    }
    BOOST_TEST(on("v6_8", story) == "1{-95} 1{-95} 1{-22}");
    BOOST_TEST(on("v6_10", story) == "1{-9} 1{-22} 1{-22}");
    BOOST_TEST(on("v6_12", story) == "1{-9} 1{-9} 1{-22}");
    BOOST_TEST(with(&profile::has_send_select, false, story) == "1{-95} 1{-95} 1{-9}");
    BOOST_TEST(with(&profile::send_select_takes_length, false, story) == "1{-9} 1{-22} 1{-9}");
    BOOST_TEST(with(&profile::send_bundle_needs_select, true, story) == "1{-9} 1{-9} 1{-22}");
}

// ACCEPT, TIMEOUT and ASYNC_CANCEL: flags that came later.
BOOST_AUTO_TEST_CASE(other_requests_by_version) {
    const auto story = [](auto& system) {
        auto accepts = request(abi::ioring_op_accept);
        accepts.ioprio = abi::ioring_accept_poll_first;
        std::string seen = understood(system, accepts);
        const abi::kernel_timespec soon{0, 1};
        auto timer = request(abi::ioring_op_timeout);
        timer.addr = address_of(&soon);
        timer.len = 1;
        timer.off = 1;
        timer.op_flags = abi::ioring_timeout_multishot | abi::ioring_timeout_abs;
        seen += " " + understood(system, timer);
        timer.op_flags = abi::ioring_timeout_multishot;
        raw_ring ring(system);
        ring.stage(abi::ioring_op_timeout, -1, 1) = timer;
        seen += " " + ring.run(1);
        auto cancels = request(abi::ioring_op_async_cancel);
        cancels.op_flags = 1U << 5U;  // by opcode
        cancels.len = abi::ioring_op_nop;
        seen += " " + understood(system, cancels);
        cancels.len = 0;
        cancels.op_flags = abi::ioring_async_cancel_fd_fixed;
        return seen + " " + understood(system, cancels);
    };
    BOOST_TEST(newest(story) == "1{-9} 1{-22} 0{-62} 1{-2} 1{-2}");
    BOOST_TEST(on("v6_8", story) == "1{-22} 1{-22} 0{-62} 1{-2} 1{-2}");
    BOOST_TEST(on("v6_4", story) == "1{-22} 1{-22} 0{-62} 1{-22} 1{-2}");
    BOOST_TEST(on("v6_1", story) == "1{-22} 1{-22} 0{-22} 1{-22} 1{-2}");
    BOOST_TEST(on("v5_19", story) == "1{-22} 1{-22} 0{-22} 1{-22} 1{-22}");
    BOOST_TEST(with(&profile::has_accept_poll_first, false, story) ==
               "1{-22} 1{-22} 0{-62} 1{-2} 1{-2}");
    BOOST_TEST(with(&profile::has_timeout_multishot, false, story) ==
               "1{-9} 1{-22} 0{-22} 1{-2} 1{-2}");
    BOOST_TEST(with(&profile::cancel_flags, 7, story) == "1{-9} 1{-22} 0{-62} 1{-22} 1{-22}");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::testing
