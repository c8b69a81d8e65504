// Where the library begins: the loader calls this before the program's main().

#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <optional>

#include "sim/exec/server.hpp"
#include "sim/exec/settings.hpp"
#include "sim/exec/system_call.hpp"
#include "sim/exec/threads.hpp"
#include "sim/exec/trap.hpp"

namespace ringproof::sim::exec {

namespace {

constexpr int environment_failed = 3;  // the command's exit status for it

/// The program may call until its very end, so this is never destroyed.
struct front {
    settings wanted;
    long process = system_call(SYS_getpid);
    std::mutex making;
    server* current = nullptr;  ///< made by the first call: most processes make none

    server& serving() {
        const std::scoped_lock alone(making);
        if (current == nullptr) current = new server(wanted);
        return *current;
    }
};

front* door = nullptr;

long answer(const call& asked) { return door->serving().serve(asked); }

void end_thread(caller_id ended) {
    const std::scoped_lock alone(door->making);
    if (door->current != nullptr) door->current->end_thread(ended);
}

void before_fork() {
    door->making.lock();
    if (door->current != nullptr) door->current->hold();
}

void after_fork_in_parent() {
    if (door->current != nullptr) door->current->release();
    door->making.unlock();
}

// Not on behalf of a child that shares our memory until it runs another program.
server* current_of_this_process() {
    if (door == nullptr || door->process != system_call(SYS_getpid)) return nullptr;
    const std::scoped_lock alone(door->making);
    return door->current;
}

// Its parent's rings stay its parent's; it may make its own.
void after_fork_in_child() {
    if (door->current != nullptr) {
        door->current->release();
        delete door->current;
        door->current = nullptr;
        forget_this_thread();
    }
    door->process = system_call(SYS_getpid);
    door->wanted.is_first = false;
    door->making.unlock();
}

[[noreturn]] void give_up(const std::string& why) {
    say(why);
    system_call(SYS_exit_group, environment_failed);
    __builtin_unreachable();
}

[[gnu::constructor]] void start() {
    const std::optional<settings> wanted = settings_of_environment();
    if (!wanted) give_up("the environment was not made by `ringproof exec`");
    door = new front{.wanted = *wanted, .making = {}};
    at_thread_end(end_thread);
    pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child);
    const std::string refusal = install_trap(answer);
    if (!refusal.empty()) give_up("the calls of io_uring cannot be caught here: " + refusal);
}

int failed_or(long answer) noexcept {
    if (answer >= 0) return static_cast<int>(answer);
    errno = static_cast<int>(-answer);
    return -1;
}

// exit(3) has come so far that only the streams are left to be written.
[[gnu::destructor]] void end() {
    server* current = current_of_this_process();
    constexpr int clean = 0;
    if (current == nullptr || current->finish(clean) == clean) return;
    std::fflush(nullptr);
    system_call(SYS_exit_group, 1);
}

}  // namespace

extern "C" {

[[gnu::visibility("default")]] void _exit(int status) {
    server* current = current_of_this_process();
    system_call(SYS_exit_group, current == nullptr ? status : current->finish(status));
    __builtin_unreachable();
}

[[gnu::visibility("default")]] void _Exit(int status) noexcept { _exit(status); }

[[gnu::visibility("default")]] int munmap(void* address, std::size_t size) noexcept {
    if (server* current = current_of_this_process()) {
        current->unmap(reinterpret_cast<std::uintptr_t>(address), size);
    }
    const int answer = failed_or(system_call(SYS_munmap, address, size));
    if (server* current = current_of_this_process()) current->look_for_closed_rings();
    return answer;
}

[[gnu::visibility("default")]] int close(int fd) {
    const int answer = failed_or(system_call(SYS_close, fd));
    if (server* current = current_of_this_process()) current->look_for_closed_rings();
    return answer;
}

[[gnu::visibility("default")]] int madvise(void* address, std::size_t size, int advice) noexcept {
    server* current = advice == MADV_DONTNEED ? current_of_this_process() : nullptr;
    if (current != nullptr) current->unmap(reinterpret_cast<std::uintptr_t>(address), size);
    return failed_or(system_call(SYS_madvise, address, size, advice));
}

[[gnu::visibility("default")]] void* mmap(void* address, std::size_t size, int rights, int flags,
                                          int fd, off_t offset) noexcept {
    server* current = (flags & MAP_FIXED) != 0 ? current_of_this_process() : nullptr;
    if (current != nullptr) current->unmap(reinterpret_cast<std::uintptr_t>(address), size);
    const long at = system_call(SYS_mmap, address, size, rights, flags, fd, offset);
    if (at >= 0 || at < -4095) return reinterpret_cast<void*>(at);
    failed_or(at);
    return MAP_FAILED;
}

}  // extern "C"

}  // namespace ringproof::sim::exec
