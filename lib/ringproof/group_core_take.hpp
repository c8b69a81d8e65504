#pragma once
// The doing behind group_core.hpp: a group's beginning, and its buffers' way out of the kernel.
// Their way back is in group_core_return.hpp.

#include <algorithm>

#include <ringproof/group_core.hpp>

namespace ringproof {

template <kernel Kernel>
result<void> group_core<Kernel>::enroll(group_id id, const ring_registration_options& options) {
    auto registration = ring_registration<Kernel>::create(*ring_core_, id, options);
    if (!registration) return std::unexpected(registration.error());
    registration_ = std::move(*registration);
    ring_ = buffer_ring(kernel_->memory(), registration_.entries());
    ended_ = ring_.tail_staged();
    incremental_ = options.incremental;
    return {};
}

/// The id that was staged at a position: entries keep theirs, the kernel never writes it (ABI-05).
template <kernel Kernel>
inline buffer_id group_core<Kernel>::id_at(std::uint16_t position) const noexcept {
    const auto slot = to_number(ring_.slot_of(position));
    auto memory = kernel_->memory();
    return static_cast<buffer_id>(memory.load_plain(&registration_.entries()[slot].bid));
}

/// True when the kernel can hold this record's buffer: it was staged, and published. However long
/// ago: who takes its buffer early may complete when its slot was used again (SEL-08).
template <kernel Kernel>
inline bool group_core<Kernel>::published(const record& r) const noexcept {
    const std::uint16_t shown = ring_.tail_published();
    const auto hidden = static_cast<std::uint16_t>(ring_.tail_staged() - shown);
    const auto ahead = static_cast<std::uint16_t>(r.position - shown);
    return r.with_kernel() && ahead >= hidden;
}

/// True when the kernel's head has not passed a record's slot. Between 6.12 and 6.17 a failed
/// receive could name a buffer that the kernel had kept (ERR-02, liburing issue 1530); to publish
/// it again would put it into the ring twice. Where the kernel cannot be asked it does not lie.
template <kernel Kernel>
bool group_core<Kernel>::kept(const record& r) const noexcept {
    const auto head = registration_.head_kernel();
    if (!head) return false;
    return static_cast<std::uint16_t>(r.position - *head) < slot_count_;
}

/// How many consecutive slots, from `first` on, hold `size` bytes (BND-03). Nothing is changed, so
/// a kernel that claims too much does no harm.
template <kernel Kernel>
result<std::uint32_t> group_core<Kernel>::count_slots(buffer_id first, std::size_t size) noexcept {
    const record& start = at(first);
    std::size_t found = start.size - start.filled;
    std::uint32_t count = 1;
    for (std::uint16_t p = start.position; found < size; ++count) {
        const buffer_id id = id_at(++p);
        if (to_number(id) >= slot_count_) return fail(errc::length_beyond_buffer);
        const record& r = at(id);
        if (r.position != p || !published(r)) return fail(errc::length_beyond_buffer);
        found += r.size;
    }
    return count;
}

template <kernel Kernel>
inline void group_core<Kernel>::end_kernel_share(record& r) noexcept {
    r.holders &= ~record::kernel_share;
    r.filled = 0;
    ++ended_;
}

template <kernel Kernel>
void group_core<Kernel>::take_one(buffer_id id, record& r, std::uint32_t size, bool more) noexcept {
    ++r.holders;
    if (more) {
        r.filled += size;
        has_open_ = true;
        open_ = id;
        return;
    }
    if (has_open_ && open_ == id) has_open_ = false;
    end_kernel_share(r);
}

/// The kernel fills slots in order. When it names a later one while an earlier one still counted as
/// filling, the earlier one is finished, though no completion said so (liburing issue 1433).
template <kernel Kernel>
void group_core<Kernel>::close_skipped(std::uint16_t position) noexcept {
    record& r = at(open_);
    const auto ahead = static_cast<std::uint16_t>(position - r.position);
    if (ahead == 0 || ahead >= slot_count_) return;
    has_open_ = false;
    end_kernel_share(r);
    if (r.holders == 0) put(open_, r);
}

template <kernel Kernel>
std::optional<taken_buffers> group_core<Kernel>::take_quickly(buffer_id id,
                                                              std::uint32_t size) noexcept {
    if (!is_caller(usual_caller_.load(std::memory_order::relaxed)) || has_open_ ||
        to_number(id) >= slot_count_)
        return {};
    record& r = at(id);
    if (!published(r) || size > r.size - r.filled) return {};
    // Mostly buffers come in the order of their ids, and the kernel's work has driven the records
    // out of the nearest cache: fetch the next line but one meanwhile.
    __builtin_prefetch(records_.data() + ((to_number(id) + 4U) & (slot_count_ - 1U)));
    const taken_buffers taken{id, 1, r.filled, size};
    ++r.holders;
    end_kernel_share(r);
    return taken;
}

template <kernel Kernel>
result<taken_buffers> group_core<Kernel>::take(const completion& done, const take_options& how) {
    if (!is_owner() || closed_) [[unlikely]]
        return std::unexpected(check().error());
    const auto named = done.buffer();
    if (!named) return fail(errc::no_buffer);
    if (to_number(*named) >= slot_count_) return fail(errc::foreign_buffer);
    record& first = at(*named);
    if (!published(first)) return fail(errc::stale_completion);
    if (done.buffer_more() && !incremental_) return fail(errc::not_incremental);
    if (done.res < 0 && !done.buffer_more() && kept(first)) return fail(errc::no_buffer);
    if (has_open_ && open_ != *named && how.committed == 0) close_skipped(first.position);

    const std::uint32_t left = first.size - first.filled;
    taken_buffers taken{*named, 1, first.filled, done.bytes()};
    if (taken.size > left) {
        auto count = how.bundle ? count_slots(*named, taken.size)
                                : result<std::uint32_t>(fail(errc::length_beyond_buffer));
        if (!count && !how.truncating) {
            take_one(*named, first, 0, false);
            (void)give_back(*named);
            return std::unexpected(count.error());
        }
        taken.count = count.value_or(1);
        if (!count) taken.size = left;
    }
    std::size_t rest = taken.size;
    buffer_id id = *named;
    for (std::uint32_t i = 1; i <= taken.count; ++i) {
        record& r = at(id);
        const auto here =
            static_cast<std::uint32_t>(std::min<std::size_t>(rest, r.size - r.filled));
        const std::uint32_t used = std::max(here, std::min(how.committed, r.size - r.filled));
        const bool last = i == taken.count;
        take_one(id, r, used, last && done.buffer_more());
        rest -= here;
        if (last) break;
        id = r.next = id_at(static_cast<std::uint16_t>(r.position + 1));
    }
    return taken;
}

template <kernel Kernel>
result<taken_buffers> group_core<Kernel>::take_until_head(buffer_id first) noexcept {
    if (auto allowed = check(); !allowed) return std::unexpected(allowed.error());
    if (to_number(first) >= slot_count_) return fail(errc::foreign_buffer);
    if (!published(at(first))) return fail(errc::stale_completion);
    const auto head = registration_.head_kernel();
    if (!head) return std::unexpected(head.error());
    taken_buffers taken{first, 0, 0, 0};
    buffer_id id = first;
    for (std::uint16_t p = at(first).position; p != *head; ++p) {
        const buffer_id next = id_at(p);
        if (to_number(next) >= slot_count_ || at(next).position != p || !published(at(next))) {
            break;  // a head beyond what was published: take what is certain
        }
        if (taken.count > 0) at(id).next = next;
        id = next;
        taken.size += at(id).size;
        ++taken.count;
        take_one(id, at(id), 0, false);
    }
    if (taken.count == 0) return fail(errc::stale_completion);
    return taken;
}

}  // namespace ringproof
