// Target: the model against the running kernel. The trace is played on Linux, the oracles judge,
// and then the model, as that kernel's version, has to be able to do the same. What depends on a
// clock is taken out of the trace.
//
// Where io_uring cannot be used it is skipped: one line, and exit status 77.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <span>

#include "fuzz/host.hpp"
#include "fuzz/target.hpp"
#include "fuzz/trace_mutator.hpp"
#include "sim/compare/comparer.hpp"
#include "sim/trace/bytes.hpp"
#include "sim/trace/linux_player.hpp"
#include "sim/trace/tame.hpp"

namespace sim = ringproof::sim;
namespace fuzz = ringproof::fuzz;

const fuzz::layout fuzz::input_layout{};

namespace {

/// Linux, and the model that is held against it.
struct both {
    explicit both(const sim::profile& version) : model(version) {}

    std::optional<sim::kernel_play> play(const sim::trace& wanted) {
        sim::kernel_play played;
        played.record.keep_events(true);
        const sim::outcome came = player.play(wanted, world, played.record);
        played.writes.assign(world.writes().begin(), world.writes().end());
        played.operations = came.done.operations;
        world.clear();
        if (came.broken) {
            fuzz::give_up(wanted,
                          sim::say(came.broken->invariant, " on Linux, at operation ",
                                   came.broken->step, ": ", came.broken->sentence));
        }
        // Rings die slowly and are counted until they are dead; then there is nothing to compare.
        return came.refused == 0 ? std::optional(std::move(played)) : std::nullopt;
    }

    sim::linux_world world;
    sim::linux_player player;
    sim::comparer model;
};

std::optional<both> here;

}  // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
    const auto version = fuzz::ask_host();
    if (!version) std::exit(77);
    here.emplace(*version);
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    // Each thing that a worker does doubles what could have happened: short traces can be searched.
    sim::trace wanted = sim::tame(sim::decode(std::span(data, size)), {.operations = 40});
    std::erase_if(wanted.operations, [](const sim::op& each) {
        return each.kind == sim::op_kind::timeout || each.kind == sim::op_kind::pass;
    });
    if (wanted.ring.mode == sim::ring_mode::sqpoll) wanted.ring.mode = sim::ring_mode::plain;
    const auto played = here->play(wanted);
    if (!played) return 0;
    const sim::verdict wrong =
        here->model.compare(wanted, *played, [&] { return here->play(wanted); });
    if (wrong) fuzz::give_up(wanted, wrong->sentence);
    return 0;
}
