#pragma once
// What the main() of these programs have in common: arguments, sockets of 127.0.0.1, and how they
// end. Exit status: 0 all went well, 2 bad usage or input, 3 the environment: no io_uring, a kernel
// that lacks something, a port in use, a connection that broke.

#include <cerrno>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <expected>
#include <netinet/in.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

#include "tests/examples/loop.hpp"

namespace ringproof::examples {

/// The arguments of a program. What is wrong with them ends it, with one line that says so.
class command_line {
public:
    /// \param usage  how `least` arguments are written, and `most`: "PORT [CONNECTIONS]"
    command_line(int argc, char** argv, int least, int most, std::string_view usage)
        : count_(argc - 1), values_(argv), name_(argv[0]) {
        name_.erase(0, name_.rfind('/') + 1);
        if (count_ < least || count_ > most) refuse("usage: " + name_ + ' ' + std::string(usage));
    }

    /// Argument `index`, from 1, as it is written; nullptr when it was left out.
    [[nodiscard]] const char* text(int index) const {
        return index <= count_ ? values_[index] : nullptr;
    }

    /// Argument `index`, from 1, which is a number up to `most`; 0 when it was left out.
    [[nodiscard]] std::uint64_t number(int index, std::uint64_t most) const {
        if (index > count_) return 0;
        const std::string_view given = values_[index];
        std::uint64_t value = 0;
        const auto [end, error] = std::from_chars(given.begin(), given.end(), value);
        if (error == std::errc{} && end == given.end() && value <= most) return value;
        refuse(std::string(given) + " is not a number from 0 to " + std::to_string(most));
    }

    /// For bad input: says why, and ends the program with status 2.
    [[noreturn]] void refuse(const std::string& why) const {
        complain(why);
        std::exit(2);
    }

    /// The exit status, and a line if something went wrong.
    [[nodiscard]] int finish(const outcome& how) const {
        if (!how) complain(how.error());
        return how ? 0 : 3;
    }

private:
    void complain(const std::string& why) const {
        std::fprintf(stderr, "%s: %s\n", name_.c_str(), why.c_str());
    }

    int count_;
    char** values_;
    std::string name_;
};

/// A number of a socket, or why there is none.
using opened = std::expected<int, std::string>;

namespace detail {

inline sockaddr_in loopback(std::uint64_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

inline opened failed(std::string_view what, std::uint64_t port) {
    const std::error_code why(errno, std::system_category());
    return cannot(std::string(what) + " 127.0.0.1:" + std::to_string(port), why);
}

}  // namespace detail

/// A socket at that port, or at any that is free, if it is 0. Says on standard error which it is.
/// \param type  SOCK_STREAM: it listens; SOCK_DGRAM
[[nodiscard]] inline opened listen_at(std::uint64_t port, int type) {
    sockaddr_in address = detail::loopback(port);
    auto* where = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof address;
    const int fd = ::socket(AF_INET, type | SOCK_CLOEXEC, 0);
    const bool stream = type == SOCK_STREAM;
    if (fd < 0 || ::bind(fd, where, size) != 0 || ::getsockname(fd, where, &size) != 0 ||
        (stream && ::listen(fd, SOMAXCONN) != 0)) {
        return detail::failed("listen at", port);
    }
    std::fprintf(stderr, "listening at 127.0.0.1:%d\n", ntohs(address.sin_port));
    return fd;
}

/// A connection to that port.
[[nodiscard]] inline opened connect_to(std::uint64_t port) {
    const sockaddr_in address = detail::loopback(port);
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const auto* where = reinterpret_cast<const sockaddr*>(&address);
    if (fd < 0 || ::connect(fd, where, sizeof address) != 0) {
        return detail::failed("connect to", port);
    }
    return fd;
}

}  // namespace ringproof::examples
