#pragma once
// The doing behind group_core.hpp: who waits for a buffer, and who is next.

#include <algorithm>
#include <utility>

#include <ringproof/group_core.hpp>

namespace ringproof {

/// Lets the receives that found the pool empty start again, at the next submit().
template <kernel Kernel>
void group_core<Kernel>::wake_waiting() noexcept {
    if (closed_) {
        waiting_.move_to(ring_core_->deferred());  // where each finds out, and leaves
    } else if (!waiting_.empty() && with_kernel() >= low_water_) {
        ring_core_->deferred().push_back(doorkeeper_);
    }
    set_usual_caller(!closed_ && !sends_ && waiting_.empty() ? owner_ : nobody);
}

/// Buffers for those that wait: by our own account; and, once a receive found the pool empty
/// against it, by the kernel's (Linux 6.8).
template <kernel Kernel>
std::uint32_t group_core<Kernel>::count_free() noexcept {
    std::uint32_t free = with_kernel();
    if (free < low_water_) return 0;
    if (std::exchange(doubted_, false)) {
        const auto head = registration_.head_kernel();
        if (head) free = std::min<std::uint32_t>(free, ring_.available(*head));
    }
    return free;
}

/// One for each buffer: if all were started at once for the first that comes back, all but one
/// would find none and be here again, and a thousand connections would keep the kernel busy with
/// nothing else. Whose peer has said nothing takes no buffer, so the line moves on until nobody is
/// in it or no buffer is left. When nobody can tell, all are started.
template <kernel Kernel>
bool group_core<Kernel>::let_in(deferred_request& self, std::uint32_t undecided) noexcept {
    group_core& me = static_cast<doorkeeper&>(self).group;
    const std::uint32_t all = me.count_free();
    if (all == 0) return true;  // until a buffer comes back
    std::uint32_t sure = all - std::min(all, undecided);
    if (undecided == deferred_list::unknown) sure = undecided;
    for (; sure > 0 && !me.waiting_.empty(); --sure) {
        if (!me.waiting_.run_first(undecided)) return false;
    }
    if (!me.waiting_.empty()) return false;
    me.wake_waiting();
    return true;
}

}  // namespace ringproof
