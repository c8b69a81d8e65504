// Target: everything at once. The bytes decode to a trace, which is cut to what is quick and played
// through the library on the model of its version; every oracle judges.
//
// What a version's own bugs break is not a finding: it is one when the trace breaks that version
// repaired, too. It is printed with the trace as text, which is all that is needed to do it again
// with `ringproof replay`; then the target aborts, since that is what a fuzzing engine understands.
// Nothing lives from one input to the next but the player's tables, which hold no state of a run.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>

#include "sim/kernel/model_world.hpp"
#include "sim/profile.hpp"
#include "sim/profile_name.hpp"
#include "sim/trace/bytes.hpp"
#include "sim/trace/play.hpp"
#include "sim/trace/tame.hpp"
#include "sim/trace/text.hpp"

namespace {

namespace sim = ringproof::sim;

[[noreturn]] void give_up(const sim::trace& played, std::string_view invariant, std::uint32_t step,
                          const std::string& sentence) {
    std::fprintf(stderr, "%s\n%.*s at operation %u: %s\n", sim::print(played).c_str(),
                 static_cast<int>(invariant.size()), invariant.data(), step, sentence.c_str());
    std::abort();
}

sim::outcome play(const sim::trace& wanted, const sim::profile& version) {
    static sim::player<sim::model_world> with;
    sim::history record;
    sim::choices answers = sim::choices::from_bytes(wanted.choices);
    sim::model_kernel kernel(answers, {.kernel_profile = version, .record = &record});
    sim::model_world around(kernel);
    return with.play(wanted, around, record);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const sim::trace wanted = sim::tame(sim::decode(std::span(data, size)));
    const sim::profile version = sim::profile_named(wanted.profile).value();
    sim::outcome seen = play(wanted, version);
    // A tame trace cannot ask for a ring that the model does not give.
    if (seen.refused != 0) give_up(wanted, "setup", 0, "errno " + std::to_string(seen.refused));
    if (seen.broken) seen = play(wanted, sim::repaired(version));
    if (seen.broken) {
        give_up(wanted, seen.broken->invariant, seen.broken->step, seen.broken->sentence);
    }
    return 0;
}
