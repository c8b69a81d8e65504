#pragma once
// A registered ring, its slab, and the knowledge of who holds which buffer: the face to use.

#include <cstdint>
#include <span>
#include <utility>

#include <ringproof/bundle.hpp>
#include <ringproof/group_handle.hpp>
#include <ringproof/uring.hpp>

namespace ringproof {

/// Buffers for receiving. All of them are with the kernel from the start; a completion hands one
/// over, take() turns that into a lease, and the lease's end gives it back. Double returns, foreign
/// ids and whatever else a mistaken program or kernel can say are refused, in release builds too.
///
/// Belongs to its ring's thread, as uring does. Group, ring and leases may be destroyed in any
/// order. Destruction closes. Linux 5.19.
template <kernel Kernel>
class buffer_group {
public:
    /// Errors: entries_out_of_range, entries_not_power_of_two, buffer_size_out_of_range,
    /// storage_too_large, storage_too_small, min_left_needs_incremental, group_in_use, unsupported
    /// (the kernel does not know a flag), wrong_thread, forked_child, ring_closed; errno of mmap(2)
    /// and io_uring_register(2), ENOMEM among them.
    [[nodiscard]] static result<buffer_group> create(uring<Kernel>& ring, group_id id,
                                                     const group_options& options = {}) {
        auto handle = group_handle<Kernel>::create(ring, id, options);
        if (!handle) return std::unexpected(handle.error());
        (*handle)->provide_all();
        return buffer_group(std::move(*handle));
    }

    /// Takes the buffers that a completion hands over, whatever its `res` is (ERR-02). Call it for
    /// every completion with a buffer(), in the order of the completions: an incremental buffer's
    /// parts lie back to back in that order (INC-03).
    /// Errors: no_buffer, foreign_buffer, stale_completion, length_beyond_buffer, not_incremental;
    /// group_closed, wrong_thread, forked_child. Nothing but the named buffer is affected.
    [[nodiscard]] result<bundle<Kernel>> take(const completion& done,
                                              const take_options& how = {}) {
        const auto taken = core_->take(done, how);
        if (!taken) return std::unexpected(taken.error());
        return bundle<Kernel>(*core_, *taken);
    }

    /// As take(), for a completion that covers one buffer.
    [[nodiscard]] result<buffer_lease<Kernel>> take_one(const completion& done,
                                                        const take_options& how = {}) {
        auto all = take(done, how);
        if (!all) return std::unexpected(all.error());
        return all->pop_front();
    }

    /// Gives back a buffer whose lease was detached.
    /// Errors: foreign_buffer, not_leased, wrong_thread, forked_child.
    result<void> give_back(buffer_id id) noexcept { return core_->give_back(id); }

    /// Gives back several with one publish. Stops at the first that is refused, with its error;
    /// those before it are given back.
    result<void> give_back(std::span<const buffer_id> ids) noexcept {
        if (!core_->is_owner()) return core_->check();
        const held_returns batch(*this);
        for (const buffer_id id : ids) {
            if (auto done = core_->give_back(id); !done) return done;
        }
        return {};
    }

    /// While one of these lives, returned buffers are staged only; its end publishes them at once.
    /// On a foreign thread and in a forked child it does nothing.
    class held_returns {
    public:
        explicit held_returns(buffer_group& group) noexcept : core_(*group.core_) {
            if (!core_.is_owner()) return;
            core_.acquire();
            core_.hold_returns();
            holds_ = true;
        }
        held_returns(const held_returns&) = delete;
        held_returns& operator=(const held_returns&) = delete;
        ~held_returns() {
            if (!holds_ || !core_.is_owner()) return;
            core_.release_returns();
            core_.drop();
        }
        /// Publishes what was returned so far.
        void publish() noexcept {
            if (holds_ && core_.is_owner()) core_.publish();
        }

    private:
        group_core<Kernel>& core_;
        bool holds_ = false;
    };

    /// Unregisters; leases stay valid, and what they give back goes to nobody. Idempotent. Armed
    /// receives end with -ENOBUFS when data comes (UNR-03). The slab is freed when the last lease
    /// is gone and no request of the ring is in flight (UNR-04).
    /// Errors: wrong_thread, forked_child; errno of io_uring_register(2): the memory is then
    /// leaked.
    result<void> close() noexcept { return core_->close(); }

    /// The kernel's head: free-running, 16 bits. Errors: unsupported before Linux 6.8.
    [[nodiscard]] result<std::uint16_t> head_kernel() const noexcept {
        if (auto allowed = core_->check(); !allowed) return std::unexpected(allowed.error());
        return core_->registration().head_kernel();
    }

    /// Buffers that the kernel can still pick, by its own head; exact when nothing runs (USR-11).
    /// Errors: as head_kernel().
    [[nodiscard]] result<std::uint16_t> available() const noexcept {
        const auto head = head_kernel();
        if (!head) return head;
        return core_->ring().available(*head);
    }

    /// Buffers with the kernel by our own account: those it has picked and not completed count too.
    [[nodiscard]] std::uint32_t with_kernel() const noexcept { return core_->with_kernel(); }

    [[nodiscard]] group_id id() const noexcept { return core_->registration().id(); }
    [[nodiscard]] std::uint32_t slot_count() const noexcept { return core_->slot_count(); }
    [[nodiscard]] std::uint32_t buffer_size() const noexcept {
        return core_->storage().buffer_size();
    }
    [[nodiscard]] bool incremental() const noexcept { return core_->incremental(); }
    [[nodiscard]] bool closed() const noexcept { return core_->closed(); }
    [[nodiscard]] std::uint16_t tail_published() const noexcept {
        return core_->ring().tail_published();
    }
    /// For receivers.
    [[nodiscard]] group_core<Kernel>& core() noexcept { return *core_; }

private:
    explicit buffer_group(group_handle<Kernel>&& core) noexcept : core_(std::move(core)) {}

    group_handle<Kernel> core_;
};

/// Drains the completion queue with `use(completion)` and hands back, in this order, the buffers
/// that were returned meanwhile and the queue's entries: one store each, and none for no buffers.
/// The other order would let the kernel see room for a completion before the buffer that goes with
/// it (USR-10).
template <kernel Kernel, class Use>
unsigned for_each_completion(uring<Kernel>& ring, buffer_group<Kernel>& group, Use&& use) {
    typename buffer_group<Kernel>::held_returns batch(group);
    return ring.for_each_completion(std::forward<Use>(use), [&batch] { batch.publish(); });
}

}  // namespace ringproof
