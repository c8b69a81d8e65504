#pragma once
// Requests that real programs make, and the memory that they and calls point to: mostly as somebody
// would write them, by the decisions of an input.

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include <ringproof/abi.hpp>

#include "fuzz/input_bits.hpp"
#include "sim/behaviour/raw_ring.hpp"
#include "sim/kernel/hosted.hpp"

namespace ringproof::fuzz {

// Where what calls and requests point to lies in the program's memory.
inline constexpr std::uint32_t vectors_at = 1024;
inline constexpr std::uint32_t numbers_at = 2048;
inline constexpr std::uint32_t argument_at = 3072;
inline constexpr std::uint32_t time_at = 3584;

class hosted_requests {
public:
    /// \param memory  a page
    hosted_requests(input_bits& bits, std::span<std::byte> memory) : bits_(bits), memory_(memory) {}

    std::uint64_t place(std::uint32_t offset) { return sim::address_of(memory_.data()) + offset; }

    /// One of the shapes that calls and requests read.
    void prepare() {
        const std::uint32_t index = bits_.below(8);
        switch (bits_.below(5)) {
            case 0:
                store(vectors_at + index * 16, place(bits_.below(512)));
                return store(vectors_at + index * 16 + 8, std::uint64_t{bits_.below(600)});
            case 1:
                return store(numbers_at + index * 4, static_cast<int>(bits_.below(18)) - 2);
            case 2:  // a restriction
                store(vectors_at + index * 16, static_cast<std::uint16_t>(bits_.below(5)));
                return store(vectors_at + index * 16 + 2,
                             static_cast<std::uint8_t>(bits_.below(70)));
            case 3: {
                abi::io_uring_rsrc_register wanted{};
                wanted.nr = bits_.below(9);
                wanted.flags = bits_.below(8) == 0 ? bits_.below(4) : 0;
                wanted.data = bits_.below(8) == 0 ? 0 : list();
                return store(argument_at, wanted);
            }
            default: {
                abi::io_uring_rsrc_update2 wanted{};
                wanted.offset = bits_.below(9);
                wanted.nr = bits_.below(5);
                wanted.data = list();
                return store(argument_at, wanted);
            }
        }
    }

    /// \param ring_number  gives one, for what is sent to a ring
    template <class RingNumber>
    abi::io_uring_sqe make(RingNumber ring_number) {
        static constexpr std::array<std::uint8_t, 32> opcodes{
            abi::ioring_op_poll_add,     abi::ioring_op_poll_add,       abi::ioring_op_poll_remove,
            abi::ioring_op_timeout,      abi::ioring_op_timeout,        abi::ioring_op_link_timeout,
            abi::ioring_op_link_timeout, abi::ioring_op_timeout_remove, abi::ioring_op_read_fixed,
            abi::ioring_op_write_fixed,  abi::ioring_op_sendmsg,        abi::ioring_op_connect,
            abi::ioring_op_files_update, abi::ioring_op_openat,         abi::ioring_op_openat2,
            abi::ioring_op_socket,       abi::ioring_op_fsync,          sim::hosted_op::msg_ring,
            sim::hosted_op::unlinkat,    sim::hosted_op::listen,        abi::ioring_op_async_cancel,
            abi::ioring_op_nop,          abi::ioring_op_recv,           abi::ioring_op_send,
            abi::ioring_op_recvmsg,      abi::ioring_op_accept,         abi::ioring_op_read,
            abi::ioring_op_write,        abi::ioring_op_readv,          abi::ioring_op_close,
            abi::ioring_op_shutdown,     abi::ioring_op_read_multishot};
        abi::io_uring_sqe made{};
        made.opcode = opcodes[bits_.below(opcodes.size())];
        // Link, hard link, async, and now and then any.
        made.flags = static_cast<std::uint8_t>(
            bits_.below(3) == 0 ? bits_.below(8) == 0 ? bits_.below(128) : 4U << bits_.below(3)
                                : 0);
        made.fd = made.opcode == sim::hosted_op::msg_ring ? ring_number()
                                                          : static_cast<int>(bits_.below(16));
        made.user_data = bits_.below(8);
        shape(made);
        if (bits_.below(16) == 0) made.len = bits_.below(~0U);
        if (bits_.below(16) == 0) made.off = bits_.next();
        if (bits_.below(16) == 0) made.addr = bits_.next();
        if (bits_.below(16) == 0) made.ioprio = static_cast<std::uint16_t>(bits_.below(32));
        if (bits_.below(16) == 0) made.file_index = bits_.below(2) == 0 ? ~0U : bits_.below(9);
        return made;
    }

private:
    template <class Value>
    void store(std::uint32_t offset, const Value& value) {
        std::memcpy(memory_.data() + offset, &value, sizeof value);
    }
    std::uint64_t list() { return place(bits_.below(2) == 0 ? vectors_at : numbers_at); }

    /// As somebody would write a request of that kind.
    void shape(abi::io_uring_sqe& made) {
        switch (made.opcode) {
            case abi::ioring_op_poll_add:
                made.len = bits_.below(2);
                made.op_flags = bits_.below(8);
                return;
            case abi::ioring_op_poll_remove:
                made.addr = bits_.below(8);
                made.len = 2 * bits_.below(4);
                made.off = made.len >= 4 ? bits_.below(8) : 0;
                made.op_flags = (made.len & 2U) != 0 ? bits_.below(8) : 0;
                return;
            case abi::ioring_op_timeout:
            case abi::ioring_op_link_timeout:
                store(time_at, abi::kernel_timespec{0, bits_.below(4096)});
                made.addr = place(time_at);
                made.len = 1;
                made.off = made.opcode == abi::ioring_op_timeout ? bits_.below(4) : 0;
                made.op_flags = bits_.below(4) == 0 ? bits_.below(128) : 0;
                return;
            case abi::ioring_op_timeout_remove:
                store(time_at, abi::kernel_timespec{0, bits_.below(4096)});
                made.addr = bits_.below(8);
                made.op_flags = bits_.below(2) == 0 ? 0 : 2U << (3 * bits_.below(2));
                made.off = made.op_flags == 0 ? 0 : place(time_at);
                return;
            case abi::ioring_op_read_fixed:
            case abi::ioring_op_write_fixed:
                made.addr = place(bits_.below(600));
                made.len = bits_.below(300);
                made.buf_index = static_cast<std::uint16_t>(bits_.below(4));
                return;
            case abi::ioring_op_files_update:
                made.addr = place(numbers_at);
                made.len = bits_.below(4);
                made.off = bits_.below(8);
                return;
            case abi::ioring_op_openat:
            case abi::ioring_op_socket:
                made.file_index = bits_.below(2) == 0 ? 0 : bits_.below(8);
                return;
            case abi::ioring_op_openat2:
                made.len = 24;
                made.off = place(0);
                return;
            case abi::ioring_op_async_cancel:
                made.addr = bits_.below(8);
                made.op_flags = bits_.below(16);
                return;
            case abi::ioring_op_recvmsg:
            case abi::ioring_op_sendmsg:
                made.addr = place(0);
                made.len = 1;
                return;
            case abi::ioring_op_recv:
            case abi::ioring_op_send:
            case abi::ioring_op_read:
            case abi::ioring_op_write:
                made.addr = place(bits_.below(512));
                made.len = bits_.below(128);
                return;
            default:
                return;
        }
    }

    input_bits& bits_;
    std::span<std::byte> memory_;
};

}  // namespace ringproof::fuzz
