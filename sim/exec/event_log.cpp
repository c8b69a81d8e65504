#include "sim/exec/event_log.hpp"

#include <fcntl.h>

#include <fmt/format.h>

#include "sim/exec/settings.hpp"
#include "sim/exec/system_call.hpp"

namespace ringproof::sim::exec {

namespace {

constexpr std::size_t much = std::size_t{64} << 10U;

}  // namespace

event_log::event_log(const std::string& path, log_style style) : style_(style) {
    if (path.empty()) return;
    const long fd = system_call(SYS_openat, AT_FDCWD, path.c_str(),
                                O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    file_ = private_file(static_cast<int>(fd));
    if (fd < 0) say(path + " cannot be written");
}

void event_log::add(std::uint32_t ring, const event& happened) {
    if (!is_open()) return;
    if (style_ == log_style::lines) {
        fmt::format_to(std::back_inserter(pending_), "ring {}  {}\n", ring, describe(happened));
    } else {
        const logged_event record{ring, happened};
        pending_.append(reinterpret_cast<const char*>(&record), sizeof record);
    }
    if (pending_.size() >= much) flush();
}

void event_log::flush() noexcept {
    if (!is_open() || pending_.empty()) return;
    system_call(SYS_write, file_.number(), pending_.data(), pending_.size());
    pending_.clear();
}

}  // namespace ringproof::sim::exec
