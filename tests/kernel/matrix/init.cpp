// PID 1 of an initramfs: makes a bare kernel fit for io_uring, has it judged, and sends the report
// over the serial console. Variables come from the kernel's command line, which hands to its first
// process whatever it does not know itself:
//
//   RINGPROOF_MEMLOCK=BYTES     judge as an ordinary user who may lock that much memory
//   RINGPROOF_LOST=NAME=HOW,... behaviours that were the end of this machine: not to be performed
//                               again, but reported so; underscores in HOW are blanks
//
// What the other end may rely on, each on a line of its own:
//
//   RINGPROOF INIT <release>            the kernel came up; whatever happens now is its doing
//   RINGPROOF AT <behaviour>            it is next; with nothing behind it, it was the end
//   RINGPROOF FAILED <why>              there will be no report
//   RINGPROOF BEGIN <checksum> <bytes>  as cksum(1) prints them, of the report
//   RINGPROOF DATA <base64>             as often as needed
//   RINGPROOF END
//
// The kernel may write between two lines, or into one: hence the word before each line and the sum.

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <map>
#include <net/if.h>
#include <string>
#include <string_view>
#include <sys/ioctl.h>
#include <sys/klog.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "tests/kernel/matrix/report.hpp"

namespace {

void write_all(int fd, std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(fd, text.data(), text.size());
        if (written < 0 && errno != EINTR && errno != EAGAIN) return;
        if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
    }
}

void say(std::string_view what) {
    write_all(STDOUT_FILENO, "RINGPROOF " + std::string(what) + "\n");
}

[[noreturn]] void power_off() {
    ::tcdrain(STDOUT_FILENO);
    ::reboot(RB_POWER_OFF);
    ::reboot(RB_AUTOBOOT);  // a machine that cannot be switched off leaves by the other door
    for (;;) ::pause();
}

/// A failure here is no reason to stop: the judgement will show what is missing.
void mount_on(const char* where, const char* type, mode_t mode) {
    ::mkdir(where, mode);
    if (::mount(type, where, type, 0, nullptr) != 0 && errno != EBUSY) {
        say(std::string("NOTE no ") + where + ": " + std::strerror(errno));
    }
    ::chmod(where, mode);
}

void raise_loopback() {
    const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    ifreq request{};
    std::memcpy(request.ifr_name, "lo", sizeof "lo");
    request.ifr_flags = IFF_UP | IFF_RUNNING;  // the kernel gives it its address
    if (::ioctl(fd, SIOCSIFFLAGS, &request) != 0) {
        say(std::string("NOTE no loopback: ") + std::strerror(errno));
    }
    ::close(fd);
}

/// Root's locked memory is not counted, so that a limit means something only to somebody else.
void limit_memory() {
    const char* wanted = std::getenv("RINGPROOF_MEMLOCK");
    rlimit limit{RLIM_INFINITY, RLIM_INFINITY};
    if (wanted != nullptr) limit.rlim_cur = limit.rlim_max = std::strtoull(wanted, nullptr, 10);
    ::setrlimit(RLIMIT_MEMLOCK, &limit);
    if (wanted != nullptr) {
        constexpr uid_t nobody = 65534;
        if (::setresgid(nobody, nobody, nobody) != 0 || ::setresuid(nobody, nobody, nobody) != 0) {
            say(std::string("NOTE still root: ") + std::strerror(errno));
        }
    }
}

std::map<std::string, std::string> known_losses() {
    std::map<std::string, std::string> lost;
    const char* given = std::getenv("RINGPROOF_LOST");
    for (std::string_view rest = given == nullptr ? "" : given; !rest.empty();) {
        const std::string_view one = rest.substr(0, rest.find(','));
        rest.remove_prefix(std::min(rest.size(), one.size() + 1));
        const std::size_t sign = one.find('=');
        if (sign == std::string_view::npos) continue;
        std::string how(one.substr(sign + 1));
        std::ranges::replace(how, '_', ' ');
        lost[std::string(one.substr(0, sign))] = how;
    }
    return lost;
}

std::string contents(int fd) {
    std::string text;
    std::array<char, 4096> part{};
    ::lseek(fd, 0, SEEK_SET);
    for (ssize_t count = 1; count > 0;) {
        count = ::read(fd, part.data(), part.size());
        if (count > 0) text.append(part.data(), static_cast<std::size_t>(count));
    }
    return text;
}

/// The sum of cksum(1), which every system has: CRC-32 over the text and then over its length.
std::uint32_t checksum(std::string_view text) {
    std::uint32_t sum = 0;
    const auto feed = [&sum](std::size_t byte) {
        sum ^= static_cast<std::uint32_t>(byte & 0xFF) << 24;
        for (int bit = 0; bit < 8; ++bit) {
            sum = (sum << 1) ^ ((sum & 0x8000'0000) != 0 ? 0x04C1'1DB7 : 0);
        }
    };
    for (const char c : text) feed(static_cast<unsigned char>(c));
    for (std::size_t length = text.size(); length != 0; length >>= 8) feed(length);
    return ~sum;
}

std::string base64(std::string_view text) {
    constexpr std::string_view digits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string coded;
    while (!text.empty()) {
        const std::string_view three = text.substr(0, 3);
        std::uint32_t bits = 0;
        for (std::size_t index = 0; index < 3; ++index) {
            const char c = index < three.size() ? three[index] : '\0';
            bits = bits << 8 | static_cast<unsigned char>(c);
        }
        for (std::size_t index = 0; index < 4; ++index) {
            coded += index <= three.size() ? digits[bits >> 18 & 63] : '=';
            bits <<= 6;
        }
        text.remove_prefix(three.size());
    }
    return coded;
}

void send(std::string_view report) {
    constexpr int console_off = 6;  // syslog(2): from here on the kernel is silent, panics excepted
    ::klogctl(console_off, nullptr, 0);
    // What a check got the kernel to say may have left the cursor in the middle of a line.
    write_all(STDOUT_FILENO, "\n");
    say("BEGIN " + std::to_string(checksum(report)) + " " + std::to_string(report.size()));
    constexpr std::size_t line = 54;  // a multiple of three: padding only at the very end
    for (std::size_t at = 0; at < report.size(); at += line) {
        say("DATA " + base64(report.substr(at, line)));
    }
    say("END");
}

/// In a child, so that its crash is one process's and not a panic; through memory and not a pipe,
/// so that whatever it leaves running holds nobody up.
void judge() {
    const int fd = ::memfd_create("report", MFD_CLOEXEC);
    const pid_t child = ::fork();
    if (child == 0) {
        limit_memory();
        // Here a machine may be lost, and nobody else's.
        write_all(fd,
                  ringproof::matrix::report(
                      {.hazardous = true, .lost = known_losses(), .at = [](std::string_view name) {
                           say("AT " + std::string(name));
                       }}));
        ::_exit(0);
    }
    int status = 0;
    pid_t ended = -1;
    do {
        ended = ::waitpid(child, &status, 0);
    } while (ended < 0 && errno == EINTR);
    if (fd < 0 || ended != child) {
        say(std::string("FAILED no process to judge: ") + std::strerror(errno));
    } else if (WIFSIGNALED(status)) {
        say("FAILED the checker died of signal " + std::to_string(WTERMSIG(status)));
    } else if (status != 0) {
        say("FAILED the checker ended with status " + std::to_string(WEXITSTATUS(status)));
    } else {
        send(contents(fd));
    }
}

}  // namespace

int main(int argc, char**) {
    // Anybody else would lose the machine: what follows mounts things and switches it off.
    if (::getpid() != 1) {
        constexpr std::string_view usage =
            "usage: matrix_init, without arguments: prints its report, or, as PID 1 "
            "of a machine made for it, sends it over the console\n";
        if (argc == 1) {
            write_all(STDOUT_FILENO, ringproof::matrix::report({}));
            return 0;
        }
        write_all(STDERR_FILENO, usage);
        return 2;
    }
    utsname names{};
    ::uname(&names);
    say(std::string("INIT ") + names.release);
    mount_on("/proc", "proc", 0555);
    mount_on("/sys", "sysfs", 0555);
    mount_on("/dev", "devtmpfs", 0755);
    mount_on("/tmp", "tmpfs", 01777);
    raise_loopback();
    judge();
    power_off();
}
