// When things happen: task work, the submitter, SQPOLL, timers (RUN-*), and the choices behind it.

#include <boost/test/unit_test.hpp>

#include <set>
#include <vector>

#include "tests/sim/kernel/systems.hpp"

namespace ringproof::testing {

namespace {

constexpr std::uint32_t deferring =
    abi::ioring_setup_single_issuer | abi::ioring_setup_defer_taskrun;

template <class System>
std::uint32_t sq_flags(raw_ring<System>& ring) {
    return std::atomic_ref(ring.word(ring.params.sq_off.flags)).load();
}

template <class System>
abi::io_uring_sqe& timeout(raw_ring<System>& ring, const abi::kernel_timespec& time,
                           std::uint64_t count = 0, std::uint32_t flags = 0) {
    auto& sqe = ring.stage(abi::ioring_op_timeout, -1, 1);
    sqe.addr = address_of(&time);
    sqe.len = 1;
    sqe.off = count;
    sqe.op_flags = flags;
    return sqe;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(scheduler)

// RUN-01: without flags completions come at the next interrupt or system call, with COOP_TASKRUN
// at the next entry.
BOOST_AUTO_TEST_CASE(run_01_completions_without_enter) {
    on_each([](auto& system) {
        for (const std::uint32_t flags :
             {0U, abi::ioring_setup_coop_taskrun | abi::ioring_setup_taskrun_flag}) {
            raw_ring ring(system, {.flags = flags});
            raw_group group(ring);
            const int fd = system.world().open(channel_kind::tcp).value();
            group.add(2, 64);
            ring.recv(fd, 1);
            (void)ring.submit();
            feed(system.world(), fd, "x");
            if (flags != 0) ring.poke();
            BOOST_TEST(ring.seen() == "1{1 B0}");
        }
    });
}

// RUN-02, RNG-08: DEFER_TASKRUN does nothing before the submitter asks; what the ring holds then
// counts.
BOOST_AUTO_TEST_CASE(run_02_deferred_work_waits_for_getevents) {
    on_each([](auto& system) {
        raw_ring ring(system, {.flags = deferring | abi::ioring_setup_taskrun_flag});
        raw_group group(ring);
        const int fd = system.world().open(channel_kind::tcp).value();
        group.add(1, 64);
        ring.recv_multishot(fd, 1);
        (void)ring.submit();
        feed(system.world(), fd, "x");
        ring.poke();
        ring.stage(abi::ioring_op_nop, -1, 2);
        (void)ring.submit();
        BOOST_TEST(ring.seen() == "2{0}");
        BOOST_TEST((sq_flags(ring) & abi::ioring_sq_taskrun) != 0U);
        BOOST_TEST(group.head() == 0);
        group.slot(0).bid = 9;
        group.slot(0).addr = address_of(group.buffer(9));
        (void)ring.enter(0, 0, abi::ioring_enter_getevents);
        BOOST_TEST(ring.seen() == "1{1 B9 +M}");
        BOOST_TEST((sq_flags(ring) & abi::ioring_sq_taskrun) == 0U);
    });
}

// RUN-05: wake-ups are handled first come, first served; an enter that wants no events runs 20.
BOOST_AUTO_TEST_CASE(run_05_deferred_work_is_first_come_first_served) {
    on_each([](auto& system) {
        raw_ring ring(system, {.entries = 32, .cq_entries = 64, .flags = deferring});
        raw_group group(ring, {.entries = 32});
        group.add(32, 64);
        std::vector<int> fds;
        for (std::uint64_t i = 0; i < 30; ++i) {
            fds.push_back(system.world().open(channel_kind::unix_stream).value());
            ring.recv(fds.back(), 1, i + 1);
        }
        BOOST_TEST(ring.run() == "");
        for (std::size_t i = fds.size(); i-- > 0;) feed(system.world(), fds[i], "x");
        (void)ring.enter(0, 0, abi::ioring_enter_getevents);
        const auto first = ring.take();
        BOOST_TEST(first.size() == 20U);
        for (std::size_t i = 0; i < first.size(); ++i) BOOST_TEST(first[i].user_data == 30 - i);
        (void)ring.enter(0, 0, abi::ioring_enter_getevents);
        BOOST_TEST(ring.take().size() == 10U);
    });
}

// RUN-03: selection runs in the SQPOLL thread; no special rules.
BOOST_AUTO_TEST_CASE(run_03_sqpoll) {
    on_each([](auto& system) {
        raw_ring ring(system, {.flags = abi::ioring_setup_sqpoll});
        raw_group group(ring);
        const int fd = system.world().open(channel_kind::tcp).value();
        group.add(2, 64);
        ring.recv_multishot(fd, 1);
        (void)ring.wait(0);
        feed(system.world(), fd, "x");
        BOOST_TEST(ring.run(1) == "1{1 B0 +M}");
        BOOST_TEST(group.close() == 0);
        feed(system.world(), fd, "y");
        BOOST_TEST(ring.run(1) == "1{-105}");
    });
}

// The thread sleeps when it has had nothing to do, says so, and needs to be woken.
BOOST_AUTO_TEST_CASE(the_sqpoll_thread_falls_asleep) {
    model_system system;
    raw_ring ring(system, {.flags = abi::ioring_setup_sqpoll});
    BOOST_TEST((sq_flags(ring) & abi::ioring_sq_need_wakeup) == 0U);
    system.world().pass(std::chrono::seconds(2));
    BOOST_TEST((sq_flags(ring) & abi::ioring_sq_need_wakeup) != 0U);
    ring.stage(abi::ioring_op_nop, -1, 1);
    system.kernel().step();
    BOOST_TEST(ring.seen() == "");
    BOOST_TEST(ring.enter(1, 0, abi::ioring_enter_sq_wakeup) == 1);
    BOOST_TEST(ring.seen() == "1{0}");
    BOOST_TEST((sq_flags(ring) & abi::ioring_sq_need_wakeup) == 0U);
    ring.stage(abi::ioring_op_nop, -1, 2);
    system.kernel().step();
    BOOST_TEST(ring.seen() == "2{0}");
}

// RUN-06: SINGLE_ISSUER, DEFER_TASKRUN and other tasks.
BOOST_AUTO_TEST_CASE(run_06_only_the_submitter_may) {
    for (const std::uint32_t flags : {abi::ioring_setup_single_issuer, deferring}) {
        model_system system;
        raw_ring ring(system, {.flags = flags});
        const caller_id self = system.kernel().caller();
        ring.stage(abi::ioring_op_nop, -1, 1);
        system.kernel().set_caller(make_caller(1, 2));
        abi::io_uring_buf_status status{};
        BOOST_TEST(ring.register_with(abi::ioring_register_pbuf_status, &status, 1) == -EEXIST);
        BOOST_TEST(ring.enter(1, 0, 0) == -EEXIST);
        const bool defers = flags == deferring;
        BOOST_TEST(ring.enter(0, 0, abi::ioring_enter_getevents) == (defers ? -EEXIST : 0));
        system.kernel().set_caller(self);
        BOOST_TEST(ring.enter(1, 0, 0) == 1);
    }
}

// R_DISABLED: the submitter is whoever enables the ring.
BOOST_AUTO_TEST_CASE(run_06_the_enabler_becomes_the_submitter) {
    model_system system;
    raw_ring ring(system, {.flags = deferring | abi::ioring_setup_r_disabled});
    const caller_id self = system.kernel().caller();
    system.kernel().set_caller(make_caller(1, 2));
    BOOST_TEST(ring.register_with(abi::ioring_register_enable_rings, nullptr, 0) == 0);
    ring.stage(abi::ioring_op_nop, -1, 1);
    BOOST_TEST(ring.enter(1, 0, 0) == 1);
    system.kernel().set_caller(self);
    ring.stage(abi::ioring_op_nop, -1, 2);
    BOOST_TEST(ring.enter(1, 0, 0) == -EEXIST);
}

// Timers: relative, counted, repeated, cancelled.
BOOST_AUTO_TEST_CASE(timers) {
    on_each([](auto& system) {
        raw_ring ring(system, {.entries = 8, .cq_entries = 64});
        const abi::kernel_timespec soon{0, 2'000'000};
        const abi::kernel_timespec late{100, 0};
        timeout(ring, soon);
        BOOST_TEST(ring.run() == "");
        BOOST_TEST(ring.enter(0, 1, abi::ioring_enter_getevents) == 0);
        BOOST_TEST(ring.seen() == "1{-62}");
        timeout(ring, late, 2);
        BOOST_TEST(ring.run() == "");
        ring.stage(abi::ioring_op_nop, -1, 2);
        ring.stage(abi::ioring_op_nop, -1, 3);
        BOOST_TEST(ring.run() == "2{0} 3{0} 1{0}");
        timeout(ring, soon, 2, abi::ioring_timeout_multishot);
        BOOST_TEST(ring.run() == "");
        system.world().pass(std::chrono::milliseconds(20));
        BOOST_TEST(ring.run() == "1{-62 +M} 1{-62}");
        timeout(ring, late);
        (void)ring.submit();
        (void)ring.cancel(1);
        BOOST_TEST(ring.run() == "99{0} 1{-125}");
        timeout(ring, late).len = 2;
        BOOST_TEST(ring.run() == "1{-22}");
        timeout(ring, late, 0, abi::ioring_timeout_abs | abi::ioring_timeout_multishot);
        BOOST_TEST(ring.run() == "1{-22}");
    });
}

// IOSQE_ASYNC: a worker starts it, and it goes on as any other. It has no file that could be asked
// whether it can poll.
BOOST_AUTO_TEST_CASE(a_worker_starts_a_timer_that_goes_on) {
    on_each([](auto& system) {
        raw_ring ring(system);
        const abi::kernel_timespec soon{0, 2'000'000};
        timeout(ring, soon, 2, abi::ioring_timeout_multishot).flags = abi::iosqe_async;
        BOOST_TEST(ring.run() == "");
        system.world().pass(std::chrono::milliseconds(20));
        BOOST_TEST(ring.run() == "1{-62 +M} 1{-62}");
    });
}

// A timer that fires ends a wait even if fewer completions came than were wanted.
BOOST_AUTO_TEST_CASE(a_timer_ends_a_wait) {
    on_each([](auto& system) {
        raw_ring ring(system);
        const abi::kernel_timespec soon{0, 2'000'000};
        timeout(ring, soon);
        (void)ring.submit();
        BOOST_TEST(ring.enter(0, 5, abi::ioring_enter_getevents) == 0);
        BOOST_TEST(ring.seen() == "1{-62}");
    });
}

// What Linux leaves open is a choice: the interrupt may come now or at the next system call.
BOOST_AUTO_TEST_CASE(an_interrupt_may_come_later) {
    std::set<std::string> seen;
    auto asked = sim::choices::exhaustive();
    do {
        sim::model_kernel kernel(asked);
        sim::model_world world(kernel);
        struct {
            sim::model_world* at;
            using kernel_type = sim::model_kernel;
            using world_type = sim::model_world;
            sim::model_world& world() { return *at; }
        } system{&world};
        raw_ring ring(system);
        raw_group group(ring);
        const int fd = world.open(channel_kind::tcp).value();
        group.add(2, 64);
        ring.recv(fd, 1);
        (void)ring.submit();
        feed(world, fd, "x");
        std::string story = ring.seen() + "|";
        ring.poke();
        seen.insert(story + ring.seen());
    } while (asked.next_run());
    BOOST_TEST((seen == std::set<std::string>{"1{1 B0}|", "|1{1 B0}"}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::testing
