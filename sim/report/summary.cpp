#include "sim/report/summary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string_view>

#include "sim/report/numbers.hpp"

namespace ringproof::sim {

namespace {

struct row {
    std::string_view name;
    std::string_view key;  // in JSON
    std::uint64_t counters::* value;
};

constexpr std::array rows{
    row{"cases", "cases", &counters::cases},
    row{"operations", "operations", &counters::operations},
    row{"completions", "completions", &counters::completions},
    row{"bytes received", "bytes_received", &counters::bytes},
    row{"bytes sent", "bytes_sent", &counters::bytes_sent},
    row{"buffers published", "published", &counters::published},
    row{"16-bit tail wraps", "tail_wraps", &counters::wraps},
    row{"ENOBUFS", "no_buffers", &counters::no_buffers},
    row{"CQ overflows", "overflows", &counters::overflows},
    row{"re-arms", "rearms", &counters::rearms},
    row{"incremental parts", "incremental", &counters::incremental},
    row{"bundles", "bundles", &counters::bundles},
};

constexpr int name_width = 24;
constexpr int value_width = 18;

std::string names_of(const mark_set& marks) {
    std::string names;
    for (std::size_t i = 0; i < mark_count; ++i) {
        if (!marks[i]) continue;
        if (!names.empty()) names += ", ";
        names += name_of(static_cast<mark>(i));
    }
    return names;
}

/// `text` in lines of at most 96 columns, broken at spaces, the later ones indented.
std::string wrapped(std::string_view text) {
    constexpr std::size_t width = 96;
    std::string out;
    while (text.size() > width) {
        const std::size_t at = text.rfind(' ', width);
        if (at == std::string_view::npos || at < 8) break;
        out.append(text.substr(0, at)).append("\n    ");
        text.remove_prefix(at + 1);
    }
    return out.append(text).append("\n");
}

class table {
public:
    table(const run_summary& run, bool colour) : run_(&run), colour_(colour) {}

    std::string text() {
        head();
        for (const row& each : rows) {
            line(each.name,
                 [&](const backend_summary& of) { return grouped(of.done.*each.value); });
        }
        line("seconds",
             [](const backend_summary& of) { return fmt::format("{:.1f}", of.seconds); });
        line("operations a second", [](const backend_summary& of) {
            const double rate =
                of.seconds > 0 ? static_cast<double>(of.done.operations) / of.seconds : 0.0;
            return grouped(static_cast<std::uint64_t>(rate));
        });
        line("situations met", [](const backend_summary& of) {
            const std::size_t met = (of.met & ~of.impossible).count();
            return fmt::format("{} of {}", met, mark_count - of.impossible.count());
        });
        line("violations", [this](const backend_summary& of) {
            const std::string count = fmt::format("{:>{}}", of.findings.size(), value_width);
            return paint(count, of.findings.empty() ? "32" : "31;1");
        });
        for (const backend_summary& each : run_->backends) notes(each);
        return std::move(out_);
    }

private:
    [[nodiscard]] std::string paint(std::string_view text, std::string_view code) const {
        return colour_ ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
    }

    void head() {
        std::string names = fmt::format("{:<{}}", "", name_width);
        for (const backend_summary& each : run_->backends) {
            if (each.skipped.empty()) names += fmt::format("{:>{}}", each.name, value_width);
        }
        out_ += paint(names, "1") + "\n";
        line("", [](const backend_summary& of) { return of.version; });
    }

    template <class Value>
    void line(std::string_view name, Value value) {
        out_ += fmt::format("{:<{}}", name, name_width);
        for (const backend_summary& each : run_->backends) {
            if (each.skipped.empty()) out_ += fmt::format("{:>{}}", value(each), value_width);
        }
        out_ += '\n';
    }

    void notes(const backend_summary& of) {
        if (!of.skipped.empty()) {
            out_ += wrapped(fmt::format("{}: {}: {}", of.name, paint("skipped", "33"), of.skipped));
            return;
        }
        if (of.refused != 0) {
            out_ += wrapped(fmt::format("{}: {}: no ring could be had for {} cases", of.name,
                                        paint("left out", "33"), of.refused));
        }
        if (of.missing().any()) {
            out_ += wrapped(fmt::format("{}: {}: {}", of.name, paint("never met", "33"),
                                        names_of(of.missing())));
        }
        if (of.impossible.any()) {
            out_ += wrapped(
                fmt::format("{}: not on this kernel: {}", of.name, names_of(of.impossible)));
        }
        if (of.compared) out_ += to_text(*of.compared, of.compared_with);
        for (const finding& each : of.findings) {
            out_ += wrapped(
                fmt::format("{}: {} in case {}, operation {}: {}", of.name,
                            paint(fmt::format("violation of {}", each.what.invariant), "31;1"),
                            each.number, each.what.step, each.what.sentence));
            if (each.trace_path.empty()) continue;
            // Where it was held against the model, both are needed to see it again.
            const std::string_view backend = each.what.invariant == "I21" ? "both"
                : of.name == "model"                                      ? "model"
                                                                          : "linux";
            out_ +=
                fmt::format("    ringproof replay --backend {} '{}'\n", backend, each.trace_path);
            if (backend == "both") continue;
            out_ += fmt::format("    ringproof shrink --backend {} '{}' -o small.trace\n", backend,
                                each.trace_path);
        }
    }

    const run_summary* run_;
    bool colour_;
    std::string out_;
};

nlohmann::ordered_json marks_to_json(const mark_set& marks) {
    auto list = nlohmann::ordered_json::array();
    for (std::size_t i = 0; i < mark_count; ++i) {
        if (marks[i]) list.push_back(name_of(static_cast<mark>(i)));
    }
    return list;
}

nlohmann::ordered_json backend_to_json(const backend_summary& of) {
    nlohmann::ordered_json object;
    object["name"] = of.name;
    object["version"] = of.version;
    if (!of.skipped.empty()) {
        object["skipped"] = of.skipped;
        return object;
    }
    for (const row& each : rows) object[std::string(each.key)] = of.done.*each.value;
    object["idle"] = of.done.idle;
    object["seconds"] = of.seconds;
    object["refused"] = of.refused;
    object["met"] = marks_to_json(of.met);
    object["never_met"] = marks_to_json(of.missing());
    object["not_on_this_kernel"] = marks_to_json(of.impossible);
    if (of.compared) {
        object["compared"] = nlohmann::ordered_json::parse(to_json(*of.compared, of.compared_with));
    }
    auto findings = nlohmann::ordered_json::array();
    for (const finding& each : of.findings) {
        findings.push_back({{"case", each.number},
                            {"invariant", each.what.invariant},
                            {"operation", each.what.step},
                            {"sentence", each.what.sentence},
                            {"trace", each.trace_path}});
    }
    object["violations"] = std::move(findings);
    return object;
}

}  // namespace

bool run_summary::violated() const {
    return std::ranges::any_of(backends, [](const auto& of) { return !of.findings.empty(); });
}

bool run_summary::incomplete() const {
    return complete && !interrupted && std::ranges::any_of(backends, [](const auto& of) {
               return of.skipped.empty() && of.missing().any();
           });
}

std::string to_text(const run_summary& run, bool colour) { return table(run, colour).text(); }

std::string to_json(const run_summary& run) {
    nlohmann::ordered_json object;
    object["seed"] = fmt::format("{:#x}", run.seed);
    object["interrupted"] = run.interrupted;
    object["complete"] = run.complete;
    auto backends = nlohmann::ordered_json::array();
    for (const backend_summary& each : run.backends) backends.push_back(backend_to_json(each));
    object["backends"] = std::move(backends);
    return object.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace ringproof::sim
