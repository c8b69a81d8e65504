#pragma once
// The doing behind group_core.hpp: a buffer's way back to the kernel, and the group's end.

#include <ringproof/group_core.hpp>
#include <ringproof/leak.hpp>

namespace ringproof {

template <kernel Kernel>
inline bool group_core<Kernel>::give_back_quickly(buffer_id id) noexcept {
    if (!is_caller(quick_caller_.load(std::memory_order::relaxed))) return give_back_held(id);
    record& held = at(id);
    if (held.holders != 1) return false;
    stage(id, held);
    ring_.publish();
    return true;
}

template <kernel Kernel>
inline bool group_core<Kernel>::give_back_in_batch(buffer_id id) noexcept {
    record& held = at(id);
    if (!is_caller(usual_caller_.load(std::memory_order::relaxed)) || held.holders != 1)
        return false;
    stage(id, held);
    if (holds_ == 0) ring_.publish();
    return true;
}

template <kernel Kernel>
bool group_core<Kernel>::give_back_held(buffer_id id) noexcept {
    return give_back_in_batch(id);
}

template <kernel Kernel>
inline result<void> group_core<Kernel>::end_lease(buffer_id id) noexcept {
    if (!give_back_quickly(id)) return end_lease_slowly(id);
    --references_;  // not the last one: the group is open, so its handle has one
    return {};
}

template <kernel Kernel>
inline result<void> group_core<Kernel>::end_lease_in_batch(buffer_id id) noexcept {
    if (!give_back_in_batch(id)) return end_lease_slowly(id);
    --references_;
    return {};
}

/// What give_back_quickly() leaves: callers and ids to refuse, returns that somebody waits for,
/// parts of incremental buffers, groups that are closed or send.
template <kernel Kernel>
result<void> group_core<Kernel>::give_back_slowly(buffer_id id) noexcept {
    if (!is_owner()) return ring_core_->check_caller();
    if (to_number(id) >= slot_count_) return fail(errc::foreign_buffer);
    record& held = at(id);
    if (held.leases() == 0) return fail(errc::not_leased);
    if (--held.holders == 0) put(id, held);
    return {};
}

template <kernel Kernel>
result<void> group_core<Kernel>::end_lease_slowly(buffer_id id) noexcept {
    if (!is_owner()) return lose();
    auto done = give_back_slowly(id);
    drop();
    return done;
}

/// What a buffer becomes that the kernel does not get: idle, to be sent from again.
template <kernel Kernel>
void group_core<Kernel>::keep(buffer_id id) noexcept {
    if (sends_) idle_.push_back(id);
}

template <kernel Kernel>
void group_core<Kernel>::publish_and_wake() noexcept {
    publish();
    wake_waiting();
}

template <kernel Kernel>
result<void> group_core<Kernel>::provide(buffer_id id, std::uint32_t size) noexcept {
    if (auto allowed = check(); !allowed) return allowed;
    if (to_number(id) >= slot_count_) return fail(errc::foreign_buffer);
    record& r = at(id);
    if (r.holders != 1) return fail(errc::not_leased);
    if (size == 0 || size > storage_.buffer_size()) return fail(errc::length_beyond_buffer);
    r.size = size;
    stage(id, r);
    if (holds_ == 0) ring_.publish();
    return {};
}

template <kernel Kernel>
void group_core<Kernel>::provide_all() noexcept {
    for (std::uint32_t i = 0; i < slot_count_; ++i) {
        records_[i].size = storage_.buffer_size();
        stage(static_cast<buffer_id>(i), records_[i]);
    }
    ring_.publish();
}

template <kernel Kernel>
void group_core<Kernel>::keep_all_idle() {
    sends_ = true;
    set_usual_caller(nobody);
    for (std::size_t i = slot_count_; i-- > 0;) idle_.push_back(static_cast<buffer_id>(i));
}

template <kernel Kernel>
result<buffer_id> group_core<Kernel>::take_idle() noexcept {
    if (auto allowed = check(); !allowed) return std::unexpected(allowed.error());
    if (idle_.empty()) return fail(errc::no_free_buffer);
    const buffer_id id = idle_.back();
    idle_.pop_back();
    at(id).holders = 1;
    return id;
}

template <kernel Kernel>
std::uint32_t group_core<Kernel>::make_idle(const taken_buffers& sent) noexcept {
    const std::size_t before = idle_.size();
    buffer_id id = sent.first;
    for (std::uint32_t i = 0; i < sent.count; ++i, id = at(id).next) {
        at(id).holders &= record::kernel_share;
        if (at(id).with_kernel()) continue;  // incremental: the kernel goes on with it
        idle_.push_back(id);                 // never grows: keep_all_idle() made room for every id
    }
    return static_cast<std::uint32_t>(idle_.size() - before);
}

template <kernel Kernel>
result<void> group_core<Kernel>::close() noexcept {
    if (auto allowed = ring_core_->check_caller(); !allowed) return allowed;
    if (closed_) return {};
    closed_ = true;
    wake_waiting();                      // so that they find out; and no return is quick any more
    if (!ring_core_->open()) return {};  // the ring took the registration with it
    auto done = registration_.unregister();
    if (!done) {
        leaked_ = true;
        report_leak({storage_.size() + registration_.entries().size_bytes(), done.error()});
    }
    return done;
}

template <kernel Kernel>
void group_core<Kernel>::abandon(std::error_code reason) noexcept {
    report_leak({storage_.size() + registration_.entries().size_bytes(), reason});
}

template <kernel Kernel>
void group_core<Kernel>::drop() noexcept {
    if (--references_ > 0) return;
    if (leaked_) {
        registration_.leak();
        storage_.leak();
    } else {
        ring_core_->retire(std::move(storage_));
    }
    delete this;
}

}  // namespace ringproof
