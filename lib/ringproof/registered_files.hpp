#pragma once
// Files that a ring knows by a slot instead of a descriptor: it saves the kernel a reference count
// for each request, and lets a request name a file that the process has no descriptor for.

#include <cerrno>
#include <cstdint>
#include <memory>
#include <utility>

#include <ringproof/kernel.hpp>
#include <ringproof/requests.hpp>
#include <ringproof/ring_core.hpp>
#include <ringproof/uring.hpp>

namespace ringproof {

/// A ring's table of registered files; a ring has at most one. Slots start empty, and a request
/// that names an empty one completes with -EBADF. Requests keep the file that they started with,
/// whatever happens to its slot.
///
/// Belongs to the ring's thread. Destruction empties and unregisters the table, as close() does; on
/// another thread or in a forked child it only lets go, and the table goes with the ring.
template <kernel Kernel>
class registered_files {
public:
    /// Registers `count` empty slots. Linux 5.19.
    /// Errors: unsupported on an older kernel; EBUSY when the ring has a table; EINVAL for 0 slots,
    /// EMFILE for more than RLIMIT_NOFILE or the kernel's limit; wrong_thread, forked_child,
    /// ring_closed.
    [[nodiscard]] static result<registered_files> create(const uring<Kernel>& ring,
                                                         std::uint32_t count) {
        if (auto allowed = ring.core()->check(); !allowed) {
            return std::unexpected(allowed.error());
        }
        if (count == 0) return fail(EINVAL);
        abi::io_uring_rsrc_register table{};
        table.nr = count;
        table.flags = abi::ioring_rsrc_register_sparse;
        const auto done = ring.core()->register_(abi::ioring_register_files2, &table, sizeof table);
        if (!done) {
            // With a sound argument this is how an older kernel refuses an empty table.
            if (is_errno(done.error(), EINVAL)) return fail(errc::unsupported);
            return std::unexpected(done.error());
        }
        return registered_files(ring.core(), count);
    }

    registered_files(registered_files&&) noexcept = default;
    registered_files& operator=(registered_files&& other) noexcept {
        if (this != &other) {
            (void)close();
            core_ = std::move(other.core_);
            count_ = std::exchange(other.count_, 0);
        }
        return *this;
    }
    ~registered_files() { (void)close(); }

    /// Puts an open descriptor into a slot, in place of what was there. The table holds the file
    /// from now on: the descriptor may be closed.
    /// Errors: EINVAL for a slot that the table does not have; EBADF for a descriptor that is not
    /// open; ENXIO after close(); wrong_thread, forked_child, ring_closed.
    result<void> update(file_slot slot, int fd) {
        // Negative numbers are commands to the kernel: -1 empties, -2 skips.
        if (fd < 0) return fail(EBADF);
        return store(slot, fd);
    }

    /// Empties a slot; an empty one may be emptied again. Errors: as update().
    result<void> clear(file_slot slot) { return store(slot, -1); }

    /// Empties and unregisters the table. Idempotent; a closed ring took its table with it.
    /// Errors: wrong_thread, forked_child (nothing is unregistered), errno of the kernel.
    result<void> close() {
        if (!core_) return {};
        if (auto allowed = core_->check_caller(); !allowed) return allowed;
        const auto core = std::exchange(core_, nullptr);
        if (!core->open()) return {};
        const auto done = core->register_(abi::ioring_unregister_files, nullptr, 0);
        if (!done) return std::unexpected(done.error());
        return {};
    }

    /// Slots of the table.
    [[nodiscard]] std::uint32_t count() const noexcept { return core_ ? count_ : 0; }

private:
    registered_files(std::shared_ptr<ring_core<Kernel>> core, std::uint32_t count) noexcept
        : core_(std::move(core)), count_(count) {}

    result<void> store(file_slot slot, std::int32_t fd) {
        if (!core_) return fail(ENXIO);  // the kernel's word for a ring without a table
        if (auto allowed = core_->check(); !allowed) return allowed;
        if (to_number(slot) >= count_) return fail(EINVAL);
        abi::io_uring_rsrc_update update{};
        update.offset = to_number(slot);
        update.data = requests::detail::address(&fd);
        const auto done = core_->register_(abi::ioring_register_files_update, &update, 1);
        if (!done) return std::unexpected(done.error());
        return {};
    }

    std::shared_ptr<ring_core<Kernel>> core_;
    std::uint32_t count_ = 0;
};

}  // namespace ringproof
