// io_uring_setup and io_uring_enter: what is refused, what a ring looks like, and registered files
// and ring descriptors.

#include <boost/test/unit_test.hpp>

#include <array>
#include <cstring>

#include "tests/sim/kernel/systems.hpp"

namespace ringproof::testing {

namespace {

template <class System>
int setup(System& system, std::uint32_t entries, std::uint32_t flags,
          std::uint32_t cq_entries = 0) {
    abi::io_uring_params params{};
    params.flags = flags;
    params.cq_entries = cq_entries;
    const auto fd = system.kernel().setup(entries, params);
    if (!fd) return -fd.error().value();
    (void)system.kernel().close(*fd);
    return 0;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(setup_and_enter)

BOOST_AUTO_TEST_CASE(setup_refuses) {
    on_each([](auto& system) {
        using namespace abi;
        BOOST_TEST(setup(system, 0, 0) == -EINVAL);
        BOOST_TEST(setup(system, 32769, 0) == -EINVAL);
        BOOST_TEST(setup(system, 8, 1U << 31U) == -EINVAL);
        BOOST_TEST(setup(system, 8, ioring_setup_cqsize) == -EINVAL);
        BOOST_TEST(setup(system, 8, ioring_setup_cqsize, 4) == -EINVAL);
        BOOST_TEST(setup(system, 8, ioring_setup_cqsize, 65537) == -EINVAL);
        BOOST_TEST(setup(system, 8, ioring_setup_defer_taskrun) == -EINVAL);  // RUN-02
        BOOST_TEST(setup(system, 8, ioring_setup_taskrun_flag) == -EINVAL);
        BOOST_TEST(setup(system, 8, ioring_setup_sqpoll | ioring_setup_coop_taskrun) == -EINVAL);
        BOOST_TEST(setup(system, 8, ioring_setup_sq_aff) == -EINVAL);
        BOOST_TEST(setup(system, 1, 0) == 0);
        BOOST_TEST(setup(system, 8, ioring_setup_coop_taskrun | ioring_setup_taskrun_flag) == 0);
        BOOST_TEST(setup(system, 8, ioring_setup_single_issuer | ioring_setup_defer_taskrun) == 0);
        BOOST_TEST(setup(system, 8, ioring_setup_sqpoll) == 0);
        BOOST_TEST(setup(system, 8, ioring_setup_sqpoll | ioring_setup_sq_aff) == 0);
        abi::io_uring_params params{};
        params.resv[1] = 1;
        BOOST_TEST(system.kernel().setup(8, params).error().value() == EINVAL);
    });
}

BOOST_AUTO_TEST_CASE(setup_rounds_and_clamps) {
    on_each([](auto& system) {
        raw_ring odd(system, {.entries = 5});
        BOOST_TEST(odd.params.sq_entries == 8U);
        BOOST_TEST(odd.params.cq_entries == 16U);
        raw_ring sized(system, {.entries = 4, .cq_entries = 17});
        BOOST_TEST(sized.params.cq_entries == 32U);
        raw_ring clamped(system, {.entries = 40000, .flags = abi::ioring_setup_clamp});
        BOOST_TEST(clamped.params.sq_entries == 32768U);
        BOOST_TEST(clamped.params.cq_entries == 65536U);
        BOOST_TEST((odd.params.features & 0x1ffffU) == 0x1ffffU);
        BOOST_TEST(odd.word(odd.params.sq_off.ring_mask) == 7U);
        BOOST_TEST(odd.word(odd.params.cq_off.ring_entries) == 16U);
        // One mapping serves both queues, also under the other's name.
        const auto again = system.kernel().map(odd.fd, 4096, abi::ioring_off_cq_ring);
        BOOST_REQUIRE(again.has_value());
        const auto* mask =
            reinterpret_cast<const std::uint32_t*>(again->data() + odd.params.cq_off.ring_mask);
        BOOST_TEST(*mask == 15U);
        BOOST_TEST(plain(system.kernel().unmap(*again)) == 0);
    });
}

// The words of the rings are where Linux has them.
BOOST_AUTO_TEST_CASE(the_layout_is_that_of_linux) {
    on_each([](auto& system) {
        raw_ring ring(system);
        const auto& sq = ring.params.sq_off;
        const auto& cq = ring.params.cq_off;
        const std::array<std::uint32_t, 7> sq_words{
            sq.head, sq.tail, sq.ring_mask, sq.ring_entries, sq.flags, sq.dropped, sq.array};
        const std::array<std::uint32_t, 7> sq_expected{0, 4, 16, 24, 36, 32, 64 + 16 * 16};
        BOOST_TEST(sq_words == sq_expected, boost::test_tools::per_element());
        const std::array<std::uint32_t, 7> cq_words{
            cq.head, cq.tail, cq.ring_mask, cq.ring_entries, cq.flags, cq.overflow, cq.cqes};
        const std::array<std::uint32_t, 7> cq_expected{8, 12, 20, 28, 40, 44, 64};
        BOOST_TEST(cq_words == cq_expected, boost::test_tools::per_element());
    });
}

BOOST_AUTO_TEST_CASE(enter_refuses) {
    on_each([](auto& system) {
        raw_ring ring(system);
        const int file = system.world().open(channel_kind::file).value();
        const auto enter = [&](int fd, std::uint32_t flags, const void* arg = nullptr,
                               std::size_t size = 0) {
            return plain(system.kernel().enter(fd, 0, 0, flags, arg, size));
        };
        BOOST_TEST(enter(ring.fd, 0) == 0);
        BOOST_TEST(enter(ring.fd, 1U << 20U) == -EINVAL);
        BOOST_TEST(enter(-1, 0) == -EBADF);
        BOOST_TEST(enter(901, 0) == -EBADF);
        BOOST_TEST(enter(file, 0) == -EOPNOTSUPP);
        constexpr auto waits = abi::ioring_enter_getevents | abi::ioring_enter_ext_arg;
        abi::io_uring_getevents_arg arg{};
        BOOST_TEST(enter(ring.fd, waits, &arg, 8) == -EINVAL);
        const void* nowhere = reinterpret_cast<const void*>(std::uintptr_t{0x1000});
        BOOST_TEST(enter(ring.fd, waits, nowhere, sizeof arg) == -EFAULT);
        arg.ts = 0x1000;
        BOOST_TEST(enter(ring.fd, waits, &arg, sizeof arg) == -EFAULT);
        BOOST_TEST(enter(3, abi::ioring_enter_registered_ring) != 0);
    });
}

// A wait ends with its time, or on the model with EDEADLK when it can never end.
BOOST_AUTO_TEST_CASE(waiting_for_nothing) {
    on_each([](auto& system) {
        raw_ring ring(system);
        abi::kernel_timespec limit{0, 1'000'000};
        const abi::io_uring_getevents_arg arg{0, 8, 0, address_of(&limit)};
        constexpr auto flags = abi::ioring_enter_getevents | abi::ioring_enter_ext_arg;
        BOOST_TEST(plain(system.kernel().enter(ring.fd, 0, 1, flags, &arg, sizeof arg)) == -ETIME);
        if constexpr (std::decay_t<decltype(system)>::is_model) {
            BOOST_TEST(ring.enter(0, 1, abi::ioring_enter_getevents) == -EDEADLK);
        }
        ring.stage(abi::ioring_op_nop, -1, 1);
        BOOST_TEST(plain(system.kernel().enter(ring.fd, 1, 2, flags, &arg, sizeof arg)) == 1);
        BOOST_TEST(ring.seen() == "1{0}");
    });
}

// A bad index in the SQ array is counted and ends the submission.
BOOST_AUTO_TEST_CASE(a_bad_array_index_is_dropped) {
    on_each([](auto& system) {
        raw_ring ring(system);
        ring.stage(abi::ioring_op_nop, -1, 1);
        ring.stage(abi::ioring_op_nop, -1, 2);
        ring.stage(abi::ioring_op_nop, -1, 3);
        ring.word(ring.params.sq_off.array + 4) = 1000;
        BOOST_TEST(ring.enter(3, 0, 0) == 1);
        BOOST_TEST(ring.word(ring.params.sq_off.dropped) == 1U);
        BOOST_TEST(ring.word(ring.params.sq_off.head) == 2U);
        BOOST_TEST(ring.enter(2, 0, 0) == 1);
        BOOST_TEST(ring.seen() == "1{0} 3{0}");
    });
}

// Registered files: sparse, updated, used, closed.
BOOST_AUTO_TEST_CASE(registered_files) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        auto& world = system.world();
        group.add(8, 64);
        const int fd = world.open(channel_kind::unix_stream).value();
        std::array<std::int32_t, 2> fds{fd, -1};
        abi::io_uring_rsrc_update update{};
        update.data = address_of(fds.data());
        const auto change = [&](std::uint32_t offset, std::uint32_t count) {
            update.offset = offset;
            return ring.register_with(abi::ioring_register_files_update, &update, count);
        };
        BOOST_TEST(change(0, 1) == -ENXIO);
        BOOST_TEST(ring.register_with(abi::ioring_unregister_files, nullptr, 0) == -ENXIO);
        abi::io_uring_rsrc_register sparse{};
        sparse.nr = 4;
        sparse.flags = abi::ioring_rsrc_register_sparse;
        BOOST_TEST(ring.register_with(abi::ioring_register_files2, &sparse, 8) == -EINVAL);
        BOOST_TEST(ring.register_with(abi::ioring_register_files2, &sparse, sizeof sparse) == 0);
        BOOST_TEST(ring.register_with(abi::ioring_register_files2, &sparse, sizeof sparse) ==
                   -EBUSY);
        ring.recv(2, 1).flags |= abi::iosqe_fixed_file;
        BOOST_TEST(ring.run() == "1{-9}");
        BOOST_TEST(change(3, 2) == -EINVAL);
        BOOST_TEST(change(2, 1) == 1);
        ring.recv_multishot(2, 1).flags |= abi::iosqe_fixed_file;
        ring.recv(77, 1, 2).flags |= abi::iosqe_fixed_file;
        BOOST_TEST(ring.run() == "2{-9}");
        feed(world, fd, "hello");
        BOOST_TEST(ring.run() == "1{5 B0 +M}");
        auto& close = ring.stage(abi::ioring_op_close, 0, 3);
        close.file_index = 3;
        BOOST_TEST(ring.run() == "3{0}");
        feed(world, fd, "again");
        BOOST_TEST(ring.run() == "1{5 B1 +M}");
        BOOST_TEST(ring.register_with(abi::ioring_unregister_files, nullptr, 0) == 0);
        BOOST_TEST(ring.register_with(abi::ioring_register_files, fds.data(), 2) == 0);
        ring.stage(abi::ioring_op_nop, -1, 4);
        BOOST_TEST(ring.run() == "4{0}");
    });
}

// Registered ring descriptors belong to the task.
BOOST_AUTO_TEST_CASE(registered_ring_descriptors) {
    on_each([](auto& system) {
        raw_ring ring(system);
        abi::io_uring_rsrc_update wanted{};
        wanted.offset = ~0U;
        wanted.data = static_cast<std::uint32_t>(ring.fd);
        BOOST_TEST(ring.register_with(abi::ioring_register_ring_fds, &wanted, 1) == 1);
        ring.stage(abi::ioring_op_nop, -1, 1);
        BOOST_TEST(plain(system.kernel().enter(static_cast<int>(wanted.offset), 1, 0,
                                               abi::ioring_enter_registered_ring, nullptr, 0)) ==
                   1);
        BOOST_TEST(ring.seen() == "1{0}");
        wanted.data = 0;
        BOOST_TEST(ring.register_with(abi::ioring_unregister_ring_fds, &wanted, 1) == 1);
        BOOST_TEST(plain(system.kernel().enter(static_cast<int>(wanted.offset), 0, 0,
                                               abi::ioring_enter_registered_ring, nullptr, 0)) ==
                   -EBADF);
        wanted.offset = 16;
        BOOST_TEST(ring.register_with(abi::ioring_register_ring_fds, &wanted, 1) == -EINVAL);
    });
}

// The probe says what is modelled and refuses what the kernel refuses.
BOOST_AUTO_TEST_CASE(probing) {
    on_each([](auto& system) {
        raw_ring ring(system);
        abi::io_uring_probe probe{};
        BOOST_TEST(ring.register_with(abi::ioring_register_probe, &probe, 64) == 0);
        BOOST_TEST(probe.ops_len >= 50);
        for (const int op : {abi::ioring_op_recv, abi::ioring_op_read_multishot}) {
            BOOST_TEST(probe.ops[op].op == op);
            BOOST_TEST(probe.ops[op].flags == abi::io_uring_op_supported);
        }
        BOOST_TEST(ring.register_with(abi::ioring_register_probe, &probe, 64) == -EINVAL);
    });
}

// REGISTER_SYNC_CANCEL.
BOOST_AUTO_TEST_CASE(cancelling_at_once) {
    on_each([](auto& system) {
        raw_ring ring(system);
        raw_group group(ring);
        const int fd = system.world().open(channel_kind::tcp).value();
        group.add(8, 64);
        abi::io_uring_sync_cancel_reg wanted{};
        wanted.addr = 1;
        wanted.timeout_sec = wanted.timeout_nsec = -1;
        const auto ask = [&] {
            return ring.register_with(abi::ioring_register_sync_cancel, &wanted, 1);
        };
        BOOST_TEST(ask() == -ENOENT);
        ring.recv_multishot(fd, 1);
        BOOST_TEST(ring.run() == "");
        BOOST_TEST(ask() == 0);
        BOOST_TEST(ring.run() == "1{-125}");
        for (std::uint64_t i = 1; i <= 3; ++i) ring.recv(fd, 1, i);
        BOOST_TEST(ring.run() == "");
        wanted.fd = fd;
        wanted.flags = abi::ioring_async_cancel_fd | abi::ioring_async_cancel_all;
        BOOST_TEST(ask() == 3);
        BOOST_TEST(ring.run().size() == std::strlen("1{-125} 2{-125} 3{-125}"));  // in any order
        wanted.pad[0] = 1;
        BOOST_TEST(ask() == -EINVAL);
    });
}

// ASYNC_CANCEL by descriptor, all, any.
BOOST_AUTO_TEST_CASE(cancelling_many) {
    on_each([](auto& system) {
        raw_ring ring(system, {.entries = 16});
        raw_group group(ring);
        const int a = system.world().open(channel_kind::tcp).value();
        const int b = system.world().open(channel_kind::tcp).value();
        group.add(8, 64);
        const auto arm = [&] {
            ring.recv(a, 1, 1);
            ring.recv(b, 1, 2);
            ring.recv(a, 1, 3);
            BOOST_TEST(ring.run() == "");
        };
        const auto cancel_fd = [&](int fd, std::uint32_t flags) {
            auto& sqe = ring.stage(abi::ioring_op_async_cancel, fd, 99);
            sqe.op_flags = flags;
            return ring.run();
        };
        arm();
        BOOST_TEST(cancel_fd(a, abi::ioring_async_cancel_fd | abi::ioring_async_cancel_all) ==
                   "99{2} 3{-125} 1{-125}");
        const std::string any = cancel_fd(-1, abi::ioring_async_cancel_any);
        BOOST_TEST(any == "99{1} 2{-125}");
        BOOST_TEST(cancel_fd(-1, abi::ioring_async_cancel_any) == "99{0}");
        BOOST_TEST(cancel_fd(904, abi::ioring_async_cancel_fd) == "99{-9}");
        BOOST_TEST(cancel_fd(a, 1U << 20U) == "99{-22}");
        (void)ring.cancel(7, 99, abi::ioring_async_cancel_all);
        BOOST_TEST(ring.run() == "99{0}");
    });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::testing
