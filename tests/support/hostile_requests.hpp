#pragma once
// The requests of a hostile program: any fields at all, or as the library writes them, but of
// whatever memory and descriptors. `Bits` has next() and below(bound), as random_bits
// has.

#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include <ringproof/abi.hpp>
#include <ringproof/socket_requests.hpp>

#include "sim/behaviour/raw_ring.hpp"

namespace ringproof::testing {

/// A number that somebody could believe in: an edge of some type, an address, or a small one.
template <class Bits>
std::uint64_t wild_number(Bits& bits, std::span<const std::span<std::byte>> mapped,
                          std::span<const std::byte> own) {
    static constexpr std::array<std::uint64_t, 12> edges{
        0,           1,      0x7fffffff,     0x80000000,         0xffffffff,
        0x100000000, 0x1000, 0x7ffffffff000, 0xffff800000000000, ~0ULL,
        65535,       65536};
    const std::uint32_t kind = bits.below(4);
    if (kind == 0) return edges[bits.below(edges.size())];
    if (kind == 1) return bits.next();
    if (kind == 2 && !mapped.empty()) {
        const auto memory = mapped[bits.below(static_cast<std::uint32_t>(mapped.size()))];
        return sim::address_of(memory.data()) +
            bits.below(static_cast<std::uint32_t>(memory.size()));
    }
    if (kind == 3 && bits.below(4) == 0) {
        return sim::address_of(own.data()) + bits.below(static_cast<std::uint32_t>(own.size()));
    }
    return bits.below(16);
}

/// \param wild  gives numbers that somebody could believe in: edges, addresses
template <class Bits, class Wild>
abi::io_uring_sqe wild_request(Bits& bits, Wild wild) {
    static constexpr std::array<std::uint8_t, 16> opcodes{0,  1,  2,  10, 11, 13, 14, 19,
                                                          22, 23, 26, 27, 34, 49, 31, 27};
    abi::io_uring_sqe made{};
    made.opcode = opcodes[bits.below(opcodes.size())];
    made.flags = static_cast<std::uint8_t>(bits.below(3) == 0 ? wild() : 32);
    made.ioprio = static_cast<std::uint16_t>(bits.below(2) == 0 ? 0 : bits.below(32));
    made.fd = static_cast<std::int32_t>(bits.below(8) == 0 ? wild() : bits.below(12));
    if (bits.below(3) == 0) made.addr = wild();
    if (bits.below(3) == 0) made.len = static_cast<std::uint32_t>(wild());
    if (bits.below(4) == 0) made.off = wild();
    if (bits.below(4) == 0) made.op_flags = static_cast<std::uint32_t>(wild());
    if (bits.below(8) == 0) made.file_index = static_cast<std::uint32_t>(wild());
    made.buf_index = static_cast<std::uint16_t>(bits.below(3));
    made.user_data = bits.below(8);
    return made;
}

/// \param memory  mapped, of a page or more
template <class Bits>
abi::io_uring_sqe sane_request(Bits& bits, std::span<std::byte> memory) {
    const auto part = memory.first(std::min<std::size_t>(memory.size(), bits.below(256)));
    // Whatever lies there.
    const std::span<const iovec> vectors(reinterpret_cast<const iovec*>(memory.data()),
                                         bits.below(4));
    auto* words = reinterpret_cast<std::uint32_t*>(memory.data());
    const file on = bits.below(4) == 0 ? file(file_slot{bits.below(4)})
                                       : file(static_cast<int>(bits.below(14)));
    const user_data user{bits.below(8)};
    switch (bits.below(11)) {
        case 0:
            return requests::read(on, part, requests::current_position, user);
        case 1:
            return requests::write(on, part, 0, user);
        case 2:
            return requests::readv(on, vectors, 0, user);
        case 3:
            return requests::writev(on, vectors, 0, user);
        case 4:
            return requests::read_fixed(on, part, 1, 0, user);
        case 5:
            return requests::write_fixed(on, part, 1, 0, user);
        case 6:
            return requests::close(on, user);
        case 7:
            return requests::accept(on, nullptr, words, user);
        case 8:
            return requests::shutdown(on, static_cast<int>(bits.below(4)), user);
        case 9:
            return requests::send(on, part, bits.below(3), user);
        default:
            return requests::recv(on, part, bits.below(3), user);
    }
}

}  // namespace ringproof::testing
