#include "sim/explore/protocols.hpp"

#include <algorithm>
#include <array>

#include "sim/explore/builder.hpp"
#include "sim/explore/protocol_parts.hpp"

namespace ringproof::sim::explore {

namespace {

program publish_in_order(unsigned entries) {
    ring_program in("publish-in-order", entries);
    in.application.agent.label("loop").if_empty(in.bag, "reap");
    in.stage_from_bag();
    in.publish().jump("loop").label("reap");
    in.reap("reap").give(in.bag, in.application.id).jump("loop");
    in.run_kernel();
    return in.finish();
}

program publish_out_of_order(unsigned entries) {
    ring_program in("publish-out-of-order", entries);
    in.application.agent.label("loop").if_empty(in.bag, "reap").fork("reap");
    in.stage_from_bag();
    in.publish().jump("loop").label("reap");
    in.reap("loop").give(in.bag, in.application.id).jump("loop");
    in.run_kernel();
    return in.finish();
}

/// A drained queue's buffers go back in any number of batches.
program publish_batches(unsigned entries) {
    ring_program in("publish-batches", entries);
    auto& mine = in.application;
    mine.agent.label("loop").if_empty(in.bag, "reap").label("stage");
    in.stage_from_bag().if_empty(in.bag, "publish").fork("stage").label("publish");
    in.publish().jump("loop");
    mine.agent.label("reap").load(in.cq_tail, order::acquire, mine.seen);
    mine.agent.when_apart(mine.seen, mine.read, 0, "reap").label("next");
    in.take_completion().give(in.bag, mine.id).when_apart(mine.seen, mine.read, 0, "drained");
    mine.agent.jump("next").label("drained").store(in.cq_head, order::release, mine.read);
    mine.agent.jump("loop");
    in.run_kernel();
    return in.finish();
}

/// The batch of a drained queue goes back first, then its entries: who finds room in the queue
/// finds the buffers that go with it, if only the load of the head acquires.
program combined_advance(unsigned entries) {
    ring_program in("combined-advance", entries);
    auto& mine = in.application;
    mine.agent.label("fill");
    in.stage_from_bag().if_empty(in.bag, "filled").jump("fill").label("filled");
    in.publish().label("loop").load(in.cq_tail, order::acquire, mine.seen);
    mine.agent.when_apart(mine.seen, mine.read, 0, "loop").label("next");
    in.take_completion();
    in.stage().when_apart(mine.seen, mine.read, 0, "drained").jump("next").label("drained");
    in.publish().store(in.cq_head, order::release, mine.read).jump("loop");

    auto& its = in.kernel;
    its.agent.label("start").load(in.tail, order::acquire, its.seen);
    its.agent.when_apart(its.seen, its.head, 0, "start");
    its.agent.label("room").load(in.cq_head, order::acquire, its.room);
    its.agent.when_apart(its.posted, its.room, in.entries, "room");
    its.agent.load(in.tail, order::acquire, its.seen);
    its.agent.when_apart(its.seen, its.head, 0, "dry");
    in.fill_buffer();
    in.post().jump("room");
    its.agent.label("dry").fail(
        "the kernel found room for a completion, and not the buffer that was "
        "published before");
    return in.finish();
}

constexpr auto table = std::to_array<protocol>({
    {"publish-in-order", "buffers are published and come back in the same sequence",
     publish_in_order},
    {"publish-out-of-order", "the application keeps buffers as long as it likes",
     publish_out_of_order},
    {"publish-batches", "any number of entries, one store of the tail", publish_batches},
    {"completion-queue", "completions are handed over, and their entries back", completion_queue},
    {"combined-advance", "the ring's tail, then the completion queue's head", combined_advance},
    {"submission", "requests are handed over", submission},
    {"sqpoll-wakeup", "the kernel's thread sleeps, and no request is forgotten", sqpoll_wakeup},
    {"incremental", "the kernel rewrites an entry while parts of its buffer are used up",
     incremental},
    {"unregister", "the ring is taken away and given back, with the same memory", unregister},
    {"lease-handover", "another thread reads the bytes", lease_handover},
});

}  // namespace

std::span<const protocol> protocols() { return table; }

const protocol* find_protocol(std::string_view name) {
    const auto found = std::ranges::find(table, name, &protocol::name);
    return found == table.end() ? nullptr : &*found;
}

program bounded_publish(unsigned entries, unsigned publications) {
    program_builder made("bounded-publish", entries, 0);
    const family_id ring = made.family();
    const word_id tail = made.counter("tail", ring);
    const word_id done = made.counter("done", ring);
    const array_id slots = made.slots("entries", ring, meaning::number);
    const auto all = static_cast<std::uint8_t>(publications);

    agent_builder& application = made.agent("application");
    const reg staged = application.position("staged", ring);
    const reg at = application.position("at", ring);
    const reg used = application.position("used", ring);
    const reg one = application.number("one");
    application.label("loop").when(staged, all, "end");
    for (unsigned free = 0; free < entries; ++free) {  // the first ones need not wait
        application.when(staged, static_cast<std::uint8_t>(free), "stage");
    }
    application.label("wait").load(done, order::acquire, used);
    application.when_apart(staged, used, static_cast<std::uint8_t>(entries), "wait");
    application.label("stage").copy(at, staged).add(staged, 1).write(slots, at, one);
    application.store(tail, order::release, staged).jump("loop").label("end").stop();

    agent_builder& kernel = made.agent("kernel");
    const reg head = kernel.base("head", ring);
    const reg seen = kernel.position("seen", ring);
    const reg value = kernel.number("value");
    kernel.label("loop").when(head, all, "end").when_apart(seen, head, 0, "look").jump("use");
    kernel.label("look").load(tail, order::acquire, seen).when_apart(seen, head, 0, "look");
    kernel.label("use").read(slots, head, value).add(head, 1);
    kernel.store(done, order::release, head).jump("loop").label("end").stop();
    return made.finish();
}

}  // namespace ringproof::sim::explore
