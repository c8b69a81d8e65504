#pragma once
// Descriptors that are ours, in a process that is not: numbers so high that the program, which gets
// the lowest free one, is not likely to see that any are missing. All are closed on exec.

#include <utility>

namespace ringproof::sim::exec {

/// A descriptor that is closed with its owner.
class private_file {
public:
    private_file() noexcept = default;
    /// Takes over `fd`, under a high number if there is one to be had.
    explicit private_file(int fd) noexcept;
    private_file(private_file&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    private_file& operator=(private_file&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~private_file();

    [[nodiscard]] int number() const noexcept { return fd_; }
    [[nodiscard]] bool is_open() const noexcept { return fd_ >= 0; }

private:
    int fd_ = -1;
};

/// A high number for the same file as `fd`; or -errno.
[[nodiscard]] int duplicate_high(int fd) noexcept;

}  // namespace ringproof::sim::exec
