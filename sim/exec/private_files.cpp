#include "sim/exec/private_files.hpp"

#include <fcntl.h>
#include <sys/resource.h>

#include <algorithm>

#include "sim/exec/system_call.hpp"

namespace ringproof::sim::exec {

namespace {

// Half of what the program may have is left to it below our numbers.
int first_private() noexcept {
    constexpr rlim_t highest = 1U << 19U;
    rlimit limit{};
    if (system_call(SYS_prlimit64, 0, RLIMIT_NOFILE, nullptr, &limit) < 0) return 3;
    return static_cast<int>(std::min(limit.rlim_cur / 2, highest));
}

}  // namespace

int duplicate_high(int fd) noexcept {
    long high = system_call(SYS_fcntl, fd, F_DUPFD_CLOEXEC, first_private());
    if (high < 0) high = system_call(SYS_fcntl, fd, F_DUPFD_CLOEXEC, 3);
    return static_cast<int>(high);
}

private_file::private_file(int fd) noexcept {
    if (fd < 0) return;
    const int high = duplicate_high(fd);
    if (high < 0) {
        fd_ = fd;
        return;
    }
    system_call(SYS_close, fd);
    fd_ = high;
}

private_file::~private_file() {
    if (fd_ >= 0) system_call(SYS_close, fd_);
}

}  // namespace ringproof::sim::exec
