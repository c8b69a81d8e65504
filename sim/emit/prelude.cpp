#include "sim/emit/prelude.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <set>
#include <vector>

namespace ringproof::sim::emitting {

namespace {

struct header {
    std::string_view name;
    std::string_view words;  ///< that need it; none: every program does
};

constexpr auto headers = std::to_array<header>({
    {"errno.h", ""},
    {"fcntl.h", "O_NONBLOCK O_CLOEXEC O_RDONLY O_WRONLY O_RDWR fcntl open"},
    {"liburing.h", "io_uring"},
    {"linux/capability.h", "CAP_IPC_LOCK"},
    {"netinet/in.h", "sockaddr_in"},
    {"netinet/tcp.h", "TCP_NODELAY"},
    {"pthread.h", "pthread_create"},
    {"signal.h", "signal"},
    {"stdarg.h", "va_list"},
    {"stdint.h", "uint8_t uint16_t uint32_t uint64_t int32_t int64_t uintptr_t"},
    {"stdio.h", ""},
    {"stdlib.h", "exit malloc qsort"},
    {"string.h", "memset memmove memcmp strcmp strerror strlen"},
    {"sys/mman.h", "mmap munmap mprotect madvise memfd_create MAP_SHARED MAP_PRIVATE"},
    {"sys/resource.h", "setrlimit"},
    {"sys/socket.h", "socket socketpair send recv shutdown sockaddr msghdr MSG_WAITALL"},
    {"sys/syscall.h", "SYS_io_uring_setup SYS_io_uring_enter SYS_io_uring_register SYS_capset"},
    {"sys/uio.h", "iovec RWF_NOWAIT"},
    {"sys/wait.h", "waitpid"},
    {"unistd.h", ""},
});

/// The words of a text of C, without those that stand in its comments.
class word_set {
public:
    void add(std::string_view text) {
        const auto of_word = [](char c) {
            return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
        };
        while (!text.empty()) {
            if (text.starts_with("/*")) {
                text.remove_prefix(std::min(text.find("*/"), text.size() - 2) + 2);
            } else if (text.front() == '"') {
                std::size_t end = 1;
                while (end < text.size() && text[end] != '"') end += text[end] == '\\' ? 2 : 1;
                text.remove_prefix(std::min(end + 1, text.size()));
            } else if (of_word(text.front())) {
                const auto end = std::ranges::find_if_not(text, of_word);
                const auto size = static_cast<std::size_t>(end - text.begin());
                words_.emplace(text.substr(0, size));
                text.remove_prefix(size);
            } else {
                text.remove_prefix(1);
            }
        }
    }

    [[nodiscard]] bool has(std::string_view word) const { return words_.contains(word); }

    /// One of these, with a blank between them.
    [[nodiscard]] bool has_any(std::string_view list) const {
        while (!list.empty()) {
            const std::string_view word = list.substr(0, list.find(' '));
            if (has(word)) return true;
            list.remove_prefix(std::min(list.size(), word.size() + 1));
        }
        return false;
    }

private:
    std::set<std::string, std::less<>> words_;
};

bool fits(form in, bool raw) noexcept { return in == form::both || (in == form::raw) == raw; }

/// All that are needed, by the program or by each other, in their order.
std::vector<const helper*> helpers_for(word_set& words, bool raw) {
    std::vector<const helper*> all;
    for (const auto list : {ring_helpers(), seeing_helpers(), group_helpers(), world_helpers()}) {
        for (const helper& each : list) {
            if (fits(each.in, raw)) all.push_back(&each);
        }
    }
    // Every helper may only need what stands before it, so one walk backwards finds all.
    std::vector<const helper*> needed;
    for (auto each = all.rbegin(); each != all.rend(); ++each) {
        if (!(*each)->names.empty() && !words.has_any((*each)->names)) continue;
        words.add((*each)->text);
        needed.push_back(*each);
    }
    std::ranges::reverse(needed);
    return needed;
}

std::string defines(const word_set& words, bool raw) {
    std::string text;
    for (const constant& each : constants()) {
        if (!words.has(each.name) || !(raw || each.young)) continue;
        const std::string line = fmt::format("#define {} {}\n", each.name, each.value);
        const bool may_be_there = !raw || each.name.starts_with("SYS_");  // by the libc's age
        text += may_be_there ? fmt::format("#ifndef {}\n{}#endif\n", each.name, line) : line;
    }
    return text.empty() ? text : text + "\n";
}

}  // namespace

std::string prelude_for(std::string_view body, bool raw) {
    word_set words;
    words.add(body);
    const auto needed = helpers_for(words, raw);
    std::string text = "#define _GNU_SOURCE\n";
    for (const header& each : headers) {
        const bool of_library = each.name == "liburing.h";
        if (of_library ? !raw : each.words.empty() || words.has_any(each.words)) {
            text += fmt::format("#include <{}>\n", each.name);
        }
    }
    text += '\n';
    text += defines(words, raw);
    for (const helper* each : needed) text += each->text.substr(1);  // a raw string's first newline
    return text;
}

}  // namespace ringproof::sim::emitting
