// I22: what an application sees does not depend on where its rings' tails began. A wrap of the
// sixteen bits is then no special case: any trace can be played across it.

#include <cstdint>
#include <string>
#include <vector>

#include "properties/altered_model.hpp"
#include "properties/model_rig.hpp"
#include "sim/kernel/machine.hpp"
#include "sim/kernel/ring_context.hpp"

namespace ringproof::sim {

using testing::check;

namespace {

/// Rings start with tail and head somewhere else than at 0: as if so much had gone through them.
class turned_kernel : public forwarding_kernel {
public:
    using memory_type = model_memory;

    turned_kernel(model_kernel& real, std::uint16_t start) noexcept
        : forwarding_kernel(real), start_(start) {}

    result<unsigned> register_(int fd, std::uint32_t opcode, void* argument,
                               std::uint32_t count) noexcept {
        auto done = forwarding_kernel::register_(fd, opcode, argument, count);
        if (!done || opcode != abi::ioring_register_pbuf_ring) return done;
        const auto& wanted = *static_cast<const abi::io_uring_buf_reg*>(argument);
        buffer_list& list = *real().inside().ring_at(fd)->groups.find(wanted.bgid);
        list.head = start_;
        list.slots[0].resv = start_;
        return done;
    }
    [[nodiscard]] model_memory memory() const noexcept { return {}; }

private:
    std::uint16_t start_;
};

rc::Gen<std::uint16_t> start_tails() {
    auto near =
        rc::gen::map(rc::gen::pair(rc::gen::element(0, 32767, 65535), rc::gen::inRange(-40, 41)),
                     [](std::pair<int, int> drawn) {
                         return static_cast<std::uint16_t>(drawn.first + drawn.second);
                     });
    return rc::gen::weightedOneOf<std::uint16_t>(
        {{3, std::move(near)}, {1, rc::gen::arbitrary<std::uint16_t>()}});
}

struct play_from {
    outcome seen;
    std::vector<event> events;  // without what positions in rings they tell
};

play_from played(std::uint16_t start, const trace& wanted, const profile& version) {
    history record;
    record.keep_events(true);
    choices answers = choices::from_bytes(wanted.choices);
    model_kernel model(answers, {.kernel_profile = version, .record = &record});
    turned_kernel kernel(model, start);
    altered_world<turned_kernel> around(model, kernel);
    player<altered_world<turned_kernel>> with;
    play_from done{with.play(wanted, around, record), record.events()};
    for (event& each : done.events) {
        if (each.kind == event_kind::published || each.kind == event_kind::committed) each.c = 0;
        if (each.kind == event_kind::selected) each.b = each.c = 0;
    }
    return done;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(start_tail)

BOOST_AUTO_TEST_CASE(what_is_seen_does_not_depend_on_where_a_tail_starts) {
    version_tally versions;
    std::size_t wraps = 0;
    check(20000, [&](const trace& wanted) {
        versions.saw(wanted);
        const std::uint16_t start = *start_tails();
        const profile version = repaired(version_of(wanted));
        const play_from turned = played(start, wanted, version);
        require_clean(wanted, turned.seen);
        if (turned.seen.marks[static_cast<std::size_t>(mark::wrap)]) ++wraps;
        if (played(0, wanted, version).events != turned.events) {
            RC_FAIL("I22: with a start tail of " + std::to_string(start) +
                    " something else is seen\n\n" + print(wanted));
        }
    });
    versions.require_all();
    BOOST_TEST(wraps > 0U);
}

BOOST_AUTO_TEST_CASE(a_head_that_counts_on_where_the_tail_begins_again_is_seen) {
    // The ring's only buffer is the last before the wrap, and is not given back.
    const trace wanted = parse("ringproof-trace 1\nopen tcp\ngroup entries=1 size=8\n"
                               "feed s0 16\nrecv s0 g0\nwait 1\nreap all\n"
                               "recv s0 g0\nwait 1\nreap all\n")
                             .value();
    profile version;
    BOOST_TEST((played(65535, wanted, version).events == played(0, wanted, version).events));
    version.bugs.head_wider_than_tail = true;  // BUG-01
    BOOST_TEST((played(65535, wanted, version).events != played(0, wanted, version).events));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::sim
