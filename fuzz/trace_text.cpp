// Target: the parser of trace texts, which reads what people mail each other.
//
// Any bytes are safe. They are a trace, and then the trace can be printed, read back unchanged and
// printed the same again; or they are not, and then the error says where, within the text.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "fuzz/parse_error.hpp"
#include "fuzz/target.hpp"
#include "sim/trace/text.hpp"

namespace sim = ringproof::sim;
namespace fuzz = ringproof::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto parsed = sim::parse(text);
    if (!parsed) {
        fuzz::check_error(text, parsed.error());
        fuzz::shown = parsed.error().line;
        return 0;
    }
    const std::string canonical = sim::print(*parsed);
    const auto again = sim::parse(canonical);
    fuzz::require(again.has_value(), "what was printed cannot be read");
    fuzz::require(*again == *parsed, "what was printed is another trace");
    fuzz::require(sim::print(*again) == canonical, "there are two canonical texts");
    fuzz::shown = std::hash<std::string_view>()(canonical);
    return 0;
}
