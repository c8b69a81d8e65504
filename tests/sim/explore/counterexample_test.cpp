// Refutations, as people and as herd7 read them.

#include "sim/explore/counterexample.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>
#include <string_view>

#include "sim/explore/proof.hpp"

namespace explore = ringproof::sim::explore;
using explore::memory_model;
using explore::proof;

namespace {

proof refuted(std::string_view mutant, memory_model model = memory_model::c11,
              unsigned entries = 1) {
    const explore::mutant* without = explore::find_mutant(mutant);
    const auto* protocol = explore::find_protocol(without->home);
    return explore::prove({protocol, entries, model, without}).value();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(counterexample)

BOOST_AUTO_TEST_CASE(a_race_shows_both_accesses_and_what_could_be_seen) {
    const proof done = refuted("tail-release");
    BOOST_TEST(diagram_of(done.steps, *done.against) ==
               R"(     application                               kernel
  1  X write entries[0]: buffer 0              |
  2  o tail = 1 relaxed                        |
  3  |                                         o tail == 1 acquire <-- 2 (or 0)
  4  |                                         X read entries[0]: buffer 0

  <== sees and learns what was before, <-- sees and learns nothing
  the application can still see CQ tail: 0
  the kernel can still see tail: 1
  the kernel can still see CQ head: 0
)");
    BOOST_TEST(sentence_of(done.steps, done.found, *done.against) ==
               "the application and the kernel race for entries[0]");
    BOOST_TEST(verdict_of(done).starts_with("REFUTED: 1 entry, "));
}

BOOST_AUTO_TEST_CASE(a_litmus_test_speaks_the_models_language) {
    const proof linux_one = refuted("tail-release", memory_model::lkmm);
    BOOST_TEST(litmus_of(linux_one.steps, memory_model::lkmm, *linux_one.against) ==
               R"(C publish-in-order

(* herd7 -conf linux-kernel.cfg *)

{}

P0(int* entries_0, int* tail) {
  *entries_0 = 1;
  WRITE_ONCE(*tail, 1);
}

P1(int* tail, int* entries_0) {
  int r0 = smp_load_acquire(tail);
  if (r0 == 1) {
    int r1 = *entries_0;
  }
}

exists (1:r0=1)
)");
    const proof of_c = refuted("wake-up-fence");
    const std::string text = litmus_of(of_c.steps, memory_model::c11, *of_c.against);
    BOOST_TEST(text.contains("atomic_load_explicit(SQ_tail, memory_order_acquire)"));
    BOOST_TEST(text.contains("atomic_store_explicit(flags, 1, memory_order_relaxed)"));
    BOOST_TEST(text.contains("atomic_thread_fence(memory_order_seq_cst);"));
    BOOST_TEST(std::ranges::count(text, '{') == std::ranges::count(text, '}'));
}

// The search renames buffers as it goes; what is told has their own names from start to end.
BOOST_AUTO_TEST_CASE(what_is_told_goes_as_the_search_went) {
    for (const explore::mutant& each : explore::mutants()) {
        const proof done = refuted(each.name, memory_model::c11, 2);
        BOOST_TEST_REQUIRE(done.against.has_value());
        BOOST_TEST((done.against->wrong.kind == done.found.wrong.kind), each.name);
        BOOST_TEST((done.against->wrong.step == done.found.wrong.step), each.name);
        BOOST_TEST(done.against->accesses.size() > 3U);
    }
}

BOOST_AUTO_TEST_CASE(a_lost_wake_up_says_what_is_out_of_reach) {
    const proof done = refuted("flag-load");
    BOOST_TEST(story_of(done).contains("nothing can be submitted any more"));
    BOOST_TEST(story_of(done).contains("without flag-load: the flag is loaded before the fence"));
    const std::string json = explore::to_json(std::span(&done, 1));
    BOOST_TEST(json.contains(R"("verdict": "refuted")"));
    BOOST_TEST(json.contains(R"("kernel: store flags relaxed")"));
}

BOOST_AUTO_TEST_SUITE_END()
