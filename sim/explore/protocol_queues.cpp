// The two queues that every ring has, without buffers.

#include "sim/explore/protocol_parts.hpp"

namespace ringproof::sim::explore {

program completion_queue(unsigned entries) {
    program_builder made("completion-queue", entries, 0);
    const family_id queue = made.family();
    const word_id tail = made.counter("CQ tail", queue);
    const word_id head = made.counter("CQ head", queue);
    const array_id cqes = made.slots("completions", queue, meaning::number);

    agent_builder& application = made.agent("application");
    const reg read = application.base("read", queue);
    const reg seen = application.position("seen", queue);
    const reg at = application.position("at", queue);
    const reg result = application.number("result");
    agent_builder& kernel = made.agent("kernel");
    const reg posted = kernel.position("posted", queue);
    const reg room = kernel.position("room", queue);
    const reg at_cqe = kernel.position("at", queue);
    const reg completion = kernel.number("completion");
    const goal_id seen_goal = made.goal("read", posted, read);

    application.label("loop").load(tail, order::acquire, seen);
    application.when_apart(seen, read, 0, "loop").copy(at, read).add(read, 1);
    application.read(cqes, at, result).reach(seen_goal);
    application.store(head, order::release, read).jump("loop");

    kernel.label("loop").load(head, order::control, room);
    kernel.when_apart(posted, room, static_cast<std::uint8_t>(entries), "loop");
    kernel.copy(at_cqe, posted).add(posted, 1).write(cqes, at_cqe, completion);
    kernel.store(tail, order::release, posted).jump("loop");
    return made.finish();
}

namespace {

/// The submission queue's two ends, with and without a thread that may sleep.
struct submission_program {
    submission_program(std::string name, unsigned entry_count)
        : made(std::move(name), entry_count, 0), entries(static_cast<std::uint8_t>(entry_count)) {}

    program_builder made;
    std::uint8_t entries;
    family_id queue = made.family();
    word_id tail = made.counter("SQ tail", queue);
    word_id head = made.counter("SQ head", queue);
    array_id sqes = made.slots("requests", queue, meaning::number);
    agent_builder& application = made.agent("application");
    reg staged = application.position("staged", queue);
    reg taken = application.position("taken", queue);
    reg at = application.position("at", queue);
    reg request = application.number("request");
    agent_builder& kernel = made.agent("kernel");
    reg next = kernel.base("next", queue);
    reg seen = kernel.position("seen", queue);
    reg got = kernel.number("got");
    goal_id submitted = made.goal("submitted", staged, next);

    /// To `full` without room.
    agent_builder& submit(std::string_view full) {
        application.load(head, order::acquire, taken);
        application.when_apart(staged, taken, entries, full);
        application.copy(at, staged).add(staged, 1).write(sqes, at, request);
        return application.store(tail, order::release, staged);
    }
    agent_builder& take_request() {
        kernel.read(sqes, next, got).add(next, 1).reach(submitted);
        return kernel.store(head, order::release, next);
    }
};

}  // namespace

program submission(unsigned entries) {
    submission_program in("submission", entries);
    in.application.label("loop");
    in.submit("loop").jump("loop");
    in.kernel.label("loop").load(in.tail, order::acquire, in.seen);
    in.kernel.when_apart(in.seen, in.next, 0, "loop");
    in.take_request().jump("loop");
    return in.made.finish();
}

/// The tail, then the flag; the flag, then the tail: each side has a full fence between the two.
program sqpoll_wakeup(unsigned entries) {
    submission_program in("sqpoll-wakeup", entries);
    const word_id flags = in.made.flag("flags");
    agent_builder& application = in.application;
    const reg asleep = application.number("asleep");
    agent_builder& kernel = in.kernel;
    const reg flag = kernel.number("flag");
    const reg awake = kernel.number("awake");

    // It may never come back: what is published by then must go through all the same.
    application.label("loop").fork("end");
    in.submit("loop").load(in.head, order::acquire, in.taken);
    application.when_apart(in.staged, in.taken, 0, "loop");  // taken: nobody to wake
    application.fence().load(flags, order::relaxed, asleep).when(asleep, 0, "loop");
    application.wake(awake).jump("loop").label("end").stop();

    kernel.label("loop").load(in.tail, order::acquire, in.seen);
    kernel.when_apart(in.seen, in.next, 0, "idle").label("take");
    in.take_request().jump("loop");
    kernel.label("idle").fork("loop").doze(awake);
    kernel.set(flag, 1).store(flags, order::relaxed, flag).fence();
    kernel.load(in.tail, order::acquire, in.seen).when_apart(in.seen, in.next, 0, "sleep");
    kernel.set(flag, 0).store(flags, order::relaxed, flag).jump("take");
    kernel.label("sleep").await(awake);
    kernel.set(flag, 0).store(flags, order::relaxed, flag).jump("loop");
    return in.made.finish();
}

}  // namespace ringproof::sim::explore
