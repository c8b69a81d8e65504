// Target: a trace, and apart from it what the model's scheduler answers. In front a byte that says
// how many records the trace has, behind them one byte for each answer, so that a schedule changes
// while the operations stay, and longer schedules are at hand than records of choices would hold.
//
// Every oracle judges, and the same trace runs the same way: I19.

#include <cstddef>
#include <cstdint>
#include <span>

#include "fuzz/target.hpp"
#include "fuzz/trace_mutator.hpp"
#include "sim/trace/bytes.hpp"
#include "sim/trace/tame.hpp"

namespace sim = ringproof::sim;
namespace fuzz = ringproof::fuzz;

const fuzz::layout fuzz::input_layout{.prefix = 1, .answers_behind = true};

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static sim::model_player model;
    const fuzz::parts all = fuzz::parts_of(fuzz::input_layout, std::span(data, size));
    sim::trace wanted = sim::tame(sim::decode(all.trace));
    wanted.choices.insert(wanted.choices.end(), all.answers.begin(), all.answers.end());
    fuzz::shown = fuzz::play_clean(model, wanted).unseed;
    sim::history again;
    if (model.play(wanted, again).unseed != fuzz::shown) {
        fuzz::give_up(wanted, "I19: it does not run the same way twice");
    }
    return 0;
}
