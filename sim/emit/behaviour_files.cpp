// A behaviour's descriptors in C: fd_a is the application's, peer_a its far end.

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sim/emit/behaviour_writer.hpp"

namespace ringproof::sim::emitting {

namespace {

/// The call that opens a channel of that kind; '@' stands for its name.
std::string_view opening_of(std::string_view kind) {
    if (kind == "tcp") return "tcp_pair(&fd_@, &peer_@)";
    if (kind == "unix_stream") return "unix_pair(SOCK_STREAM, &fd_@, &peer_@)";
    if (kind == "unix_datagram") return "unix_pair(SOCK_DGRAM, &fd_@, &peer_@)";
    if (kind == "udp") return "udp_pair(&fd_@, &peer_@)";
    if (kind == "pipe") return "pipe_pair(&fd_@, &peer_@)";
    if (kind == "file") return "file_pair(&fd_@, &peer_@, O_RDONLY)";
    if (kind == "write_only") return "file_pair(&fd_@, &peer_@, O_WRONLY)";
    if (kind == "write_end") return "pipe_pair(&peer_@, &fd_@)";
    if (kind == "dev_null") return "result(fd_@ = open(\"/dev/null\", O_RDWR))";
    return "listen_tcp(&fd_@)";
}

std::string with_name(std::string_view form, std::string_view name) {
    std::string made;
    for (const char c : form) {
        if (c == '@') {
            made += name;
        } else {
            made += c;
        }
    }
    return made;
}

}  // namespace

std::string behaviour_writer::open(const statement& it) {
    const std::string& name = it.words[0];
    const std::string kind = it.form->what == verb::listen ? "listener" : it.words[1];
    files_[name] = {.kind = kind};
    const bool alone = kind == "listener" || kind == "dev_null";
    program_->declare(alone ? fmt::format("static int fd_{};", name)
                            : fmt::format("static int fd_{0}, peer_{0};", name));
    std::string refused = result(it, with_name(opening_of(kind), name), true);
    if (it.has("nonblock")) program_->add(fmt::format("must(set_nonblocking(fd_{}));", name));
    return refused;
}

std::string behaviour_writer::on_file(const statement& it) {
    const std::string& name = it.words[0];
    const std::string& kind = files_[name].kind;
    const bool alone = kind == "listener" || kind == "dev_null";
    if (it.form->what == verb::connect) {
        if (kind != "listener") return "connects to what does not listen";
        return result(it, fmt::format("connect_to(fd_{}, &(int){{ 0 }})", name));
    }
    if (it.form->what == verb::close) {
        std::string refused = result(it, fmt::format("result(close(fd_{}))", name));
        // Its number may be given out again, and -1 may mean that no ring is needed.
        program_->add(fmt::format("fd_{} = -1000;", name));
        return refused;
    }
    if (alone) return "names a file without a far end";
    if (it.form->what == verb::feed) return feed(it);
    if (it.form->what == verb::drain) {
        const std::string wanted = succeeds(it) && it.expected ? expected(it) : "0";
        return result(it, fmt::format("drain(peer_{}, {})", name, wanted));
    }
    if (it.form->what == verb::reset) return result(it, fmt::format("reset(peer_{})", name));
    // finish: nothing tells the reader of datagrams or of a file
    if (kind == "tcp" || kind == "unix_stream") {
        return result(it, fmt::format("result(shutdown(peer_{}, SHUT_WR))", name));
    }
    return kind == "pipe" ? result(it, fmt::format("result(close(peer_{}))", name)) : "";
}

/// A few letters as they are, many by their number.
std::string behaviour_writer::feed(const statement& it) {
    constexpr std::uint64_t few = 48;
    constexpr std::uint64_t most = 1U << 24U;
    const std::string& name = it.words[0];
    file_state& to = files_[name];
    std::string call;
    if (it.counts.empty()) {
        const std::string bytes = it.words[1].substr(1, it.words[1].size() - 2);
        call = fmt::format("FEED(peer_{}, {})", name, quoted(bytes));
    } else {
        const std::uint64_t count = std::min(it.counts[0], most);
        const std::uint64_t first = std::exchange(to.letters, to.letters + count);
        std::string letters;
        for (std::uint64_t i = 0; i < std::min(count, few); ++i) {
            letters += static_cast<char>('a' + static_cast<char>((first + i) % 26));
        }
        call = count > few ? fmt::format("feed_letters(peer_{}, {}, {})", name, first % 26, count)
                           : fmt::format("FEED(peer_{}, \"{}\")", name, letters);
    }
    std::string refused = result(it, call);
    if (to.kind == "tcp" || to.kind == "udp") program_->add("settle();");
    return refused;
}

}  // namespace ringproof::sim::emitting
