// Target: the parser of behaviours. Any bytes are safe: they are a behaviour, or the error says
// where they are none. The behaviours of the corpus itself, which are programs that behave, are
// performed, too, as every version that can show them; each shows what it says.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "fuzz/parse_error.hpp"
#include "fuzz/target.hpp"
#include "sim/behaviour/catalogue.hpp"
#include "sim/behaviour/perform.hpp"
#include "sim/behaviour/text.hpp"

namespace sim = ringproof::sim;
namespace fuzz = ringproof::fuzz;

namespace {

void perform(const sim::behaviour& script) {
    for (std::size_t i = 0; i < sim::profiles().size(); ++i) {
        if (!script.holds_under(i)) continue;
        sim::choices canonical;
        sim::model_kernel kernel(canonical, {.kernel_profile = sim::profiles()[i]});
        sim::model_world around(kernel);
        const auto seen = sim::performer<sim::model_world>(around).perform(script);
        const sim::judgement found = sim::judge(script, seen, i);
        if (found.what == sim::conformity::as_expected) continue;
        fuzz::give_up(sim::say("line ", found.line, ", as ", sim::profiles()[i].name, ": expected ",
                               found.expected, ", seen ", found.seen));
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto parsed = sim::parse_behaviour(text);
    if (!parsed) {
        fuzz::check_error(text, parsed.error());
        fuzz::shown = parsed.error().line;
        return 0;
    }
    fuzz::require(!parsed->rules.empty(), "a behaviour without a rule");
    fuzz::shown = parsed->statements.size();
    const auto known = sim::behaviour_sources();
    if (std::ranges::find(known, text, &sim::behaviour_source::text) != known.end()) {
        perform(*parsed);
    }
    return 0;
}
