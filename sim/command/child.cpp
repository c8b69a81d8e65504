#include "sim/command/child.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <utility>

namespace ringproof::sim::command {

namespace {

/// In the child: nothing but what is safe between fork and exec.
[[noreturn]] void become(char* const* words, int output) noexcept {
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::dup2(output, STDOUT_FILENO);
    ::dup2(output, STDERR_FILENO);
    ::execv(words[0], words);
    ::_exit(127);
}

}  // namespace

std::expected<child, std::error_code> child::start(const std::vector<std::string>& words) {
    std::vector<char*> pointers;
    for (const std::string& word : words) pointers.push_back(const_cast<char*>(word.c_str()));
    pointers.push_back(nullptr);
    std::array<int, 2> ends{};
    const auto failure = [] { return std::error_code(errno, std::system_category()); };
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return std::unexpected(failure());
    const pid_t id = ::fork();
    if (id == 0) become(pointers.data(), ends[1]);
    const std::error_code error = failure();
    ::close(ends[1]);
    if (id < 0) {
        ::close(ends[0]);
        return std::unexpected(error);
    }
    ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
    return child(id, ends[0]);
}

child::child(child&& other) noexcept
    : id_(std::exchange(other.id_, -1)), output_(std::exchange(other.output_, -1)) {}

child& child::operator=(child&& other) noexcept {
    std::swap(id_, other.id_);
    std::swap(output_, other.output_);
    return *this;
}

child::~child() {
    if (id_ > 0) {
        ::kill(id_, SIGKILL);
        (void)wait();
    }
    if (output_ >= 0) ::close(output_);
}

bool child::read(std::string& into) {
    std::array<char, 4096> piece{};
    for (;;) {
        const ssize_t got = ::read(output_, piece.data(), piece.size());
        if (got == 0) return false;
        if (got < 0) return errno == EAGAIN || errno == EINTR;
        into.append(piece.data(), static_cast<std::size_t>(got));
    }
}

void child::interrupt() const noexcept {
    if (id_ > 0) ::kill(id_, SIGINT);
}

int child::wait() noexcept {
    int status = 0;
    while (::waitpid(id_, &status, 0) < 0 && errno == EINTR) {
    }
    id_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

}  // namespace ringproof::sim::command
