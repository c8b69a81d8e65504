// What a kernel can do, by name: the smallest judgement there is.

#include "tests/kernel/matrix/report.hpp"

#include <sys/utsname.h>

#include <ringproof/capabilities.hpp>
#include <ringproof/linux_kernel.hpp>

namespace ringproof::matrix {

namespace {

/// Nothing that a kernel says of itself needs more than this.
std::string quoted(std::string_view text) {
    std::string json = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') json += '\\';
        json += c;
    }
    return json += '"';
}

}  // namespace

std::string report() {
    utsname names{};
    ::uname(&names);
    std::string json = "{\n  \"release\": " + quoted(names.release) +
        ",\n  \"version\": " + quoted(names.version) + ",\n";

    linux_kernel kernel;
    const auto found = probe(kernel);
    json += std::string("  \"io_uring\": ") + (found ? "true" : "false");
    if (!found) return json + ",\n  \"error\": " + quoted(found.error().message()) + "\n}";
    for (const capability& each : all_capabilities) {
        json += ",\n  " + quoted(each.name) + ": " + ((*found).*each.member ? "true" : "false");
    }
    return json + "\n}";
}

}  // namespace ringproof::matrix
