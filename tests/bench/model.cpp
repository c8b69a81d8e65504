// How fast the model is, with the player, the library on top and all oracles: what a night of
// simulation or fuzzing is worth.
//
//     operations/mixed   generated traces, as `ringproof run` plays them; 2,000,000 a second wanted
//     operations/churn   the hot loop alone: feed, wait, reap, give back
//     creation           a kernel with its world, made and gone; 100,000 a second wanted
//     creation/ring      the same with a ring and a buffer group in it
//
//     ours, theirs       a second of processor time; "theirs" is what is wanted, 0 if nothing is
//     ratio              ours over wanted

#include <benchmark/benchmark.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include <ringproof/buffer_group.hpp>

#include "sim/choice.hpp"
#include "sim/compare/model_player.hpp"
#include "sim/history.hpp"
#include "sim/kernel/model_world.hpp"
#include "sim/profile.hpp"
#include "sim/trace/generate.hpp"
#include "sim/trace/text.hpp"

namespace {

namespace sim = ringproof::sim;

void report(benchmark::State& state, double done, double wanted) {
    using benchmark::Counter;
    state.counters["ours"] = Counter(done, Counter::kIsRate);
    state.counters["theirs"] = wanted;
    state.counters["ratio"] = Counter(wanted > 0 ? done / wanted : 0, Counter::kIsRate);
}

/// Plays the traces in turn until time is up.
void play(benchmark::State& state, const std::vector<sim::trace>& traces, double wanted) {
    sim::model_player player;
    std::uint64_t operations = 0;
    std::size_t next = 0;
    for ([[maybe_unused]] auto _ : state) {
        const sim::trace& chosen = traces[next++ % traces.size()];
        sim::history record;
        const sim::outcome came = player.play(chosen, record);
        if (came.broken) state.SkipWithError(came.broken->sentence.c_str());
        operations += came.done.operations;
    }
    report(state, static_cast<double>(operations), wanted);
}

void mixed(benchmark::State& state) {
    std::vector<sim::trace> traces;
    for (std::uint64_t n = 0; n < 512; ++n) traces.push_back(sim::generate(sim::case_seed(1, n)));
    play(state, traces, 2e6);
}

void churn(benchmark::State& state) {
    sim::trace hot;
    hot.operations = {
        {.kind = sim::op_kind::open},
        {.kind = sim::op_kind::group, .count = 16, .size = 256},
        {.kind = sim::op_kind::recv_multishot},
        {.kind = sim::op_kind::churn, .count = 2000, .size = 64},
        {.kind = sim::op_kind::settle},
    };
    play(state, {hot}, 2e6);
}

void creation(benchmark::State& state) {
    std::uint64_t made = 0;
    for ([[maybe_unused]] auto _ : state) {
        sim::history record;
        sim::choices answers;
        sim::model_kernel kernel(answers, {.record = &record});
        sim::model_world around(kernel);
        benchmark::DoNotOptimize(&around.kernel());
        ++made;
    }
    report(state, static_cast<double>(made), 1e5);
}

void creation_with_ring(benchmark::State& state) {
    using ringproof::buffer_group;
    using ringproof::uring;
    std::uint64_t made = 0;
    for ([[maybe_unused]] auto _ : state) {
        sim::choices answers;
        sim::model_kernel kernel(answers);
        auto ring = uring<sim::model_kernel>::create(kernel, {.entries = 8}).value();
        auto group = buffer_group<sim::model_kernel>::create(ring, ringproof::group_id{1},
                                                             {.entries = 8, .buffer_size = 64});
        if (!group) std::abort();
        ++made;
    }
    report(state, static_cast<double>(made), 0);
}

BENCHMARK(mixed)->Name("operations/mixed");
BENCHMARK(churn)->Name("operations/churn");
BENCHMARK(creation)->Name("creation");
BENCHMARK(creation_with_ring)->Name("creation/ring");

}  // namespace
