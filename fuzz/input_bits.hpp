#pragma once
// Decisions out of an input, for targets that are programs.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "sim/choice.hpp"
#include "sim/profile.hpp"

namespace ringproof::fuzz {

/// As few bytes for each number as it needs; zeroes at the end.
class input_bits {
public:
    explicit input_bits(std::span<const std::uint8_t> bytes) : left_(bytes) {}

    [[nodiscard]] bool empty() const noexcept { return left_.empty(); }

    std::uint32_t below(std::uint32_t bound) {
        const unsigned bytes = bound <= 1 ? 0 : bound <= 0x100 ? 1 : bound <= 0x10000 ? 2 : 4;
        return bound == 0 ? 0 : static_cast<std::uint32_t>(take(bytes) % bound);
    }
    std::uint64_t next() { return take(8); }

private:
    std::uint64_t take(unsigned bytes) {
        std::uint64_t value = 0;
        for (; bytes != 0 && !left_.empty(); --bytes) {
            value = value << 8U | left_.front();
            left_ = left_.subspan(1);
        }
        return value;
    }

    std::span<const std::uint8_t> left_;
};

/// Runs a program on the model. The first byte chooses the profile, the second how many bytes from
/// the end answer the model's questions; what is between them is what the program does.
template <class Program>
void run_program(std::span<const std::uint8_t> input) {
    constexpr int steps_most = 1024;
    if (input.size() < 2) return;
    const auto versions = sim::profiles();
    const auto all = input.subspan(2);
    const std::size_t answering = std::min<std::size_t>(input[1], all.size());
    sim::choices answers = sim::choices::from_bytes(all.last(answering));
    input_bits bits(all.first(all.size() - answering));
    Program program(bits, answers, versions[input[0] % versions.size()]);
    for (int i = 0; i < steps_most && !bits.empty(); ++i) program.step();
    if constexpr (requires { program.end(); }) program.end();
}

}  // namespace ringproof::fuzz
