#pragma once
// A forked child that runs a few lines and says with one number how it went.

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <system_error>

namespace ringproof::testing {

/// Runs `body` in a forked child: the exit status that it returned, or minus the signal that killed
/// the child. Boost's assertions mean nothing in there; return what is to be judged out here.
template <class Body>
int in_child(Body body) {
    const pid_t child = ::fork();
    if (child < 0) throw std::system_error(errno, std::system_category(), "fork");
    if (child == 0) {
        // A crash shall look like a crash: no core file, and no report of a sanitizer or of Boost.
        const rlimit none{0, 0};
        ::setrlimit(RLIMIT_CORE, &none);
        for (const int number : {SIGSEGV, SIGBUS, SIGABRT}) std::signal(number, SIG_DFL);
        ::_exit(body());
    }
    int status = 0;
    while (::waitpid(child, &status, 0) < 0) {
        if (errno != EINTR) throw std::system_error(errno, std::system_category(), "waitpid");
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

}  // namespace ringproof::testing
