#pragma once
// Events on their way to a file: as lines for people, or as they are for the command, which makes a
// picture of them when the program is over.

#include <cstdint>
#include <string>

#include "sim/exec/private_files.hpp"
#include "sim/history.hpp"

namespace ringproof::sim::exec {

/// An event as it lies in a file.
struct logged_event {
    std::uint32_t ring = 0;
    event happened;
};

/// How events are written.
enum class log_style : std::uint8_t { lines, records };

/// Writes when much has come together, and at flush(). What a killed program did last is lost.
class event_log {
public:
    /// \param path  empty: nothing is ever written; nor is it where it cannot be opened, which is
    ///              said once
    event_log(const std::string& path, log_style style);

    [[nodiscard]] bool is_open() const noexcept { return file_.is_open(); }
    void add(std::uint32_t ring, const event& happened);
    void flush() noexcept;

private:
    private_file file_;
    log_style style_;
    std::string pending_;
};

}  // namespace ringproof::sim::exec
