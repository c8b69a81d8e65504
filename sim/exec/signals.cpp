// A call of io_uring that arrives while SIGSYS is blocked, or has
// another handler, ends the program; so neither is let happen, where it asks the C library for it.

#include "sim/exec/signals.hpp"

#include <dlfcn.h>
#include <pthread.h>

#include <atomic>
#include <cerrno>
#include <ctime>

#include <fmt/format.h>

#include "sim/exec/settings.hpp"
#include "sim/exec/system_call.hpp"

namespace ringproof::sim::exec {

namespace {

template <class Function>
Function* next(const char* name) noexcept {
    return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

void say_once(const char* what) noexcept {
    static std::atomic<bool> said = false;
    if (!said.exchange(true)) say(fmt::format("the program {}; it stays ours", what));
}

sigset_t without_ours(const sigset_t& wanted) noexcept {
    sigset_t rest = wanted;
    sigdelset(&rest, SIGSYS);
    return rest;
}

}  // namespace

int set_signal_handler(int number, const struct sigaction& wanted) noexcept {
    return next<decltype(::sigaction)>("sigaction")(number, &wanted, nullptr);
}

long without_size_signal(long answer) noexcept {
    if (answer != -EFBIG) return answer;
    constexpr std::uint64_t only = std::uint64_t{1} << (SIGXFSZ - 1U);
    const timespec at_once{};
    system_call(SYS_rt_sigtimedwait, &only, nullptr, &at_once, sizeof only);
    return answer;
}

extern "C" {

[[gnu::visibility("default")]] int sigaction(int number, const struct sigaction* wanted,
                                             struct sigaction* before) noexcept {
    static auto* const real = next<decltype(::sigaction)>("sigaction");
    if (wanted == nullptr) return real(number, wanted, before);
    if (number == SIGSYS) {
        say_once("wants a handler for SIGSYS");
        return real(number, nullptr, before);
    }
    struct sigaction allowed = *wanted;
    allowed.sa_mask = without_ours(wanted->sa_mask);
    return real(number, &allowed, before);
}

[[gnu::visibility("default")]] sighandler_t signal(int number, sighandler_t wanted) noexcept {
    static auto* const real = next<decltype(::signal)>("signal");
    if (number != SIGSYS) return real(number, wanted);
    say_once("wants a handler for SIGSYS");
    return SIG_DFL;
}

[[gnu::visibility("default")]] int sigprocmask(int how, const sigset_t* wanted,
                                               sigset_t* before) noexcept {
    static auto* const real = next<decltype(::sigprocmask)>("sigprocmask");
    if (wanted == nullptr || how == SIG_UNBLOCK) return real(how, wanted, before);
    const sigset_t allowed = without_ours(*wanted);
    return real(how, &allowed, before);
}

[[gnu::visibility("default")]] int pthread_sigmask(int how, const sigset_t* wanted,
                                                   sigset_t* before) noexcept {
    static auto* const real = next<decltype(::pthread_sigmask)>("pthread_sigmask");
    if (wanted == nullptr || how == SIG_UNBLOCK) return real(how, wanted, before);
    const sigset_t allowed = without_ours(*wanted);
    return real(how, &allowed, before);
}

}  // extern "C"

}  // namespace ringproof::sim::exec
