// Helpers of emitted programs: descriptors, their far ends, and other tasks.

#include <array>

#include "sim/emit/prelude.hpp"

namespace ringproof::sim::emitting {

namespace {

constexpr std::string_view connecting = R"(
/* A peer, connected to the listener; it never waits. */
static int connect_to(int listener, int *peer)
{
    struct sockaddr_in address;
    socklen_t size = sizeof(address);
    int on = 1;

    *peer = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (*peer < 0 || getsockname(listener, (struct sockaddr *)&address, &size) != 0 ||
        connect(*peer, (struct sockaddr *)&address, size) != 0)
        return -errno;
    setsockopt(*peer, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    return set_nonblocking(*peer);
}

)";

constexpr std::string_view udp = R"(
static int udp_pair(int *fd, int *peer)
{
    struct sockaddr_in address = { .sin_family = AF_INET };
    struct sockaddr_in other;
    socklen_t size = sizeof(other);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    other = address;
    *fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    *peer = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (bind(*fd, (struct sockaddr *)&address, sizeof(address)) != 0 ||
        bind(*peer, (struct sockaddr *)&other, sizeof(other)) != 0 ||
        getsockname(*fd, (struct sockaddr *)&address, &size) != 0 ||
        getsockname(*peer, (struct sockaddr *)&other, &size) != 0 ||
        connect(*fd, (struct sockaddr *)&other, sizeof(other)) != 0 ||
        connect(*peer, (struct sockaddr *)&address, sizeof(address)) != 0)
        return -errno;
    return 0;
}

)";

constexpr std::string_view feeding = R"(
/* The peer writes it all, or this tells why not. */
static int feed(int peer, const void *bytes, size_t count)
{
    ssize_t sent = send(peer, bytes, count, MSG_NOSIGNAL);

    if (sent < 0 && errno == ENOTSOCK)
        sent = write(peer, bytes, count);
    return sent == (ssize_t)count ? 0 : result(sent);
}

)";

constexpr std::string_view draining = R"(
/* Reads what the peer has been sent, up to so many bytes, and looks for more. */
static int drain(int peer, int wanted)
{
    static char into[16384];
    int count = 0;

    for (int patience = 100; patience > 0; patience--) {
        ssize_t got = recv(peer, into, sizeof(into), MSG_DONTWAIT);

        if (got >= 0)
            count += got;
        else if (errno != EAGAIN)
            return -errno;
        else if (count >= wanted)
            break;
        else
            usleep(1000);
        if (got == 0)
            break;
    }
    return count;
}

)";

constexpr std::string_view limiting = R"(
/*
 * From now on so many bytes may be locked, without a privilege. What a user has locked is counted
 * over all its processes: under an id of its own, where that is allowed, nobody else's counts.
 */
static int limit_locked_memory(unsigned long bytes)
{
    struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
    struct __user_cap_data_struct sets[2] = { 0 };
    struct rlimit limit;

    if (getrlimit(RLIMIT_MEMLOCK, &limit) != 0)
        return -errno;
    limit.rlim_cur = bytes < limit.rlim_max ? bytes : limit.rlim_max;
    if (setrlimit(RLIMIT_MEMLOCK, &limit) != 0 || syscall(SYS_capget, &header, sets) != 0)
        return -errno;
    sets[0].effective &= ~(1U << CAP_IPC_LOCK);
    syscall(SYS_setresuid, 1000000 + getpid(), -1, -1);
    return result(syscall(SYS_capset, &header, sets));
}

)";

constexpr std::string_view forking = R"(
/* What it fails at counts here, too. */
static void in_child(void (*body)(void))
{
    int status = 0;
    pid_t child = fork();

    if (child == 0) {
        failures = 0;
        body();
        _exit(failures);
    }
    if (child < 0 || waitpid(child, &status, 0) != child)
        skip("no child");
    if (WIFSIGNALED(status))
        fail("the child was killed by signal %d", WTERMSIG(status));
    else
        failures += WEXITSTATUS(status);
}

)";

constexpr std::string_view threading = R"(
static void *in_its_thread(void *body)
{
    ((void (*)(void))(uintptr_t)body)();
    return NULL;
}

static void in_thread(void (*body)(void))
{
    pthread_t thread;

    if (pthread_create(&thread, NULL, in_its_thread, (void *)(uintptr_t)body) != 0)
        skip("no thread");
    pthread_join(thread, NULL);
}

)";

constexpr auto helpers = std::to_array<helper>({
    {"set_nonblocking", form::both, R"(
static int set_nonblocking(int fd)
{
    return result(fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK));
}

)"},
    {"listen_tcp", form::both, R"(
static int listen_tcp(int *fd)
{
    struct sockaddr_in address = { .sin_family = AF_INET };

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    *fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (*fd < 0 || bind(*fd, (struct sockaddr *)&address, sizeof(address)) != 0)
        return -errno;
    return result(listen(*fd, 128));
}

)"},
    {"connect_to", form::both, connecting},
    {"tcp_pair", form::both, R"(
static int tcp_pair(int *fd, int *peer)
{
    int listener, ret = listen_tcp(&listener);

    if (ret == 0)
        ret = connect_to(listener, peer);
    if (ret < 0)
        return ret;
    *fd = accept(listener, NULL, NULL);
    close(listener);
    return result(*fd);
}

)"},
    {"udp_pair", form::both, udp},
    {"unix_pair", form::both, R"(
static int unix_pair(int type, int *fd, int *peer)
{
    int pair[2];

    if (socketpair(AF_UNIX, type, 0, pair) != 0)
        return -errno;
    *fd = pair[0];
    *peer = pair[1];
    return set_nonblocking(*peer);
}

)"},
    {"pipe_pair", form::both, R"(
static int pipe_pair(int *reader, int *writer)
{
    int ends[2];

    if (pipe(ends) != 0)
        return -errno;
    *reader = ends[0];
    *writer = ends[1];
    return 0;
}

)"},
    {"file_pair", form::both, R"(
/* A file in memory, and the same opened anew, with a position of its own. */
static int file_pair(int *fd, int *whole, int mode)
{
    char path[64];

    *whole = memfd_create("file", MFD_CLOEXEC);
    if (*whole < 0)
        return -errno;
    snprintf(path, sizeof(path), "/proc/self/fd/%d", *whole);
    *fd = open(path, mode);
    return result(*fd);
}

)"},
    {"reset", form::both, R"(
/* For TCP a reset, for everything else a close. */
static int reset(int peer)
{
    struct linger now_at_once = { 1, 0 };

    setsockopt(peer, SOL_SOCKET, SO_LINGER, &now_at_once, sizeof(now_at_once));
    return result(close(peer));
}

)"},
    {"settle", form::both, R"(
/* Loopback may deliver a moment later, from a soft interrupt. */
static void settle(void)
{
    usleep(200);
}

)"},
    {"feed", form::both, feeding},
    {"FEED", form::both, R"(
#define FEED(peer, text) feed(peer, text, sizeof(text) - 1)

)"},
    {"feed_letters", form::both, R"(
/* So many letters of the alphabet, over and over, beginning with the n-th. */
static int feed_letters(int peer, unsigned int n, size_t count)
{
    char *letters = malloc(count + 1);
    int ret;

    if (!letters)
        skip("no memory");
    for (size_t i = 0; i < count; i++)
        letters[i] = 'a' + (n + i) % 26;
    ret = feed(peer, letters, count);
    free(letters);
    return ret;
}

)"},
    {"drain", form::both, draining},
    {"limit_locked_memory", form::both, limiting},
    {"in_child", form::both, forking},
    {"in_thread", form::both, threading},
});

}  // namespace

std::span<const helper> world_helpers() noexcept { return helpers; }

}  // namespace ringproof::sim::emitting
