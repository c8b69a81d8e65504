#pragma once
// io_uring_register(2): buffer rings with every refusal's errno in the profile's order of checks,
// registered files and ring descriptors, probe, cancel, enable. And mmap(2) of a ring descriptor.

#include <cstddef>
#include <cstdint>
#include <span>

#include <ringproof/abi.hpp>

#include "sim/kernel/kbuf.hpp"

namespace ringproof::sim {

struct machine;
struct ring_context;

/// The opcode's own result, or -errno.
int register_with(machine& in, int fd, std::uint32_t opcode, std::uint64_t argument,
                  std::uint32_t count);

/// Ring memory that a descriptor's offset names; a negated errno in `error` if there is none.
struct mapped_memory {
    std::byte* first = nullptr;
    int error = 0;
};
mapped_memory map_ring(machine& in, ring_context& ring, std::size_t size, std::uint64_t offset);

/// The kernel's hold on a registered ring's pages ends.
void release_ring_memory(machine& in, const buffer_list& list);

/// The application takes memory away: registered rings in it keep their contents (rule UNR-07).
void keep_rings_in(machine& in, std::span<const std::byte> memory);

// The groups of opcodes, each in its own file.
int register_buffer_ring(ring_context& ring, std::uint64_t argument);
int unregister_buffer_ring(ring_context& ring, std::uint64_t argument);
int tell_buffer_ring_status(ring_context& ring, std::uint64_t argument);
/// What files and buffers are registered by, in their extended forms, checked. 0, or -errno.
int read_resources(const machine& in, std::uint64_t argument, std::uint32_t size,
                   abi::io_uring_rsrc_register& wanted);
int register_files(ring_context& ring, std::uint64_t argument, std::uint32_t count);
int register_files2(ring_context& ring, std::uint64_t argument, std::uint32_t size);
int update_files(ring_context& ring, std::uint64_t argument, std::uint32_t count);
int update_files2(ring_context& ring, std::uint64_t argument, std::uint32_t size);
int unregister_files(ring_context& ring);
int register_ring_fds(machine& in, std::uint64_t argument, std::uint32_t count);
int unregister_ring_fds(machine& in, std::uint64_t argument, std::uint32_t count);

}  // namespace ringproof::sim
