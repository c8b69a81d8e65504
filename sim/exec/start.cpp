// Where the library begins: the loader calls this before the program's main().

#include <pthread.h>

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

// Its parent's rings stay its parent's; it may make its own.
void after_fork_in_child() {
    if (door->current != nullptr) {
        door->current->release();
        delete door->current;
        door->current = nullptr;
        forget_this_thread();
    }
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

}  // namespace

}  // namespace ringproof::sim::exec
