// What a kernel makes of the behaviours: the report of `ringproof kernel --format json`.

#include "tests/kernel/matrix/report.hpp"

#include <fmt/format.h>

#include <ringproof/capabilities.hpp>
#include <ringproof/linux_kernel.hpp>

#include "sim/behaviour/catalogue.hpp"
#include "sim/behaviour/check.hpp"

namespace ringproof::matrix {

std::string report(const report_options& options) {
    linux_kernel kernel;
    const auto found = probe(kernel);
    if (!found) return fmt::format("{{\n \"error\": \"{}\"\n}}", found.error().message());
    const auto scripts = sim::all_behaviours();
    if (!scripts) return fmt::format("{{\n \"error\": \"{}\"\n}}", scripts.error());
    sim::check_options with{.hazardous = options.hazardous, .lost = options.lost, .guarded = true};
    if (options.at) {
        with.progress = [&](const sim::behaviour& script, std::size_t, std::size_t) {
            options.at(script.name);
        };
    }
    return sim::to_json(sim::check_linux(*scripts, with));
}

}  // namespace ringproof::matrix
