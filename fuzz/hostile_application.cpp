// Target: a program that scribbles on slots, tails, SQ and CQ words and calls with any arguments,
// on the strict model, as any version. The model stays defined and every call comes back.

#include <cstddef>
#include <cstdint>

#include "fuzz/input_bits.hpp"
#include "tests/support/hostile_program.hpp"

namespace fuzz = ringproof::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::run_program<ringproof::testing::hostile_program<fuzz::input_bits>>({data, size});
    return 0;
}
