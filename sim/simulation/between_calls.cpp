// What happens while the application computes: it looks at its queues, is interrupted, and what it
// stores is seen late.

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sim/kernel/scheduler.hpp"
#include "sim/simulation/simulation.hpp"

namespace ringproof::sim {

namespace {

constexpr std::uint64_t looks_take = 1'000;  // virtual nanoseconds, as many as between two hearings
constexpr std::uint64_t looks_patient = 4'096;
constexpr std::uint64_t looks_most = std::uint64_t{1} << 18U;

/// Whether the kernel may write that word while the application computes.
bool is_kernels(const machine& in, const void* word) noexcept {
    return std::ranges::any_of(in.rings, [word](const auto& ring) {
        const ring_words& its = ring->words;
        return word == its.cq_tail || word == its.sq_flags ||
            (word == its.sq_head && ring->poller.exists);
    });
}

}  // namespace

void simulation::looks_on(const void* word) noexcept {
    if (faults_.may(fault::enobufs) && is_kernels(kernel_.inside(), word)) {
        be_interrupted();
        see_all();
    }
    if (looks() % looks_between != 0) return;
    world_.let_others_run();
    let_the_world_go_on(looks_take);
    if (looks() % looks_patient == 0) (void)jump_to_next_event();
    see_all();
    // Who has a polling thread, and enough to do, need never enter.
    const std::uint64_t moved = peers_.totals().sent + peers_.totals().heard;
    if (std::exchange(moved_when_looked_, moved) != moved) looks_when_moved_ = looks();
    if (looks() < looks_when_moved_ + looks_most) return;
    abandon(failure::spins,
            fmt::format("the application looked {} times at memory that it shares with the kernel "
                        "and did not enter it once, while no byte came or went",
                        looks() - looks_when_moved_));
}

/// The processor came to it, or the kernel on another one, when the application had not yet given
/// back what it has given back by now. Nothing that it has looked at since tells otherwise, so it
/// may be done afterwards, on memory as it was then. With DEFER_TASKRUN there is no work that an
/// interrupt could do (RUN-01, RUN-02).
void simulation::be_interrupted() {
    if (!faults_.may(fault::enobufs) || !unseen_.has_returns()) return;
    if (!faults_.happens(fault::enobufs)) return;
    constexpr std::uint64_t unit = 10'000;
    unseen_.take_out();
    let_the_world_go_on(faults_.amount(256) * unit);  // up to 2.5 ms
    at_kernel_exit(kernel_.inside());
    unseen_.put_back();
}

/// The kernel has acted on all that was stored until now.
void simulation::see_all() {
    if (faults_.may(fault::enobufs)) unseen_.start_over(kernel_.inside());
}

ring_context* simulation::polled_ring() noexcept {
    for (const auto& ring : kernel_.inside().rings) {
        if (ring->poller.exists) return ring.get();
    }
    return nullptr;
}

void simulation::fenced() noexcept {
    if (overtaking() == nullptr) return;
    const ring_context* ring = polled_ring();
    if (ring != nullptr) fenced_tail_ = model_memory::load_relaxed(ring->words.sq_tail);
}

/// A store that no fence orders may still be in the processor's store buffer when the load behind
/// it is done; and just then the polling thread looks for the last time, and goes to sleep.
std::uint32_t simulation::load_overtaking() noexcept {
    ring_context* ring = polled_ring();
    if (ring == nullptr) return 0;
    const std::uint32_t flags = model_memory::load_relaxed(ring->words.sq_flags);
    const std::uint32_t tail = model_memory::load_relaxed(ring->words.sq_tail);
    const bool late = tail != fenced_tail_ && fenced_tail_ == ring->sq_head && !ring->poller.asleep;
    if (!late || !faults_.happens(fault::late_stores)) return flags;
    model_memory::store_relaxed(ring->words.sq_tail, fenced_tail_);
    let_the_world_go_on(ring->poller.idle_ns);
    run_poller(*ring, false);
    model_memory::store_relaxed(ring->words.sq_tail, tail);
    see_all();
    return flags;
}

}  // namespace ringproof::sim
