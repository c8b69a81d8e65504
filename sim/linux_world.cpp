#include "sim/linux_world.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/sock_diag.h>
#include <linux/sockios.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>
#include <string>
#include <thread>
#include <utility>

#include "sim/loopback.hpp"

namespace ringproof::sim {

namespace {

std::unexpected<std::error_code> failed() { return fail(errno); }

/// A descriptor that is closed unless it is let go.
class holder {
public:
    explicit holder(int fd) noexcept : fd_(fd) {}
    holder(const holder&) = delete;
    holder& operator=(const holder&) = delete;
    ~holder() {
        if (fd_ < 0) return;
        const int kept = errno;  // the caller reports why it gave up
        ::close(fd_);
        errno = kept;
    }
    [[nodiscard]] int get() const noexcept { return fd_; }
    [[nodiscard]] int take() noexcept { return std::exchange(fd_, -1); }

private:
    int fd_;
};

bool bind_loopback(int fd) {
    const sockaddr_in address = loopback(0);
    return ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

std::uint16_t port_of(int fd, bool of_peer = false) {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    auto* where = reinterpret_cast<sockaddr*>(&address);
    const int done = of_peer ? ::getpeername(fd, where, &size) : ::getsockname(fd, where, &size);
    return done == 0 ? ntohs(address.sin_port) : std::uint16_t{0};
}

bool connect_loopback(int fd, std::uint16_t port) {
    const sockaddr_in address = loopback(port);
    return ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

bool never_waits(int fd) {
    const int flags = ::fcntl(fd, F_GETFL);
    return flags >= 0 && ::fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0;
}

result<int> make_listener() {
    holder fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (fd.get() < 0 || !bind_loopback(fd.get()) || ::listen(fd.get(), 128) != 0) return failed();
    return fd.take();
}

/// A connected peer. The handshake of a loopback connection is over when connect() returns.
result<int> make_tcp_peer(std::uint16_t port) {
    holder fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (fd.get() < 0 || !connect_loopback(fd.get(), port)) return failed();
    const int on = 1;
    ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (!never_waits(fd.get())) return failed();
    return fd.take();
}

/// Waits until all that was written has left the sender. A young connection sends ten packets and
/// then waits for an acknowledgement, which the receiver delays by a twenty-fifth of a second; only
/// what the receiver may have no room for is not waited for.
void push_out(int sender, int receiver) {
    constexpr int room_for_sure = 32 << 10;
    constexpr timespec moment{0, 200'000};
    constexpr int moments_most = 500;
    int unsent = 0;
    int unread = 0;
    for (int i = 0; i < moments_most; ++i) {
        if (::ioctl(sender, SIOCOUTQNSD, &unsent) != 0 || unsent == 0) return;
        if (::ioctl(receiver, FIONREAD, &unread) != 0 || unread + unsent > room_for_sure) return;
        ::clock_nanosleep(CLOCK_MONOTONIC, 0, &moment, nullptr);
    }
}

/// Closes a TCP socket with a reset; elsewhere SO_LINGER 0 means nothing.
void close_hard(int fd) {
    const linger now{1, 0};
    ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    ::close(fd);
}

/// Lets the calling thread lock memory beyond its limit, or no longer.
bool may_lock_memory(bool may) {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    std::array<__user_cap_data_struct, 2> sets{};
    if (::syscall(SYS_capget, &header, sets.data()) != 0) return false;
    constexpr std::uint32_t lock = 1U << CAP_IPC_LOCK;
    sets[0].effective =
        may ? sets[0].effective | (sets[0].permitted & lock) : sets[0].effective & ~lock;
    return ::syscall(SYS_capset, &header, sets.data()) == 0;
}

/// What a user has locked is counted over all of its processes: under a real id of its own, where
/// that is allowed, nobody else's counts for the calling thread.
void count_locked_alone(bool alone) {
    constexpr uid_t unused_ids = 1'000'000;
    const uid_t real = alone ? unused_ids + static_cast<uid_t>(::getpid()) : ::geteuid();
    (void)::syscall(SYS_setresuid, real, -1, -1);
}

result<std::span<std::byte>> map_pages(std::size_t size, int protection, int flags, int fd,
                                       std::uint64_t offset = 0) {
    void* made = ::mmap(nullptr, size, protection, flags, fd, static_cast<off_t>(offset));
    if (made == MAP_FAILED) return failed();
    return std::span(static_cast<std::byte*>(made), size);
}

std::string read_all(int fd) {
    std::string all;
    std::array<char, 256> part{};
    for (;;) {
        const ssize_t got = ::read(fd, part.data(), part.size());
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return all;
        all.append(part.data(), static_cast<std::size_t>(got));
    }
}

std::string in_forked_child(const std::function<std::string()>& body) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return "no pipe";
    const holder reading(ends[0]);
    holder writing(ends[1]);
    const pid_t child = ::fork();
    if (child < 0) return "no child";
    if (child == 0) {
        const std::string told = body();
        const ssize_t written = ::write(writing.get(), told.data(), told.size());
        ::_exit(written < 0 ? 1 : 0);
    }
    ::close(writing.take());
    const std::string told = read_all(reading.get());
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFSIGNALED(status) ? "killed by " + std::to_string(WTERMSIG(status)) : told;
}

/// UDP drops what does not fit, silently. True when a message of that size would still fit.
bool has_room(int fd, std::size_t size) {
    std::array<std::uint32_t, SK_MEMINFO_VARS> info{};
    socklen_t length = sizeof info;
    if (::getsockopt(fd, SOL_SOCKET, SO_MEMINFO, info.data(), &length) != 0) return true;
    constexpr std::size_t overhead = 2048;  // of one packet's bookkeeping, rounded up well
    return info[SK_MEMINFO_RMEM_ALLOC] + 2 * size + overhead < info[SK_MEMINFO_RCVBUF];
}

}  // namespace

linux_world::linux_world() { std::signal(SIGPIPE, SIG_IGN); }

linux_world::~linux_world() {
    clear();
    if (listener_ >= 0) ::close(listener_);
}

void linux_world::clear() noexcept {
    for (std::size_t fd = 0; fd < ends_.size(); ++fd) {
        if (!ends_[fd].open) continue;
        for (const int peer : ends_[fd].waiting) close_hard(peer);
        if (ends_[fd].peer >= 0) close_hard(ends_[fd].peer);
        ::close(static_cast<int>(fd));
        ends_[fd] = {};
    }
    for (const int peer : orphans_) close_hard(peer);
    orphans_.clear();
    writes_.clear();
    for (const far_end& each : left_) {
        if (each.peer >= 0) close_hard(each.peer);
    }
    left_.clear();
    if (!locked_bytes_) return;
    rlimit limit{};
    ::getrlimit(RLIMIT_MEMLOCK, &limit);
    limit.rlim_cur = *std::exchange(locked_bytes_, std::nullopt);
    ::setrlimit(RLIMIT_MEMLOCK, &limit);
    may_lock_memory(true);
    count_locked_alone(false);
}

linux_world::far_end* linux_world::find(int fd) noexcept {
    if (fd <= first_left) {
        const auto left = static_cast<std::size_t>(first_left - fd);
        return left < left_.size() ? &left_[left] : nullptr;
    }
    const auto index = static_cast<std::size_t>(fd);
    return fd >= 0 && index < ends_.size() && ends_[index].open ? &ends_[index] : nullptr;
}

result<int> linux_world::adopt(int fd, int peer, channel_kind kind) {
    const auto index = static_cast<std::size_t>(fd);
    if (ends_.size() <= index) ends_.resize(index + 1);
    ends_[index] = {.peer = peer, .kind = kind, .open = true};
    return fd;
}

result<int> linux_world::open(channel_kind kind) {
    switch (kind) {
        case channel_kind::tcp:
            return open_tcp();
        case channel_kind::unix_stream:
            return open_unix(SOCK_STREAM, kind);
        case channel_kind::udp:
            return open_udp();
        case channel_kind::unix_datagram:
            return open_unix(SOCK_DGRAM, kind);
        case channel_kind::pipe:
            return open_pipe();
        case channel_kind::file:
            return open_file();
    }
    return fail(EINVAL);
}

result<int> linux_world::open_tcp() {
    if (listener_ < 0) {
        const auto made = make_listener();
        if (!made) return made;
        listener_ = *made;
        port_ = port_of(listener_);
    }
    const auto connected = make_tcp_peer(port_);
    if (!connected) return connected;
    holder peer(*connected);
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) return failed();
    return adopt(fd, peer.take(), channel_kind::tcp);
}

result<int> linux_world::open_udp() {
    holder fd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    holder peer(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (fd.get() < 0 || peer.get() < 0) return failed();
    if (!bind_loopback(fd.get()) || !bind_loopback(peer.get())) return failed();
    if (!connect_loopback(fd.get(), port_of(peer.get()))) return failed();
    if (!connect_loopback(peer.get(), port_of(fd.get()))) return failed();
    return adopt(fd.take(), peer.take(), channel_kind::udp);
}

result<int> linux_world::open_unix(int type, channel_kind kind) {
    std::array<int, 2> pair{};
    if (::socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, pair.data()) != 0) return failed();
    holder fd(pair[0]);
    holder peer(pair[1]);
    if (!never_waits(peer.get())) return failed();
    return adopt(fd.take(), peer.take(), kind);
}

result<int> linux_world::open_pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return failed();
    holder reading(ends[0]);
    holder writing(ends[1]);
    if (!never_waits(writing.get())) return failed();
    return adopt(reading.take(), writing.take(), channel_kind::pipe);
}

result<int> linux_world::open_file() {
    holder writing(::memfd_create("ringproof", MFD_CLOEXEC));
    if (writing.get() < 0) return failed();
    // Opened anew, since the two ends need a position each.
    const std::string path = "/proc/self/fd/" + std::to_string(writing.get());
    holder reading(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (reading.get() < 0) return failed();
    return adopt(reading.take(), writing.take(), channel_kind::file);
}

result<int> linux_world::open_write_only(channel_kind kind) {
    if (kind == channel_kind::pipe) {
        std::array<int, 2> ends{};
        if (::pipe2(ends.data(), O_CLOEXEC) != 0) return failed();
        return adopt(ends[1], ends[0], kind);
    }
    holder whole(::memfd_create("ringproof", MFD_CLOEXEC));
    if (whole.get() < 0) return failed();
    const std::string path = "/proc/self/fd/" + std::to_string(whole.get());
    holder writing(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (writing.get() < 0) return failed();
    return adopt(writing.take(), whole.take(), channel_kind::file);
}

result<int> linux_world::open_null() {
    holder nothing(::open("/dev/null", O_RDWR | O_CLOEXEC));
    if (nothing.get() < 0) return failed();
    return adopt(nothing.take(), -1, channel_kind::file);
}

result<void> linux_world::set_nonblocking(int fd) {
    if (!never_waits(fd)) return failed();
    return {};
}

result<std::size_t> linux_world::send(int fd, std::span<const std::byte> bytes) {
    const auto sent = write(fd, bytes);
    writes_.push_back(sent ? static_cast<std::int64_t>(*sent) : -sent.error().value());
    return sent;
}

result<std::size_t> linux_world::write(int fd, std::span<const std::byte> bytes) {
    far_end* end = find(fd);
    if (end == nullptr) return fail(EBADF);
    if (end->peer < 0 || end->finished) return fail(EPIPE);
    const bool socket = end->kind != channel_kind::pipe && end->kind != channel_kind::file;
    if (end->kind == channel_kind::udp && !has_room(fd, bytes.size())) return fail(EAGAIN);
    const ssize_t sent = socket ? ::send(end->peer, bytes.data(), bytes.size(), MSG_NOSIGNAL)
                                : ::write(end->peer, bytes.data(), bytes.size());
    if (sent < 0) return failed();
    if (end->kind == channel_kind::tcp) push_out(end->peer, fd);
    if (socket && (end->kind == channel_kind::tcp || end->kind == channel_kind::udp)) {
        // Loopback delivers within send(), except when the packet's soft interrupt was put off.
        // Nobody but the application's ring reads, so either the data shows or it is taken already.
        pollfd readable{fd, POLLIN, 0};
        ::poll(&readable, 1, 0);
    }
    return static_cast<std::size_t>(sent);
}

result<std::size_t> linux_world::receive(int fd, std::span<std::byte> into) {
    far_end* end = find(fd);
    if (end == nullptr) return fail(EBADF);
    if (end->peer < 0) return fail(EPIPE);
    const ssize_t got = ::recv(end->peer, into.data(), into.size(), MSG_DONTWAIT);
    if (got < 0) return failed();
    return static_cast<std::size_t>(got);
}

result<void> linux_world::finish(int fd) {
    far_end* end = find(fd);
    if (end == nullptr) return fail(EBADF);
    if (end->peer < 0) return fail(EPIPE);
    end->finished = true;
    switch (end->kind) {
        case channel_kind::tcp:
        case channel_kind::unix_stream:
            if (::shutdown(end->peer, SHUT_WR) != 0) return failed();
            break;
        case channel_kind::pipe:
            ::close(std::exchange(end->peer, -1));
            break;
        case channel_kind::udp:
        case channel_kind::unix_datagram:
        case channel_kind::file:
            break;  // nothing tells the reader
    }
    return {};
}

result<void> linux_world::reset(int fd) {
    far_end* end = find(fd);
    if (end == nullptr) return fail(EBADF);
    if (end->peer < 0) return fail(EPIPE);
    close_hard(std::exchange(end->peer, -1));
    return {};
}

result<void> linux_world::close(int fd) {
    far_end* end = find(fd);
    if (end == nullptr || fd < 0) return fail(EBADF);
    // The number may be given out again at once, so the peer moves to where no number leads.
    if (end->peer >= 0) orphans_.push_back(end->peer);
    orphans_.insert(orphans_.end(), end->waiting.begin(), end->waiting.end());
    *end = {};
    if (::close(fd) != 0) return failed();
    return {};
}

result<int> linux_world::leave(int fd) {
    far_end* end = find(fd);
    if (end == nullptr || fd < 0) return fail(EBADF);
    left_.push_back(std::exchange(*end, {}));
    if (::close(fd) != 0) return failed();
    return first_left - static_cast<int>(left_.size() - 1);
}

result<int> linux_world::listen() {
    const auto made = make_listener();
    if (!made) return made;
    (void)adopt(*made, -1, channel_kind::tcp);
    find(*made)->port = port_of(*made);
    return *made;
}

result<void> linux_world::connect(int listener) {
    far_end* end = find(listener);
    if (end == nullptr || end->port == 0) return fail(EBADF);
    const auto peer = make_tcp_peer(end->port);
    if (!peer) return std::unexpected(peer.error());
    end->waiting.push_back(*peer);
    return {};
}

result<void> linux_world::accepted(int listener, int fd) {
    far_end* end = find(listener);
    if (end == nullptr) return fail(EBADF);
    const std::uint16_t port = port_of(fd, true);
    const auto oldest =
        std::ranges::find_if(end->waiting, [port](int peer) { return port_of(peer) == port; });
    if (oldest == end->waiting.end()) return fail(ENOTCONN);
    const int peer = *oldest;
    end->waiting.erase(oldest);
    (void)adopt(fd, peer, channel_kind::tcp);
    return {};
}

result<std::span<std::byte>> linux_world::map_memory(memory_kind kind, std::size_t size) {
    constexpr int anonymous = MAP_PRIVATE | MAP_ANONYMOUS;
    constexpr int both = PROT_READ | PROT_WRITE;
    switch (kind) {
        case memory_kind::shared:
            return map_pages(size, both, MAP_SHARED | MAP_ANONYMOUS, -1);
        case memory_kind::memory_file:
        case memory_kind::private_file: {
            const holder file(::memfd_create("ringproof", MFD_CLOEXEC));
            if (file.get() < 0 || ::ftruncate(file.get(), static_cast<off_t>(size)) != 0) break;
            const bool shared = kind == memory_kind::memory_file;
            return map_pages(size, both, shared ? MAP_SHARED : MAP_PRIVATE, file.get());
        }
        case memory_kind::read_only:
            return map_pages(size, PROT_READ, anonymous, -1);
        case memory_kind::write_only:
            return map_pages(size, PROT_WRITE, anonymous, -1);
        case memory_kind::cut: {
            // One page more, taken away again, so that nothing else comes to lie there.
            const std::size_t page = kernel_.page_size();
            const auto made = map_pages(size + page, both, anonymous, -1);
            if (!made || ::mprotect(made->data() + size, page, PROT_NONE) != 0) break;
            return made;
        }
    }
    return failed();
}

result<std::span<std::byte>> linux_world::map_for_all(int fd, std::size_t size,
                                                      std::uint64_t offset) {
    return map_pages(size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, offset);
}

result<void> linux_world::discard(std::span<std::byte> memory) {
    if (::madvise(memory.data(), memory.size(), MADV_DONTNEED) != 0) return failed();
    return {};
}

result<void> linux_world::replace(std::span<std::byte> memory) {
    constexpr int over_the_old = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
    const void* made =
        ::mmap(memory.data(), memory.size(), PROT_READ | PROT_WRITE, over_the_old, -1, 0);
    if (made == MAP_FAILED) return failed();
    return {};
}

std::string linux_world::in_task(task_kind kind, const std::function<std::string()>& body) {
    if (kind == task_kind::child) return in_forked_child(body);
    std::string told;
    std::thread([&] { told = body(); }).join();
    return told;
}

result<void> linux_world::limit_locked_memory(std::uint64_t bytes) {
    rlimit limit{};
    if (::getrlimit(RLIMIT_MEMLOCK, &limit) != 0) return failed();
    if (!locked_bytes_) locked_bytes_ = limit.rlim_cur;
    limit.rlim_cur = std::min<rlim_t>(bytes, limit.rlim_max);
    if (::setrlimit(RLIMIT_MEMLOCK, &limit) != 0 || !may_lock_memory(false)) return failed();
    count_locked_alone(true);
    return {};
}

void linux_world::settle() { pass(std::chrono::microseconds(200)); }

void linux_world::pass(std::chrono::nanoseconds time) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time);
    timespec left{seconds.count(), (time - seconds).count()};
    while (::clock_nanosleep(CLOCK_MONOTONIC, 0, &left, &left) == EINTR) {
    }
}

}  // namespace ringproof::sim
