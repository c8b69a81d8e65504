// An application that stores anything anywhere: into its queues, its slots, its SQEs. The strict
// model must stay defined and come to an end; what it answers does not matter here. Under
// sanitizers this is the model's own safety test. And equal runs have equal histories.

#include <boost/test/unit_test.hpp>

#include <cstdint>

#include "tests/sim/kernel/systems.hpp"
#include "tests/support/hostile_program.hpp"

namespace ringproof::testing {

BOOST_AUTO_TEST_SUITE(hostile_application)

BOOST_AUTO_TEST_CASE(the_model_survives_and_repeats_itself) {
    // Addresses of two runs differ, so only runs whose addresses never decide anything can be
    // compared; a run is compared with itself below, on the deterministic trace.
    const char* asked = std::getenv("RINGPROOF_HOSTILE_RUNS");
    const std::uint64_t runs = asked == nullptr ? 300 : std::strtoull(asked, nullptr, 10);
    for (std::uint64_t seed = 1; seed <= runs; ++seed) {
        BOOST_TEST_INFO("seed " << seed);
        sim::random_bits bits(seed);
        auto answers = sim::choices::random(seed);
        hostile_program<sim::random_bits> program(bits, answers, {});
        for (int i = 0; i < 400; ++i) program.step();
    }
    BOOST_TEST(true);
}

// Equal calls, stores and choices: equal histories, in one process and with other addresses.
BOOST_AUTO_TEST_CASE(equal_runs_have_equal_histories) {
    const auto run = [](std::uint64_t seed) {
        sim::history record;
        auto asked = sim::choices::random(seed);
        sim::model_kernel kernel(asked, {.short_transfers = true, .record = &record});
        sim::model_world world(kernel);
        struct {
            sim::model_world* at;
            using kernel_type = sim::model_kernel;
            using world_type = sim::model_world;
            sim::model_world& world() { return *at; }
        } system{&world};
        raw_ring ring(system, {.entries = 16, .cq_entries = 64});
        raw_group group(ring, {.entries = 64});
        group.add(64, 16);
        sim::random_bits bits(seed);
        for (const auto kind : {channel_kind::tcp, channel_kind::unix_stream, channel_kind::pipe}) {
            const int fd = world.open(kind).value();
            for (int i = 0; i < 5; ++i) {
                auto& sqe = ring.select(abi::ioring_op_read, fd, 1, bits.next());
                if (bits.below(3) == 0) sqe.flags |= abi::iosqe_async;
                (void)ring.submit();
                feed(world, fd, letters(bits.below(40)));
            }
        }
        (void)ring.run();
        record.record(sim::actor::kernel, sim::event_kind::chose, asked.choose(256, "unseed"));
        return record.hash();
    };
    for (std::uint64_t seed = 1; seed < 50; ++seed) BOOST_TEST(run(seed) == run(seed));
    BOOST_TEST(run(1) != run(2));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::testing
