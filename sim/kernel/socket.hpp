#pragma once
// Files as io_uring sees them: sockets, pipes, regular files, listeners. Each has a queue of bytes
// or messages towards the application and one away from it; the far ends belong to the world.
// Results are those of the kernel's own non-blocking receive and send: bytes, or a negated errno.

#include <cstddef>
#include <cstdint>
#include <span>

#include "sim/kernel/byte_queue.hpp"
#include "sim/kernel/fifo.hpp"
#include "sim/kernel/user_buffers.hpp"
#include "sim/profile.hpp"

namespace ringproof::sim {

struct request;
class choices;
class host_files;

enum class file_kind : std::uint8_t {
    tcp,
    unix_stream,
    udp,
    unix_datagram,
    pipe,
    regular,
    listener,
};

/// Flags of recv(2), send(2) and of a received message, as Linux numbers them.
namespace msg {
inline constexpr std::uint32_t peek = 0x2;
inline constexpr std::uint32_t ctrunc = 0x8;
inline constexpr std::uint32_t trunc = 0x20;
inline constexpr std::uint32_t dontwait = 0x40;
inline constexpr std::uint32_t waitall = 0x100;
inline constexpr std::uint32_t errqueue = 0x2000;
}  // namespace msg

/// Readiness, as poll(2) would tell it.
namespace ready {
inline constexpr std::uint8_t in = 1;
inline constexpr std::uint8_t out = 2;
}  // namespace ready

/// What one receive brought.
struct received {
    std::int64_t size = 0;        ///< bytes, or -errno
    std::int64_t inq = -1;        ///< bytes still queued, if the protocol tells; else -1
    std::uint32_t flags = 0;      ///< MSG_TRUNC
    std::uint32_t name_size = 0;  ///< of the sender's address
    std::uint64_t control_size = 0;
};

/// What a message has beside its bytes, by the application's addresses. The model's own sockets
/// have no use for it.
struct message_parts {
    std::uint64_t name = 0;  ///< where a message goes; 0: where the socket is connected to
    std::uint32_t name_size = 0;
    std::uint32_t control_size = 0;
    std::uint64_t control = 0;  ///< control messages to send, or room for received ones
};

/// The completion that ended a receive or a read: why whoever got it closes the file, perhaps.
struct last_answer {
    bool said = false;
    std::int32_t res = 0;
    std::uint32_t flags = 0;
};

struct open_file {
    file_kind kind = file_kind::tcp;
    bool in_use = false;
    bool can_read = true;           ///< opened for reading
    bool can_write = true;          ///< opened for writing
    bool peer_watches = false;      ///< the world still knows the far end
    bool peer_gone = false;         ///< the far end closed or reset
    bool disconnected = false;      ///< it has no far end any more and knows it
    bool ended = false;             ///< the reader will see the end
    bool peer_finished = false;     ///< the far end said that it would send nothing more
    bool read_shut = false;         ///< shutdown(SHUT_RD) on this end
    bool write_shut = false;        ///< shutdown(SHUT_WR) on this end
    int error = 0;                  ///< errno that the next call reports, once
    std::uint32_t references = 0;   ///< descriptors, registered files, requests
    std::uint64_t position = 0;     ///< of a regular file
    host_files* outside = nullptr;  ///< not null: nothing below, but a descriptor of the program's
    int number = -1;                ///< the program's
    int kept = -1;                  ///< the host's own, for as long as somebody waits
    bool watched = false;           ///< the host tells of its readiness
    std::uint64_t identity = 0;
    std::uint32_t far_end = 0;     ///< whose it is, to who lives around the model
    last_answer told;              ///< to the application, about this file
    byte_queue in;                 ///< towards the application; a regular file's content
    byte_queue out;                ///< away from it
    fifo<std::uint32_t> in_sizes;  ///< of the messages in `in`; of a pipe's pages
    std::uint32_t page_end = 0;    ///< of a pipe: where the last page's bytes end in it
    fifo<std::uint32_t> out_sizes;
    fifo<open_file*> backlog;         ///< of a listener: connected, not yet accepted
    request* first_waiter = nullptr;  ///< woken in this order
    request* last_waiter = nullptr;

    [[nodiscard]] bool is_socket() const noexcept {
        return kind != file_kind::pipe && kind != file_kind::regular;
    }
    [[nodiscard]] bool is_stream_socket() const noexcept {
        return kind == file_kind::tcp || kind == file_kind::unix_stream;
    }
    [[nodiscard]] bool keeps_messages() const noexcept {
        return kind == file_kind::udp || kind == file_kind::unix_datagram;
    }
    /// Regular files cannot be waited for; requests on them commit at selection (rule SEL-09).
    [[nodiscard]] bool can_poll() const noexcept { return kind != file_kind::regular; }

    /// No more will come, whether or not everything was read.
    [[nodiscard]] bool hung_up() const noexcept { return ended || read_shut || peer_gone; }
    /// Which of `ready` a poll would report now.
    [[nodiscard]] std::uint8_t poll() const noexcept;
};

/// Whether both are one file, opened twice perhaps.
[[nodiscard]] inline bool is_same(const open_file* one, const open_file* other) noexcept {
    if (one == other) return true;
    if (one == nullptr || other == nullptr || one->outside == nullptr) return false;
    return one->identity == other->identity;
}

/// What receive() and transmit() need beside the file.
struct transfer_context {
    address_space& memory;
    const profile& version;
    choices* shortening;  ///< asked how long a stream transfer is; nullptr: as long as possible
};

/// recvmsg(2) on a socket, never blocking: -EAGAIN where it would.
/// \param parts  only the room for control messages counts
received receive(open_file& file, user_buffers& into, std::uint32_t flags, transfer_context with,
                 const message_parts& parts = {});

/// sendmsg(2) on a socket, never blocking.
std::int64_t transmit(open_file& file, user_buffers& from, std::uint32_t flags,
                      transfer_context with, const message_parts& parts = {});

/// read(2); `position` is for regular files and is moved. Never blocks.
std::int64_t read_file(open_file& file, user_buffers& into, std::uint64_t& position,
                       transfer_context with);

/// write(2); sockets only send, a regular file grows.
std::int64_t write_file(open_file& file, user_buffers& from, std::uint64_t& position,
                        transfer_context with);

/// The sender's address that the datagram received last carried: in the model sockaddr_in of
/// 127.0.0.1. At most `name_most` bytes.
inline constexpr std::size_t name_most = 128;
[[nodiscard]] std::span<const std::byte> sender_name(const open_file& file) noexcept;

/// shutdown(2): 0 or -errno.
int shut_down(open_file& file, std::uint32_t how) noexcept;

// The far end. Results as in world.hpp, errors negated.
std::int64_t peer_send(open_file& file, std::span<const std::byte> bytes);
std::int64_t peer_receive(open_file& file, std::span<std::byte> bytes);
int peer_finish(open_file& file) noexcept;
int peer_reset(open_file& file) noexcept;

/// Makes `file` a fresh file of that kind.
void open_as(open_file& file, file_kind kind);

}  // namespace ringproof::sim
