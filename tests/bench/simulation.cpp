// How fast an application runs under simulation: an echo loop on the library, with peers that check
// every byte.
//
//     simulation/echo     completions a second in steady state; 1,000,000 wanted
//     simulation/runs     whole runs a second, a swarm of faults on, four peers; 1,000 wanted
//
//     ours, theirs        a second of processor time; "theirs" is what is wanted
//     ratio               ours over wanted

#include <benchmark/benchmark.h>

#include <cstdint>

#include "sim/simulation/run.hpp"
#include "tests/support/serve_echo.hpp"

namespace {

namespace sim = ringproof::sim;

void report(benchmark::State& state, double done, double wanted) {
    using benchmark::Counter;
    state.counters["ours"] = Counter(done, Counter::kIsRate);
    state.counters["theirs"] = wanted;
    state.counters["ratio"] = Counter(done / wanted, Counter::kIsRate);
}

void echo(benchmark::State& state) {
    sim::scenario wanted;
    wanted.mode = sim::ring_mode::defer;
    wanted.sizes = {.sq_entries = 256, .cq_entries = 1024, .buffers = 256, .buffer_size = 256};
    wanted.world.peers = {sim::echo_peer(64 * 1000, 64, 64)};
    sim::simulator with;
    std::uint64_t completions = 0;
    for ([[maybe_unused]] auto _ : state) {
        const sim::run_report came = with.run(wanted, ringproof::testing::serve_echo);
        if (!came.clean()) state.SkipWithError(came.sentence.c_str());
        completions += came.done.completions;
    }
    report(state, static_cast<double>(completions), 1e6);
}

void runs(benchmark::State& state) {
    sim::scenario wanted;
    wanted.faults = sim::all_faults();
    wanted.world.peers = {sim::echo_peer(1000, 100, 4)};
    sim::simulator with;
    std::uint64_t count = 0;
    for ([[maybe_unused]] auto _ : state) {
        ++wanted.seed;
        const sim::run_report came = with.run(wanted, ringproof::testing::serve_echo);
        if (!came.clean()) state.SkipWithError(came.sentence.c_str());
        ++count;
    }
    report(state, static_cast<double>(count), 1e3);
}

BENCHMARK(echo)->Name("simulation/echo");
BENCHMARK(runs)->Name("simulation/runs");

}  // namespace
