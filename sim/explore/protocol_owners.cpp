// Protocols in which memory changes its owner in more ways than one.

#include "sim/explore/protocol_parts.hpp"

namespace ringproof::sim::explore {

/// Each buffer is used up in two parts. Slots have two writers: without a race there is one
/// sequence of their writes, and then a slot holds what was written last.
program incremental(unsigned entries) {
    ring_program in("incremental", entries);
    const array_id last = in.made.slots("last part", in.queue, meaning::number);
    const array_id rest = in.made.per_buffer("rest of the bytes", meaning::number);
    auto& mine = in.application;
    agent_builder& application = mine.agent;
    const reg is_last = application.number("is_last");

    application.label("loop").if_empty(in.bag, "reap");
    in.stage_from_bag();
    in.publish().jump("loop").label("reap").load(in.cq_tail, order::acquire, mine.seen);
    application.when_apart(mine.seen, mine.read, 0, "reap");
    application.copy(mine.at_cqe, mine.read).add(mine.read, 1).reach(in.returned);
    application.read(in.cqes, mine.at_cqe, mine.id).read(last, mine.at_cqe, is_last);
    application.when(is_last, 1, "last").read(in.bytes, mine.id, mine.data);
    application.store(in.cq_head, order::release, mine.read).jump("loop");
    application.label("last").read(rest, mine.id, mine.data);
    application.store(in.cq_head, order::release, mine.read);
    application.give(in.bag, mine.id).jump("loop");

    auto& its = in.kernel;
    agent_builder& kernel = its.agent;
    const reg nothing = kernel.buffer("nothing");
    const reg part = kernel.number("part");
    kernel.set(nothing, none);
    kernel.label("select").load(in.tail, order::acquire, its.seen);
    kernel.when_apart(its.seen, its.head, 0, "select");
    in.fill_buffer().write(in.slots, its.head, its.id);  // less of it is left
    in.wait_for_room();
    kernel.set(part, 0).copy(its.at_cqe, its.posted).add(its.posted, 1);
    kernel.write(in.cqes, its.at_cqe, its.id).write(last, its.at_cqe, part);
    kernel.store(in.cq_tail, order::release, its.posted);
    kernel.load(in.tail, order::acquire, its.seen);
    kernel.read(in.slots, its.head, its.id).write(rest, its.id, its.data);
    kernel.write(in.slots, its.head, nothing);
    in.wait_for_room();
    kernel.set(part, 1).write(last, its.posted, part);
    in.post().jump("select");
    return in.finish();
}

/// Unregistering ends with an answer. From there on entries and buffers are the application's, save
/// that completions may wait; then it starts again at the ring's first entry.
program unregister(unsigned entries) {
    ring_program in("unregister", entries);
    program_builder& made = in.made;
    const family_id calls = made.family();
    const word_id request = made.counter("request", calls);
    const word_id reply = made.counter("reply", calls);
    made.under_construction().families[0].restarts = true;
    auto& mine = in.application;
    agent_builder& application = mine.agent;
    const reg asked = application.position("asked", calls);
    const reg answered = application.position("answered", calls);
    auto& its = in.kernel;
    agent_builder& kernel = its.agent;
    const reg served = kernel.base("served", calls);
    const reg called = kernel.position("called", calls);

    application.label("loop").fork("leave").if_empty(in.bag, "reap");
    in.stage_from_bag();
    in.publish().jump("loop").label("reap");
    in.reap("loop").give(in.bag, mine.id).jump("loop");
    application.label("leave").add(asked, 1).store(request, order::release, asked);
    application.label("leaving").load(reply, order::acquire, answered);
    application.when_apart(answered, asked, 0, "left").jump("leaving").label("left");
    in.reap("emptied").give(in.bag, mine.id).jump("left");
    application.label("emptied").reclaim(in.slots, in.bag).set(mine.staged, 0);
    in.publish().add(asked, 1).store(request, order::release, asked);
    application.label("entering").load(reply, order::acquire, answered);
    application.when_apart(answered, asked, 0, "loop").jump("entering");

    kernel.label("select").load(request, order::acquire, called);
    kernel.when_apart(called, served, 0, "registered");
    kernel.add(served, 1).store(reply, order::release, served);
    kernel.label("gone").load(request, order::acquire, called);
    kernel.when_apart(called, served, 0, "gone");
    kernel.set(its.head, 0).add(served, 1).store(reply, order::release, served);
    kernel.label("registered").load(in.tail, order::acquire, its.seen);
    kernel.when_apart(its.seen, its.head, 0, "select");
    in.fill_buffer();
    in.wait_for_room();
    in.post().jump("select");
    return in.finish();
}

/// The ring's thread hands what it receives to another one, which reads it and hands it back. One
/// lease at a time is on its way; the ring goes on meanwhile.
program lease_handover(unsigned entries) {
    ring_program in("lease-handover", entries);
    program_builder& made = in.made;
    const family_id turns = made.family();
    const word_id handed = made.counter("handed", turns);
    const word_id done = made.counter("done", turns);
    const array_id leases = made.slots("lease", turns, meaning::buffer);
    auto& mine = in.application;
    agent_builder& application = mine.agent;
    const reg sent = application.position("sent", turns);
    const reg at_lease = application.position("at_lease", turns);
    const reg finished = application.position("finished", turns);
    const reg lent = application.number("lent");
    const reg lent_id = application.buffer("lent_id");
    agent_builder& reader = made.agent("reader");
    const reg ended = reader.base("ended", turns);
    const reg given = reader.position("given", turns);
    const reg id = reader.buffer("id");
    const reg data = reader.number("data");
    const goal_id lease_over = made.goal("lease ended", sent, ended);

    application.set(lent_id, none).label("loop").if_empty(in.bag, "reap");
    in.stage_from_bag();
    in.publish().jump("loop").label("reap").when(lent, 1, "collect");
    application.load(in.cq_tail, order::acquire, mine.seen);
    application.when_apart(mine.seen, mine.read, 0, "reap");
    application.copy(mine.at_cqe, mine.read).add(mine.read, 1);
    application.read(in.cqes, mine.at_cqe, mine.id).reach(in.returned);
    application.store(in.cq_head, order::release, mine.read);
    application.copy(lent_id, mine.id).set(lent, 1).copy(at_lease, sent).add(sent, 1);
    application.write(leases, at_lease, mine.id).store(handed, order::release, sent);
    application.jump("loop").label("collect").load(done, order::acquire, finished);
    application.when_apart(sent, finished, 0, "back").jump("collect");
    application.label("back").set(lent, 0).give(in.bag, lent_id);
    application.set(lent_id, none).jump("loop");  // what is in a bag has no other name

    reader.label("loop").load(handed, order::acquire, given);
    reader.when_apart(given, ended, 0, "loop");
    reader.read(leases, ended, id).add(ended, 1).read(in.bytes, id, data).reach(lease_over);
    reader.store(done, order::release, ended).jump("loop");
    in.run_kernel();
    return in.finish();
}

}  // namespace ringproof::sim::explore
