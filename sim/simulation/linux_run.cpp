#include "sim/simulation/linux_run.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sim/loopback.hpp"

namespace ringproof::sim {

namespace {

constexpr std::chrono::milliseconds slice(1);  // of a wait; then the peers look again
constexpr std::chrono::seconds patience(1);    // without anything happening
constexpr std::chrono::milliseconds over(20);  // the same, when all peers have ended

std::unexpected<std::error_code> failed() { return fail(errno); }

result<std::size_t> size_or_error(ssize_t size) {
    if (size < 0) return failed();
    return static_cast<std::size_t>(size);
}

/// A listening socket, and its port.
result<std::pair<int, std::uint16_t>> make_listener() {
    constexpr int backlog = 4096;
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    auto* where = reinterpret_cast<sockaddr*>(&address);
    if (fd >= 0 && ::bind(fd, where, size) == 0 && ::listen(fd, backlog) == 0 &&
        ::getsockname(fd, where, &size) == 0) {
        return std::pair(fd, ntohs(address.sin_port));
    }
    const auto error = failed();
    if (fd >= 0) ::close(fd);
    return error;
}

constexpr std::uint64_t ns_per_second = 1'000'000'000;

}  // namespace

/// The caller's limit and signal mask, and how the kernel is asked instead: for a slice at a time.
struct linux_run::wait_request {
    wait_request(std::uint32_t flags, const void* argument, std::size_t size) {
        if ((flags & abi::ioring_enter_ext_arg) != 0 && size == sizeof extended) {
            extended = *static_cast<const abi::io_uring_getevents_arg*>(argument);
        } else if (argument != nullptr) {
            extended.sigmask = reinterpret_cast<std::uintptr_t>(argument);
            extended.sigmask_sz = static_cast<std::uint32_t>(size);
        }
        if (extended.ts != 0) {
            const auto& limit = *reinterpret_cast<const abi::kernel_timespec*>(extended.ts);
            end = clock::now() + std::chrono::seconds(limit.tv_sec) +
                std::chrono::nanoseconds(limit.tv_nsec);
        }
        extended.ts = reinterpret_cast<std::uintptr_t>(&time);
    }

    /// For the next look. True when it is the last one.
    bool next() {
        const auto left =
            std::max<std::chrono::nanoseconds>(end - clock::now(), std::chrono::nanoseconds(0));
        time.tv_nsec = std::min<std::chrono::nanoseconds>(left, slice).count();
        return left <= slice;
    }

    clock::time_point end = clock::time_point::max();
    abi::io_uring_getevents_arg extended{};
    abi::kernel_timespec time{};
};

linux_run::linux_run(const scenario& wanted)
    : stage_setting(wanted),
      wanted_(&wanted),
      answers_(choices::random(wanted.seed)),
      faults_(wanted.faults, answers_),
      ends_(population(wanted.world)),
      peers_(wanted.world, *this, faults_) {}

linux_run::~linux_run() {
    for (const end& each : ends_) {
        if (each.socket >= 0) ::close(each.socket);
    }
    for (const int each : listeners_) ::close(each);
}

result<void> linux_run::open() {
    for (std::uint32_t i = 0; i < wanted_->world.listeners; ++i) {
        const auto made = make_listener();
        if (!made) return std::unexpected(made.error());
        listeners_.push_back(made->first);
        ports_.push_back(made->second);
    }
    for (std::uint32_t peer = 0; peer < peers_.size(); ++peer) {
        if (peers_.script_of(peer).connects) continue;
        const auto fd = world_.open(peers_.script_of(peer).channel);
        if (!fd) return std::unexpected(fd.error());
        channels_.push_back(*fd);
        ends_[peer].channel = *fd;
    }
    return {};
}

void linux_run::perform(const std::function<void()>& application) {
    start_ = last_progress_ = clock::now();
    if (auto thrown = thrown_by(application)) {
        fail_with(failure::exception, std::move(*thrown));
    }
}

run_report linux_run::finish() {
    if (!peers_.all_ended()) {
        fail_with(failure::gave_up,
                  fmt::format("the application returned although {} of {} peers "
                              "had not come to their end",
                              peers_.size() - peers_.totals().ended, peers_.size()));
    }
    report_.played = *wanted_;
    report_.done.peers = peers_.totals();
    report_.done.nanoseconds = now();
    report_.done.faults = faults_.counts();
    return std::move(report_);
}

void linux_run::fail_with(failure what, std::string sentence) {
    if (report_.failed != failure::none) return;
    report_.failed = what;
    report_.sentence = std::move(sentence);
}

std::uint64_t linux_run::now() const noexcept {
    return static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::nanoseconds>(clock::now() - start_).count());
}

/// Every peer looks at its socket; true when one of them got on.
bool linux_run::act() {
    const peer_totals before = peers_.totals();
    const std::uint64_t time = now();
    const std::uint64_t latency = to_nanoseconds(wanted_->world.latency);
    if (time >= to_nanoseconds(wanted_->faults.until)) faults_.end();
    for (std::uint32_t peer = 0; peer < peers_.size(); ++peer) peers_.heard(peer, time);
    peers_.act(time + latency);
    if (const auto& wrong = peers_.wrong()) {
        fail_with(wrong->wrong_bytes ? failure::wrong_bytes : failure::lost_connection,
                  wrong->sentence);
    }
    return peers_.totals() != before;
}

bool linux_run::nothing_goes_on(bool acted) {
    const auto time = clock::now();
    if (acted) last_progress_ = time;
    const auto idle = time - last_progress_;
    if (peers_.all_ended()) return idle > over;
    const bool to_come =
        peers_.next_turn() > now() + ns_per_second && peers_.next_turn() != peers::never;
    if (idle < patience || to_come) return false;
    if (report_.failed != failure::none) return true;
    fail_with(failure::stuck, "nothing happens any more, and peers wait");
    for (std::uint32_t peer = 0; peer < peers_.size(); ++peer) {
        if (!peers_.ended(peer)) report_.why.text += peers_.describe(peer) + ". ";
    }
    return true;
}

result<unsigned> linux_run::enter(int fd, std::uint32_t to_submit, std::uint32_t min_complete,
                                  std::uint32_t flags, const void* argument,
                                  std::size_t size) noexcept {
    ++report_.done.enters;
    act();
    if ((flags & abi::ioring_enter_getevents) == 0 || min_complete == 0) {
        return real().enter(fd, to_submit, min_complete, flags, argument, size);
    }
    wait_request wait(flags, argument, size);
    unsigned taken = 0;
    for (;;) {
        const bool last = wait.next();
        const auto done =
            real().enter(fd, to_submit, min_complete, flags | abi::ioring_enter_ext_arg,
                         &wait.extended, sizeof wait.extended);
        if (!done) {
            const bool may_wait_on = is_errno(done.error(), ETIME) && !last;
            if (!may_wait_on) return taken != 0 ? result<unsigned>(taken) : done;
        } else if (*done == 0 || *done < to_submit) {
            last_progress_ = clock::now();
            return taken + *done;
        } else {  // it submitted, and does not say how the wait ended
            taken = *done;
            to_submit = 0;
        }
        if (nothing_goes_on(act())) return fail(EDEADLK);
    }
}

// --- The peers' hands ----------------------------------------------------------------------------

result<void> linux_run::connect(std::uint32_t peer, std::uint32_t listener) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return failed();
    ends_[peer].socket = fd;
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (const auto window = static_cast<int>(peers_.script_of(peer).window); window != 0) {
        ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &window, sizeof window);
    }
    const sockaddr_in address = loopback(ports_[listener]);
    const int done = ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
    if (done != 0 && errno != EINPROGRESS) return failed();
    return {};
}

result<std::size_t> linux_run::send(std::uint32_t peer, std::span<const std::byte> bytes) {
    const end& it = ends_[peer];
    if (it.channel >= 0) return world_.send(it.channel, bytes);
    return size_or_error(::send(it.socket, bytes.data(), bytes.size(), MSG_NOSIGNAL));
}

result<std::size_t> linux_run::receive(std::uint32_t peer, std::span<std::byte> into) {
    const end& it = ends_[peer];
    if (it.channel >= 0) return world_.receive(it.channel, into);
    return size_or_error(::recv(it.socket, into.data(), into.size(), 0));
}

result<void> linux_run::finish(std::uint32_t peer) {
    const end& it = ends_[peer];
    if (it.channel >= 0) return world_.finish(it.channel);
    if (::shutdown(it.socket, SHUT_WR) != 0) return failed();
    return {};
}

result<void> linux_run::reset(std::uint32_t peer) {
    const end& it = ends_[peer];
    if (it.channel >= 0) return world_.reset(it.channel);
    const linger at_once{1, 0};
    ::setsockopt(it.socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    return {};  // leave() closes it
}

void linux_run::leave(std::uint32_t peer) {
    end& it = ends_[peer];
    if (it.channel >= 0) (void)world_.finish(it.channel);
    if (it.socket >= 0) ::close(std::exchange(it.socket, -1));
}

}  // namespace ringproof::sim
