// Target: everything at once. The bytes decode to a trace, which is cut to what is quick and played
// through the library on the model of its version; every oracle judges.

#include <cstddef>
#include <cstdint>
#include <span>

#include "fuzz/target.hpp"
#include "fuzz/trace_mutator.hpp"
#include "sim/trace/bytes.hpp"
#include "sim/trace/tame.hpp"

namespace sim = ringproof::sim;
namespace fuzz = ringproof::fuzz;

const fuzz::layout fuzz::input_layout{};

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static sim::model_player model;
    const sim::trace wanted = sim::tame(sim::decode(std::span(data, size)));
    fuzz::shown = fuzz::play_clean(model, wanted).unseed;
    return 0;
}
