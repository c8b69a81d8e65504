#include "sim/report/film.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <ringproof/abi_constants.hpp>

#include "sim/compare/model_player.hpp"
#include "sim/trace/generate.hpp"
#include "sim/trace/text.hpp"

namespace ringproof::testing {

using namespace sim;

namespace {

/// What a film shows after some of its events.
struct still {
    std::map<std::uint32_t, std::int64_t> heads;                            // by ring
    std::map<std::uint32_t, std::int64_t> tails;                            // by ring
    std::map<std::uint32_t, bool> open;                                     // by ring
    std::map<std::pair<std::uint32_t, std::uint32_t>, owner> owners;        // by ring and buffer
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::int64_t> used;   // the same
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::int64_t> slots;  // by ring and slot
    std::set<std::uint32_t> in_flight;
    std::set<std::uint32_t> leases;
    std::int64_t waiting = 0;

    void apply(const film_change& each) {
        const std::pair cell{each.item, each.index};
        switch (each.what) {
            case film_cell::ring:
                open[each.item] = static_cast<ring_state>(each.value) == ring_state::open;
                break;
            case film_cell::head:
                heads[each.item] = each.value;
                break;
            case film_cell::tail:
                tails[each.item] = each.value;
                break;
            case film_cell::slot:
                slots[cell] = each.value;
                break;
            case film_cell::owner:
                owners[cell] = static_cast<owner>(each.value);
                break;
            case film_cell::used:
                used[cell] = each.value;
                break;
            case film_cell::request:
                if (static_cast<request_state>(each.value) == request_state::ended) {
                    in_flight.erase(each.item);
                } else {
                    in_flight.insert(each.item);
                }
                break;
            case film_cell::lease:
                if (each.value != 0) {
                    leases.insert(each.item);
                } else {
                    leases.erase(each.item);
                }
                break;
            case film_cell::waiting:
                waiting = each.value;
                break;
        }
    }

    [[nodiscard]] std::ptrdiff_t owned(std::uint32_t ring, owner who) const {
        return std::ranges::count_if(owners, [&](const auto& each) {
            return each.first.first == ring && each.second == who;
        });
    }
};

/// After the first `count` events.
still after(const film& shown, std::size_t count) {
    still made;
    for (std::size_t at = 0; at < count; ++at) {
        for (const film_change& each : shown.changes_of(at)) made.apply(each);
    }
    return made;
}

still at_end(const film& shown) { return after(shown, shown.events.size()); }

using enum actor;
using enum event_kind;

/// A history by hand.
struct script {
    history record;

    script() { record.keep_events(true); }
    script& step(std::uint32_t number) {
        record.begin_step(number);
        return *this;
    }
    script& add(actor who, event_kind kind, std::uint64_t subject, std::int64_t a = 0,
                std::int64_t b = 0, std::int64_t c = 0) {
        record.record(who, kind, subject, a, b, c);
        return *this;
    }
    [[nodiscard]] film shown(const outcome& came = {}) const {
        return make_film({"a trace", "a kernel"}, {}, record, came);
    }
};

constexpr std::int64_t buffer_flags(std::int64_t id, std::int64_t others = 0) {
    return id << abi::ioring_cqe_buffer_shift | abi::ioring_cqe_f_buffer | others;
}

film film_of(const trace& wanted, history& record) {
    record.keep_events(true);
    model_player player;
    const outcome came = player.play(wanted, record);
    return make_film({"generated", "model"}, wanted, record, came);
}

/// The same run as Linux would show it: without the kernel's events.
film without_kernel(const film& whole) {
    history record;
    record.keep_events(true);
    for (const event& each : whole.events) {
        if (each.who == kernel) continue;
        record.begin_step(each.step);
        record.record(each.who, each.kind, each.subject, each.a, each.b, each.c);
    }
    return make_film({"generated", "Linux"}, {}, record, {});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(film)

BOOST_AUTO_TEST_CASE(a_buffer_goes_round) {
    script run;
    run.add(application, group_opened, 7, 2, 64)
        .add(application, published, 7, 0, 64, 1)
        .add(application, submitted, 1, abi::ioring_op_recv, 7, 4)
        .add(kernel, selected, 7, 0, 0, 1)
        .add(kernel, committed, 7, 0, 10, 1)
        .add(kernel, posted, 1, 10, buffer_flags(0))
        .add(application, completed, 1, 10, buffer_flags(0))
        .add(application, taken, 7, 0, 0, 10)
        .add(application, returned, 7, 0, 0);
    const auto shown = run.shown();
    std::vector<owner> owners;
    for (const film_change& each : shown.changes) {
        if (each.what == film_cell::owner) owners.push_back(static_cast<owner>(each.value));
    }
    const std::vector wanted{owner::published, owner::selected, owner::filled, owner::leased,
                             owner::application};
    BOOST_TEST((owners == wanted));
    BOOST_TEST(after(shown, 6).waiting == 1);
    BOOST_TEST(after(shown, 6).in_flight.size() == 1U);
    const still last = at_end(shown);
    BOOST_TEST(last.heads.at(0) == 1);
    BOOST_TEST(last.tails.at(0) == 1);
    BOOST_TEST(last.used.at({0, 0}) == 10);
    BOOST_TEST(last.waiting == 0);
    BOOST_TEST(last.in_flight.empty());
    BOOST_TEST(last.leases.empty());
    BOOST_TEST(shown.arrows.size() == 1U);
    BOOST_TEST(shown.arrows[0].from == 5U);
    BOOST_TEST(shown.arrows[0].to == 6U);
}

BOOST_AUTO_TEST_CASE(what_was_selected_in_vain_is_published_again) {
    script run;
    run.add(application, group_opened, 0, 1, 8)
        .add(application, published, 0, 0, 8, 1)
        .add(kernel, selected, 0, 0, 0, 1)
        .add(kernel, recycled, 0, 0);
    BOOST_TEST((after(run.shown(), 3).owners.at({0, 0}) == owner::selected));
    BOOST_TEST((at_end(run.shown()).owners.at({0, 0}) == owner::published));
}

BOOST_AUTO_TEST_CASE(a_bundle_takes_slots_not_ids) {
    script run;
    run.add(application, group_opened, 0, 4, 16);
    for (const int id : {3, 1, 0, 2}) {
        const auto tail = static_cast<std::int64_t>(run.record.events().size());
        run.add(application, published, 0, id, 16, tail);
    }
    run.add(kernel, selected, 0, 3, 0, 4)
        .add(kernel, committed, 0, 3, 40, 3)
        .add(kernel, posted, 1, 40, buffer_flags(3));
    const still last = at_end(run.shown());
    BOOST_TEST((last.owners.at({0, 3}) == owner::filled));
    BOOST_TEST((last.owners.at({0, 1}) == owner::filled));
    BOOST_TEST((last.owners.at({0, 0}) == owner::filled));
    BOOST_TEST((last.owners.at({0, 2}) == owner::published));
    BOOST_TEST(last.used.at({0, 0}) == 8);
    BOOST_TEST(last.slots.at({0, 1}) == 1);
}

BOOST_AUTO_TEST_CASE(parts_of_an_incremental_buffer_are_leased_while_the_kernel_has_it) {
    script run;
    run.add(application, group_opened, 0, 1, 32, abi::iou_pbuf_ring_inc)
        .add(application, published, 0, 0, 32, 1)
        .add(kernel, selected, 0, 0, 0, 1)
        .add(kernel, committed, 0, 0, 10, 0)
        .add(application, completed, 1, 10, buffer_flags(0, abi::ioring_cqe_f_buf_more))
        .add(application, taken, 0, 0, 0, 10);
    BOOST_TEST((at_end(run.shown()).owners.at({0, 0}) == owner::published));
    BOOST_TEST(at_end(run.shown()).leases.size() == 1U);
    run.add(kernel, selected, 0, 0, 0, 1)
        .add(kernel, committed, 0, 0, 22, 1)
        .add(application, completed, 2, 22, buffer_flags(0))
        .add(application, taken, 0, 0, 10, 22)
        .add(application, returned, 0, 0, 10);
    const auto shown = run.shown();
    BOOST_TEST((at_end(shown).owners.at({0, 0}) == owner::leased));
    BOOST_TEST((at_end(shown).leases == std::set<std::uint32_t>{0}));
    BOOST_TEST(at_end(shown).used.at({0, 0}) == 32);
    run.add(application, returned, 0, 0, 0);
    BOOST_TEST((at_end(run.shown()).owners.at({0, 0}) == owner::application));
}

BOOST_AUTO_TEST_CASE(without_a_kernel_that_tells_completions_move_the_head) {
    script run;
    run.add(application, group_opened, 0, 2, 16)
        .add(application, published, 0, 1, 16, 65535)
        .add(application, published, 0, 0, 16, 0);
    BOOST_TEST(at_end(run.shown()).heads.at(0) == 65534);
    run.add(application, submitted, 9, abi::ioring_op_recv, 0, 4)
        .add(application, completed, 9, 20, buffer_flags(1))
        .add(application, taken, 0, 1, 0, 16)
        .add(application, taken, 0, 0, 0, 4);
    const auto shown = run.shown();
    BOOST_TEST(!shown.kernel_seen);
    BOOST_TEST(at_end(shown).heads.at(0) == 0);
    BOOST_TEST(at_end(shown).tails.at(0) == 0);
    BOOST_TEST(at_end(shown).owned(0, owner::leased) == 2);
    BOOST_TEST(shown.arrows.at(0).from == 3U);
}

BOOST_AUTO_TEST_CASE(a_send_frees_its_buffers) {
    script run;
    run.add(application, group_opened, 0, 4, 32)
        .add(application, published, 0, 0, 32, 1)
        .add(application, published, 0, 1, 8, 2)
        .add(application, published, 0, 2, 8, 3)
        .add(application, submitted, 1, abi::ioring_op_send, 0, 4)
        .add(application, completed, 1, 40, buffer_flags(0));
    const still last = at_end(run.shown());
    BOOST_TEST(last.owned(0, owner::application) == 2);
    BOOST_TEST((last.owners.at({0, 2}) == owner::published));
    BOOST_TEST(last.heads.at(0) == 2);
}

BOOST_AUTO_TEST_CASE(a_number_that_comes_back_is_another_ring) {
    script run;
    run.add(application, group_opened, 3, 2, 16)
        .add(application, group_closed, 3)
        .add(application, group_opened, 3, 4, 8);
    const auto shown = run.shown();
    BOOST_TEST(shown.rings.size() == 2U);
    BOOST_TEST(!at_end(shown).open.at(0));
    BOOST_TEST(at_end(shown).open.at(1));
    BOOST_TEST(shown.rings[1].entries == 4U);
}

BOOST_AUTO_TEST_CASE(a_request_nobody_told_of_begins_where_it_is_first_seen) {
    script run;
    run.add(kernel, armed, 5)
        .add(application, completed, 5, 1, abi::ioring_cqe_f_more)
        .add(application, completed, 5, -105, 0)
        .add(kernel, armed, 5);
    const auto shown = run.shown();
    BOOST_TEST(shown.requests.size() == 2U);
    BOOST_TEST(title_of(shown.requests[0]) == "request");
    BOOST_TEST((after(shown, 2).in_flight == std::set<std::uint32_t>{0}));
    BOOST_TEST(after(shown, 3).in_flight.empty());
    BOOST_TEST((at_end(shown).in_flight == std::set<std::uint32_t>{1}));
}

BOOST_AUTO_TEST_CASE(a_violation_is_at_the_last_event_of_its_step) {
    script run;
    run.step(1).add(application, group_opened, 0, 2, 16);
    run.step(2).add(application, refused, 0, 1).add(application, refused, 0, 2);
    run.add(kernel, posted, 1);  // while the ring is closed
    run.step(4).add(application, refused, 0, 3);
    outcome came;
    came.broken = violation{"I4", "bytes were lost", 2};
    BOOST_TEST(run.shown(came).violated->event == 2U);
    came.broken->step = 3;  // in which nothing happened
    BOOST_TEST(run.shown(came).violated->event == 2U);
    came.broken->step = 9;
    BOOST_TEST(run.shown(came).violated->event == 4U);
}

BOOST_AUTO_TEST_CASE(steps_are_told_as_the_operations_that_they_are) {
    history record;
    const auto shown = film_of(parse("ringproof-trace 1\nopen tcp\nnop 2\n").value(), record);
    BOOST_TEST(operation_of(shown, 0) == "the beginning");
    BOOST_TEST(operation_of(shown, 2) == "nop 2");
    BOOST_TEST(operation_of(shown, 3) == "the end");
}

// What each of many runs has to look like, whatever happens in it.
BOOST_AUTO_TEST_CASE(films_of_generated_traces_add_up) {
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        history record;
        const auto shown = film_of(generate(seed), record);
        BOOST_TEST_REQUIRE(!shown.violated.has_value());
        still now;
        for (std::size_t at = 0; at < shown.events.size(); ++at) {
            for (const film_change& each : shown.changes_of(at)) now.apply(each);
            for (const auto& [ring, tail] : now.tails) {
                const auto held = static_cast<std::uint16_t>(tail - now.heads[ring]);
                const auto owned =
                    now.owned(ring, owner::published) + now.owned(ring, owner::selected);
                BOOST_TEST_REQUIRE(owned == held,
                                   "seed " << seed << " event " << at << ": "
                                           << describe(shown.events[at]));
            }
        }
        BOOST_TEST(now.leases.empty(), "seed " << seed);
        BOOST_TEST(now.waiting == 0, "seed " << seed);
        BOOST_TEST(now.in_flight.empty(), "seed " << seed);
    }
}

// What completions tell of the heads is true in the end.
BOOST_AUTO_TEST_CASE(films_without_the_kernels_side_end_alike) {
    for (std::uint64_t seed = 0; seed < 1000; ++seed) {
        history record;
        const auto whole = film_of(generate(seed), record);
        still known = at_end(whole);
        still told = at_end(without_kernel(whole));
        BOOST_TEST((known.tails == told.tails), "seed " << seed);
        BOOST_TEST((known.open == told.open), "seed " << seed);
        for (const auto& [ring, open] : known.open) {
            if (!open) continue;  // what came after it was closed nobody was handed
            BOOST_TEST(known.heads[ring] == told.heads[ring], "seed " << seed << " ring " << ring);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::testing
