#include "sim/kernel/lifetime.hpp"

#include <algorithm>
#include <bit>
#include <cerrno>

#include "sim/kernel/machine.hpp"
#include "sim/kernel/poll.hpp"
#include "sim/kernel/registration.hpp"
#include "sim/kernel/timeouts.hpp"
#include "sim/kernel/unsupported.hpp"

namespace ringproof::sim {

namespace {

constexpr std::uint32_t entries_max = 32768;
constexpr std::uint32_t cq_entries_max = 2 * entries_max;
constexpr std::uint64_t ns_per_ms = 1'000'000;
constexpr std::uint32_t default_idle_ms = 1000;
constexpr std::uint32_t processors = 4;
constexpr std::uint32_t no_mmap = 1U << 14U;          // IORING_SETUP_NO_MMAP
constexpr std::uint32_t no_sqarray = 1U << 16U;       // IORING_SETUP_NO_SQARRAY
constexpr std::uint32_t cancel_by_opcode = 1U << 5U;  // IORING_ASYNC_CANCEL_OP

// struct io_rings of Linux: heads and tails, constants, flags, then the CQEs on a cache line.
constexpr std::uint32_t sq_head_at = 0;
constexpr std::uint32_t sq_tail_at = 4;
constexpr std::uint32_t cq_head_at = 8;
constexpr std::uint32_t cq_tail_at = 12;
constexpr std::uint32_t sq_mask_at = 16;
constexpr std::uint32_t cq_mask_at = 20;
constexpr std::uint32_t sq_entries_at = 24;
constexpr std::uint32_t cq_entries_at = 28;
constexpr std::uint32_t sq_dropped_at = 32;
constexpr std::uint32_t sq_flags_at = 36;
constexpr std::uint32_t cq_flags_at = 40;
constexpr std::uint32_t cq_overflow_at = 44;
constexpr std::uint32_t cqes_at = 64;

// What only somebody's program asks for.
std::uint32_t hosted_setup_flags(const profile& version) noexcept {
    std::uint32_t known = abi::ioring_setup_attach_wq | abi::ioring_setup_sqe128 |
        abi::ioring_setup_cqe32 | abi::ioring_setup_iopoll;
    // 6.5 and 6.6: no version between the two is described, and 6.6 brought cancelling by opcode.
    if ((version.cancel_flags & cancel_by_opcode) != 0) known |= no_mmap | no_sqarray;
    return known;
}

// Which flags go together. Matches io_uring_sanitise_params().
int check_flags(machine& in, std::uint32_t flags) {
    const profile& version = in.version();
    std::uint32_t known = modelled_setup_flags;
    if (in.outside != nullptr) known |= hosted_setup_flags(version);
    if (!version.has_single_issuer) known &= ~abi::ioring_setup_single_issuer;
    if (!version.has_deferred_taskrun) known &= ~abi::ioring_setup_defer_taskrun;
    if ((flags & ~known) != 0) {
        lacks(in, "ring with the flags", flags & ~known);
        return -EINVAL;
    }
    const auto has = [flags](std::uint32_t flag) { return (flags & flag) != 0; };
    const bool defers = has(abi::ioring_setup_defer_taskrun);
    const bool cooperates = has(abi::ioring_setup_coop_taskrun);
    const bool tells = has(abi::ioring_setup_taskrun_flag);
    if (has(abi::ioring_setup_sqpoll) && (cooperates || tells || defers)) return -EINVAL;
    if (tells && !cooperates && !defers) return -EINVAL;
    if (defers && !has(abi::ioring_setup_single_issuer)) return -EINVAL;
    return 0;
}

// ATTACH_WQ: workers are everybody's here, but a thread that polls is another ring's. Matches
// io_sq_offload_create() and io_attach_sq_data().
int check_attached(machine& in, const abi::io_uring_params& params) {
    if ((params.flags & abi::ioring_setup_attach_wq) == 0) return 0;
    const auto fd = static_cast<int>(params.wq_fd);
    const ring_context* other = in.ring_at(fd);
    if (other == nullptr) return in.is_open(fd) ? -EINVAL : -ENXIO;
    const bool polls = (params.flags & abi::ioring_setup_sqpoll) != 0;
    return polls && !other->poller.exists ? -EINVAL : 0;
}

// Matches io_uring_fill_params().
int size_queues(std::uint32_t entries, abi::io_uring_params& params) noexcept {
    const bool clamps = (params.flags & abi::ioring_setup_clamp) != 0;
    if (entries == 0 || (entries > entries_max && !clamps)) return -EINVAL;
    params.sq_entries = std::bit_ceil(std::min(entries, entries_max));
    if ((params.flags & abi::ioring_setup_cqsize) == 0) {
        params.cq_entries = 2 * params.sq_entries;
        return 0;
    }
    if (params.cq_entries == 0 || (params.cq_entries > cq_entries_max && !clamps)) return -EINVAL;
    params.cq_entries = std::bit_ceil(std::min(params.cq_entries, cq_entries_max));
    return params.cq_entries < params.sq_entries ? -EINVAL : 0;
}

// CQE32 doubles what lies before the entries as well. Matches rings_size().
std::uint32_t array_at(const ring_context& ring) noexcept {
    const auto cqe = std::uint32_t{sizeof(abi::io_uring_cqe)};
    const std::uint32_t end = (cqes_at + ring.cq_entries * cqe) << ring.cqe_shift;
    return (end + 63U) & ~63U;
}

void tell_offsets(const ring_context& ring, abi::io_uring_params& params) noexcept {
    params.sq_off = {.head = sq_head_at,
                     .tail = sq_tail_at,
                     .ring_mask = sq_mask_at,
                     .ring_entries = sq_entries_at,
                     .flags = sq_flags_at,
                     .dropped = sq_dropped_at,
                     .array = ring.has(no_sqarray) ? 0 : array_at(ring),
                     .resv1 = 0,
                     .user_addr = params.sq_off.user_addr};
    params.cq_off = {.head = cq_head_at,
                     .tail = cq_tail_at,
                     .ring_mask = cq_mask_at,
                     .ring_entries = cq_entries_at,
                     .overflow = cq_overflow_at,
                     .cqes = cqes_at,
                     .flags = cq_flags_at,
                     .resv1 = 0,
                     .user_addr = params.cq_off.user_addr};
    params.features = ring.in->version().features;
}

// NO_MMAP: where the program wants them. 0, or -errno.
int take_user_memory(machine& in, ring_context& ring, const abi::io_uring_params& params) {
    const auto take = [&in](std::uint64_t address, std::uint64_t size) -> std::byte* {
        const std::uint64_t whole = pages_for(size) * page_size;
        const bool fits = address != 0 && address % page_size == 0;
        if (!fits || in.memory.writable(address, whole) != whole) return nullptr;
        auto* first = reinterpret_cast<std::byte*>(static_cast<std::uintptr_t>(address));
        std::fill_n(first, size, std::byte{0});
        return first;
    };
    if (params.cq_off.user_addr == 0 || params.sq_off.user_addr == 0) return -EFAULT;
    ring.rings_memory = take(params.cq_off.user_addr, ring.rings_size);
    ring.sqes_memory = take(params.sq_off.user_addr, ring.sqes_size);
    return ring.rings_memory == nullptr || ring.sqes_memory == nullptr ? -EINVAL : 0;
}

// 0, or -errno.
int allocate_words(machine& in, ring_context& ring, const abi::io_uring_params& params) {
    const std::uint32_t array = array_at(ring);
    const bool has_array = !ring.has(no_sqarray);
    ring.rings_size = array + (has_array ? ring.sq_entries * sizeof(std::uint32_t) : 0);
    ring.sqes_size = ring.sq_entries * (sizeof(abi::io_uring_sqe) << ring.sqe_shift);
    if (ring.brings_memory) {
        if (const int refused = take_user_memory(in, ring, params); refused != 0) return refused;
    } else {
        ring.rings_memory =
            in.ring_pages(ring, abi::ioring_off_sq_ring, pages_for(ring.rings_size));
        if (ring.rings_memory == nullptr) return -ENOMEM;
        ring.sqes_memory = in.ring_pages(ring, abi::ioring_off_sqes, pages_for(ring.sqes_size));
        if (ring.sqes_memory == nullptr) {
            in.release_ring_pages(ring.rings_memory, pages_for(ring.rings_size));
            return -ENOMEM;
        }
    }
    const auto word = [&ring](std::uint32_t at) {
        return reinterpret_cast<std::uint32_t*>(ring.rings_memory + at);
    };
    ring.words = {word(sq_head_at),
                  word(sq_tail_at),
                  word(cq_head_at),
                  word(cq_tail_at),
                  word(sq_dropped_at),
                  word(sq_flags_at),
                  word(cq_flags_at),
                  word(cq_overflow_at),
                  has_array ? word(array) : nullptr,
                  reinterpret_cast<abi::io_uring_cqe*>(ring.rings_memory + cqes_at),
                  reinterpret_cast<abi::io_uring_sqe*>(ring.sqes_memory)};
    *word(sq_mask_at) = ring.sq_entries - 1;
    *word(cq_mask_at) = ring.cq_entries - 1;
    *word(sq_entries_at) = ring.sq_entries;
    *word(cq_entries_at) = ring.cq_entries;
    return 0;
}

void start_poller(machine& in, ring_context& ring, const abi::io_uring_params& params) {
    const std::uint32_t idle = params.sq_thread_idle == 0 ? default_idle_ms : params.sq_thread_idle;
    ring.poller = {
        .exists = true, .asleep = false, .idle_ns = idle * ns_per_ms, .last_busy = in.now};
}

// Lets go of whatever a request stands in or holds; it completes nowhere.
void abandon(ring_context& ring) {
    ring.table.visit_polls([&ring](request& each) {
        disarm(each);
        ring.table.remove(each);
        if (each.file != nullptr) ring.in->drop(*std::exchange(each.file, nullptr));
        return true;
    });
    for (work_queue* queue : {&ring.task_work, &ring.retry_work, &ring.workers, &ring.deferred}) {
        while (!queue->empty()) {
            request* each = queue->pop();
            if (each->file != nullptr) ring.in->drop(*std::exchange(each->file, nullptr));
        }
    }
}

}  // namespace

int set_up_ring(machine& in, std::uint32_t entries, abi::io_uring_params& params) {
    if (params.resv[0] != 0 || params.resv[1] != 0 || params.resv[2] != 0) return -EINVAL;
    if (const int refused = check_flags(in, params.flags); refused != 0) return refused;
    if (const int refused = size_queues(entries, params); refused != 0) return refused;
    const bool polls = (params.flags & abi::ioring_setup_sqpoll) != 0;
    if ((params.flags & abi::ioring_setup_sq_aff) != 0 &&
        (!polls || params.sq_thread_cpu >= processors)) {
        return -EINVAL;
    }
    if (const int refused = check_attached(in, params); refused != 0) return refused;
    auto made = std::make_unique<ring_context>();
    ring_context& ring = *made;
    ring.in = &in;
    ring.setup_flags = params.flags;
    ring.sq_entries = params.sq_entries;
    ring.cq_entries = params.cq_entries;
    ring.brings_memory = ring.has(no_mmap);
    ring.sqe_shift = ring.has(abi::ioring_setup_sqe128) ? 1 : 0;
    ring.cqe_shift = ring.has(abi::ioring_setup_cqe32) ? 1 : 0;
    ring.table.open(ring.cq_entries);
    const int fd = in.install({nullptr, &ring});
    if (fd < 0) return fd;
    ring.fd = fd;
    if (const int refused = allocate_words(in, ring, params); refused != 0) {
        in.uninstall(fd);
        return refused;
    }
    ring.references = 1;
    ring.disabled = ring.has(abi::ioring_setup_r_disabled);
    ring.has_submitter = ring.has(abi::ioring_setup_single_issuer) && !ring.disabled;
    ring.submitter = in.caller;
    if (polls) start_poller(in, ring, params);
    tell_offsets(ring, params);
    in.rings.push_back(std::move(made));
    return fd;
}

void drop_ring(ring_context& ring) {
    if (--ring.references != 0) return;
    machine& in = *ring.in;
    abandon(ring);
    for (open_file* each : ring.files) {
        if (each != nullptr) in.drop(*each);
    }
    if (ring.events != nullptr) in.drop(*ring.events);
    for (const auto& list : ring.groups) release_ring_memory(in, *list);
    if (!ring.brings_memory) {
        in.release_ring_pages(ring.rings_memory, pages_for(ring.rings_size));
        in.release_ring_pages(ring.sqes_memory, pages_for(ring.sqes_size));
    }
    std::erase_if(in.rings, [&ring](const auto& each) { return each.get() == &ring; });
}

}  // namespace ringproof::sim
