#pragma once
// What a kernel can do, found out by trying on rings made for the purpose, never by a version: a
// distribution's kernel has features from the future, and a sandbox takes some of the present away.

#include <array>
#include <cerrno>
#include <cstdint>
#include <string_view>
#include <system_error>
#include <utility>

#include <ringproof/kernel.hpp>
#include <ringproof/mapping.hpp>
#include <ringproof/socket_requests.hpp>
#include <ringproof/uring.hpp>

namespace ringproof {

/// What probe() found. Each member is true when the kernel did it, false when it refused.
struct capabilities {
    bool user_rings = false;
    bool mapped_rings = false;
    bool status_query = false;
    bool incremental = false;
    bool min_left = false;
    bool bundles = false;
    bool recv_multishot = false;
    bool recv_multishot_limits = false;
    bool read_multishot = false;
    bool single_issuer = false;
    bool cooperative = false;
    bool deferred = false;
    bool polled = false;
    bool registered_ring_fd = false;
    bool sync_cancel = false;
    bool sparse_files = false;

    friend bool operator==(const capabilities&, const capabilities&) = default;
};

/// A capability's name, for printing and for a look-up by name, with the mainline version that
/// brought it; stable kernels may have it earlier.
struct capability {
    std::string_view name;
    std::string_view since;
    bool capabilities::* member;
    std::string_view meaning;
};

inline constexpr auto all_capabilities = std::to_array<capability>({
    {"user_rings", "5.19", &capabilities::user_rings, "buffer rings in the application's memory"},
    {"mapped_rings", "6.4", &capabilities::mapped_rings, "buffer rings in the kernel's memory"},
    {"status_query", "6.8", &capabilities::status_query, "asking for the kernel's head"},
    {"incremental", "6.12", &capabilities::incremental, "buffers consumed piece by piece"},
    {"min_left", "7.1", &capabilities::min_left, "a smallest rest of an incremental buffer"},
    {"bundles", "6.10", &capabilities::bundles, "several buffers in one completion"},
    {"recv_multishot", "6.0", &capabilities::recv_multishot, "receives that stay armed"},
    {"recv_multishot_limits", "6.17", &capabilities::recv_multishot_limits,
     "multishot receives with a limit for each transfer and in all"},
    {"read_multishot", "6.7", &capabilities::read_multishot, "reads that stay armed"},
    {"single_issuer", "6.0", &capabilities::single_issuer, "a promise that one thread submits"},
    {"cooperative", "5.19", &capabilities::cooperative, "completion work without interrupts"},
    {"deferred", "6.1", &capabilities::deferred, "completion work when the owner asks for it"},
    {"polled", "5.11", &capabilities::polled, "a kernel thread that submits"},
    {"registered_ring_fd", "5.18", &capabilities::registered_ring_fd, "a ring without fd look-up"},
    {"sync_cancel", "6.0", &capabilities::sync_cancel, "cancelling by a system call"},
    {"sparse_files", "5.19", &capabilities::sparse_files, "registered files that start empty"},
});

namespace detail {

/// Whether a trial worked. EINVAL is how a kernel says that it does not know what was asked of it;
/// anything else (ENOMEM, EPERM) says nothing about features, and is an error.
template <class Value>
result<bool> known(const result<Value>& tried) noexcept {
    if (tried) return true;
    if (is_errno(tried.error(), EINVAL)) return false;
    return std::unexpected(tried.error());
}

/// Tries things out on one scratch ring. The first error that is no answer sticks.
template <kernel Kernel>
class trials {
public:
    explicit trials(uring<Kernel>& ring) noexcept : ring_(&ring) {}

    void note(bool& found, const result<bool>& tried) noexcept {
        if (tried) {
            found = *tried;
        } else if (!failure_) {
            failure_ = tried.error();
        }
    }
    [[nodiscard]] std::error_code failure() const noexcept { return failure_; }

    result<bool> buffer_ring(std::uint16_t flags, std::uint32_t min_left = 0) {
        return buffer_ring(flags, min_left, [] { return result<bool>(true); });
    }

    result<bool> status_query() {
        return buffer_ring(0, 0, [this] {
            abi::io_uring_buf_status asked{};
            return known(call(abi::ioring_register_pbuf_status, &asked));
        });
    }

    /// Submits a request for a descriptor that cannot be open. A kernel that understands the
    /// request finds that out last and says EBADF; one that does not says EINVAL before it looks.
    result<bool> request(const abi::io_uring_sqe& sqe) {
        if (auto pushed = ring_->push(sqe); !pushed) return std::unexpected(pushed.error());
        if (auto waited = ring_->submit_and_wait(1); !waited) {
            return std::unexpected(waited.error());
        }
        bool understood = false;
        ring_->for_each_completion(
            [&](const completion& done) { understood = is_errno(done.error(), EBADF); });
        return understood;
    }

    /// Cancels a request that does not exist: ENOENT from a kernel that looked for it.
    result<bool> sync_cancel() {
        abi::io_uring_sync_cancel_reg target{};
        target.addr = ~std::uint64_t{0};
        target.timeout_sec = -1;
        target.timeout_nsec = -1;
        const auto done = call(abi::ioring_register_sync_cancel, &target);
        if (!done && is_errno(done.error(), ENOENT)) return true;
        return known(done);
    }

    result<bool> sparse_files() {
        abi::io_uring_rsrc_register table{};
        table.nr = 1;
        table.flags = abi::ioring_rsrc_register_sparse;
        // Closing the scratch ring takes the table away.
        return known(ring_->core()->register_(abi::ioring_register_files2, &table, sizeof table));
    }

    /// EBUSY: this thread has registered as many rings as it may, so the kernel knows how.
    result<bool> registered_ring_fd() {
        abi::io_uring_rsrc_update update{};
        update.offset = ~std::uint32_t{0};
        update.data = static_cast<std::uint64_t>(ring_->fd());
        const auto done = call(abi::ioring_register_ring_fds, &update);
        if (done) {
            update.data = 0;  // refused otherwise, and the slot would be lost to this thread
            (void)call(abi::ioring_unregister_ring_fds, &update);
        }
        if (!done && is_errno(done.error(), EBUSY)) return true;
        return known(done);
    }

private:
    /// Registers a ring of one entry, tries something with it, and takes it away again.
    template <class Try>
    result<bool> buffer_ring(std::uint16_t flags, std::uint32_t min_left, Try trial) {
        abi::io_uring_buf_reg wanted{};
        wanted.ring_entries = 1;
        wanted.flags = flags;
        wanted.min_left = min_left;
        mapping<Kernel> memory;
        if ((flags & abi::iou_pbuf_ring_mmap) == 0) {
            auto page = mapping<Kernel>::anonymous(kernel(), {.size = kernel().page_size()});
            if (!page) return std::unexpected(page.error());
            memory = std::move(*page);
            wanted.ring_addr = requests::detail::address(memory.bytes().data());
        }
        const auto made = known(call(abi::ioring_register_pbuf_ring, &wanted));
        if (!made || !*made) return made;
        const auto tried = trial();
        abi::io_uring_buf_reg gone{};
        (void)call(abi::ioring_unregister_pbuf_ring, &gone);
        return tried;
    }
    result<unsigned> call(unsigned opcode, void* argument) noexcept {
        return ring_->core()->register_(opcode, argument, 1);
    }
    [[nodiscard]] Kernel& kernel() const noexcept { return ring_->kernel(); }

    uring<Kernel>* ring_;
    std::error_code failure_;
};

/// Makes a ring with exactly these flags, and closes it.
template <kernel Kernel>
result<bool> setup_takes(Kernel& kernel, std::uint32_t flags) noexcept {
    abi::io_uring_params params{};
    params.flags = flags;
    const auto fd = kernel.setup(1, params);
    if (fd) (void)kernel.close(*fd);
    // Polling was a privilege before 5.11, and a sandbox may keep it one.
    if (!fd && is_errno(fd.error(), EPERM) && (flags & abi::ioring_setup_sqpoll) != 0) return false;
    return known(fd);
}

}  // namespace detail

/// Tries everything, on rings that are closed again before it returns: some forty
/// system calls, meant for the start of a program.
/// Errors: errno of io_uring_setup(2) (ENOSYS, EPERM: there is no io_uring for this process), or of
/// a trial that failed for another reason than a missing feature (ENOMEM); errc::unsupported.
template <kernel Kernel>
[[nodiscard]] result<capabilities> probe(Kernel& kernel) {
    auto ring = uring<Kernel>::create(kernel,
                                      {.entries = 4,
                                       .mode = execution::plain,
                                       .single_issuer = false,
                                       .register_ring_fd = false});
    if (!ring) return std::unexpected(ring.error());
    capabilities found;
    detail::trials<Kernel> trials(*ring);

    constexpr group_id nobody{0};  // never looked up: the descriptor is refused first
    constexpr user_data user{0};
    const abi::io_uring_sqe limited =
        requests::recv_multishot(-1, nobody, user, {.size_limit = 1, .total_limit = 1});
    trials.note(found.user_rings, trials.buffer_ring(0));
    trials.note(found.mapped_rings, trials.buffer_ring(abi::iou_pbuf_ring_mmap));
    trials.note(found.incremental, trials.buffer_ring(abi::iou_pbuf_ring_inc));
    trials.note(found.min_left, trials.buffer_ring(abi::iou_pbuf_ring_inc, 1));
    trials.note(found.status_query, trials.status_query());
    trials.note(found.recv_multishot, trials.request(requests::recv_multishot(-1, nobody, user)));
    trials.note(found.recv_multishot_limits, trials.request(limited));
    trials.note(found.read_multishot, trials.request(requests::read_multishot(-1, nobody, user)));
    trials.note(found.sync_cancel, trials.sync_cancel());
    trials.note(found.sparse_files, trials.sparse_files());
    trials.note(found.registered_ring_fd, trials.registered_ring_fd());
    found.bundles = (ring->features() & abi::ioring_feat_recvsend_bundle) != 0;
    if (auto closed = ring->close(); !closed) return std::unexpected(closed.error());

    constexpr std::uint32_t single = abi::ioring_setup_single_issuer;
    trials.note(found.single_issuer, detail::setup_takes(kernel, single));
    trials.note(found.cooperative, detail::setup_takes(kernel, abi::ioring_setup_coop_taskrun));
    trials.note(found.deferred,
                detail::setup_takes(kernel, single | abi::ioring_setup_defer_taskrun));
    trials.note(found.polled, detail::setup_takes(kernel, abi::ioring_setup_sqpoll));
    if (trials.failure()) return std::unexpected(trials.failure());
    return found;
}

}  // namespace ringproof
