// libFuzzer's two hooks, for the targets whose input is a trace. Other engines do not call them.

#include "fuzz/trace_mutator.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

// The engine's own mutation; null where another engine, or none, is linked.
extern "C" [[gnu::weak]] std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size,
                                                      std::size_t size_most);

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t size_most, unsigned seed) {
    // Now and then the engine's, which knows what the program compares its bytes with.
    if (LLVMFuzzerMutate != nullptr && seed % 8 == 0) {
        return LLVMFuzzerMutate(data, size, size_most);
    }
    using namespace ringproof::fuzz;
    return mutate(input_layout, std::span(data, size_most), size, seed);
}

extern "C" std::size_t LLVMFuzzerCustomCrossOver(const std::uint8_t* one, std::size_t one_size,
                                                 const std::uint8_t* other, std::size_t other_size,
                                                 std::uint8_t* child, std::size_t size_most,
                                                 unsigned seed) {
    using namespace ringproof::fuzz;
    return cross_over(input_layout, std::span(one, one_size), std::span(other, other_size),
                      std::span(child, size_most), seed);
}
