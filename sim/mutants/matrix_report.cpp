// The kill matrix for people and for programs.

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "sim/mutants/matrix.hpp"

namespace ringproof::mutants {

namespace {

constexpr std::array<std::string_view, 7> fate_names{"killed", "survived", "escaped", "overstated",
                                                     "clean",  "alarmed",  "-"};

std::string_view name_of(fate what) { return fate_names[static_cast<unsigned>(what)]; }

std::string figures(const cell& it) {
    if (it.what == fate::untold) return "-";
    if (it.what == fate::survived) return "survives";
    if (it.what == fate::clean) return "clean";
    if (it.what == fate::killed) {
        return fmt::format("{:.0f} in {:.1f} ms", it.median_tests(), it.median_milliseconds());
    }
    return fmt::format("{} {}/{}", name_of(it.what), it.kills(), it.attempts.size());
}

bool is_wrong(const cell& it) {
    return it.what == fate::escaped || it.what == fate::overstated || it.what == fate::alarmed;
}

/// The median over all traces that were shrunk.
struct shrinking {
    double operations = 0;
    double milliseconds = 0;
    std::size_t count = 0;
};

shrinking shrinking_of(std::span<const row> rows) {
    std::vector<std::size_t> operations;
    std::vector<double> milliseconds;
    for (const row& each : rows) {
        for (const cell& one : each.cells) {
            for (const attempt& it : one.attempts) {
                if (it.operations == 0) continue;
                operations.push_back(it.operations);
                milliseconds.push_back(it.shrink_milliseconds);
            }
        }
    }
    if (operations.empty()) return {};
    std::ranges::sort(operations);
    std::ranges::sort(milliseconds);
    const std::size_t middle = operations.size() / 2;
    return {static_cast<double>(operations[middle]), milliseconds[middle], operations.size()};
}

/// What one detector did with all mutants that it is meant for.
struct score {
    std::size_t killed = 0;
    std::size_t excused = 0;
    std::size_t wrong = 0;
    std::vector<double> tests{};
    std::vector<double> milliseconds{};
};

score score_of(std::span<const row> rows, std::size_t column) {
    score made;
    for (const row& each : rows) {
        const cell& it = each.cells[column];
        made.excused += it.what == fate::survived ? 1 : 0;
        made.wrong += is_wrong(it) ? 1 : 0;
        if (it.what != fate::killed) continue;
        ++made.killed;
        made.tests.push_back(it.median_tests());
        made.milliseconds.push_back(it.median_milliseconds());
    }
    std::ranges::sort(made.tests);
    std::ranges::sort(made.milliseconds);
    return made;
}

/// Each detector in a line.
std::string scores(std::span<const row> rows) {
    std::string out;
    for (std::size_t column = 0; column < rows.front().cells.size(); ++column) {
        const score of = score_of(rows, column);
        out += fmt::format("{}: {} killed", name_of(rows.front().cells[column].who), of.killed);
        if (of.killed > 0) {
            const std::size_t middle = of.killed / 2;
            out += fmt::format(", median {:.0f} tests, {:.1f} ms; at most {:.0f}, {:.1f} ms",
                               of.tests[middle], of.milliseconds[middle], of.tests.back(),
                               of.milliseconds.back());
        }
        out += fmt::format("; {} survive with a reason, {} wrong\n", of.excused, of.wrong);
    }
    return out;
}

}  // namespace

std::string to_text(std::span<const row> rows, bool colour) {
    if (rows.empty()) return {};
    std::string out = fmt::format("{:<10}", "mutant");
    for (const cell& one : rows.front().cells) out += fmt::format("  {:<20}", name_of(one.who));
    out += "  what is wrong\n";
    for (const row& each : rows) {
        out += fmt::format("{:<10}", each.of->id);
        for (const cell& one : each.cells) {
            const std::string text = fmt::format("{:<20}", figures(one));
            out += colour && is_wrong(one) ? "  \x1b[31m" + text + "\x1b[0m" : "  " + text;
        }
        out += "  " + each.of->what + "\n";
    }
    for (const row& each : rows) {
        for (const cell& one : each.cells) {
            if (one.reason.empty()) continue;
            out += fmt::format("{} survives {}: {}\n", each.of->id, name_of(one.who), one.reason);
        }
    }
    out += scores(rows);
    const shrinking small = shrinking_of(rows);
    if (small.count > 0) {
        out += fmt::format("{} failing traces shrunk: median {:.0f} operations, {:.1f} ms\n",
                           small.count, small.operations, small.milliseconds);
    }
    return out;
}

std::string to_json(std::span<const row> rows) {
    nlohmann::ordered_json all = nlohmann::ordered_json::array();
    for (const row& each : rows) {
        nlohmann::ordered_json cells;
        for (const cell& one : each.cells) {
            nlohmann::ordered_json told{{"fate", name_of(one.what)}};
            if (!one.attempts.empty()) {
                told["seeds"] = one.attempts.size();
                told["kills"] = one.kills();
                told["tests"] = one.median_tests();
                told["milliseconds"] = one.median_milliseconds();
                told["how"] = one.attempts.front().how;
            }
            if (!one.reason.empty()) told["reason"] = one.reason;
            cells[std::string(name_of(one.who))] = std::move(told);
        }
        all.push_back({{"mutant", each.of->id},
                       {"what", each.of->what},
                       {"from", each.of->origin},
                       {"detectors", std::move(cells)}});
    }
    const shrinking small = shrinking_of(rows);
    nlohmann::ordered_json whole{{"mutants", std::move(all)},
                                 {"shrunk",
                                  {{"traces", small.count},
                                   {"median_operations", small.operations},
                                   {"median_milliseconds", small.milliseconds}}}};
    return whole.dump(1) + "\n";
}

}  // namespace ringproof::mutants
