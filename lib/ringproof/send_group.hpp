#pragma once
// Buffers for sending: filled by the application, sent by the kernel in ring order.

#include <cstdint>
#include <utility>

#include <ringproof/buffer_lease.hpp>
#include <ringproof/group_handle.hpp>
#include <ringproof/uring.hpp>

namespace ringproof {

/// All buffers are the application's at first. It takes one out, fills it, and publishes as many
/// bytes of it as are to be sent; a send request with this group uses up the next published buffer,
/// or with a bundle all of them, and its completion makes them free again.
///
/// Belongs to its ring's thread, as uring does. Destruction closes. Linux 6.10.
template <kernel Kernel>
class send_group {
public:
    /// Errors: as buffer_group::create().
    [[nodiscard]] static result<send_group> create(uring<Kernel>& ring, group_id id,
                                                   const group_options& options = {}) {
        auto handle = group_handle<Kernel>::create(ring, id, options);
        if (!handle) return std::unexpected(handle.error());
        (*handle)->keep_all_idle();
        return send_group(std::move(*handle));
    }

    /// Takes a free buffer out, all of it, to be filled. Dropping the lease frees it again.
    /// Errors: no_free_buffer, group_closed, wrong_thread, forked_child.
    [[nodiscard]] result<buffer_lease<Kernel>> acquire() {
        const auto id = core_->take_idle();
        if (!id) return std::unexpected(id.error());
        return buffer_lease<Kernel>(*core_, *id, core_->storage().buffer(*id));
    }

    /// Publishes the first `size` bytes of an acquired buffer. On success the lease is empty; on
    /// error it still holds the buffer. Errors: length_beyond_buffer (0, or more than the buffer
    /// has), not_leased, foreign_buffer (a lease of another group), group_closed, wrong_thread,
    /// forked_child.
    result<void> provide(buffer_lease<Kernel>&& filled, std::uint32_t size) {
        if (!filled || !filled.belongs_to(*core_)) return fail(errc::foreign_buffer);
        auto done = core_->provide(filled.id(), size);
        if (done) (void)filled.detach();
        return done;
    }

    /// Frees the buffers that a send has used up, and returns how many. `bundle` as in the request.
    /// A failed bundle names only its first buffer and has still consumed more: then the kernel's
    /// head tells how many (SND-06), so no other send of this group may be in flight.
    /// Errors: no_buffer, foreign_buffer, stale_completion, length_beyond_buffer; those of
    /// buffer_group::head_kernel(); group_closed, wrong_thread, forked_child.
    result<std::uint32_t> complete(const completion& done, bool bundle = false) {
        const bool ask_head = bundle && done.res < 0 && done.buffer().has_value();
        const auto sent = ask_head ? core_->take_until_head(*done.buffer())
                                   : core_->take(done, {.bundle = bundle});
        if (!sent) return std::unexpected(sent.error());
        return core_->make_idle(*sent);
    }

    /// Unregisters. Errors: as buffer_group::close().
    result<void> close() noexcept { return core_->close(); }

    /// Buffers that acquire() can still take.
    [[nodiscard]] std::size_t free() const noexcept { return core_->idle(); }
    /// The tail as the kernel sees it.
    [[nodiscard]] std::uint16_t tail_published() const noexcept {
        return core_->ring().tail_published();
    }
    [[nodiscard]] group_id id() const noexcept { return core_->registration().id(); }
    [[nodiscard]] std::uint32_t slot_count() const noexcept { return core_->slot_count(); }
    [[nodiscard]] std::uint32_t buffer_size() const noexcept {
        return core_->storage().buffer_size();
    }

private:
    explicit send_group(group_handle<Kernel>&& core) noexcept : core_(std::move(core)) {}

    group_handle<Kernel> core_;
};

}  // namespace ringproof
