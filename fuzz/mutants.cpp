// The target fuzz_mutants: fuzz/play_model.cpp's, on the woven code. Which mutant is on, the
// environment says (fuzzing.hpp). Without one nothing is wrong, bugs of versions included: so
// whatever an oracle objects to is the mutant's.

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>

#include "fuzz/trace_mutator.hpp"
#include "sim/compare/model_player.hpp"
#include "sim/mutants/fuzzing.hpp"
#include "sim/mutants/program.hpp"
#include "sim/mutants/switch.hpp"
#include "sim/oracle/signature.hpp"
#include "sim/trace/bytes.hpp"
#include "sim/trace/tame.hpp"

namespace sim = ringproof::sim;
namespace mutants = ringproof::mutants;

const ringproof::fuzz::layout ringproof::fuzz::input_layout{};

namespace {

std::string_view from_environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string_view() : std::string_view(value);
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
    const std::string_view index = from_environment(mutants::index_variable);
    std::from_chars(index.data(), index.data() + index.size(), mutants::active);
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static sim::model_player model;
    static const std::string profile(from_environment(mutants::profile_variable));
    sim::trace wanted = sim::tame(sim::decode(std::span(data, size)));
    wanted.profile = profile;
    sim::history record;
    const sim::outcome came = model.play(wanted, record);
    if (!came.broken) return 0;
    std::fprintf(stderr, "%s%s\n", mutants::found_words, sim::signature_of(*came.broken).c_str());
    std::abort();
}
