#include "sim/kernel/socket.hpp"

#include <algorithm>
#include <array>
#include <cerrno>

#include "sim/choice.hpp"
#include "sim/kernel/host.hpp"

namespace ringproof::sim {

namespace {

constexpr std::size_t tcp_capacity = std::size_t{256} << 10U;
constexpr std::size_t unix_capacity = std::size_t{208} << 10U;  // net.core.wmem_default
constexpr std::size_t udp_capacity = std::size_t{208} << 10U;   // net.core.rmem_default
constexpr std::size_t pipe_pages = 16;
constexpr std::size_t pipe_capacity = pipe_pages * page_size;
constexpr std::size_t file_capacity = std::size_t{16} << 20U;
constexpr std::size_t udp_message_max = 65507;
constexpr std::size_t udp_overhead = 512;  // what a queued datagram costs beside its bytes
constexpr std::size_t messages_max = 256;  // small ones: then their bookkeeping fills the socket

std::size_t capacity_of(file_kind kind) noexcept {
    switch (kind) {
        case file_kind::tcp:
            return tcp_capacity;
        case file_kind::unix_stream:
        case file_kind::unix_datagram:
            return unix_capacity;
        case file_kind::udp:
            return udp_capacity;
        case file_kind::pipe:
            return pipe_capacity;
        case file_kind::regular:
            return file_capacity;
        case file_kind::listener:
            break;
    }
    return 0;
}

bool tells_inq(const open_file& file, const profile& version) noexcept {
    return file.kind == file_kind::tcp ||
        (file.kind == file_kind::unix_stream && version.unix_stream_tells_inq);
}

// TCP counts a FIN as one more byte, so that the reader comes back for it (CQE-07): it has a place
// in the sequence that tcp_inq_hint() subtracts in.
std::int64_t inq_of(const open_file& file) noexcept {
    const auto queued = static_cast<std::int64_t>(file.in.size());
    return queued + (file.kind == file_kind::tcp && file.peer_finished ? 1 : 0);
}

int take_error(open_file& file) noexcept { return std::exchange(file.error, 0); }

std::uint64_t shortened(std::uint64_t size, choices* shortening) {
    if (shortening == nullptr || size <= 1) return size;
    const auto bound = static_cast<std::uint32_t>(std::min<std::uint64_t>(size, 8));
    return size - shortening->choose(bound, "bytes left out of a stream transfer");
}

// Nothing is queued: an error, the end, or nothing yet. Matches the tail of tcp_recvmsg_locked()
// and unix_stream_read_generic(); a FIN is looked at before an error on TCP only, also before that
// of a reset behind it (ERR-01).
std::int64_t nothing_queued(open_file& file) noexcept {
    if (file.kind == file_kind::tcp && file.peer_finished) return 0;
    if (file.error != 0) return -take_error(file);
    if (file.ended || file.read_shut) return 0;
    return -EAGAIN;
}

received receive_stream(open_file& file, user_buffers& into, std::uint32_t flags,
                        transfer_context with) {
    received got;
    if (file.in.empty()) {
        got.size = nothing_queued(file);
    } else {
        const std::uint64_t size =
            shortened(std::min<std::uint64_t>(into.left(), file.in.size()), with.shortening);
        const bool discards = (flags & msg::trunc) != 0 && file.kind == file_kind::tcp;
        if (!discards && into.writable(with.memory, size) != size) {
            got.size = -EFAULT;
            const bool told = with.version.bugs.unix_fault_sets_nonempty;  // BUG-39
            if (told && file.kind == file_kind::unix_stream) got.inq = inq_of(file);
            return got;
        }
        if (discards) {
            into.skip(size);
        } else {
            into.fill(file.in, 0, size);
        }
        if ((flags & msg::peek) == 0) file.in.drop(size);
        got.size = static_cast<std::int64_t>(size);
    }
    if (got.size >= 0 && tells_inq(file, with.version)) got.inq = inq_of(file);
    return got;
}

// The host's socket says how much; what the version makes of the rest is the model's.
received receive_outside(open_file& file, user_buffers& into, std::uint32_t flags,
                         transfer_context with, const message_parts& parts) {
    const std::uint64_t most =
        file.is_stream_socket() ? shortened(into.left(), with.shortening) : into.left();
    received got = file.outside->receive(file, into, most, flags, parts);
    const bool tells = got.size >= 0 ? tells_inq(file, with.version)
                                     : got.size == -EFAULT && file.kind == file_kind::unix_stream &&
            with.version.bugs.unix_fault_sets_nonempty;  // BUG-39
    if (tells) got.inq = file.outside->queued(file);
    return got;
}

received receive_message(open_file& file, user_buffers& into, std::uint32_t flags,
                         transfer_context with) {
    received got;
    // An error goes before what is queued, as in __skb_try_recv_datagram().
    if (file.error != 0 || file.in_sizes.empty()) {
        got.size = file.error != 0 ? -take_error(file) : file.read_shut ? 0 : -EAGAIN;
        return got;
    }
    const std::uint32_t size = file.in_sizes.front();
    const std::uint64_t stored = std::min<std::uint64_t>(size, into.left());
    // A fault while copying loses the datagram: it is off the queue by then (ERR-03).
    if (into.writable(with.memory, stored) == stored) {
        into.fill(file.in, 0, stored);
        if (stored < size) got.flags |= msg::trunc;
        got.size = (flags & msg::trunc) != 0 ? size : static_cast<std::int64_t>(stored);
        got.name_size = static_cast<std::uint32_t>(sender_name(file).size());
    } else {
        got.size = -EFAULT;
    }
    if ((flags & msg::peek) == 0) {
        file.in.drop(size);
        file.in_sizes.pop();
    }
    return got;
}

std::int64_t transmit_stream(open_file& file, user_buffers& from, transfer_context with) {
    if (file.error != 0 && file.kind == file_kind::tcp) return -take_error(file);
    if (file.write_shut || file.peer_gone) return -EPIPE;
    if (from.left() == 0) return 0;
    const std::uint64_t fits = std::min<std::uint64_t>(from.left(), file.out.room());
    if (fits == 0) return -EAGAIN;
    const std::uint64_t good = from.readable(with.memory, shortened(fits, with.shortening));
    if (good == 0) return -EFAULT;
    from.drain(file.out, good);
    return static_cast<std::int64_t>(good);
}

// A Unix datagram socket learns by sending that its peer is gone. Then it has none any more, and
// what that one had sent is lost. Matches unix_dgram_disconnected().
int disconnect(open_file& file) noexcept {
    file.disconnected = true;
    file.in.drop(file.in.size());
    file.in_sizes.clear();
    return -ECONNREFUSED;
}

std::int64_t transmit_message(open_file& file, user_buffers& from, transfer_context with) {
    if (file.write_shut) return -EPIPE;
    if (file.error != 0) return -take_error(file);
    if (file.disconnected) return -ENOTCONN;
    const std::uint64_t size = from.left();
    const std::uint64_t most = file.kind == file_kind::udp ? udp_message_max : unix_capacity - 32;
    if (size > most) return -EMSGSIZE;
    if (from.readable(with.memory, size) != size) return -EFAULT;
    if (file.peer_gone) {
        if (file.kind == file_kind::unix_datagram) return disconnect(file);
        file.error = ECONNREFUSED;  // the ICMP answer, told at the next call
        from.skip(size);
        return static_cast<std::int64_t>(size);
    }
    if (size > file.out.room() || file.out_sizes.size() >= messages_max) return -EAGAIN;
    from.drain(file.out, size);
    file.out_sizes.push(static_cast<std::uint32_t>(size));
    return static_cast<std::int64_t>(size);
}

// Page after page. A page that cannot be copied whole ends the read: with what was copied before
// it, or -EFAULT (ERR-05). Matches pipe_read().
std::int64_t read_pipe(open_file& file, user_buffers& into, transfer_context with) {
    if (into.left() == 0) return 0;
    if (file.in.empty()) return file.ended ? 0 : -EAGAIN;
    std::uint64_t wanted =
        shortened(std::min<std::uint64_t>(into.left(), file.in.size()), with.shortening);
    std::int64_t copied = 0;
    while (wanted != 0) {
        std::uint32_t& page = file.in_sizes.front();
        const auto size = static_cast<std::uint32_t>(std::min<std::uint64_t>(wanted, page));
        if (into.writable(with.memory, size) != size) return copied == 0 ? -EFAULT : copied;
        into.fill(file.in, 0, size);
        file.in.drop(size);
        page -= size;
        if (page == 0) file.in_sizes.pop();
        wanted -= size;
        copied += size;
    }
    return copied;
}

// What does not fill whole pages goes first, into the last page if it has room for all of it; the
// rest takes new pages. Matches pipe_write().
std::int64_t write_pipe(open_file& file, std::span<const std::byte> bytes) {
    std::size_t written = 0;
    const std::size_t odd = bytes.size() % page_size;
    if (odd != 0 && !file.in_sizes.empty() && file.page_end + odd <= page_size) {
        written = file.in.push(bytes.first(odd));
        file.in_sizes[file.in_sizes.size() - 1] += static_cast<std::uint32_t>(written);
        file.page_end += static_cast<std::uint32_t>(written);
    }
    while (written < bytes.size() && file.in_sizes.size() < pipe_pages) {
        const std::size_t size = std::min(bytes.size() - written, page_size);
        file.in.push(bytes.subspan(written, size));
        file.in_sizes.push(static_cast<std::uint32_t>(size));
        file.page_end = static_cast<std::uint32_t>(size);
        written += size;
    }
    return written == 0 && !bytes.empty() ? -EAGAIN : static_cast<std::int64_t>(written);
}

}  // namespace

void open_as(open_file& file, file_kind kind) {
    file = open_file{};
    file.kind = kind;
    file.in_use = true;
    file.can_write = kind != file_kind::pipe && kind != file_kind::regular;
    file.in = byte_queue(capacity_of(kind));
    file.out = byte_queue(capacity_of(kind));
}

std::uint8_t open_file::poll() const noexcept {
    if (outside != nullptr) return outside->poll(*this);
    std::uint8_t mask = 0;
    const bool queued = keeps_messages() ? !in_sizes.empty() : !in.empty();
    switch (kind) {
        case file_kind::regular:
            return ready::in | ready::out;
        case file_kind::listener:
            return backlog.empty() ? 0 : ready::in;
        case file_kind::pipe:
            return queued || ended ? ready::in : 0;
        case file_kind::udp:
        case file_kind::unix_datagram:
            if (queued || read_shut || error != 0) mask |= ready::in;
            if (out.size() <= out.limit() / 2 && out_sizes.size() < messages_max) {
                mask |= ready::out;
            }
            return mask;
        case file_kind::tcp:
        case file_kind::unix_stream:
            if (queued || hung_up() || error != 0) mask |= ready::in;
            // Writable again only once a good part has drained, as both protocols have it.
            if (out.size() <= out.limit() / 2 || peer_gone || write_shut || error != 0) {
                mask |= ready::out;
            }
            return mask;
    }
    return mask;
}

received receive(open_file& file, user_buffers& into, std::uint32_t flags, transfer_context with,
                 const message_parts& parts) {
    if (file.outside != nullptr) return receive_outside(file, into, flags, with, parts);
    if (file.kind == file_kind::listener) return {.size = -ENOTCONN};
    return file.keeps_messages() ? receive_message(file, into, flags, with)
                                 : receive_stream(file, into, flags, with);
}

std::int64_t transmit(open_file& file, user_buffers& from, std::uint32_t flags,
                      transfer_context with, const message_parts& parts) {
    if (file.outside != nullptr) {
        const std::uint64_t most =
            file.is_stream_socket() ? shortened(from.left(), with.shortening) : from.left();
        return file.outside->transmit(file, from, most, flags, parts);
    }
    if (file.kind == file_kind::listener) return -EPIPE;
    return file.keeps_messages() ? transmit_message(file, from, with)
                                 : transmit_stream(file, from, with);
}

std::int64_t read_file(open_file& file, user_buffers& into, std::uint64_t& position,
                       transfer_context with) {
    if (file.outside != nullptr) return file.outside->read(file, into, position);
    if (file.kind == file_kind::pipe) return read_pipe(file, into, with);
    if (file.is_socket()) {
        if (into.left() == 0) return 0;  // as sock_read_iter() has it, before the protocol is asked
        return receive(file, into, 0, with).size;
    }
    if (position >= file.in.size()) return 0;
    const std::uint64_t size = std::min<std::uint64_t>(into.left(), file.in.size() - position);
    const std::uint64_t good = into.writable(with.memory, size);
    if (good == 0 && size != 0) return -EFAULT;
    into.fill(file.in, position, good);
    position += good;
    return static_cast<std::int64_t>(good);
}

std::int64_t write_file(open_file& file, user_buffers& from, std::uint64_t& position,
                        transfer_context with) {
    if (file.outside != nullptr) return file.outside->write(file, from, position);
    if (file.is_socket()) return transmit(file, from, 0, with);
    if (file.kind == file_kind::pipe) return -EBADF;
    if (position != file.in.size()) return -EINVAL;  // only appending is modelled
    const std::uint64_t fits = std::min<std::uint64_t>(from.left(), file.in.room());
    if (fits == 0) return from.left() == 0 ? 0 : -EFBIG;
    const std::uint64_t good = from.readable(with.memory, fits);
    if (good == 0) return -EFAULT;
    from.drain(file.in, good);
    position += good;
    return static_cast<std::int64_t>(good);
}

std::span<const std::byte> sender_name(const open_file& file) noexcept {
    if (file.outside != nullptr) return file.outside->sender();
    // struct sockaddr_in: AF_INET, a port, 127.0.0.1. A socket pair's ends have no name.
    static constexpr std::array<std::byte, 16> name{
        std::byte{2},   std::byte{0}, std::byte{0x30}, std::byte{0x39},
        std::byte{127}, std::byte{0}, std::byte{0},    std::byte{1}};
    return file.kind == file_kind::udp ? std::span<const std::byte>(name)
                                       : std::span<const std::byte>();
}

int shut_down(open_file& file, std::uint32_t how) noexcept {
    if (how > 2) return -EINVAL;
    if (!file.is_socket()) return -ENOTSOCK;
    if (file.outside != nullptr) return file.outside->shut_down(file, how);
    if (file.kind == file_kind::listener) return 0;
    if (file.peer_gone && file.kind == file_kind::tcp) return -ENOTCONN;
    if (how != 1) file.read_shut = true;
    if (how != 0) file.write_shut = true;
    return 0;
}

std::int64_t peer_send(open_file& file, std::span<const std::byte> bytes) {
    if (file.kind == file_kind::listener) return -ENOTCONN;
    const bool nobody_reads = file.references == 0 && file.kind != file_kind::regular;
    if (file.peer_finished || file.peer_gone || nobody_reads) return -EPIPE;
    if (file.kind == file_kind::unix_stream && file.read_shut) return -EPIPE;
    if (file.kind == file_kind::pipe) return write_pipe(file, bytes);
    if (!file.keeps_messages()) {
        const std::size_t taken = file.in.push(bytes);
        return taken == 0 && !bytes.empty() ? -EAGAIN : static_cast<std::int64_t>(taken);
    }
    const bool is_udp = file.kind == file_kind::udp;
    if (bytes.size() > (is_udp ? udp_message_max : unix_capacity - 32)) return -EMSGSIZE;
    const std::size_t cost = bytes.size() + (is_udp ? udp_overhead : 0);
    if (cost > file.in.room() || file.in_sizes.size() >= messages_max) return -EAGAIN;
    file.in.push(bytes);
    file.in_sizes.push(static_cast<std::uint32_t>(bytes.size()));
    return static_cast<std::int64_t>(bytes.size());
}

std::int64_t peer_receive(open_file& file, std::span<std::byte> bytes) {
    if (file.peer_gone) return -EPIPE;
    if (!file.is_socket()) return -ENOTSOCK;
    if (file.keeps_messages()) {
        if (file.out_sizes.empty()) return -EAGAIN;
        const std::uint32_t size = file.out_sizes.front();
        const std::size_t stored = std::min<std::size_t>(size, bytes.size());
        file.out.copy(0, bytes.data(), stored);
        file.out.drop(size);
        file.out_sizes.pop();
        return static_cast<std::int64_t>(stored);
    }
    const std::size_t size = std::min(bytes.size(), file.out.size());
    if (size == 0 && !bytes.empty()) {
        const bool ended = file.write_shut || file.references == 0;
        return ended ? 0 : -EAGAIN;
    }
    file.out.copy(0, bytes.data(), size);
    file.out.drop(size);
    return static_cast<std::int64_t>(size);
}

int peer_finish(open_file& file) noexcept {
    if (file.peer_gone || file.kind == file_kind::listener) return -EPIPE;
    file.peer_finished = true;
    // shutdown(SHUT_WR) says nothing to the reader of a datagram socket, and a file has no writer.
    if (file.is_stream_socket() || file.kind == file_kind::pipe) file.ended = true;
    if (file.kind == file_kind::pipe) file.peer_gone = true;
    return 0;
}

int peer_reset(open_file& file) noexcept {
    if (file.peer_gone || file.kind == file_kind::listener) return -EPIPE;
    // As tcp_reset() has it: behind a FIN only writers learn of it.
    if (file.kind == file_kind::tcp) file.error = file.peer_finished ? EPIPE : ECONNRESET;
    // A unix peer that closes with unread bytes resets the connection (unix_release_sock).
    if (file.kind == file_kind::unix_stream && !file.out.empty()) file.error = ECONNRESET;
    file.peer_gone = true;
    if (!file.keeps_messages()) file.ended = true;
    return 0;
}

}  // namespace ringproof::sim
