#pragma once
// What a machine rests on when it serves a real program (sim/exec): the program's own files, its
// memory, its time. Without a host all of them are the model's, and nothing here is ever called.
// Whatever io_uring decides stays in the model; a host only knows what can be had at this moment.
//
// Nothing here blocks but sleep(). Results are those of the system calls: a count, or -errno.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "sim/history.hpp"
#include "sim/kernel/address_space.hpp"
#include "sim/kernel/socket.hpp"

namespace ringproof::sim {

struct request;
struct ring_context;

class host_time {
public:
    /// Nanoseconds of CLOCK_MONOTONIC.
    [[nodiscard]] virtual std::uint64_t now() noexcept = 0;

    /// Lets other threads in until a watched file may be ready, the ring has got a completion, or
    /// `until` has come. Who waits for a file that became ready has been woken when it returns.
    /// \param signals  the mask to sleep with, as ppoll(2) has it; null: the caller's own
    /// 0, or -EINTR.
    virtual int sleep(ring_context& ring, std::uint64_t until, const std::uint64_t* signals) = 0;

protected:
    ~host_time() = default;
};

/// The program's memory. Any address may be given; a fault is an answer.
class host_memory {
public:
    /// All or nothing; false: a fault.
    [[nodiscard]] virtual bool copy_in(void* to, std::uint64_t from, std::size_t size) noexcept = 0;
    [[nodiscard]] virtual bool copy_out(std::uint64_t to, const void* from,
                                        std::size_t size) noexcept = 0;
    /// How many of the bytes at `address`, from the first on, allow that access.
    [[nodiscard]] virtual std::uint64_t reach(std::uint64_t address, std::uint64_t size,
                                              access how) noexcept = 0;

protected:
    ~host_memory() = default;
};

/// Rings: descriptors that the program may map, duplicate and close as it likes.
class host_rings {
public:
    /// The descriptor of a new ring.
    [[nodiscard]] virtual int open() = 0;
    /// Zeroed pages that the program sees when it maps `offset` of that descriptor; or null.
    [[nodiscard]] virtual std::byte* pages(int ring, std::uint64_t offset, std::size_t count) = 0;
    virtual void release(std::byte* first, std::size_t count) noexcept = 0;

protected:
    ~host_rings() = default;
};

/// Files, by the program's numbers.
class host_files {
public:
    /// Equal for equal files, as far as fstat(2) can tell; 0: the number is not open.
    [[nodiscard]] virtual std::uint64_t identify(int fd) noexcept = 0;
    /// \param identity  what identify() has just said
    [[nodiscard]] virtual file_kind kind_of(int fd, std::uint64_t identity) = 0;
    /// Whether the number still stands for the file. \pre its identity does
    [[nodiscard]] virtual bool is_still(const open_file& file, int fd) noexcept = 0;
    /// The file outlives its number from now on: a request waits for it, or it is registered.
    virtual void keep(open_file& file) noexcept = 0;
    /// Nobody uses it any more.
    virtual void let_go(open_file& file) noexcept = 0;
    /// Keeps the file, and tells of its readiness from now on; once at first, if it is ready.
    virtual void watch(open_file& file) noexcept = 0;
    /// Wakes those who wait for files that have become ready since the last time.
    virtual void wake_ready() = 0;

    [[nodiscard]] virtual std::uint8_t poll(const open_file& file) noexcept = 0;  ///< `ready`
    /// As poll(2) tells it of those events and of errors, without waiting.
    [[nodiscard]] virtual std::uint32_t events(const open_file& file,
                                               std::uint32_t wanted) noexcept = 0;
    /// Bytes that can be received; negative: it does not tell.
    [[nodiscard]] virtual std::int64_t queued(const open_file& file) noexcept = 0;
    /// At most `most` bytes.
    virtual received receive(open_file& file, user_buffers& into, std::uint64_t most,
                             std::uint32_t flags, const message_parts& parts) = 0;
    /// The sender's address of the message received last.
    [[nodiscard]] virtual std::span<const std::byte> sender() const noexcept = 0;
    virtual std::int64_t transmit(open_file& file, user_buffers& from, std::uint64_t most,
                                  std::uint32_t flags, const message_parts& parts) = 0;
    /// The position is for files that have one; `no_position` is the file's own.
    virtual std::int64_t read(open_file& file, user_buffers& into, std::uint64_t position) = 0;
    virtual std::int64_t write(open_file& file, user_buffers& from, std::uint64_t position) = 0;
    /// As accept4(2): the addresses are the program's.
    virtual int accept(open_file& listener, std::uint64_t address, std::uint64_t address_size,
                       std::uint32_t flags) noexcept = 0;
    virtual int shut_down(open_file& file, std::uint32_t how) noexcept = 0;
    virtual int close(int fd) noexcept = 0;
    /// Adds one to an eventfd.
    virtual void signal(open_file& event) noexcept = 0;
    /// Whether the file is an eventfd.
    [[nodiscard]] virtual bool is_event(const open_file& file) noexcept = 0;

    static constexpr std::uint64_t no_position = ~std::uint64_t{0};

protected:
    ~host_files() = default;
};

/// What requests ask of the system beside their transfers.
class host_calls {
public:
    /// Makes the system call that an opcode stands for, with its operands as Linux takes them out
    /// of the SQE; its file, where it has one, is found. \pre hosted.hpp has the opcode
    virtual int perform(const request& asked) noexcept = 0;
    /// connect(2), never blocking: -EINPROGRESS where it would.
    virtual int connect(const open_file& file, std::uint64_t address,
                        std::uint64_t size) noexcept = 0;
    /// The socket's error, negated, which it then forgets; 0: none.
    virtual int pending_error(const open_file& file) noexcept = 0;

protected:
    ~host_calls() = default;
};

/// Hears what happens, and what the model would have to have and has not (unsupported.hpp).
class host_witness {
public:
    virtual void lacks(std::string_view what, std::uint32_t number) = 0;
    /// A request has passed its checks, or failed them.
    virtual void submitted(const request& fresh) = 0;
    /// What a ring's kernel side did; its step is not set. Groups that are closed are told, too.
    virtual void saw(const ring_context& ring, const event& happened) = 0;

protected:
    ~host_witness() = default;
};

struct host {
    host_time& time;
    host_memory& memory;
    host_rings& rings;
    host_files& files;
    host_calls& calls;
    host_witness& witness;
};

}  // namespace ringproof::sim
