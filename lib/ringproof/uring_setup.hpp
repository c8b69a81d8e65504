#pragma once
// Setting a ring up: the strongest flags first, then fewer, then none.

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>

#include <ringproof/completion_queue.hpp>
#include <ringproof/kernel.hpp>
#include <ringproof/mapping.hpp>
#include <ringproof/ring_core.hpp>
#include <ringproof/submission_queue.hpp>

namespace ringproof {

/// Where the kernel does a request's work.
enum class execution : std::uint8_t {
    cooperative,  ///< at the owner's next system call (COOP_TASKRUN, 5.19), else as `plain`
    deferred,     ///< when the owner asks for events (DEFER_TASKRUN, 6.1), else as `cooperative`
    polled,       ///< on a kernel thread that polls the submission queue (SQPOLL)
    plain,        ///< at any interrupt
};

/// How a ring is made.
struct uring_options {
    std::uint32_t entries = 64;    ///< submission queue; rounded up to a power of two
    std::uint32_t cq_entries = 0;  ///< completion queue; 0: twice the submission queue
    execution mode = execution::cooperative;
    std::uint32_t idle_ms = 0;  ///< polled: sleeps after this time without work; 0: 1000
    std::optional<std::uint32_t> cpu = {};  ///< polled: where its thread runs
    bool single_issuer = true;     ///< promise that one thread submits (6.0); not with polled
    bool register_ring_fd = true;  ///< saves the kernel a descriptor look-up per call (5.18)
};

namespace detail {

/// A ring fresh from the kernel: mapped, nothing submitted.
template <kernel Kernel>
struct ring_parts {
    std::shared_ptr<ring_core<Kernel>> core;
    mapping<Kernel> ring;
    mapping<Kernel> requests;
    abi::io_uring_params params{};
    std::optional<std::uint32_t> registered_fd;
};

/// Flag sets to try, from the strongest to the weakest that still means what was asked for.
inline std::array<std::uint32_t, 4> setup_attempts(const uring_options& options) noexcept {
    const std::uint32_t single = options.single_issuer ? abi::ioring_setup_single_issuer : 0;
    const std::uint32_t all = abi::ioring_setup_submit_all;
    const std::uint32_t flag = abi::ioring_setup_taskrun_flag;
    const std::uint32_t cooperative = abi::ioring_setup_coop_taskrun | flag | all;
    switch (options.mode) {
        case execution::deferred:
            return {abi::ioring_setup_defer_taskrun | abi::ioring_setup_single_issuer | flag | all,
                    cooperative | single, cooperative, 0};
        case execution::cooperative:
            return {cooperative | single, cooperative, all, 0};
        case execution::polled:
            return {abi::ioring_setup_sqpoll | all, abi::ioring_setup_sqpoll,
                    abi::ioring_setup_sqpoll, abi::ioring_setup_sqpoll};
        case execution::plain:
            break;
    }
    return {single | all, all, 0, 0};
}

template <kernel Kernel>
result<int> setup(Kernel& kernel, const uring_options& options, abi::io_uring_params& params) {
    result<int> fd = fail(EINVAL);
    for (const std::uint32_t flags : setup_attempts(options)) {
        params = {};
        params.flags = flags;
        if (options.cq_entries != 0) {
            params.flags |= abi::ioring_setup_cqsize;
            params.cq_entries = options.cq_entries;
        }
        if (options.mode == execution::polled) {
            params.sq_thread_idle = options.idle_ms;
            if (options.cpu) {
                params.flags |= abi::ioring_setup_sq_aff;
                params.sq_thread_cpu = *options.cpu;
            }
        }
        fd = kernel.setup(options.entries, params);
        // EINVAL is how an older kernel says that it does not know a flag.
        if (fd || !is_errno(fd.error(), EINVAL)) return fd;
    }
    return fd;
}

template <kernel Kernel>
result<void> map_queues(Kernel& kernel, int fd, ring_parts<Kernel>& parts) {
    const auto& params = parts.params;
    // Before 5.4 the two queues had a mapping each; no such kernel has buffer rings.
    if ((params.features & abi::ioring_feat_single_mmap) == 0) return fail(errc::unsupported);
    const std::size_t sq_size = params.sq_off.array + params.sq_entries * sizeof(std::uint32_t);
    const std::size_t cq_size = params.cq_off.cqes + params.cq_entries * sizeof(abi::io_uring_cqe);
    auto ring =
        mapping<Kernel>::of_ring(kernel, fd, std::max(sq_size, cq_size), abi::ioring_off_sq_ring);
    if (!ring) return std::unexpected(ring.error());
    auto requests = mapping<Kernel>::of_ring(
        kernel, fd, params.sq_entries * sizeof(abi::io_uring_sqe), abi::ioring_off_sqes);
    if (!requests) return std::unexpected(requests.error());
    parts.ring = std::move(*ring);
    parts.requests = std::move(*requests);
    return {};
}

/// Registers the ring's own descriptor. An old kernel refuses; then calls use the real one.
template <kernel Kernel>
std::optional<std::uint32_t> register_ring_fd(ring_core<Kernel>& core) noexcept {
    abi::io_uring_rsrc_update update{};
    update.offset = ~std::uint32_t{0};  // any free index
    update.data = static_cast<std::uint64_t>(core.fd());
    const auto done = core.register_(abi::ioring_register_ring_fds, &update, 1);
    if (!done || *done != 1) return std::nullopt;
    return update.offset;
}

/// Everything from io_uring_setup(2) to mapped queues.
template <kernel Kernel>
result<ring_parts<Kernel>> make_ring(Kernel& kernel, const uring_options& options) {
    ring_parts<Kernel> parts;
    // First what may throw: from here on a descriptor would be lost with it.
    parts.core = std::make_shared<ring_core<Kernel>>(kernel);
    const auto fd = setup(kernel, options, parts.params);
    if (!fd) return std::unexpected(fd.error());
    if (auto mapped = map_queues(kernel, *fd, parts); !mapped) {
        (void)kernel.close(*fd);
        return std::unexpected(mapped.error());
    }
    parts.core->opened(*fd);
    if (options.register_ring_fd) parts.registered_fd = register_ring_fd(*parts.core);
    return parts;
}

}  // namespace detail

}  // namespace ringproof
