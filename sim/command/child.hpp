#pragma once
// A program that runs beside this one, and what it says.

#include <sys/types.h>

#include <expected>
#include <string>
#include <system_error>
#include <vector>

namespace ringproof::sim::command {

/// A child process. Both of its outputs come through one pipe, in the order in which it wrote them.
/// It leads a group of its own, so Ctrl-C reaches it by interrupt() alone, and it ends when this
/// program does. The destructor kills it and waits.
class child {
public:
    /// \param words  the program's path, then its arguments
    /// Errors: what pipe(2) and fork(2) say. A program that cannot be run ends with status 127.
    [[nodiscard]] static std::expected<child, std::error_code> start(
        const std::vector<std::string>& words);

    child(child&& other) noexcept;
    child& operator=(child&& other) noexcept;
    child(const child&) = delete;
    child& operator=(const child&) = delete;
    ~child();

    /// Readable whenever there is something to read, and at the end. For poll(2).
    [[nodiscard]] int output() const noexcept { return output_; }

    /// Appends what there is now, without waiting. False at the end of the output.
    bool read(std::string& into);

    /// Asks it to end, as Ctrl-C would.
    void interrupt() const noexcept;

    /// Waits for its end: its exit status, or minus the signal that killed it.
    [[nodiscard]] int wait() noexcept;

private:
    child(pid_t id, int output) noexcept : id_(id), output_(output) {}

    pid_t id_ = -1;  // negative: it was waited for
    int output_ = -1;
};

}  // namespace ringproof::sim::command
