#include "sim/behaviour/guard.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <optional>
#include <string>
#include <string_view>

namespace ringproof::sim {

namespace {

constexpr std::chrono::milliseconds time_to_die{1000};

/// Closed at its end.
class descriptor {
public:
    explicit descriptor(long fd) : fd_(static_cast<int>(fd)) {}
    descriptor(const descriptor&) = delete;
    descriptor& operator=(const descriptor&) = delete;
    ~descriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    [[nodiscard]] int get() const noexcept { return fd_; }

private:
    int fd_;
};

/// What was seen, each text with a zero byte behind it.
void put(int fd, const performance& done) {
    std::string all;
    for (const observation& each : done.seen) (all += each.seen) += '\0';
    for (std::string_view rest = all; !rest.empty();) {
        const ssize_t count = ::write(fd, rest.data(), rest.size());
        if (count <= 0) ::_exit(1);
        rest.remove_prefix(static_cast<std::size_t>(count));
    }
}

std::vector<observation> get(int fd, const behaviour& script) {
    std::string all;
    std::array<char, 4096> part{};
    ::lseek(fd, 0, SEEK_SET);
    for (ssize_t count = 1; count > 0;) {
        count = ::read(fd, part.data(), part.size());
        if (count > 0) all.append(part.data(), static_cast<std::size_t>(count));
    }
    std::vector<observation> seen;
    for (std::string_view rest = all; seen.size() < script.statements.size();) {
        const std::size_t end = rest.find('\0');
        if (end == std::string_view::npos) break;
        seen.push_back({&script.statements[seen.size()], std::string(rest.substr(0, end))});
        rest.remove_prefix(end + 1);
    }
    return seen;
}

/// Its status, as waitpid() gives it; nothing when it does not end in time.
std::optional<int> wait_for(pid_t child, int handle, std::chrono::milliseconds limit) {
    pollfd ended{.fd = handle, .events = POLLIN, .revents = 0};
    if (::poll(&ended, 1, static_cast<int>(limit.count())) != 1) return std::nullopt;
    int status = 0;
    if (::waitpid(child, &status, 0) != child) return std::nullopt;
    return status;
}

std::string how_it_was_lost(pid_t child, int handle, std::chrono::milliseconds patience) {
    const auto status = wait_for(child, handle, patience);
    if (status && WIFSIGNALED(*status)) {
        return fmt::format("died: {}", ::sigdescr_np(WTERMSIG(*status)));
    }
    if (status) return *status == 0 ? "" : fmt::format("died: status {}", WEXITSTATUS(*status));
    ::kill(child, SIGKILL);
    const bool killed = wait_for(child, handle, time_to_die).has_value();
    return fmt::format("hung: no end within {} s{}", static_cast<double>(patience.count()) / 1000,
                       killed ? "" : ", and cannot be killed");
}

}  // namespace

performance perform_guarded(const behaviour& script,
                            const std::function<performance(const behaviour&)>& perform,
                            std::chrono::milliseconds patience) {
    // Memory and not a pipe, so that whatever a child leaves running holds nobody up.
    const descriptor memory(::memfd_create("seen", MFD_CLOEXEC));
    const pid_t child = memory.get() < 0 ? -1 : ::fork();
    if (child == 0) {
        put(memory.get(), perform(script));
        ::_exit(0);
    }
    if (child < 0) return {.of = &script, .missing = "no process to perform it in"};
    const descriptor handle(::syscall(SYS_pidfd_open, child, 0));
    performance made{.of = &script, .lost = how_it_was_lost(child, handle.get(), patience)};
    if (made.lost.empty()) made.seen = get(memory.get(), script);
    return made;
}

}  // namespace ringproof::sim
