// Target: traces as bytes. Any bytes are a trace, and that trace can be written down, as bytes and
// as text, and read back as it was.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/target.hpp"
#include "fuzz/trace_mutator.hpp"
#include "sim/trace/bytes.hpp"

namespace sim = ringproof::sim;
namespace fuzz = ringproof::fuzz;

const fuzz::layout fuzz::input_layout{};

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const sim::trace decoded = sim::decode(std::span(data, size));
    const std::vector<std::uint8_t> encoded = sim::encode(decoded);
    if (sim::decode(encoded) != decoded) fuzz::give_up(decoded, "its bytes are another trace");
    const std::string text = sim::print(decoded);
    const auto parsed = sim::parse(text);
    if (!parsed) fuzz::give_up(decoded, parsed.error().message());
    if (*parsed != decoded) fuzz::give_up(decoded, "its text is another trace");
    if (sim::encode(*parsed) != encoded) fuzz::give_up(decoded, "there are two ways to encode it");
    fuzz::shown = std::hash<std::string_view>()(text);
    return 0;
}
