// Registered files, and ring descriptors that a task registers for itself. Matches the files part
// of io_uring/rsrc.c and io_uring/tctx.c.

#include <algorithm>
#include <cerrno>

#include "sim/kernel/host.hpp"
#include "sim/kernel/hosted.hpp"
#include "sim/kernel/lifetime.hpp"
#include "sim/kernel/machine.hpp"
#include "sim/kernel/registration.hpp"

namespace ringproof::sim {

namespace {

constexpr std::uint32_t files_max = 1U << 15U;  // RLIMIT_NOFILE and IORING_MAX_FIXED_FILES bound it
constexpr std::int32_t keep_file = -2;          // IORING_REGISTER_FILES_SKIP
constexpr std::uint32_t ring_fds_max = 16;      // IO_RINGFD_REG_MAX
constexpr std::uint32_t any_slot = ~std::uint32_t{0};

// Puts one descriptor into a slot; -1 leaves it empty.
int place_file(ring_context& ring, std::size_t slot, std::int32_t fd) {
    machine& in = *ring.in;
    open_file* placed = nullptr;
    if (fd != -1) {
        placed = in.file_at(fd);
        if (placed == nullptr) return -EBADF;  // nothing there, or a ring
        in.hold(*placed);
        if (placed->outside != nullptr) placed->outside->keep(*placed);
    }
    if (open_file* before = std::exchange(ring.files[slot], placed)) in.drop(*before);
    return 0;
}

// The lowest empty slot.
int place_anywhere(ring_context& ring, std::int32_t fd) {
    const auto at = std::ranges::find(ring.files, nullptr);
    if (at == ring.files.end()) return -ENFILE;
    const auto slot = at - ring.files.begin();
    const int refused = place_file(ring, static_cast<std::size_t>(slot), fd);
    return refused != 0 ? refused : static_cast<int>(slot);
}

// How many of them, or why not even the first.
int place_files(ring_context& ring, std::uint32_t offset, std::uint64_t data, std::uint32_t count) {
    if (offset > ~std::uint32_t{0} - count) return -EOVERFLOW;
    if (!ring.has_files) return -ENXIO;
    if (offset + count > ring.files.size()) return -EINVAL;
    int done = 0;
    for (std::uint32_t i = 0; i < count; ++i, ++done) {
        std::int32_t fd = -1;
        const std::uint64_t at = data + std::uint64_t{i} * sizeof fd;
        int refused = ring.in->memory.copy_in(&fd, at, sizeof fd) ? 0 : -EFAULT;
        if (refused == 0 && fd != keep_file) refused = place_file(ring, offset + i, fd);
        if (refused != 0) return done != 0 ? done : refused;
    }
    return done;
}

void forget_files(ring_context& ring) {
    for (open_file* each : ring.files) {
        if (each != nullptr) ring.in->drop(*each);
    }
    ring.files.clear();
    ring.has_files = false;
}

registered_rings& rings_of_caller(machine& in) {
    const auto at = std::ranges::find(in.registered, in.caller, &registered_rings::owner);
    if (at != in.registered.end()) return *at;
    in.registered.push_back({.owner = in.caller});
    return in.registered.back();
}

int place_ring(machine& in, registered_rings& table, abi::io_uring_rsrc_update& wanted) {
    if (wanted.resv != 0) return -EINVAL;
    if (wanted.offset != any_slot && wanted.offset >= ring_fds_max) return -EINVAL;
    const auto fd = static_cast<int>(static_cast<std::uint32_t>(wanted.data));
    ring_context* named = nullptr;
    if (const int refused = in.find_ring(fd, named); refused != 0) return refused;
    std::uint32_t slot = wanted.offset == any_slot ? 0 : wanted.offset;
    const std::uint32_t end = wanted.offset == any_slot ? ring_fds_max : slot + 1;
    while (slot < end && table.rings[slot] != nullptr) ++slot;
    if (slot == end) return -EBUSY;
    ++named->references;
    table.rings[slot] = named;
    wanted.offset = slot;
    return 0;
}

}  // namespace

int register_files(ring_context& ring, std::uint64_t argument, std::uint32_t count) {
    if (ring.has_files) return -EBUSY;
    if (count == 0) return -EINVAL;
    if (count > files_max) return -EMFILE;
    ring.files.assign(count, nullptr);
    ring.has_files = true;
    for (std::uint32_t i = 0; argument != 0 && i < count; ++i) {
        std::int32_t fd = -1;
        const std::uint64_t at = argument + std::uint64_t{i} * sizeof fd;
        int refused = ring.in->memory.copy_in(&fd, at, sizeof fd) ? 0 : -EFAULT;
        if (refused == 0) refused = place_file(ring, i, fd);
        if (refused != 0) {
            forget_files(ring);
            return refused;
        }
    }
    return 0;
}

int read_resources(const machine& in, std::uint64_t argument, std::uint32_t size,
                   abi::io_uring_rsrc_register& wanted) {
    if (size != sizeof wanted) return -EINVAL;
    if (!in.memory.copy_in(&wanted, argument, sizeof wanted)) return -EFAULT;
    if (wanted.nr == 0 || wanted.resv2 != 0) return -EINVAL;
    if ((wanted.flags & ~abi::ioring_rsrc_register_sparse) != 0) return -EINVAL;
    const bool sparse = (wanted.flags & abi::ioring_rsrc_register_sparse) != 0;
    if (sparse ? wanted.data != 0 : wanted.data == 0) return sparse ? -EINVAL : -EFAULT;
    if (wanted.tags != 0) return -EINVAL;  // not modelled
    return 0;
}

int register_files2(ring_context& ring, std::uint64_t argument, std::uint32_t size) {
    abi::io_uring_rsrc_register wanted{};
    if (const int refused = read_resources(*ring.in, argument, size, wanted); refused != 0) {
        return refused;
    }
    return register_files(ring, wanted.data, wanted.nr);
}

int update_files(ring_context& ring, std::uint64_t argument, std::uint32_t count) {
    if (count == 0) return -EINVAL;
    abi::io_uring_rsrc_update wanted{};
    if (!ring.in->memory.copy_in(&wanted, argument, sizeof wanted)) return -EFAULT;
    if (wanted.resv != 0) return -EINVAL;
    return place_files(ring, wanted.offset, wanted.data, count);
}

int update_files2(ring_context& ring, std::uint64_t argument, std::uint32_t size) {
    abi::io_uring_rsrc_update2 wanted{};
    if (size != sizeof wanted) return -EINVAL;
    if (!ring.in->memory.copy_in(&wanted, argument, sizeof wanted)) return -EFAULT;
    if (wanted.nr == 0 || wanted.resv != 0 || wanted.resv2 != 0) return -EINVAL;
    if (wanted.tags != 0) return -EINVAL;  // not modelled
    return place_files(ring, wanted.offset, wanted.data, wanted.nr);
}

int update_files_of(request& asking) {
    ring_context& ring = *asking.ring;
    if (asking.off != any_slot) {
        return place_files(ring, static_cast<std::uint32_t>(asking.off), asking.addr, asking.len);
    }
    if (!ring.has_files) return -ENXIO;
    int done = 0;
    for (std::uint32_t i = 0; i < asking.len; ++i, ++done) {
        std::int32_t fd = -1;
        const std::uint64_t at = asking.addr + std::uint64_t{i} * sizeof fd;
        int slot = ring.in->memory.copy_in(&fd, at, sizeof fd) ? place_anywhere(ring, fd) : -EFAULT;
        if (slot >= 0 && !ring.in->memory.copy_out(at, &slot, sizeof slot)) {
            (void)place_file(ring, static_cast<std::size_t>(slot), -1);
            slot = -EFAULT;
        }
        if (slot < 0) return done != 0 ? done : slot;
    }
    return done;
}

int settle_descriptor(request& maker, int fd) {
    if (fd < 0 || maker.file_index == 0) return fd;
    ring_context& ring = *maker.ring;
    int settled = -EINVAL;
    if (!ring.has_files) {
        settled = -ENXIO;
    } else if (maker.file_index == any_slot) {
        settled = place_anywhere(ring, fd);
    } else if (maker.file_index <= ring.files.size()) {
        settled = place_file(ring, maker.file_index - 1, fd);
    }
    (void)ring.in->close(fd);
    return settled;
}

int unregister_files(ring_context& ring) {
    if (!ring.has_files) return -ENXIO;
    forget_files(ring);
    return 0;
}

int register_ring_fds(machine& in, std::uint64_t argument, std::uint32_t count) {
    if (count == 0 || count > ring_fds_max) return -EINVAL;
    registered_rings& table = rings_of_caller(in);
    int done = 0;
    for (std::uint32_t i = 0; i < count; ++i, ++done) {
        abi::io_uring_rsrc_update wanted{};
        const std::uint64_t at = argument + std::uint64_t{i} * sizeof wanted;
        int refused = in.memory.copy_in(&wanted, at, sizeof wanted) ? 0 : -EFAULT;
        if (refused == 0) refused = place_ring(in, table, wanted);
        if (refused == 0 && !in.memory.copy_out(at, &wanted, sizeof wanted)) {
            drop_ring(*std::exchange(table.rings[wanted.offset], nullptr));
            refused = -EFAULT;
        }
        if (refused != 0) return done != 0 ? done : refused;
    }
    return done;
}

int unregister_ring_fds(machine& in, std::uint64_t argument, std::uint32_t count) {
    if (count == 0 || count > ring_fds_max) return -EINVAL;
    registered_rings& table = rings_of_caller(in);
    int done = 0;
    for (std::uint32_t i = 0; i < count; ++i, ++done) {
        abi::io_uring_rsrc_update wanted{};
        const std::uint64_t at = argument + std::uint64_t{i} * sizeof wanted;
        if (!in.memory.copy_in(&wanted, at, sizeof wanted)) return done != 0 ? done : -EFAULT;
        if (wanted.resv != 0 || wanted.data != 0 || wanted.offset >= ring_fds_max) {
            return done != 0 ? done : -EINVAL;
        }
        ring_context* before = std::exchange(table.rings[wanted.offset], nullptr);
        if (before != nullptr) drop_ring(*before);
    }
    return done;
}

}  // namespace ringproof::sim
