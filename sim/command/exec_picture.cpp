#include "sim/command/exec_picture.hpp"

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <map>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "sim/command/command.hpp"
#include "sim/command/files.hpp"
#include "sim/exec/event_log.hpp"
#include "sim/report/film.hpp"
#include "sim/report/perfetto.hpp"

namespace ringproof::sim::command {

namespace {

/// A file that is there until this object goes.
class temporary_file {
public:
    temporary_file() {
        const int fd = ::mkstemp(path_.data());
        made_ = fd >= 0;
        if (made_) ::close(fd);
    }
    temporary_file(const temporary_file&) = delete;
    temporary_file& operator=(const temporary_file&) = delete;
    ~temporary_file() {
        if (made_) ::unlink(path_.c_str());
    }

    [[nodiscard]] bool made() const noexcept { return made_; }
    [[nodiscard]] const std::string& path() const noexcept { return path_; }

private:
    std::string path_ = (std::filesystem::temp_directory_path() / "ringproof-XXXXXX").string();
    bool made_ = false;
};

// One for each ring, in the order in which they were first heard of.
std::vector<film> films_of(const std::string& bytes, const std::string& kernel) {
    std::map<std::uint32_t, history> rings;
    std::uint32_t calls = 0;
    for (std::size_t at = 0; at + sizeof(exec::logged_event) <= bytes.size();
         at += sizeof(exec::logged_event)) {
        exec::logged_event each;
        std::memcpy(static_cast<void*>(&each), bytes.data() + at, sizeof each);
        history& record = rings[each.ring];
        const event& it = each.happened;
        record.keep_events(true);
        record.begin_step(it.step);
        record.record(it.who, it.kind, it.subject, it.a, it.b, it.c);
        calls = std::max(calls, it.step);
    }
    std::vector<film> made;
    for (const auto& [number, record] : rings) {
        outcome came;
        came.done.operations = calls;
        made.push_back(make_film({fmt::format("ring {}", number), kernel}, {}, record, came));
        for (std::uint32_t i = 1; i <= calls; ++i) {
            made.back().operations.push_back(fmt::format("call {}", i));
        }
    }
    return made;
}

// Ctrl-C is for the program; who waits for it draws what came of that.
int wait_for(pid_t child) {
    const auto before = std::signal(SIGINT, SIG_IGN);
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    std::signal(SIGINT, before);
    return status;
}

// The child's wait status, once the picture is drawn; nothing, with a complaint: it cannot be.
std::optional<int> draw(const std::string& picture, const std::string& kernel,
                        const std::function<int(const std::string&)>& become) {
    const temporary_file records;
    if (!records.made()) {
        complain("--perfetto: no temporary file can be made");
        return {};
    }
    const pid_t child = ::fork();
    if (child < 0) {
        complain(fmt::format("fork: {}", std::strerror(errno)));
        return {};
    }
    if (child == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGTERM);
        ::_exit(become(records.path()));
    }
    const int status = wait_for(child);
    const auto bytes = contents_of(records.path());
    if (!bytes || !write_to(picture, to_perfetto(films_of(*bytes, kernel)))) return {};
    return status;
}

}  // namespace

int run_and_draw(const std::string& picture, const std::string& kernel,
                 const std::function<int(const std::string&)>& become) {
    const std::optional<int> status = draw(picture, kernel, become);
    if (!status) return status_environment;
    if (!WIFSIGNALED(*status)) return WEXITSTATUS(*status);
    std::signal(WTERMSIG(*status), SIG_DFL);
    std::raise(WTERMSIG(*status));
    return status_environment;
}

}  // namespace ringproof::sim::command
