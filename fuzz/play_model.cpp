// Target: everything at once. The bytes decode to a trace, the trace is played on the model through
// the library, and every oracle judges.
//
// A violation is printed with the trace as text, which is all that is needed to do it again with
// `ringproof replay`; then the target aborts, since that is what a fuzzing engine understands.
// Nothing lives from one input to the next but the player's tables, which hold no state of a run.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>

#include "sim/kernel/model_world.hpp"
#include "sim/trace/bytes.hpp"
#include "sim/trace/play.hpp"
#include "sim/trace/text.hpp"

namespace {

namespace sim = ringproof::sim;

[[noreturn]] void give_up(const sim::trace& played, std::string_view invariant, std::uint32_t step,
                          const std::string& sentence) {
    std::fprintf(stderr, "%s\n%.*s at operation %u: %s\n", sim::print(played).c_str(),
                 static_cast<int>(invariant.size()), invariant.data(), step, sentence.c_str());
    std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static sim::player<sim::model_world> with;
    const sim::trace wanted = sim::decode(std::span(data, size));
    sim::history record;
    sim::choices answers = sim::choices::from_bytes(wanted.choices);
    sim::model_kernel kernel(answers, {.record = &record});
    sim::model_world around(kernel);
    const sim::outcome seen = with.play(wanted, around, record);
    if (seen.broken) {
        give_up(wanted, seen.broken->invariant, seen.broken->step, seen.broken->sentence);
    }
    // Bytes cannot ask for a ring that the model does not give.
    if (seen.refused != 0) give_up(wanted, "setup", 0, "errno " + std::to_string(seen.refused));
    return 0;
}
