#pragma once
// The player's groups: opened, closed, and compared with what their rings' memory shows.

#include <cstring>

#include "sim/trace/play.hpp"

namespace ringproof::sim {

/// The first number whose last group is closed, without leases, and named by no request in flight.
template <world World>
std::uint16_t player<World>::free_group() {
    for (std::size_t i = 0; i < groups_.size(); ++i) {
        const group& it = groups_[i];
        if (!it.open && it.requests + it.leases == 0) return static_cast<std::uint16_t>(i);
    }
    if (groups_.size() >= playing::groups_most) return nothing;
    groups_.emplace_back();
    return static_cast<std::uint16_t>(groups_.size() - 1);
}

/// An operation may not take the last group: settle() may need one of its own. I17 demands that
/// what was sent arrives, and without buffers it cannot.
template <world World>
bool player<World>::group_to_spare() const {
    const auto taken = [](const group& it) { return it.open || it.requests + it.leases > 0; };
    const auto count = static_cast<std::size_t>(std::ranges::count_if(groups_, taken));
    return count + (spare_group_ == nothing ? 1 : 0) < playing::groups_most;
}

template <world World>
std::uint16_t player<World>::enter_group(std::uint32_t entries, std::uint32_t size,
                                         bool incremental, bool mapped, std::uint32_t min_left) {
    if (std::size_t{entries} * size > playing::slab_most) return nothing;
    const std::uint16_t index = free_group();
    if (index == nothing) return nothing;
    const group_options asked{.entries = entries,
                              .buffer_size = size,
                              .memory = mapped ? ring_memory::kernel : ring_memory::user,
                              .incremental = incremental,
                              .min_left = min_left};
    auto made = buffer_group<kernel_type>::create(*ring_, group_id{index}, asked);
    if (!made) {
        note(actor::application, event_kind::refused, index, made.error().value());
        return nothing;
    }
    group& it = groups_[index];
    it = {};
    it.buffers.emplace(std::move(*made));
    it.open = true;
    it.incremental = incremental;
    it.leaves_gaps = min_left > 1;
    it.entries = entries;
    it.size = size;
    it.tail = static_cast<std::uint16_t>(it.buffers->tail_published() - entries);  // it is full
    note(actor::application, event_kind::group_opened, index, entries, size, incremental ? 2 : 0);
    ownership_.opened(index, entries, incremental, min_left);
    rings_.opened(index, entries, it.tail);
    completions_.opened(index);
    const auto slab = it.core().storage().part(buffer_id{0}, 0, std::size_t{entries} * size);
    std::memset(slab.data(), static_cast<int>(playing::poison), slab.size());
    sync_published(index);
    if (mapped) seen(mark::mapped_ring);
    if (min_left > 0) seen(mark::min_left);
    return index;
}

template <world World>
bool player<World>::open_group(const op& wanted) {
    if (!group_to_spare()) return false;
    const std::uint16_t index =
        enter_group(wanted.count, wanted.size, wanted.has(modifier::incremental),
                    wanted.has(modifier::mapped), wanted.limit);
    if (index == nothing) return false;
    live_groups_.add(index);
    return true;
}

template <world World>
bool player<World>::open_send_group(const op& wanted) {
    if (!group_to_spare()) return false;
    if (std::size_t{wanted.count} * wanted.size > playing::slab_most) return false;
    const std::uint16_t index = free_group();
    if (index == nothing) return false;
    const bool mapped = wanted.has(modifier::mapped);
    const bool incremental = wanted.has(modifier::incremental);
    auto made =
        send_group<kernel_type>::create(*ring_, group_id{index},
                                        {.entries = wanted.count,
                                         .buffer_size = wanted.size,
                                         .memory = mapped ? ring_memory::kernel : ring_memory::user,
                                         .incremental = incremental});
    if (!made) {
        note(actor::application, event_kind::refused, index, made.error().value());
        return false;
    }
    group& it = groups_[index];
    it = {};
    it.sending.emplace(std::move(*made));
    it.open = true;
    it.incremental = incremental;
    it.entries = wanted.count;
    it.size = wanted.size;
    note(actor::application, event_kind::group_opened, index, wanted.count, wanted.size);
    completions_.opened(index);
    live_send_groups_.add(index);
    if (mapped) seen(mark::mapped_ring);
    return true;
}

template <world World>
bool player<World>::close_group(std::uint16_t index) {
    if (index == nothing) return false;
    group& it = groups_[index];
    if (auto closed = it.buffers->close(); !closed) {
        judge(blame("I18", say("closing a group failed: ", closed.error().message())));
        return true;
    }
    if (it.requests > 0) seen(mark::group_closed_while_armed);
    it.open = false;
    completions_.closed(index);
    live_groups_.remove(index);
    note(actor::application, event_kind::group_closed, index);
    return true;
}

template <world World>
void player<World>::retire_send_group(std::uint16_t index) {
    group& it = groups_[index];
    if (!it.open) return;
    if (auto closed = it.sending->close(); !closed) {
        judge(blame("I18", say("closing a send group failed: ", closed.error().message())));
    }
    it.open = false;
    live_send_groups_.remove(index);
}

/// Tells the oracles what the library has published meanwhile: what the ring's memory says, entry
/// by entry, up to the tail that the kernel sees.
template <world World>
void player<World>::sync_published(std::uint16_t index) {
    group& it = groups_[index];
    if (!it.open) return;
    const std::uint16_t tail = it.buffers->tail_published();
    if (tail == it.tail) return;
    auto memory = world_->kernel().memory();
    const auto entries = it.core().registration().entries();
    const auto count = static_cast<std::uint16_t>(tail - it.tail);
    const std::byte* slab = it.core().storage().buffer(buffer_id{0}).data();
    for (std::uint16_t i = 0; i < count; ++i) {
        const auto& entry = entries[(it.tail + i) & (it.entries - 1)];
        const std::uint16_t id = memory.load_plain(&entry.bid);
        const auto offset = memory.load_plain(&entry.addr) -
            static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(slab));
        if (judge(ownership_.published(index, id, it.size))) return;
        // An incremental kernel may have begun to fill the entry already.
        const bool whole =
            offset == std::uint64_t{id} * it.size && memory.load_plain(&entry.len) == it.size;
        if (!whole && !it.incremental) {
            judge(blame("I1", say("buffer ", id, " was published with a wrong address or length")));
            return;
        }
        note(actor::application, event_kind::published, index, id, it.size,
             static_cast<std::uint16_t>(it.tail + i + 1));
    }
    it.tail = tail;
    judge(rings_.published(index, count, tail));
    completions_.published(index, count);
    result_.done.published += count;
}

/// Asks for the kernel's head. At rest, with nothing in flight that could hold a buffer unseen, it
/// must be our own count.
template <world World>
bool player<World>::check_status(std::uint16_t index, bool at_rest) {
    if (index == nothing) return false;
    const auto head = groups_[index].buffers->head_kernel();
    if (!head) return false;
    // What came in meanwhile may have moved the head.
    const bool moved = ring_->ready() > 0 || ring_->overflowed() || !unread_.empty();
    const bool exact = at_rest && !moved && !completions_.early_in_flight(index);
    judge(rings_.status(index, *head, exact));
    seen(mark::status);
    return true;
}

/// True when a request on the group would find a buffer, as far as completions have shown.
template <world World>
bool player<World>::has_buffers(std::uint16_t index) {
    const group& it = groups_[index];
    return it.open && it.buffers && !it.alone && !completions_.early_in_flight(index) &&
        ownership_.with_kernel(index) > 0;
}

}  // namespace ringproof::sim
