#include "sim/exec/threads.hpp"

#include <pthread.h>
#include <sys/eventfd.h>

#include <cstdint>
#include <utility>

#include "sim/exec/private_files.hpp"
#include "sim/exec/system_call.hpp"

namespace ringproof::sim::exec {

namespace {

struct thread_state {
    caller_id self{};
    int bell = -1;
};

constinit thread_local thread_state state;
pthread_key_t end_key = 0;
void (*tell_end)(caller_id) = nullptr;

void end_thread(void* /*value*/) {
    tell_end(state.self);
    forget_this_thread();
}

}  // namespace

caller_id this_thread() noexcept {
    if (state.self == caller_id{}) {
        state.self = make_caller(static_cast<std::uint64_t>(system_call(SYS_getpid)),
                                 static_cast<std::uint64_t>(system_call(SYS_gettid)));
        pthread_setspecific(end_key, &state);
    }
    return state.self;
}

int bell_of_this_thread() noexcept {
    if (state.bell < 0) state.bell = make_bell();
    return state.bell;
}

void forget_this_thread() noexcept {
    state.self = {};
    if (state.bell >= 0) system_call(SYS_close, std::exchange(state.bell, -1));
}

void at_thread_end(void (*ended)(caller_id)) noexcept {
    tell_end = ended;
    pthread_key_create(&end_key, end_thread);
}

void ring_bell(int bell) noexcept {
    constexpr std::uint64_t one = 1;
    system_call(SYS_write, bell, &one, sizeof one);
}

void silence_bell(int bell) noexcept {
    std::uint64_t rung = 0;
    system_call(SYS_read, bell, &rung, sizeof rung);
}

int make_bell() noexcept {
    const long made = system_call(SYS_eventfd2, 0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (made < 0) return -1;
    const int high = duplicate_high(static_cast<int>(made));
    if (high < 0) return static_cast<int>(made);
    system_call(SYS_close, made);
    return high;
}

}  // namespace ringproof::sim::exec
