// Where the library begins: the loader calls this before the program's main().

#include <new>
#include <optional>

#include "sim/exec/server.hpp"
#include "sim/exec/settings.hpp"
#include "sim/exec/system_call.hpp"
#include "sim/exec/trap.hpp"

namespace ringproof::sim::exec {

namespace {

constexpr int environment_failed = 3;  // the command's exit status for it

[[noreturn]] void give_up(const std::string& why) {
    say(why);
    system_call(SYS_exit_group, environment_failed);
    __builtin_unreachable();
}

// The program may call until its very end, so what answers is never destroyed.
[[gnu::constructor]] void start() {
    const std::optional<settings> wanted = settings_of_environment();
    if (!wanted) give_up("the environment was not made by `ringproof exec`");
    const std::string refusal = install_trap(*new server(*wanted));
    if (!refusal.empty()) give_up("the calls of io_uring cannot be caught here: " + refusal);
}

}  // namespace

}  // namespace ringproof::sim::exec
