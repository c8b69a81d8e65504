// ringproof kernel compare, ringproof kernel table: what recorded reports say.

#include <fmt/format.h>

#include <vector>

#include "sim/behaviour/catalogue.hpp"
#include "sim/behaviour/check.hpp"
#include "sim/command/command.hpp"
#include "sim/command/files.hpp"
#include "sim/report/kernel_table.hpp"

namespace ringproof::sim::command {

int compare_kernels(const std::string& before, const std::string& after) {
    const auto then = read_report(before);
    const auto now = read_report(after);
    if (!then || !now) return status_usage;
    const auto scripts = all_behaviours();
    if (!scripts) {
        complain(scripts.error());
        return status_usage;
    }
    const std::string changed = differences(*then, *now, *scripts);
    fmt::print("from {} to {}:{}\n", then->kernel, now->kernel,
               changed.empty() ? " nothing changed" : "\n");
    fmt::print("{}", changed);
    return status_clean;
}

int tabulate_kernels(const table_options& options) {
    const auto scripts = all_behaviours();
    if (!scripts) {
        complain(scripts.error());
        return status_usage;
    }
    std::vector<kernel_report> kernels;
    for (const std::string& path : options.files) {
        const auto recorded = read_report(path);
        if (!recorded) return status_usage;
        kernels.push_back(check_again(*scripts, *recorded));
    }
    const kernel_table table(kernels);
    const bool page = !options.html.empty();
    if (page && !write_to(options.html, table.html())) return status_environment;
    if (options.text || !page) {
        fmt::print("{}", table.text());
    } else if (options.html != "-") {
        fmt::print("{}", table.summary());
    }
    return table.unexplained() ? status_violation : status_clean;
}

}  // namespace ringproof::sim::command
