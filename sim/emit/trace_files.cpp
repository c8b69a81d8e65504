// A trace's descriptors in C: s0 is the application's, s0_peer its far end.

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sim/emit/trace_writer.hpp"

namespace ringproof::sim::emitting {

namespace {

/// The call that opens a channel of that kind, by the names of its two ends.
std::string opening_of(channel_kind kind, const std::string& name, const std::string& peer) {
    const std::string both = fmt::format("&{}, &{}", name, peer);
    switch (kind) {
        case channel_kind::tcp:
            return fmt::format("tcp_pair({})", both);
        case channel_kind::unix_stream:
            return fmt::format("unix_pair(SOCK_STREAM, {})", both);
        case channel_kind::udp:
            return fmt::format("udp_pair({})", both);
        case channel_kind::unix_datagram:
            return fmt::format("unix_pair(SOCK_DGRAM, {})", both);
        case channel_kind::pipe:
            return fmt::format("pipe_pair({})", both);
        case channel_kind::file:
            break;
    }
    return fmt::format("file_pair({}, O_RDONLY)", both);
}

}  // namespace

trace_writer::file_state* trace_writer::find(int fd) {
    const auto found = files_.find(fd);
    return found == files_.end() ? nullptr : &found->second;
}

/// Numbers of descriptors come back; names do not.
std::string trace_writer::declare_file(int fd, channel_kind kind) {
    const std::string name = fmt::format("s{}", files_made_++);
    files_[fd] = {.fd = name, .peer = {}, .kind = kind};
    program_->declare(fmt::format("static int {};", name));
    return name;
}

void trace_writer::opened(int fd, channel_kind kind) {
    const std::string name = declare_file(fd, kind);
    const std::string peer = name + "_peer";
    files_[fd].peer = peer;
    program_->declare(fmt::format("static int {};", peer));
    add(fmt::format("need({});", opening_of(kind, name, peer)));
}

void trace_writer::fed(int fd, std::size_t bytes) {
    const file_state* it = find(fd);
    if (it == nullptr || it->peer.empty()) return refuse("a peer without a name writes");
    add(fmt::format("must(feed_letters({}, 0, @));", it->peer), {static_cast<std::int64_t>(bytes)});
    if (it->kind == channel_kind::tcp || it->kind == channel_kind::udp) add("settle();");
}

/// A peer reads as often as it takes; how many bytes in all is what counts.
void trace_writer::drained(int fd, std::size_t bytes) {
    const file_state* it = find(fd);
    if (it == nullptr || it->peer.empty()) return refuse("a peer without a name reads");
    if (it->peer != draining_) flush_drained();
    draining_ = it->peer;
    drained_ += static_cast<std::int64_t>(bytes);
}

void trace_writer::flush_drained() {
    if (draining_.empty()) return;
    const std::string peer = std::exchange(draining_, {});
    const std::int64_t bytes = std::exchange(drained_, 0);
    say_where();
    program_->add(fmt::format("expect(drain({}, @), @);", peer), {bytes, bytes});
}

void trace_writer::finished(int fd) {
    const file_state* it = find(fd);
    if (it == nullptr || it->peer.empty()) return;
    add(it->kind == channel_kind::pipe
            ? fmt::format("must(result(close({})));", it->peer)
            : fmt::format("must(result(shutdown({}, SHUT_WR)));", it->peer));
}

void trace_writer::was_reset(int fd) {
    const file_state* it = find(fd);
    if (it != nullptr && !it->peer.empty()) add(fmt::format("must(reset({}));", it->peer));
}

void trace_writer::closed(int fd) {
    const file_state* it = find(fd);
    if (it == nullptr) return;
    add(fmt::format("must(result(close({})));", it->fd));
    files_.erase(fd);
}

void trace_writer::listening(int fd) {
    add(fmt::format("need(listen_tcp(&{}));", declare_file(fd, channel_kind::tcp)));
}

void trace_writer::connected(int listener) {
    file_state* it = find(listener);
    if (it == nullptr) return;
    const std::string peer = fmt::format("p{}", peers_made_++);
    program_->declare(fmt::format("static int {};", peer));
    it->waiting.push_back(peer);
    add(fmt::format("must(connect_to({}, &{}));", it->fd, peer));
}

/// Listeners hand out connections in the order in which they were made.
void trace_writer::accepted(int listener, int fd) {
    file_state* from = find(listener);
    if (from == nullptr || from->waiting.empty()) return;
    file_state* it = find(fd);
    if (it != nullptr) it->peer = from->waiting.front();
    from->waiting.erase(from->waiting.begin());
}

void trace_writer::accept_completed(std::uint64_t user, const abi::io_uring_cqe& value) {
    const std::string name = declare_file(value.res, channel_kind::tcp);
    add(fmt::format("{} = expect_accepted{}(@, {:#x});", name, late_order_ ? "_of" : "",
                    value.flags),
        {static_cast<std::int64_t>(user)});
}

void trace_writer::passed(std::chrono::nanoseconds time) {
    const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(time).count();
    add("usleep(@);", {micros});
}

/// The variable of a request's descriptor; a registered file is a number.
std::string trace_writer::descriptor_of(const abi::io_uring_sqe& sqe) {
    if (sqe.fd < 0 || (sqe.flags & abi::iosqe_fixed_file) != 0) return std::to_string(sqe.fd);
    const bool none = sqe.opcode == abi::ioring_op_nop || sqe.opcode == abi::ioring_op_timeout ||
        sqe.opcode == abi::ioring_op_async_cancel;
    if (none) return "-1";
    const file_state* it = find(sqe.fd);
    if (it == nullptr) {
        refuse("a request names a descriptor without a name");
        return "-1";
    }
    // Reads of a file may be a worker's.
    if (it->kind == channel_kind::file) any_order_ = true;
    return it->fd;
}

}  // namespace ringproof::sim::emitting
