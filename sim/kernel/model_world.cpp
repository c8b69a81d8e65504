#include "sim/kernel/model_world.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "sim/kernel/enter.hpp"
#include "sim/kernel/poll.hpp"
#include "sim/kernel/registration.hpp"
#include "sim/kernel/scheduler.hpp"

namespace ringproof::sim {

namespace {

file_kind kind_of(channel_kind kind) noexcept {
    switch (kind) {
        case channel_kind::tcp:
            return file_kind::tcp;
        case channel_kind::unix_stream:
            return file_kind::unix_stream;
        case channel_kind::udp:
            return file_kind::udp;
        case channel_kind::unix_datagram:
            return file_kind::unix_datagram;
        case channel_kind::pipe:
            return file_kind::pipe;
        case channel_kind::file:
            break;
    }
    return file_kind::regular;
}

result<std::size_t> size_result(std::int64_t answer) {
    if (answer < 0) return fail(static_cast<int>(-answer));
    return static_cast<std::size_t>(answer);
}

}  // namespace

result<int> model_world::install(open_file& file) {
    machine& in = kernel_->inside();
    const int fd = in.install({&file, nullptr});
    in.hold(file);
    if (fd < 0) {
        in.drop(file);
        return fail(EMFILE);
    }
    in.watch(fd, file);
    return fd;
}

result<int> model_world::open(channel_kind kind) {
    return install(*kernel_->inside().new_file(kind_of(kind)));
}

result<int> model_world::open_write_only(channel_kind kind) {
    open_file& file = *kernel_->inside().new_file(kind_of(kind));
    file.can_read = false;
    file.can_write = true;
    return install(file);
}

result<int> model_world::open_null() {
    return install(*kernel_->inside().new_file(file_kind::regular));
}

// It makes no difference to requests of a ring (ERR-16, MSH-17).
result<void> model_world::set_nonblocking(int fd) {
    if (kernel_->inside().file_at(fd) == nullptr) return fail(EBADF);
    return {};
}

open_file* model_world::far_end_of(int fd) {
    if (fd > first_left) return kernel_->inside().peer_of(fd);
    const auto index = static_cast<std::size_t>(first_left - fd);
    return index < left_.size() ? left_[index] : nullptr;
}

result<int> model_world::listen() {
    return install(*kernel_->inside().new_file(file_kind::listener));
}

std::int64_t model_world::write(open_file& file, std::span<const std::byte> bytes) {
    if (imposed_.empty()) return peer_send(file, bytes);
    const std::int64_t imposed = imposed_.front();
    imposed_ = imposed_.subspan(1);
    if (imposed < 0) return imposed;
    file.in.make_room(bytes.size());
    return peer_send(file, bytes.first(std::min(bytes.size(), static_cast<std::size_t>(imposed))));
}

result<std::size_t> model_world::send(open_file& file, std::span<const std::byte> bytes) {
    const std::int64_t sent = write(file, bytes);
    if (sent >= 0) {
        wake(file, ready::in);
        after_world_action(kernel_->inside());
    }
    return size_result(sent);
}

result<std::size_t> model_world::receive(open_file& file, std::span<std::byte> bytes) {
    const std::int64_t got = peer_receive(file, bytes);
    if (got >= 0 && (file.poll() & ready::out) != 0) wake(file, ready::out);
    if (got >= 0) after_world_action(kernel_->inside());
    return size_result(got);
}

result<void> model_world::finish(open_file& file) {
    if (const int answer = peer_finish(file); answer < 0) return fail(-answer);
    wake(file, ready::in);
    after_world_action(kernel_->inside());
    return {};
}

result<void> model_world::reset(open_file& file) {
    if (const int answer = peer_reset(file); answer < 0) return fail(-answer);
    if (!file.keeps_messages()) wake(file, ready::in | ready::out);
    after_world_action(kernel_->inside());
    return {};
}

result<std::size_t> model_world::send(int fd, std::span<const std::byte> bytes) {
    open_file* file = far_end_of(fd);
    if (file == nullptr) return fail(EBADF);
    return send(*file, bytes);
}

result<std::size_t> model_world::receive(int fd, std::span<std::byte> bytes) {
    open_file* file = far_end_of(fd);
    if (file == nullptr) return fail(EBADF);
    return receive(*file, bytes);
}

result<void> model_world::finish(int fd) {
    open_file* file = far_end_of(fd);
    if (file == nullptr) return fail(EBADF);
    return finish(*file);
}

result<void> model_world::reset(int fd) {
    open_file* file = far_end_of(fd);
    if (file == nullptr) return fail(EBADF);
    return reset(*file);
}

result<void> model_world::close(int fd) {
    machine& in = kernel_->inside();
    if (in.file_at(fd) == nullptr) return fail(EBADF);
    in.forget(fd);  // the far end stays as it is, but no number leads to it any more
    const int answer = in.close(fd);
    if (answer < 0) return fail(-answer);
    at_kernel_exit(in);
    return {};
}

result<int> model_world::leave(int fd) {
    machine& in = kernel_->inside();
    open_file* file = in.file_at(fd);
    if (file == nullptr) return fail(EBADF);
    in.hold(*file);  // for ever: the far end may speak at any time
    left_.push_back(file);
    if (const auto closed = close(fd); !closed) return std::unexpected(closed.error());
    return first_left - static_cast<int>(left_.size() - 1);
}

result<open_file*> model_world::knock(int listener) {
    machine& in = kernel_->inside();
    open_file* file = in.file_at(listener);
    if (file == nullptr || file->kind != file_kind::listener) return fail(EBADF);
    constexpr std::size_t backlog_max = 128;
    if (file->backlog.size() >= backlog_max) return fail(EAGAIN);
    open_file* connected = in.new_file(file_kind::tcp);
    in.hold(*connected);  // until it is accepted, on behalf of the listener; then the descriptor's
    file->backlog.push(connected);
    wake(*file, ready::in);
    after_world_action(in);
    return connected;
}

result<void> model_world::connect(int listener) {
    const auto connected = knock(listener);
    if (!connected) return std::unexpected(connected.error());
    return {};
}

result<void> model_world::accepted(int listener, int fd) {
    machine& in = kernel_->inside();
    open_file* file = in.file_at(fd);
    if (in.peer_of(listener) == nullptr || file == nullptr) return fail(EBADF);
    in.watch(fd, *file);
    return {};
}

result<void> model_world::shut_down(int fd, int how) {
    machine& in = kernel_->inside();
    open_file* file = in.file_at(fd);
    if (file == nullptr) return fail(EBADF);
    const int answer = sim::shut_down(*file, static_cast<std::uint32_t>(how));
    if (answer < 0) return fail(-answer);
    wake(*file, ready::in | ready::out);
    after_world_action(in);
    at_kernel_exit(in);
    return {};
}

result<std::span<std::byte>> model_world::map_memory(memory_kind kind, std::size_t size) {
    const bool cut = kind == memory_kind::cut;
    const auto made = kernel_->map_anonymous({.size = size, .guard_page = cut});
    if (!made) return made;
    address_space& memory = kernel_->inside().memory;
    if (kind == memory_kind::read_only) memory.protect(made->data(), access::read_only);
    if (kind == memory_kind::shared || kind == memory_kind::memory_file) {
        memory.share(made->data());
    }
    return made;
}

result<std::span<std::byte>> model_world::map_for_all(int fd, std::size_t size,
                                                      std::uint64_t offset) {
    return kernel_->map(fd, size, offset);
}

result<void> model_world::discard(std::span<std::byte> memory) {
    keep_rings_in(kernel_->inside(), memory);
    std::ranges::fill(memory, std::byte{0});
    return {};
}

// Parent and child are one process here, so the child's private memory is put back afterwards.
std::string model_world::in_task(task_kind kind, const std::function<std::string()>& body) {
    std::vector<std::pair<std::span<std::byte>, std::vector<std::byte>>> before;
    if (kind == task_kind::child) {
        for (const std::span<std::byte> each : kernel_->inside().memory.private_memory()) {
            before.emplace_back(each, std::vector(each.begin(), each.end()));
        }
    }
    const caller_id own = kernel_->caller();
    const std::uint32_t number = ++tasks_;
    const caller_id other =
        kind == task_kind::child ? make_caller(number, 1) : make_caller(1, number);
    kernel_->set_caller(other);
    std::string told = body();
    kernel_->end_caller(other);
    kernel_->set_caller(own);
    for (const auto& [memory, bytes] : before) std::ranges::copy(bytes, memory.begin());
    return told;
}

result<void> model_world::limit_locked_memory(std::uint64_t bytes) {
    kernel_->inside().options.locked_pages_max = bytes / page_size;
    return {};
}

void model_world::pass(std::chrono::nanoseconds time) {
    pass_time(kernel_->inside(), time.count() < 0 ? 0 : static_cast<std::uint64_t>(time.count()));
}

}  // namespace ringproof::sim
