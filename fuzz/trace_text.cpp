// Target: the parser of trace texts, which reads what people mail each other.
//
// Any bytes are safe. They are a trace, and then the trace can be printed, read back unchanged and
// printed the same again; or they are not, and then the error says where, within the text.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "sim/trace/text.hpp"

namespace {

namespace sim = ringproof::sim;

void require(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "%s\n", what);
    std::abort();
}

void check_error(std::string_view text, const sim::parse_error& error) {
    // The end of the text counts as a line of its own.
    const auto lines = static_cast<std::size_t>(std::ranges::count(text, '\n')) + 2;
    require(error.line >= 1 && error.line <= lines, "an error in a line that is not there");
    require(error.column >= 1 && error.column <= text.size() + 1, "an error beyond the text");
    require(!error.expected.empty() && !error.found.empty(), "an error that does not say what");
    require(error.message().find('\n') == std::string::npos, "a message of more than one line");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto parsed = sim::parse(text);
    if (!parsed) {
        check_error(text, parsed.error());
        return 0;
    }
    const std::string canonical = sim::print(*parsed);
    const auto again = sim::parse(canonical);
    require(again.has_value(), "what was printed cannot be read");
    require(*again == *parsed, "what was printed is another trace");
    require(sim::print(*again) == canonical, "there are two canonical texts");
    return 0;
}
