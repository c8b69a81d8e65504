#pragma once
// The right to read one completed buffer, or one part of an incremental one.

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include <ringproof/group_core.hpp>

namespace ringproof {

/// Ends by giving the buffer back to the kernel. Its bytes stay valid while it lives, also after
/// the group and the ring are gone. It belongs to the ring's thread: dropped on another one, or in
/// a forked child, it gives nothing back, and what it held is leaked and reported.
template <kernel Kernel>
class buffer_lease {
public:
    /// Holds nothing.
    buffer_lease() noexcept = default;
    buffer_lease(buffer_lease&& other) noexcept
        : core_(std::exchange(other.core_, nullptr)),
          bytes_(std::exchange(other.bytes_, {})),
          id_(other.id_) {}
    buffer_lease& operator=(buffer_lease&& other) noexcept {
        if (this != &other) {
            (void)give_back();
            core_ = std::exchange(other.core_, nullptr);
            bytes_ = std::exchange(other.bytes_, {});
            id_ = other.id_;
        }
        return *this;
    }
    ~buffer_lease() {
        if (core_ != nullptr) (void)core_->end_lease(id_);
    }

    /// The bytes that the kernel delivered; the application may also write to them.
    [[nodiscard]] std::span<std::byte> bytes() const noexcept { return bytes_; }
    [[nodiscard]] buffer_id id() const noexcept { return id_; }
    [[nodiscard]] bool belongs_to(const group_core<Kernel>& core) const noexcept {
        return core_ == &core;
    }
    [[nodiscard]] explicit operator bool() const noexcept { return core_ != nullptr; }

    /// Gives the buffer back now; the lease is empty then. An incremental buffer goes back when the
    /// kernel has finished it and its last lease has ended. An empty lease does nothing.
    /// Errors: wrong_thread, forked_child: the buffer is leaked, and reported.
    result<void> give_back() noexcept {
        if (core_ == nullptr) return {};
        bytes_ = {};
        return std::exchange(core_, nullptr)->end_lease(id_);
    }

    /// Leaves the lease without ending it: the caller owes a buffer_group::give_back(id), or for a
    /// buffer taken for sending a provide(). The bytes stay valid as long as the group.
    [[nodiscard]] buffer_id detach() noexcept {
        if (core_ == nullptr) return id_;
        bytes_ = {};
        group_core<Kernel>* core = std::exchange(core_, nullptr);
        if (core->is_owner()) core->drop();  // a foreign thread leaves the reference where it is
        return id_;
    }

    /// For this library: a lease on what `core` has just taken.
    buffer_lease(group_core<Kernel>& core, buffer_id id, std::span<std::byte> bytes) noexcept
        : core_(&core), bytes_(bytes), id_(id) {
        core.acquire();
    }

private:
    group_core<Kernel>* core_ = nullptr;
    std::span<std::byte> bytes_;
    buffer_id id_{};
};

}  // namespace ringproof
