// REGISTER_PBUF_RING, UNREGISTER_PBUF_RING, REGISTER_PBUF_STATUS, and the mapping of rings that
// the kernel allocates. Rules REG-*, UNR-*, MAP-*, STA-*.

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>

#include "sim/kernel/machine.hpp"
#include "sim/kernel/registration.hpp"

namespace ringproof::sim {

namespace {

constexpr std::uint64_t map_kind_mask = 0xf8000000;  // IORING_OFF_MMAP_MASK
constexpr std::uint32_t entries_max = 32768;
constexpr std::uint16_t low_groups = 64;

std::size_t ring_size(std::uint32_t entries) noexcept {
    return std::size_t{entries} * sizeof(abi::io_uring_buf);
}

bool any_set(std::span<const std::uint32_t> words) noexcept {
    return std::ranges::any_of(words, [](std::uint32_t word) { return word != 0; });
}

int check_reserved(const profile& version, const abi::io_uring_buf_reg& wanted) noexcept {
    if (any_set(wanted.resv)) return -EINVAL;                           // REG-04
    if (wanted.min_left != 0 && !version.has_min_left) return -EINVAL;  // REG-16
    std::uint16_t known = 0;
    if (version.has_mmap) known |= abi::iou_pbuf_ring_mmap;
    if (version.has_incremental) known |= abi::iou_pbuf_ring_inc;
    return (wanted.flags & ~known) != 0 ? -EINVAL : 0;  // REG-05
}

int check_entries(const profile& version, const abi::io_uring_buf_reg& wanted) noexcept {
    if (!std::has_single_bit(wanted.ring_entries)) return -EINVAL;  // REG-06
    const std::uint32_t most = version.bugs.accepts_65536_entries ? 2 * entries_max : entries_max;
    return wanted.ring_entries > most ? -EINVAL : 0;  // REG-07
}

int check_min_left(const abi::io_uring_buf_reg& wanted) noexcept {
    const bool incremental = (wanted.flags & abi::iou_pbuf_ring_inc) != 0;
    return wanted.min_left != 0 && !incremental ? -EINVAL : 0;  // REG-16
}

bool is_mapped_kind(const abi::io_uring_buf_reg& wanted) noexcept {
    return (wanted.flags & abi::iou_pbuf_ring_mmap) != 0;
}

int check_address(const profile& version, const abi::io_uring_buf_reg& wanted) noexcept {
    if (is_mapped_kind(wanted)) {
        return wanted.ring_addr != 0 && !version.mapped_ring_ignores_address ? -EINVAL : 0;
    }
    if (wanted.ring_addr == 0) return -EFAULT;               // REG-08
    return wanted.ring_addr % page_size != 0 ? -EINVAL : 0;  // REG-09
}

// REG-13: an emptied legacy group is replaced.
bool is_in_use(ring_context& ring, std::uint16_t group) {
    const auto legacy = ring.legacy.find(group);
    if (legacy != ring.legacy.end() && !legacy->second.empty()) return true;
    return ring.groups.find(group) != nullptr;
}

// REG-15: which of two wrong arguments is told.
int check_content(ring_context& ring, const abi::io_uring_buf_reg& wanted) {
    const profile& version = ring.in->version();
    const int reserved = check_reserved(version, wanted);
    if (reserved != 0) return reserved;
    const int address = check_address(version, wanted);
    if (version.order != registration_order::c && address != 0) return address;
    if (const int refused = check_entries(version, wanted); refused != 0) return refused;
    if (const int refused = check_min_left(wanted); refused != 0) return refused;
    if (is_in_use(ring, wanted.bgid)) return -EEXIST;
    if (version.failed_ring_drops_legacy) ring.legacy.erase(wanted.bgid);  // REG-21
    return address;
}

// UNR-02, STA-02
int not_a_ring(const ring_context& ring, std::uint32_t group) {
    return is_legacy_group(ring, group) ? -EINVAL : -ENOENT;
}

// REG-10: pages that cannot be written are refused, whether unmapped, read-only or the kernel's.
bool can_pin(const machine& in, std::uint64_t address, std::size_t size) noexcept {
    const address_space& memory = in.memory;
    // BUG-05: a ring that fills its pages wants one more.
    if (in.version().bugs.pins_a_page_too_many && size % page_size == 0) size += page_size;
    const std::size_t whole = pages_for(size) * page_size;
    if (memory.writable(address, whole) == whole) return true;
    return memory.writable(address, size) == size;  // exposed memory need not fill its last page
}

abi::io_uring_buf* slots_at(std::uint64_t address) noexcept {
    return reinterpret_cast<abi::io_uring_buf*>(static_cast<std::uintptr_t>(address));
}

mapped_memory map_buffer_ring(machine& in, ring_context& ring, std::size_t size,
                              std::uint64_t offset) {
    const auto group = static_cast<std::uint16_t>((offset & ~map_kind_mask) >>
                                                  abi::ioring_off_pbuf_shift);  // MAP-01
    const buffer_list* list = (offset & ~map_kind_mask) >> abi::ioring_off_pbuf_shift > 0xffff
        ? nullptr
        : ring.groups.find(group);
    if (list == nullptr || !list->mapped) {
        return {nullptr, -in.version().map_unknown_group_error};  // MAP-04
    }
    if (pages_for(size) < pages_for(ring_size(list->entries))) return {nullptr, -EFAULT};  // MAP-03
    return {reinterpret_cast<std::byte*>(list->slots), 0};
}

}  // namespace

int register_buffer_ring(ring_context& ring, std::uint64_t argument) {
    machine& in = *ring.in;
    abi::io_uring_buf_reg wanted{};
    if (!in.memory.copy_in(&wanted, argument, sizeof wanted)) return -EFAULT;  // REG-03
    if (const int refused = check_content(ring, wanted); refused != 0) return refused;
    buffer_list list{.entries = wanted.ring_entries,
                     .min_left = wanted.min_left,
                     .group = wanted.bgid,
                     .mask = static_cast<std::uint16_t>(wanted.ring_entries - 1),
                     .incremental = (wanted.flags & abi::iou_pbuf_ring_inc) != 0,
                     .mapped = is_mapped_kind(wanted)};
    const std::size_t size = ring_size(wanted.ring_entries);
    if (in.version().charges_locked_memory) {  // USR-05
        list.charged_pages = static_cast<std::uint32_t>(pages_for(size));
        if (in.locked_pages + list.charged_pages > in.options.locked_pages_max) return -ENOMEM;
    }
    if (list.mapped) {
        const std::uint64_t offset =
            abi::ioring_off_pbuf_ring | std::uint64_t{wanted.bgid} << abi::ioring_off_pbuf_shift;
        std::byte* memory = in.ring_pages(ring, offset, pages_for(size));  // MAP-02: zeroed
        if (memory == nullptr) return -ENOMEM;
        list.slots = reinterpret_cast<abi::io_uring_buf*>(memory);
    } else {
        // The last page of all: its end has no address (REG-10).
        if (wanted.ring_addr + pages_for(size) * page_size < wanted.ring_addr) {
            return -EOVERFLOW;
        }
        if (!can_pin(in, wanted.ring_addr, size)) return -EFAULT;
        list.slots = slots_at(wanted.ring_addr);
        in.memory.pin(list.slots);
    }
    if (wanted.bgid < low_groups) {
        ring.low_group_used = true;
        if (!ring.kept_heads.empty()) list.head = ring.kept_heads[wanted.bgid];  // BUG-07
    }
    in.locked_pages += list.charged_pages;
    ring.legacy.erase(wanted.bgid);
    ring.groups.add(list);
    return 0;
}

int unregister_buffer_ring(ring_context& ring, std::uint64_t argument) {
    machine& in = *ring.in;
    abi::io_uring_buf_reg named{};
    if (!in.memory.copy_in(&named, argument, sizeof named)) return -EFAULT;
    const bool min_left_is_reserved = !in.version().has_min_left;
    if (any_set(named.resv) || named.flags != 0 || (min_left_is_reserved && named.min_left != 0)) {
        return -EINVAL;  // UNR-01
    }
    const profile& version = in.version();
    const buffer_list* list = ring.groups.find(named.bgid);
    if (list == nullptr) return not_a_ring(ring, named.bgid);  // UNR-02
    if (version.low_groups_are_permanent && named.bgid < low_groups) {
        ring.kept_heads.resize(low_groups);
        ring.kept_heads[named.bgid] = list->head;
    }
    if (list->mapped && version.bugs.mapped_ring_freed_early) {
        // BUG-10: the pages are somebody else's now; the mapping shows what they write there.
        std::memset(static_cast<void*>(list->slots), 0x6b, ring_size(list->entries));
    }
    ring.tell_program(event_kind::group_closed, named.bgid);
    release_ring_memory(in, *list);
    ring.groups.remove(named.bgid);
    return 0;
}

int tell_buffer_ring_status(ring_context& ring, std::uint64_t argument) {
    machine& in = *ring.in;
    abi::io_uring_buf_status status{};
    if (!in.memory.copy_in(&status, argument, sizeof status)) return -EFAULT;
    if (any_set(status.resv)) return -EINVAL;  // STA-02
    const buffer_list* list = status.buf_group > 0xffff
        ? nullptr
        : ring.groups.find(static_cast<std::uint16_t>(status.buf_group));
    if (list == nullptr) return not_a_ring(ring, status.buf_group);
    status.head = list->head;  // STA-01
    return in.memory.copy_out(argument, &status, sizeof status) ? 0 : -EFAULT;
}

void release_ring_memory(machine& in, const buffer_list& list) {
    in.locked_pages -= list.charged_pages;
    if (list.mapped) {
        in.release_ring_pages(reinterpret_cast<std::byte*>(list.slots),
                              pages_for(ring_size(list.entries)));
    } else {
        in.memory.unpin(list.slots);
    }
}

void keep_rings_in(machine& in, std::span<const std::byte> memory) {
    const std::byte* end = memory.data() + memory.size();
    for (const auto& ring : in.rings) {
        for (const auto& list : ring->groups) {
            const auto* first = reinterpret_cast<const std::byte*>(list->slots);
            const std::size_t size = ring_size(list->entries);
            if (list->mapped || list->own_copy || first >= end || first + size <= memory.data()) {
                continue;
            }
            std::byte* copy = in.memory.allocate_for_kernel(pages_for(size));
            if (copy == nullptr) continue;
            std::memcpy(copy, first, size);
            list->slots = reinterpret_cast<abi::io_uring_buf*>(copy);
            list->own_copy = true;
        }
    }
}

mapped_memory map_ring(machine& in, ring_context& ring, std::size_t size, std::uint64_t offset) {
    if (size == 0) return {nullptr, -EINVAL};
    switch (offset & map_kind_mask) {
        case abi::ioring_off_sq_ring:
        case abi::ioring_off_cq_ring:  // FEAT_SINGLE_MMAP: one and the same
            if (ring.brings_memory) return {nullptr, -EINVAL};
            return {ring.rings_memory, 0};
        case abi::ioring_off_sqes:
            if (ring.brings_memory) return {nullptr, -EINVAL};
            if (pages_for(size) < pages_for(ring.sqes_size)) return {nullptr, -EFAULT};
            return {ring.sqes_memory, 0};
        case abi::ioring_off_pbuf_ring:
            if (!in.version().has_mmap) return {nullptr, -EINVAL};
            return map_buffer_ring(in, ring, size, offset);
        default:
            return {nullptr, -in.version().map_unknown_group_error};  // MAP-01, MAP-04
    }
}

}  // namespace ringproof::sim
