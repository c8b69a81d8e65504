#pragma once
// What the protocols are put together from: the steps that more than one of them takes.

#include <cstdint>

#include "sim/explore/builder.hpp"

namespace ringproof::sim::explore {

/// A buffer ring and a completion queue, an application and a kernel. Whoever makes one writes the
/// application's loop; the parts leave nothing behind but steps.
struct ring_program {
    ring_program(std::string name, unsigned entry_count);
    ring_program(const ring_program&) = delete;
    ring_program& operator=(const ring_program&) = delete;

    program_builder made;
    std::uint8_t entries;
    family_id ring, queue;
    word_id tail, cq_tail, cq_head;
    array_id slots, cqes, bytes;
    bag_id bag;

    struct {
        agent_builder& agent;
        reg staged, at_slot, read, at_cqe, seen, id, data;
    } application;
    struct {
        agent_builder& agent;
        reg head, seen, posted, at_cqe, room, id, data;
    } kernel;
    goal_id consumed, returned;

    // The application's. Each returns its builder, so that a loop reads in one go.
    agent_builder& stage();           ///< `id` into the next entry
    agent_builder& stage_from_bag();  ///< any buffer of the bag
    agent_builder& publish();
    agent_builder& take_completion();  ///< the next one that was seen, and the bytes of its buffer
    /// One completion, its bytes, and its entry back; to `without` when there is none.
    agent_builder& reap(std::string_view without);

    // The kernel's.
    agent_builder& fill_buffer();  ///< of the entry at the head
    agent_builder& wait_for_room();
    agent_builder& post();  ///< and the entry at the head is used up
    /// Consumes whatever it sees published, for ever.
    void run_kernel();

    [[nodiscard]] program finish() { return made.finish(); }
};

// In files of their own.
[[nodiscard]] program completion_queue(unsigned entries);
[[nodiscard]] program submission(unsigned entries);
[[nodiscard]] program sqpoll_wakeup(unsigned entries);
[[nodiscard]] program incremental(unsigned entries);
[[nodiscard]] program unregister(unsigned entries);
[[nodiscard]] program lease_handover(unsigned entries);

}  // namespace ringproof::sim::explore
