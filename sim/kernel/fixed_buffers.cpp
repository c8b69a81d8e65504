// Registered buffers, and the requests that go to and from them. A program's memory stays where it
// is, so that a buffer is an address and a size. Matches the buffer part of io_uring/rsrc.c.

#include <cerrno>
#include <utility>

#include "sim/kernel/hosted.hpp"
#include "sim/kernel/machine.hpp"
#include "sim/kernel/registration.hpp"

namespace ringproof::sim {

namespace {

constexpr std::uint32_t buffers_max = 1U << 14U;  // IORING_MAX_REG_BUFFERS
constexpr std::uint64_t size_max = std::uint64_t{1} << 30U;

struct user_vector {
    std::uint64_t base;
    std::uint64_t size;
};

// Matches io_buffer_validate(): an empty one is a hole.
int read_buffer(const machine& in, std::uint64_t at, segment& found) {
    user_vector wanted{};
    if (!in.memory.copy_in(&wanted, at, sizeof wanted)) return -EFAULT;
    if (wanted.base == 0) {
        found = {};
        return wanted.size == 0 ? 0 : -EFAULT;
    }
    if (wanted.size == 0 || wanted.size > size_max) return -EFAULT;
    if (wanted.base + wanted.size < wanted.base) return -EOVERFLOW;
    if (in.memory.writable(wanted.base, wanted.size) != wanted.size) return -EFAULT;
    found = {wanted.base, wanted.size};
    return 0;
}

}  // namespace

int prepare_fixed(request& fresh) {
    const ring_context& ring = *fresh.ring;
    if (fresh.group >= ring.buffers.size()) return -EFAULT;
    const segment& whole = ring.buffers[fresh.group];
    if (fresh.addr < whole.address || fresh.addr + fresh.len < fresh.addr) return -EFAULT;
    if (fresh.addr + fresh.len > whole.address + whole.size) return -EFAULT;
    fresh.data.set(fresh.addr, fresh.len);
    fresh.length = fresh.len;
    fresh.position = fresh.off;
    return 0;
}

int register_buffers(ring_context& ring, std::uint64_t argument, std::uint32_t count) {
    if (!ring.buffers.empty()) return -EBUSY;
    if (count == 0 || count > buffers_max) return -EINVAL;
    std::vector<segment> found(count);
    for (std::uint32_t i = 0; argument != 0 && i < count; ++i) {
        const std::uint64_t at = argument + i * sizeof(user_vector);
        if (const int refused = read_buffer(*ring.in, at, found[i]); refused != 0) return refused;
    }
    ring.buffers = std::move(found);
    return 0;
}

int register_buffers2(ring_context& ring, std::uint64_t argument, std::uint32_t size) {
    abi::io_uring_rsrc_register wanted{};
    if (const int refused = read_resources(*ring.in, argument, size, wanted); refused != 0) {
        return refused;
    }
    return register_buffers(ring, wanted.data, wanted.nr);
}

int update_buffers(ring_context& ring, std::uint64_t argument, std::uint32_t size) {
    abi::io_uring_rsrc_update2 wanted{};
    if (size != sizeof wanted) return -EINVAL;
    if (!ring.in->memory.copy_in(&wanted, argument, sizeof wanted)) return -EFAULT;
    if (wanted.nr == 0 || wanted.resv != 0 || wanted.resv2 != 0) return -EINVAL;
    if (ring.buffers.empty()) return -ENXIO;
    if (std::uint64_t{wanted.offset} + wanted.nr > ring.buffers.size()) return -EINVAL;
    if (wanted.tags != 0) return -EINVAL;  // not modelled
    for (std::uint32_t i = 0; i < wanted.nr; ++i) {
        const std::uint64_t at = wanted.data + i * sizeof(user_vector);
        const int refused = read_buffer(*ring.in, at, ring.buffers[wanted.offset + i]);
        if (refused != 0) return i != 0 ? static_cast<int>(i) : refused;
    }
    return static_cast<int>(wanted.nr);
}

int unregister_buffers(ring_context& ring) {
    if (ring.buffers.empty()) return -ENXIO;
    ring.buffers.clear();
    return 0;
}

}  // namespace ringproof::sim
