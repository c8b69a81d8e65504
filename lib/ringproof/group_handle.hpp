#pragma once
// The owning end of a group: what buffer_group and send_group have in common.

#include <cstdint>
#include <utility>

#include <ringproof/group_core.hpp>
#include <ringproof/uring.hpp>

namespace ringproof {

/// How a group is made.
struct group_options {
    std::uint32_t entries = 256;       ///< buffers: a power of two, 1 .. 32768
    std::uint32_t buffer_size = 4096;  ///< bytes, 1 .. 2^31 - 1
    ring_memory memory = ring_memory::user;
    bool incremental = false;    ///< the kernel fills each buffer bit by bit. Linux 6.12
    std::uint32_t min_left = 0;  ///< incremental: retire a buffer with fewer bytes left. Linux 7.1
    /// Receives that ran out of buffers start again when so many are free. Above 1 it saves
    /// restarts, and needs a program that never keeps more than entries - low_water buffers.
    std::uint32_t low_water = 1;
    storage_options storage = {};
};

/// Owns one reference to a group, and closes the group at its end. On a foreign thread it leaks and
/// reports instead; in a forked child it lets go.
template <kernel Kernel>
class group_handle {
public:
    /// Errors: see buffer_group::create(). All memory is allocated before the kernel hears of the
    /// group, so a failure leaves nothing registered.
    [[nodiscard]] static result<group_handle> create(uring<Kernel>& ring, group_id id,
                                                     const group_options& options) {
        if (auto allowed = ring.core()->check(); !allowed) {
            return std::unexpected(allowed.error());
        }
        const ring_registration_options wanted{options.entries, options.memory, options.incremental,
                                               options.min_left};
        if (auto valid = validate(wanted); !valid) return std::unexpected(valid.error());
        auto storage = buffer_storage<Kernel>::create(ring.kernel(), options.entries,
                                                      options.buffer_size, options.storage);
        if (!storage) return std::unexpected(storage.error());
        group_handle made(new group_core<Kernel>(ring.core(), std::move(*storage), options.entries,
                                                 options.low_water));
        if (auto enrolled = made->enroll(id, wanted); !enrolled) {
            return std::unexpected(enrolled.error());
        }
        return made;
    }

    group_handle(group_handle&& other) noexcept : core_(std::exchange(other.core_, nullptr)) {}
    group_handle& operator=(group_handle&& other) noexcept {
        if (this != &other) {
            end();
            core_ = std::exchange(other.core_, nullptr);
        }
        return *this;
    }
    ~group_handle() { end(); }

    // The analyzer cannot follow the count of references.
    // NOLINTBEGIN(clang-analyzer-cplusplus.NewDelete,clang-analyzer-cplusplus.NewDeleteLeaks)
    [[nodiscard]] group_core<Kernel>& operator*() const noexcept { return *core_; }
    [[nodiscard]] group_core<Kernel>* operator->() const noexcept { return core_; }

private:
    explicit group_handle(group_core<Kernel>* core) noexcept : core_(core) {}

    void end() noexcept {
        if (core_ == nullptr) return;
        const auto closed = core_->close();
        if (!closed && closed.error() == errc::wrong_thread) {
            core_->abandon(closed.error());  // and the reference with it: the kernel writes on
        } else {
            core_->drop();
        }
        core_ = nullptr;
    }
    // NOLINTEND(clang-analyzer-cplusplus.NewDelete,clang-analyzer-cplusplus.NewDeleteLeaks)

    group_core<Kernel>* core_;
};

}  // namespace ringproof
