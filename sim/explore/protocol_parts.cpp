#include "sim/explore/protocol_parts.hpp"

#include <utility>

namespace ringproof::sim::explore {

// Members are made in the sequence in which they stand; braces keep to it, too.
ring_program::ring_program(std::string name, unsigned entry_count)
    : made(std::move(name), entry_count, entry_count),
      entries(static_cast<std::uint8_t>(entry_count)),
      ring(made.family()),
      queue(made.family()),
      tail(made.counter("tail", ring)),
      cq_tail(made.counter("CQ tail", queue)),
      cq_head(made.counter("CQ head", queue)),
      slots(made.slots("entries", ring, meaning::buffer)),
      cqes(made.slots("completions", queue, meaning::buffer)),
      bytes(made.per_buffer("bytes", meaning::number)),
      bag(made.bag()),
      application([this] {
          agent_builder& it = made.agent("application");
          return decltype(application){it,
                                       it.position("staged", ring),
                                       it.position("at_slot", ring),
                                       it.base("read", queue),
                                       it.position("at_cqe", queue),
                                       it.position("seen", queue),
                                       it.buffer("id"),
                                       it.number("data")};
      }()),
      kernel([this] {
          agent_builder& it = made.agent("kernel");
          return decltype(kernel){it,
                                  it.base("head", ring),
                                  it.position("seen", ring),
                                  it.position("posted", queue),
                                  it.position("at_cqe", queue),
                                  it.position("room", queue),
                                  it.buffer("id"),
                                  it.number("data")};
      }()),
      consumed(made.goal("consumed", application.staged, kernel.head)),
      returned(made.goal("returned", kernel.posted, application.read)) {}

agent_builder& ring_program::stage() {
    application.agent.copy(application.at_slot, application.staged).add(application.staged, 1);
    return application.agent.write(slots, application.at_slot, application.id);
}

agent_builder& ring_program::stage_from_bag() {
    application.agent.take(bag, application.id);
    return stage();
}

agent_builder& ring_program::publish() {
    return application.agent.store(tail, order::release, application.staged);
}

agent_builder& ring_program::take_completion() {
    agent_builder& it = application.agent;
    it.copy(application.at_cqe, application.read).add(application.read, 1);
    it.read(cqes, application.at_cqe, application.id);
    return it.read(bytes, application.id, application.data).reach(returned);
}

agent_builder& ring_program::reap(std::string_view without) {
    application.agent.load(cq_tail, order::acquire, application.seen);
    application.agent.when_apart(application.seen, application.read, 0, without);
    return take_completion().store(cq_head, order::release, application.read);
}

agent_builder& ring_program::fill_buffer() {
    kernel.agent.read(slots, kernel.head, kernel.id);
    return kernel.agent.write(bytes, kernel.id, kernel.data);
}

agent_builder& ring_program::wait_for_room() {
    const std::string again =
        "room " + std::to_string(made.under_construction().agents[1].steps.size());
    kernel.agent.label(again).load(cq_head, order::control, kernel.room);
    return kernel.agent.when_apart(kernel.posted, kernel.room, entries, again);
}

agent_builder& ring_program::post() {
    kernel.agent.copy(kernel.at_cqe, kernel.posted).add(kernel.posted, 1);
    kernel.agent.write(cqes, kernel.at_cqe, kernel.id);
    kernel.agent.store(cq_tail, order::release, kernel.posted);
    return kernel.agent.add(kernel.head, 1).reach(consumed);
}

void ring_program::run_kernel() {
    kernel.agent.label("select").load(tail, order::acquire, kernel.seen);
    kernel.agent.when_apart(kernel.seen, kernel.head, 0, "select");
    fill_buffer();
    wait_for_room();
    post().jump("select");
}

}  // namespace ringproof::sim::explore
