#pragma once
// Who holds which buffer: the accounting that buffer_group, its leases and bundles share.

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <ringproof/buffer_record.hpp>
#include <ringproof/buffer_ring.hpp>
#include <ringproof/buffer_storage.hpp>
#include <ringproof/completion.hpp>
#include <ringproof/deferred_request.hpp>
#include <ringproof/error.hpp>
#include <ringproof/ids.hpp>
#include <ringproof/ring_registration.hpp>

namespace ringproof {

/// One group, shared by its handle and by all leases, which may die in any order. A buffer is at
/// each moment in one place: idle (the application's, never or not yet provided), with the kernel
/// (staged or published), or out (handed over by the kernel, leased). An incremental buffer with
/// the kernel may have leased parts as well. Counted references; one thread; no locks.
template <kernel Kernel>
class alignas(64) group_core {
public:
    /// Allocates everything; registers nothing.
    group_core(std::shared_ptr<ring_core<Kernel>> ring, buffer_storage<Kernel>&& storage,
               std::uint32_t entries, std::uint32_t low_water)
        : quick_caller_(ring->owner()),
          usual_caller_(ring->owner()),
          kernel_(&ring->kernel()),
          slot_count_(static_cast<std::uint16_t>(entries)),
          records_(entries),
          owner_(ring->owner()),
          low_water_(std::clamp(low_water, 1U, entries)),
          ring_core_(std::move(ring)),
          storage_(std::move(storage)) {
        for (std::uint32_t i = 0; i < entries; ++i) {
            records_[i].bytes = storage_.buffer(static_cast<buffer_id>(i)).data();
        }
    }
    group_core(const group_core&) = delete;
    group_core& operator=(const group_core&) = delete;

    /// Registers the ring, still empty. Errors: as ring_registration::create().
    result<void> enroll(group_id id, const ring_registration_options& options);

    void acquire() noexcept { ++references_; }
    /// Drops one reference; the last one frees the group, or retires its slab (UNR-04).
    void drop() noexcept;

    /// wrong_thread, forked_child; cheap enough for every call.
    [[nodiscard]] bool is_owner() const noexcept { return is_caller(owner_); }
    [[nodiscard]] result<void> check() const noexcept {
        if (auto allowed = ring_core_->check_caller(); !allowed) return allowed;
        if (closed_) return fail(errc::group_closed);
        return {};
    }

    /// Takes what a completion hands over. Errors: wrong_thread, forked_child, group_closed,
    /// no_buffer, foreign_buffer, stale_completion, length_beyond_buffer, not_incremental. After
    /// length_beyond_buffer the named buffer went straight back to the kernel.
    [[nodiscard]] result<taken_buffers> take(const completion& done, const take_options& how);
    /// The usual case of it: `size` bytes in one buffer, which is finished. None: ask take().
    [[nodiscard]] std::optional<taken_buffers> take_quickly(buffer_id id,
                                                            std::uint32_t size) noexcept;

    /// Ends one lease on a buffer. The last one, of a buffer that the kernel has finished, gives it
    /// back to the kernel. Errors: wrong_thread, forked_child, foreign_buffer, not_leased.
    result<void> give_back(buffer_id id) noexcept {
        if (to_number(id) < slot_count_ && give_back_quickly(id)) return {};
        return give_back_slowly(id);
    }
    /// As give_back(), and drops the lease's reference; or as lose().
    result<void> end_lease(buffer_id id) noexcept;
    /// The same, quicker while returns are held, slower while they are not.
    result<void> end_lease_in_batch(buffer_id id) noexcept;

    /// Ends the only lease on a buffer by publishing its first `size` bytes. Errors: as
    /// give_back(); length_beyond_buffer, group_closed.
    result<void> provide(buffer_id id, std::uint32_t size) noexcept;
    /// At the beginning: publishes every buffer whole, or keeps all of them idle.
    void provide_all() noexcept;
    void keep_all_idle();  ///< and returned leases become idle, too: a group to send from
    /// Takes an idle buffer out for writing. Errors: no_free_buffer, and as check().
    result<buffer_id> take_idle() noexcept;
    /// Makes the buffers that a send has finished idle again, instead of giving them back: how
    /// many.
    std::uint32_t make_idle(const taken_buffers& sent) noexcept;
    /// What a failed send from `first` on consumed, as the kernel's head tells (SND-06).
    [[nodiscard]] result<taken_buffers> take_until_head(buffer_id first) noexcept;

    /// Publishing waits until as many release_returns() as hold_returns() were called.
    void hold_returns() noexcept {
        ++holds_;
        quick_caller_.store(nobody, std::memory_order::relaxed);
    }
    void release_returns() noexcept {
        if (--holds_ == 0) publish_and_wake();
    }
    /// Publishes what was staged meanwhile, if anything was: a batch that is published before its
    /// end costs one store, not two.
    void publish() noexcept {
        if (!closed_ && ring_.tail_staged() != ring_.tail_published()) ring_.publish();
    }

    /// Unregisters. Errors: wrong_thread, forked_child; errno: then the memory is leaked, since the
    /// kernel may still use it. Idempotent.
    result<void> close() noexcept;
    /// The handle went away on a foreign thread: nothing may be touched, so everything is leaked.
    void abandon(std::error_code reason) noexcept;
    /// As above, for a lease that ended on a foreign thread or in a forked child: why. Its
    /// reference stays, since the owner may still use the group.
    [[gnu::cold]] result<void> lose() noexcept {
        auto refused = ring_core_->check_caller();
        if (refused.error() == errc::wrong_thread) abandon(refused.error());
        return refused;
    }

    /// Nobody waits for a buffer, and low_water of them are with the kernel.
    [[nodiscard]] bool has_for_all() const noexcept {
        return waiting_.empty() && with_kernel() >= low_water_;
    }
    /// Queues a request until low_water buffers are with the kernel, and one of them for each that
    /// stands before it.
    /// \param refused  the kernel had no buffer for it, whatever with_kernel() says
    void wait_for_buffers(deferred_request& request, bool refused) noexcept {
        waiting_.push_back(request);
        doubted_ = doubted_ || refused;
        wake_waiting();
    }

    [[nodiscard]] buffer_ring<typename Kernel::memory_type>& ring() noexcept { return ring_; }
    [[nodiscard]] const buffer_storage<Kernel>& storage() const noexcept { return storage_; }
    [[nodiscard]] const ring_registration<Kernel>& registration() const noexcept {
        return registration_;
    }
    [[nodiscard]] ring_core<Kernel>& owner_ring() const noexcept { return *ring_core_; }
    [[nodiscard]] buffer_id next_of(buffer_id id) const noexcept {
        return records_[to_number(id)].next;
    }
    /// A buffer's bytes from `offset` on, as they were staged.
    [[nodiscard]] std::span<std::byte> rest_of(buffer_id id, std::uint32_t offset) const noexcept {
        const record& r = records_[to_number(id)];
        return {r.bytes + offset, r.size - offset};
    }
    [[nodiscard]] std::uint32_t size_of(buffer_id id) const noexcept {
        return records_[to_number(id)].size;
    }
    [[nodiscard]] std::uint32_t slot_count() const noexcept { return slot_count_; }
    [[nodiscard]] std::size_t idle() const noexcept { return idle_.size(); }
    [[nodiscard]] std::uint32_t with_kernel() const noexcept {
        return static_cast<std::uint16_t>(ring_.tail_staged() - ended_);
    }
    [[nodiscard]] bool incremental() const noexcept { return incremental_; }
    [[nodiscard]] bool closed() const noexcept { return closed_; }

private:
    using record = buffer_record;
    static constexpr caller_id nobody{~std::uint64_t{0}};  ///< equals no caller

    /// Stands in the ring's line for all that wait for the group's buffers.
    struct doorkeeper : deferred_request {
        explicit doorkeeper(group_core& door) noexcept : deferred_request(&let_in), group(door) {}
        group_core& group;
    };

    ~group_core() = default;

    [[nodiscard]] bool is_caller(caller_id who) const noexcept {  // some kernels tell it faster
        if constexpr (requires { kernel_->is_caller(who); }) return kernel_->is_caller(who);
        return kernel_->caller() == who;
    }
    [[nodiscard]] record& at(buffer_id id) noexcept { return records_[to_number(id)]; }
    [[nodiscard]] buffer_id id_at(std::uint16_t position) const noexcept;
    [[nodiscard]] bool published(const record& r) const noexcept;
    [[nodiscard]] bool kept(const record& r) const noexcept;
    [[nodiscard]] result<std::uint32_t> count_slots(buffer_id first, std::size_t size) noexcept;
    void take_one(buffer_id id, record& r, std::uint32_t size, bool more) noexcept;
    void close_skipped(std::uint16_t position) noexcept;
    void end_kernel_share(record& r) noexcept;
    void stage(buffer_id id, record& r) noexcept {
        r.holders = record::kernel_share;
        r.position = ring_.tail_staged();
        ring_.stage({r.bytes, r.size}, id);
    }
    /// Nearly every return: one question about caller and group, one about the buffer. Every answer
    /// but the usual one is for give_back_slowly(). \pre id < slot_count_
    [[nodiscard]] bool give_back_quickly(buffer_id id) noexcept;
    [[nodiscard]] bool give_back_in_batch(buffer_id id) noexcept;  ///< quicker while returns wait
    [[nodiscard, gnu::noinline]] bool give_back_held(buffer_id id) noexcept;
    [[gnu::noinline]] result<void> give_back_slowly(buffer_id id) noexcept;
    [[gnu::noinline]] result<void> end_lease_slowly(buffer_id id) noexcept;
    /// A buffer that nobody holds goes back to the kernel, if that is where it belongs.
    void put(buffer_id id, record& r) noexcept {
        if (closed_ || sends_) return keep(id);
        stage(id, r);
        if (holds_ == 0) publish_and_wake();
    }
    [[gnu::noinline]] void keep(buffer_id id) noexcept;
    [[gnu::noinline]] void publish_and_wake() noexcept;
    void wake_waiting() noexcept;
    static bool let_in(deferred_request& self, std::uint32_t undecided) noexcept;
    [[nodiscard]] std::uint32_t count_free() noexcept;
    void set_usual_caller(caller_id who) noexcept {
        usual_caller_.store(who, std::memory_order::relaxed);
        quick_caller_.store(holds_ == 0 ? who : nobody, std::memory_order::relaxed);
    }

    // What each return touches comes first, in one cache line.
    // The first two are the owner's to write; a foreign thread that is about to be refused reads
    // them.
    std::atomic<caller_id> quick_caller_;  // the owner, while a return is only stage and publish
    std::atomic<caller_id> usual_caller_;  // the same, when a return may also be held
    Kernel* kernel_;
    buffer_ring<typename Kernel::memory_type> ring_;
    std::uint16_t slot_count_;  // at most 32768
    std::uint16_t ended_ = 0;   // free-running: how often the kernel has finished a buffer
    bool has_open_ = false;     // incremental: open_ was named with F_BUF_MORE last
    std::uint32_t holds_ = 0;
    std::uint32_t references_ = 1;
    std::vector<record> records_;
    caller_id owner_;
    bool closed_ = false;
    bool leaked_ = false;
    bool sends_ = false;
    std::uint32_t low_water_;
    bool incremental_ = false;
    buffer_id open_{};
    std::vector<buffer_id> idle_;
    deferred_list waiting_;
    doorkeeper doorkeeper_{*this};
    bool doubted_ = false;  // a receive found the pool empty against our account
    std::shared_ptr<ring_core<Kernel>> ring_core_;
    ring_registration<Kernel> registration_;
    buffer_storage<Kernel> storage_;
};

}  // namespace ringproof

#include <ringproof/group_core_return.hpp>
#include <ringproof/group_core_take.hpp>
#include <ringproof/group_core_wait.hpp>
