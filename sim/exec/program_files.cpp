#include "sim/exec/program_files.hpp"

#include <fcntl.h>
#include <linux/kcmp.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include "sim/exec/ring_files.hpp"
#include "sim/exec/signals.hpp"
#include "sim/exec/system_call.hpp"
#include "sim/exec/threads.hpp"
#include "sim/kernel/poll.hpp"

namespace ringproof::sim::exec {

namespace {

constexpr std::size_t ranges_max = 1024;   // UIO_MAXIOV
constexpr std::uint64_t pipe_part = 4096;  // what a pipe that can be written to takes at once
constexpr short read_events = POLLIN | POLLPRI | POLLRDHUP;
static_assert(sizeof(segment) == sizeof(iovec));

// Only the kernel reads these; a segment has an iovec's layout.
class ranges {
public:
    ranges(const user_buffers& buffers, std::uint64_t most) noexcept
        : segments_(reinterpret_cast<segment*>(room_)),
          count_(buffers.next(most, {segments_, ranges_max})) {}
    [[nodiscard]] iovec* data() const noexcept { return reinterpret_cast<iovec*>(segments_); }
    [[nodiscard]] std::size_t size() const noexcept { return count_; }
    [[nodiscard]] const segment& first() const noexcept { return *segments_; }

private:
    alignas(segment) std::byte room_[ranges_max * sizeof(segment)];  // not cleared each time
    segment* segments_;
    std::size_t count_;
};

int option_of(int fd, int name) noexcept {
    int value = 0;
    socklen_t size = sizeof value;
    return system_call(SYS_getsockopt, fd, SOL_SOCKET, name, &value, &size) < 0 ? -1 : value;
}

file_kind kind_of_socket(int fd) noexcept {
    const bool is_unix = option_of(fd, SO_DOMAIN) == AF_UNIX;
    if (option_of(fd, SO_TYPE) == SOCK_STREAM) {
        return is_unix ? file_kind::unix_stream : file_kind::tcp;
    }
    return is_unix ? file_kind::unix_datagram : file_kind::udp;
}

// A device that cannot be waited for is no file to poll: what is read from it is there.
bool can_be_watched(int fd, int epoll) noexcept {
    epoll_event none{};
    if (system_call(SYS_epoll_ctl, epoll, EPOLL_CTL_ADD, fd, &none) < 0) return false;
    system_call(SYS_epoll_ctl, epoll, EPOLL_CTL_DEL, fd, nullptr);
    return true;
}

std::uint8_t ready_of(std::uint32_t events) noexcept {
    std::uint8_t mask = 0;
    if ((events & (read_events | POLLHUP | POLLERR)) != 0) mask |= ready::in;
    if ((events & (POLLOUT | POLLHUP | POLLERR)) != 0) mask |= ready::out;
    return mask;
}

bool is_ready(int fd, short events) noexcept {
    pollfd asked{.fd = fd, .events = events, .revents = 0};
    return system_call(SYS_poll, &asked, 1, 0) > 0;
}

// preadv2() and pwritev2() of what may block, and must not.
std::int64_t without_blocking(long call, int fd, const user_buffers& buffers, short event) {
    const ranges all(buffers, buffers.left());
    const long now = system_call(call, fd, all.data(), all.size(), -1, -1, RWF_NOWAIT);
    if (now != -EOPNOTSUPP) return now;
    if (!is_ready(fd, event)) return -EAGAIN;
    const ranges some(buffers, event == POLLOUT ? pipe_part : buffers.left());
    return system_call(call, fd, some.data(), some.size(), -1, -1, 0);
}

}  // namespace

program_files::program_files()
    : epoll_(static_cast<int>(system_call(SYS_epoll_create1, EPOLL_CLOEXEC))) {}

std::uint64_t program_files::identify(int fd) noexcept {
    if (settled_ != 0 && fd == settled_number_) return std::exchange(settled_, 0);
    return identity_of(fd);
}

file_kind program_files::kind_of(int fd, std::uint64_t identity) {
    const auto index = static_cast<std::size_t>(fd);
    if (index >= kinds_.size()) kinds_.resize(index + 1);
    known_kind& known = kinds_[index];
    if (known.identity == identity) return known.kind;
    struct stat seen{};
    system_call(SYS_fstat, fd, &seen);
    known.identity = identity;
    switch (seen.st_mode & S_IFMT) {
        case S_IFSOCK:
            known.kind = kind_of_socket(fd);
            break;
        case S_IFREG:
        case S_IFBLK:
        case S_IFDIR:
            known.kind = file_kind::regular;
            break;
        default:
            known.kind = can_be_watched(fd, epoll_.number()) ? file_kind::pipe : file_kind::regular;
    }
    return known.kind;
}

void program_files::keep(open_file& file) noexcept {
    if (file.kept < 0) file.kept = duplicate_high(file.number);
}

bool program_files::is_still(const open_file& file, int fd) noexcept {
    if (file.kept < 0) return false;  // looked at afresh each time, which costs nothing
    const long self = system_call(SYS_getpid);
    const long order = system_call(SYS_kcmp, self, self, KCMP_FILE, fd, file.kept);
    return order == 0 || order < 0;  // who may not ask believes fstat(2)
}

void program_files::let_go(open_file& file) noexcept {
    if (file.watched) {
        system_call(SYS_epoll_ctl, epoll_.number(), EPOLL_CTL_DEL, number_of(file), nullptr);
        file.watched = false;
        --watched_;
    }
    if (file.kept >= 0) system_call(SYS_close, std::exchange(file.kept, -1));
}

void program_files::watch(open_file& file) noexcept {
    keep(file);
    if (file.watched) return;
    epoll_event wanted{};
    wanted.events = EPOLLIN | EPOLLOUT | EPOLLPRI | EPOLLRDHUP | EPOLLET;
    wanted.data.ptr = &file;
    if (system_call(SYS_epoll_ctl, epoll_.number(), EPOLL_CTL_ADD, number_of(file), &wanted) < 0) {
        return;
    }
    file.watched = true;
    ++watched_;
}

void program_files::wake_ready() {
    if (watched_ == 0) return;
    std::array<epoll_event, 64> seen;
    const long count = system_call(SYS_epoll_wait, epoll_.number(), seen.data(), seen.size(), 0);
    for (long i = 0; i < count; ++i) {
        const epoll_event& each = seen[static_cast<std::size_t>(i)];
        auto& file = *static_cast<open_file*>(each.data.ptr);
        const bool over = (each.events & (EPOLLRDHUP | EPOLLHUP)) != 0;
        wake(file, ready_of(each.events));
        // The end woke whoever waited on its own account; here both are one event.
        if (over && !std::exchange(file.ended, true)) wake(file, ready_of(each.events));
    }
}

std::uint8_t program_files::poll(const open_file& file) noexcept {
    pollfd asked{
        .fd = number_of(file), .events = static_cast<short>(read_events | POLLOUT), .revents = 0};
    if (system_call(SYS_poll, &asked, 1, 0) <= 0) return 0;
    return ready_of(static_cast<std::uint32_t>(asked.revents));
}

std::uint32_t program_files::events(const open_file& file, std::uint32_t wanted) noexcept {
    pollfd asked{.fd = number_of(file), .events = static_cast<short>(wanted), .revents = 0};
    if (system_call(SYS_poll, &asked, 1, 0) <= 0) return 0;
    return static_cast<std::uint16_t>(asked.revents);
}

std::int64_t program_files::queued(const open_file& file) noexcept {
    int bytes = 0;
    if (system_call(SYS_ioctl, number_of(file), FIONREAD, &bytes) < 0) return -1;
    if (bytes != 0 || file.kind != file_kind::tcp) return bytes;
    return events(file, POLLRDHUP) == POLLRDHUP ? 1 : 0;  // a FIN counts, a reset does not (CQE-07)
}

received program_files::receive(open_file& file, user_buffers& into, std::uint64_t most,
                                std::uint32_t flags, const message_parts& parts) {
    const ranges all(into, most);
    flags |= msg::dontwait;
    received got;
    if (all.size() == 1 && file.is_stream_socket() && parts.control_size == 0) {
        got.size = system_call(SYS_recvfrom, number_of(file), all.first().address, all.first().size,
                               flags, nullptr, nullptr);
    } else {
        msghdr message{};
        message.msg_name = name_;
        message.msg_namelen = sizeof name_;
        message.msg_iov = all.data();
        message.msg_iovlen = all.size();
        message.msg_control = pointer_to(parts.control);
        message.msg_controllen = parts.control_size;
        got.size = system_call(SYS_recvmsg, number_of(file), &message, flags);
        name_size_ = got.size < 0 ? 0 : std::min<std::size_t>(message.msg_namelen, sizeof name_);
        if (got.size >= 0) {
            got.flags = static_cast<std::uint32_t>(message.msg_flags);
            got.name_size = message.msg_namelen;
            got.control_size = message.msg_controllen;
        }
    }
    if (got.size > 0) {
        into.skip(std::min<std::uint64_t>(into.left(), static_cast<std::uint64_t>(got.size)));
    }
    return got;
}

std::int64_t program_files::transmit(open_file& file, user_buffers& from, std::uint64_t most,
                                     std::uint32_t flags, const message_parts& parts) {
    const ranges all(from, most);
    flags |= MSG_DONTWAIT | MSG_NOSIGNAL;
    long sent = 0;
    if (all.size() == 1 && parts.control_size == 0) {
        sent = system_call(SYS_sendto, number_of(file), all.first().address, all.first().size,
                           flags, parts.name, parts.name_size);
    } else {
        msghdr message{};
        message.msg_name = pointer_to(parts.name);
        message.msg_namelen = parts.name_size;
        message.msg_iov = all.data();
        message.msg_iovlen = all.size();
        message.msg_control = pointer_to(parts.control);
        message.msg_controllen = parts.control_size;
        sent = system_call(SYS_sendmsg, number_of(file), &message, flags);
    }
    if (sent > 0) from.skip(static_cast<std::uint64_t>(sent));
    return sent;
}

std::int64_t program_files::read(open_file& file, user_buffers& into, std::uint64_t position) {
    if (file.is_socket()) {
        return into.left() == 0 ? 0 : receive(file, into, into.left(), 0, {}).size;
    }
    if (file.can_poll()) return without_blocking(SYS_preadv2, number_of(file), into, POLLIN);
    const ranges all(into, into.left());
    return system_call(SYS_preadv2, number_of(file), all.data(), all.size(), position, 0, 0);
}

std::int64_t program_files::write(open_file& file, user_buffers& from, std::uint64_t position) {
    if (file.is_socket()) return transmit(file, from, from.left(), 0, {});
    if (file.can_poll()) return without_blocking(SYS_pwritev2, number_of(file), from, POLLOUT);
    const ranges all(from, from.left());
    return without_size_signal(
        system_call(SYS_pwritev2, number_of(file), all.data(), all.size(), position, 0, 0));
}

int program_files::accept(open_file& listener, std::uint64_t address, std::uint64_t address_size,
                          std::uint32_t flags) noexcept {
    const int fd = number_of(listener);
    if (option_of(fd, SO_ACCEPTCONN) == 1 && !is_ready(fd, POLLIN)) return -EAGAIN;
    return static_cast<int>(system_call(SYS_accept4, fd, address, address_size, flags));
}

int program_files::shut_down(open_file& file, std::uint32_t how) noexcept {
    return static_cast<int>(system_call(SYS_shutdown, number_of(file), how));
}

void program_files::signal(open_file& event) noexcept { ring_bell(number_of(event)); }

bool program_files::is_event(const open_file& file) noexcept {
    std::array<char, 64> target{};
    const std::string path = "/proc/self/fd/" + std::to_string(number_of(file));
    system_call(SYS_readlink, path.c_str(), target.data(), target.size() - 1);
    return std::string_view(target.data()) == "anon_inode:[eventfd]";
}

int program_files::close(int fd) noexcept { return static_cast<int>(system_call(SYS_close, fd)); }

}  // namespace ringproof::sim::exec
