// What only the running Linux can show: sandboxes, threads, forks and pages that fault.

#include <ringproof/linux_kernel.hpp>

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <thread>

#include "tests/support/backends.hpp"
#include "tests/support/child.hpp"

namespace ringproof::testing {

namespace {

/// From now on this process gets `error` from the three calls of io_uring, as in a container.
bool forbid_io_uring(std::uint32_t error) {
    constexpr std::uint32_t first = 425;
    constexpr std::uint32_t last = 427;
    std::array<sock_filter, 5> program{{
        {BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(seccomp_data, nr)},
        {BPF_JMP | BPF_JGE | BPF_K, 0, 2, first},
        {BPF_JMP | BPF_JGT | BPF_K, 1, 0, last},
        {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | error},
        {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW},
    }};
    const sock_fprog filter{program.size(), program.data()};
    return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
        ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0) == 0;
}

/// A store that no compiler leaves out.
void write_to(std::byte* where) {
    volatile std::byte* at = where;
    *at = std::byte{1};
}

constexpr int could_not_try = 100;

/// The errno that each of the three calls gives in a sandbox; in a child, since it cannot be left.
int errno_in_sandbox(std::uint32_t error) {
    return in_child([error] {
        linux_kernel kernel;
        if (!forbid_io_uring(error)) return could_not_try;
        abi::io_uring_params params{};
        const auto made = kernel.setup(1, params);
        const auto entered = kernel.enter(0, 0, 0, 0, nullptr, 0);
        const auto registered = kernel.register_(0, 0, nullptr, 0);
        if (made || entered || registered) return 0;
        const bool same = made.error() == entered.error() && made.error() == registered.error();
        return same ? made.error().value() : 0;
    });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(linux_kernel)

BOOST_AUTO_TEST_CASE(a_sandbox_that_hides_io_uring_looks_like_an_old_kernel) {
    const int status = errno_in_sandbox(ENOSYS);
    if (status == could_not_try) skip("no seccomp filters here");
    BOOST_TEST(status == ENOSYS);
}

BOOST_AUTO_TEST_CASE(a_sandbox_that_forbids_io_uring_says_so) {
    const int status = errno_in_sandbox(EPERM);
    if (status == could_not_try) skip("no seccomp filters here");
    BOOST_TEST(status == EPERM);
}

BOOST_AUTO_TEST_CASE(calls_on_what_is_no_ring_answer_with_its_errno) {
    linux_backend here;
    auto& kernel = here.kernel();
    BOOST_TEST(is_errno(kernel.enter(-1, 0, 0, 0, nullptr, 0).error(), EBADF));
    // Not -1: since 6.13 that asks for operations that need no ring.
    BOOST_TEST(is_errno(kernel.register_(1 << 30, 0, nullptr, 0).error(), EBADF));
    BOOST_TEST(is_errno(kernel.map(-1, 4096, 0).error(), EBADF));
    BOOST_TEST(is_errno(kernel.close(-1).error(), EBADF));
    const int pipe = here.world().open(sim::channel_kind::pipe).value();
    BOOST_TEST(is_errno(kernel.enter(pipe, 0, 0, 0, nullptr, 0).error(), EOPNOTSUPP));
    // REG-01
    BOOST_TEST(is_errno(kernel.register_(pipe, 0, nullptr, 0).error(), EOPNOTSUPP));
}

BOOST_AUTO_TEST_CASE(setup_hands_the_kernels_arguments_through) {
    linux_backend here;
    auto& kernel = here.kernel();
    abi::io_uring_params params{};
    BOOST_TEST(is_errno(kernel.setup(0, params).error(), EINVAL));
    params.flags = 1U << 31U;
    BOOST_TEST(is_errno(kernel.setup(1, params).error(), EINVAL));
    params = {};
    const auto fd = kernel.setup(5, params);
    BOOST_TEST_REQUIRE(fd.has_value());
    BOOST_TEST(params.sq_entries == 8U);
    BOOST_TEST(params.cq_entries == 16U);
    BOOST_TEST(kernel.close(*fd).has_value());
}

BOOST_AUTO_TEST_CASE(a_caller_stays_the_same_and_differs_by_thread) {
    const ringproof::linux_kernel kernel;
    const caller_id here = kernel.caller();
    caller_id there{};
    std::thread([&] { there = kernel.caller(); }).join();
    caller_id elsewhere{};
    std::thread([&] { elsewhere = kernel.caller(); }).join();
    BOOST_TEST((kernel.caller() == here));
    BOOST_TEST((there != here));
    BOOST_TEST((elsewhere != here));
    BOOST_TEST((elsewhere != there), "the number of a thread that is gone came again");
    BOOST_TEST(!forked_since(here, there));
}

BOOST_AUTO_TEST_CASE(two_kernels_agree_on_who_is_calling) {
    const ringproof::linux_kernel one;
    const ringproof::linux_kernel other;
    BOOST_TEST((one.caller() == other.caller()));
}

BOOST_AUTO_TEST_CASE(a_forked_child_is_another_caller) {
    const ringproof::linux_kernel kernel;
    const caller_id parent = kernel.caller();
    BOOST_TEST(in_child([&] { return forked_since(parent, kernel.caller()) ? 1 : 2; }) == 1);
    BOOST_TEST((kernel.caller() == parent));
}

BOOST_AUTO_TEST_CASE(a_child_made_by_the_bare_system_call_is_another_caller) {
    const ringproof::linux_kernel kernel;
    const caller_id parent = kernel.caller();
    // Behind the C library's back: no handler of pthread_atfork(3) runs. The outer child makes the
    // inner one a process of its own to be waited for.
    const int status = in_child([&] {
        const long child = ::syscall(SYS_clone, SIGCHLD, nullptr, nullptr, nullptr, nullptr);
        if (child == 0) ::_exit(forked_since(parent, kernel.caller()) ? 1 : 2);
        int inner = 0;
        if (child < 0 || ::waitpid(static_cast<pid_t>(child), &inner, 0) != child) return 3;
        return WEXITSTATUS(inner);
    });
    BOOST_TEST(status == 1);
}

BOOST_AUTO_TEST_CASE(a_grandchild_is_neither_its_parent_nor_its_grandparent) {
    const ringproof::linux_kernel kernel;
    const caller_id oldest = kernel.caller();
    BOOST_TEST(in_child([&] {
                   const caller_id parent = kernel.caller();
                   return in_child([&] {
                       const caller_id now = kernel.caller();
                       return forked_since(parent, now) && forked_since(oldest, now) ? 1 : 2;
                   });
               }) == 1);
}

BOOST_AUTO_TEST_CASE(a_kernel_made_in_the_child_takes_the_child_for_its_owner) {
    BOOST_TEST(in_child([] {
                   const ringproof::linux_kernel kernel;
                   const caller_id mine = kernel.caller();
                   if (forked_since(mine, kernel.caller())) return 2;
                   return in_child([&] { return forked_since(mine, kernel.caller()) ? 1 : 3; });
               }) == 1);
}

BOOST_AUTO_TEST_CASE(memory_ends_where_its_guard_page_begins) {
    ringproof::linux_kernel kernel;
    const auto memory = kernel.map_anonymous({.size = 1, .guard_page = true}).value();
    const std::size_t page = kernel.page_size();
    BOOST_TEST_REQUIRE(memory.size() == 2 * page);
    memory[page - 1] = std::byte{1};
    BOOST_TEST(in_child([&] {
                   // Mapped anew, since the child does not get its parent's.
                   const auto mine = kernel.map_anonymous({.size = 1, .guard_page = true}).value();
                   write_to(&mine[page]);
                   return 0;
               }) == -SIGSEGV);
    BOOST_TEST(kernel.unmap(memory).has_value());
}

BOOST_AUTO_TEST_CASE(memory_is_hidden_from_forks_unless_asked_otherwise) {
    ringproof::linux_kernel kernel;
    const auto hidden = kernel.map_anonymous({.size = 1}).value();
    const auto shown = kernel.map_anonymous({.size = 1, .hidden_from_forks = false}).value();
    const auto touch = [](std::span<std::byte> memory) {
        return in_child([memory] {
            write_to(memory.data());
            return 0;
        });
    };
    BOOST_TEST(touch(hidden) == -SIGSEGV);
    BOOST_TEST(touch(shown) == 0);
    BOOST_TEST((shown[0] == std::byte{0}), "the child wrote to its own copy");
    BOOST_TEST(kernel.unmap(hidden).has_value());
    BOOST_TEST(kernel.unmap(shown).has_value());
}

BOOST_AUTO_TEST_CASE(a_rings_queues_are_hidden_from_forks) {
    linux_backend here;
    auto& kernel = here.kernel();
    abi::io_uring_params params{};
    const int fd = kernel.setup(1, params).value();
    const auto sqes = kernel.map(fd, sizeof(abi::io_uring_sqe), abi::ioring_off_sqes).value();
    sqes[0] = std::byte{0};
    BOOST_TEST(in_child([&] {
                   write_to(sqes.data());
                   return 0;
               }) == -SIGSEGV);
    BOOST_TEST(kernel.unmap(sqes).has_value());
    BOOST_TEST(kernel.close(fd).has_value());
}

BOOST_AUTO_TEST_CASE(memory_larger_than_any_is_refused_without_wrapping) {
    ringproof::linux_kernel kernel;
    for (const std::size_t less : {std::size_t{0}, kernel.page_size() - 1, kernel.page_size()}) {
        const auto memory = kernel.map_anonymous({.size = SIZE_MAX - less, .guard_page = true});
        BOOST_TEST_REQUIRE(!memory.has_value());
        BOOST_TEST(is_errno(memory.error(), ENOMEM));
    }
}

BOOST_AUTO_TEST_CASE(huge_pages_are_a_hint_only) {
    ringproof::linux_kernel kernel;
    const auto memory = kernel.map_anonymous({.size = 1, .huge_pages = true});
    BOOST_TEST_REQUIRE(memory.has_value());
    (*memory)[0] = std::byte{1};
    BOOST_TEST(kernel.unmap(*memory).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::testing
