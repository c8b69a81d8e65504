// Target: a program that scribbles on slots, tails, SQ and CQ words and calls with any arguments,
// on the strict model, as any version. The model stays defined and every call comes back.
//
// The first byte chooses the profile, the second how many bytes from the end answer the model's
// questions; what is between them is what the program does.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "sim/profile.hpp"
#include "tests/support/hostile_program.hpp"

namespace sim = ringproof::sim;

namespace {

/// Numbers out of bytes: as few for each as it needs, zeroes at the end.
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

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr int steps_most = 1024;
    if (size < 2) return 0;
    const auto versions = sim::profiles();
    const std::span<const std::uint8_t> all(data + 2, size - 2);
    const std::size_t answering = std::min<std::size_t>(data[1], all.size());
    sim::choices answers = sim::choices::from_bytes(all.last(answering));
    input_bits bits(all.first(all.size() - answering));
    ringproof::testing::hostile_program program(bits, answers, versions[data[0] % versions.size()]);
    for (int i = 0; i < steps_most && !bits.empty(); ++i) program.step();
    return 0;
}
