// The memory under compiled code, by the classic questions: what may be seen in any run, and what
// never. Every run there is was made.

#include "sim/explore/code/session.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "sim/history.hpp"

using namespace ringproof::explore;
using ringproof::sim::choices;

namespace {

/// Two words, a cell that is none, and what the agents saw.
struct shared {
    std::uint32_t x = 0;
    std::uint32_t y = 0;
    std::uint64_t cell = 0;
    std::string seen;
};

session& now() { return *session::current(); }

void store(std::uint32_t& word, std::uint32_t value, order mo) {
    now().store(&word, sizeof word, value, mo, nullptr);
}
std::uint32_t load(const std::uint32_t& word, order mo) {
    return static_cast<std::uint32_t>(now().load(&word, sizeof word, mo, nullptr));
}
void write(std::uint64_t& cell, std::uint64_t value) {
    cell = value;
    now().write(&cell, sizeof cell, nullptr, true);
}
void read(const std::uint64_t& cell) { now().read(&cell, sizeof cell, nullptr); }

using body = std::function<void(shared&)>;

/// What all runs showed: each what was put into `seen`, or what was found.
std::set<std::string> all_of(const std::vector<body>& bodies) {
    std::set<std::string> outcomes;
    session on;
    choices every = choices::exhaustive();
    do {
        shared memory;
        std::vector<session::role> roles;
        for (const body& each : bodies) {
            roles.push_back({.name = "agent", .body = [&] { each(memory); }});
        }
        const auto found = on.run(every, roles, [&](weak_memory& words) {
            words.add_word(&memory.x, sizeof memory.x, 0);
            words.add_word(&memory.y, sizeof memory.y, 0);
        });
        if (found && found->what == finding::kind::race) {
            outcomes.insert("race");
        } else {
            outcomes.insert(found ? found->sentence : memory.seen);
        }
    } while (every.next_run());
    return outcomes;
}

std::string number(std::uint32_t value) { return std::to_string(value); }

/// One writes a cell and raises a flag, the other looks at the flag and then at the cell.
std::set<std::string> message_passing(order stored, order loaded) {
    return all_of({[=](shared& m) {
                       write(m.cell, 7);
                       store(m.x, 1, stored);
                   },
                   [=](shared& m) {
                       m.seen = number(load(m.x, loaded));
                       if (m.seen == "1") read(m.cell);
                   }});
}

/// Each stores its own word and loads the other's. (0, 0) is what wake-ups must never see.
std::set<std::string> store_buffering(bool fences) {
    const auto side = [fences](std::uint32_t shared::* mine, std::uint32_t shared::* theirs) {
        return [=](shared& m) {
            store(m.*mine, 1, order::release);
            if (fences) now().fence(order::seq_cst);
            const std::string saw = number(load(m.*theirs, order::acquire));
            m.seen = mine == &shared::x ? saw + m.seen : m.seen + saw;
        };
    };
    return all_of({side(&shared::x, &shared::y), side(&shared::y, &shared::x)});
}

using outcomes = std::set<std::string>;

}  // namespace

BOOST_AUTO_TEST_SUITE(session)

BOOST_AUTO_TEST_CASE(release_and_acquire_hand_a_cell_over) {
    BOOST_TEST((message_passing(order::release, order::acquire) == outcomes{"0", "1"}));
    BOOST_TEST((message_passing(order::seq_cst, order::seq_cst) == outcomes{"0", "1"}));
    BOOST_TEST((message_passing(order::relaxed, order::acquire) == outcomes{"0", "race"}));
    BOOST_TEST((message_passing(order::release, order::relaxed) == outcomes{"0", "race"}));
    BOOST_TEST((message_passing(order::plain, order::acquire) == outcomes{"0", "race"}));
}

BOOST_AUTO_TEST_CASE(fences_do_it_for_relaxed_accesses) {
    const auto passed = all_of({[](shared& m) {
                                    write(m.cell, 7);
                                    now().fence(order::release);
                                    store(m.x, 1, order::relaxed);
                                },
                                [](shared& m) {
                                    m.seen = number(load(m.x, order::relaxed));
                                    now().fence(order::acquire);
                                    if (m.seen == "1") read(m.cell);
                                }});
    BOOST_TEST((passed == outcomes{"0", "1"}));
}

BOOST_AUTO_TEST_CASE(only_full_fences_forbid_store_buffering) {
    BOOST_TEST((store_buffering(false) == outcomes{"00", "01", "10", "11"}));
    BOOST_TEST((store_buffering(true) == outcomes{"01", "10", "11"}));
}

BOOST_AUTO_TEST_CASE(nobody_sees_a_word_go_back) {
    const auto twice = all_of({[](shared& m) {
                                   store(m.x, 1, order::relaxed);
                                   store(m.x, 2, order::relaxed);
                               },
                               [](shared& m) {
                                   m.seen = number(load(m.x, order::relaxed));
                                   m.seen += number(load(m.x, order::relaxed));
                               }});
    BOOST_TEST((twice == outcomes{"00", "01", "02", "11", "12", "22"}));
}

BOOST_AUTO_TEST_CASE(a_read_modify_write_hands_on_what_it_replaced) {
    const auto passed = all_of({[](shared& m) {
                                    write(m.cell, 7);
                                    store(m.x, 1, order::release);
                                },
                                [](shared& m) {
                                    now().modify(&m.x, sizeof m.x, order::relaxed, nullptr,
                                                 [](auto was) { return std::optional(was + 1); });
                                },
                                [](shared& m) {
                                    m.seen = number(load(m.x, order::acquire));
                                    if (m.seen == "2") read(m.cell);
                                }});
    BOOST_TEST((passed == outcomes{"0", "1", "2"}));
}

BOOST_AUTO_TEST_CASE(two_writers_of_a_cell_race) {
    const body writes = [](shared& m) { write(m.cell, 1); };
    BOOST_TEST((all_of({writes, writes}) == outcomes{"race"}));
}

BOOST_AUTO_TEST_CASE(who_waits_for_nobody_is_stuck) {
    const auto stuck = all_of({[](shared& m) { now().wait_for_news(&m.x); }});
    BOOST_TEST((stuck == outcomes{"agent waits for what nobody will do any more"}));
    const auto woken = all_of({[](shared& m) {
                                   now().wait_for_news(&m.x);
                                   m.seen = number(load(m.x, order::relaxed));
                               },
                               [](shared& m) { store(m.x, 3, order::relaxed); }});
    BOOST_TEST((woken == outcomes{"3"}));
}

BOOST_AUTO_TEST_CASE(spinning_comes_to_an_end) {
    const auto spun = all_of({[](shared& m) {
                                  while (load(m.x, order::acquire) == 0) {
                                  }
                                  m.seen = "seen";
                              },
                              [](shared& m) { store(m.x, 1, order::release); }});
    BOOST_TEST((spun == outcomes{"seen"}));
}

BOOST_AUTO_TEST_SUITE_END()
