// The ring's hand-over under relacy (Debian's relacy-dev), for tests/bench/relacy.sh.
//
//     relacy_rings <full|random> <plain|atomic> <mutant or none> <publications> <seconds>
//
// Two entries: the application publishes by storing the tail, the kernel takes the entry and says
// so by storing the completion queue's tail, and then the entry is written again. That is
// bounded_publish() of sim/explore/protocols.hpp, access by access.
//
// Prints one line: what came of it (clean, found, unfinished), executions, seconds. Status 0, or 2
// for what it does not know. A program of its own: relacy redefines new, delete and malloc.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <limits>
#include <ostream>
#include <string_view>

#include <relacy/relacy.hpp>

namespace {

using clock_type = std::chrono::steady_clock;

constexpr unsigned entries = 2;
constexpr std::string_view mutants[] = {"none", "tail-release", "tail-acquire", "cq-tail-release",
                                        "cq-tail-acquire"};

struct question {
    rl::scheduler_type_e by = rl::sched_full;
    std::string_view mutant = "none";
    unsigned publications = 0;
    double seconds = 0;
};

// Not in the test: relacy makes one for each execution.
question asked;
unsigned long long executions = 0;
clock_type::time_point began;

double passed() { return std::chrono::duration<double>(clock_type::now() - began).count(); }

[[noreturn]] void tell(const char* verdict) {
    std::printf("%s %llu %.6f\n", verdict, executions, passed());
    std::fflush(stdout);
    std::_Exit(0);
}

rl::memory_order unless(std::string_view mutant, rl::memory_order wanted) {
    return asked.mutant == mutant ? rl::mo_relaxed : wanted;
}

template <class Slot>
struct ring_test : rl::test_suite<ring_test<Slot>, 2> {
    rl::atomic<unsigned> tail;
    rl::atomic<unsigned> cq_tail;
    Slot slots[entries];

    void before() {
        // The full search knows no other limit.
        if (passed() > asked.seconds) tell("unfinished");
        ++executions;
        tail.store(0, rl::mo_relaxed, $);
        cq_tail.store(0, rl::mo_relaxed, $);
        for (Slot& each : slots) put(each, 0);
    }

    void thread(unsigned index) { index == 0 ? publish() : consume(); }

    void publish() {
        for (unsigned staged = 0; staged < asked.publications; ++staged) {
            if (staged >= entries) {
                wait_for(cq_tail, staged - entries + 1, unless("cq-tail-acquire", rl::mo_acquire));
            }
            put(slots[staged % entries], staged + 1);
            tail.store(staged + 1, unless("tail-release", rl::mo_release), $);
        }
    }

    void consume() {
        unsigned seen = 0;
        for (unsigned head = 0; head < asked.publications; ++head) {
            if (seen == head) {
                seen = wait_for(tail, head + 1, unless("tail-acquire", rl::mo_acquire));
            }
            const unsigned entry = get(slots[head % entries]);
            cq_tail.store(head + 1, unless("cq-tail-release", rl::mo_release), $);
            RL_ASSERT(entry == head + 1);  // behind the store: before it, it would order it
        }
    }

    static unsigned wait_for(rl::atomic<unsigned>& word, unsigned least, rl::memory_order how) {
        for (;;) {
            const unsigned seen = word.load(how, $);
            if (seen >= least) return seen;
            rl::yield(1, $);
        }
    }

    static void put(rl::var<unsigned>& slot, unsigned value) { VAR(slot) = value; }
    static unsigned get(rl::var<unsigned>& slot) { return VAR(slot); }
    static void put(rl::atomic<unsigned>& slot, unsigned value) {
        slot.store(value, rl::mo_relaxed, $);
    }
    static unsigned get(rl::atomic<unsigned>& slot) { return slot.load(rl::mo_relaxed, $); }
};

template <class Slot>
void answer() {
    std::ostream unread(nullptr);
    rl::test_params how;
    how.search_type = asked.by;
    how.iteration_count = std::numeric_limits<rl::iteration_t>::max();
    how.output_stream = &unread;
    how.progress_stream = &unread;
    began = clock_type::now();
    (void)rl::simulate<ring_test<Slot>>(how);
    if (how.test_result == rl::test_result_success) tell("clean");
    --executions;  // it plays the last one once more
    tell("found");
}

int complain(const char* wanted) {
    std::fprintf(stderr, "relacy_rings: %s wanted\n", wanted);
    return 2;
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 6)
        return complain("<full|random> <plain|atomic> <mutant> <publications> <seconds>");
    const std::string_view by = arguments[1];
    const std::string_view slots = arguments[2];
    asked = {.by = by == "full" ? rl::sched_full : rl::sched_random,
             .mutant = arguments[3],
             .publications = static_cast<unsigned>(std::atoi(arguments[4])),
             .seconds = std::atof(arguments[5])};
    if (by != "full" && by != "random") return complain("full or random");
    if (slots != "plain" && slots != "atomic") return complain("plain or atomic");
    if (std::ranges::find(mutants, asked.mutant) == std::end(mutants)) return complain("a mutant");
    if (asked.publications == 0 || asked.seconds <= 0) return complain("numbers above 0");
    slots == "plain" ? answer<rl::var<unsigned>>() : answer<rl::atomic<unsigned>>();
}
