#include "sim/exec/trap.hpp"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <ucontext.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstring>

#include "sim/exec/server.hpp"
#include "sim/exec/signals.hpp"
#include "sim/exec/system_call.hpp"

#ifndef SYS_SECCOMP
#define SYS_SECCOMP 1  // si_code; older headers of the C library do not have it
#endif

namespace ringproof::sim::exec {

namespace {

long (*answers)(const call&) = nullptr;

void answer_call(int /*number*/, siginfo_t* told, void* context) {
    if (told->si_code != SYS_SECCOMP) {  // kill(2): it ends the program, as it would without us
        struct sigaction usual{};
        usual.sa_handler = SIG_DFL;
        set_signal_handler(SIGSYS, usual);
        system_call(SYS_tgkill, system_call(SYS_getpid), system_call(SYS_gettid), SIGSYS);
        return;
    }
    const int error = errno;
    auto& frame = *static_cast<ucontext_t*>(context);
    greg_t* registers = frame.uc_mcontext.gregs;
    const auto given = [registers](int which) {
        return static_cast<std::uint64_t>(registers[which]);
    };
    call asked{.number = told->si_syscall,
               .arguments = {given(REG_RDI), given(REG_RSI), given(REG_RDX), given(REG_R10),
                             given(REG_R8), given(REG_R9)}};
    std::memcpy(&asked.signals, &frame.uc_sigmask, sizeof asked.signals);
    registers[REG_RAX] = answers(asked);
    errno = error;
}

constexpr sock_filter load(std::size_t offset) {
    return BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(offset));
}

constexpr sock_filter jump_equal(std::uint32_t value, std::uint8_t yes, std::uint8_t no) {
    return BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, yes, no);
}

constexpr sock_filter end_with(std::uint32_t verdict) { return BPF_STMT(BPF_RET | BPF_K, verdict); }

constexpr std::size_t low_half_of_argument(std::size_t index) {
    return offsetof(seccomp_data, args) + index * sizeof(std::uint64_t);
}

// Offsets of jumps count what lies between. Mappings of a file from 128 MiB on are looked at: most
// programs have none, and those of rings are there; ours pass by the upper half of their
// descriptor, which the kernel does not look at.
constexpr auto filter = std::to_array<sock_filter>({
    load(offsetof(seccomp_data, arch)),
    jump_equal(AUDIT_ARCH_X86_64, 0, 11),
    load(offsetof(seccomp_data, nr)),
    jump_equal(SYS_io_uring_setup, 10, 0),
    jump_equal(SYS_io_uring_enter, 9, 0),
    jump_equal(SYS_io_uring_register, 8, 0),
    jump_equal(SYS_mmap, 0, 6),
    load(low_half_of_argument(4) + sizeof(std::uint32_t)),
    jump_equal(ours >> 32U, 4, 0),
    load(low_half_of_argument(5) + sizeof(std::uint32_t)),
    jump_equal(0, 0, 3),
    load(low_half_of_argument(5)),
    BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, static_cast<std::uint32_t>(abi::ioring_off_cq_ring), 1, 0),
    end_with(SECCOMP_RET_ALLOW),
    end_with(SECCOMP_RET_TRAP),
});

std::string failed(const char* what, long error) {
    return std::string(what) + ": " + std::strerror(static_cast<int>(-error));
}

}  // namespace

std::string install_trap(long (*answering)(const call&)) {
    answers = answering;
    struct sigaction handler{};
    handler.sa_sigaction = answer_call;
    handler.sa_flags = SA_SIGINFO;
    sigfillset(
        &handler.sa_mask);  // a handler of the program's that calls us waits until we are done
    if (set_signal_handler(SIGSYS, handler) != 0) return failed("sigaction", -errno);
    sigset_t only;
    sigemptyset(&only);
    sigaddset(&only, SIGSYS);
    sigprocmask(SIG_UNBLOCK, &only, nullptr);
    if (const long refused = system_call(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); refused < 0) {
        return failed("no_new_privs", refused);
    }
    const sock_fprog program{filter.size(), const_cast<sock_filter*>(filter.data())};
    constexpr unsigned flags = SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_SPEC_ALLOW;
    const long answer = system_call(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
    return answer == 0 ? "" : failed("seccomp", answer);
}

}  // namespace ringproof::sim::exec
