#include "sim/report/profiles.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string_view>

#include "sim/profile_facts.hpp"

namespace ringproof::sim {

namespace {

using nlohmann::ordered_json;

constexpr std::size_t width = 96;

/// Text in lines of at most `width` columns, each indented, broken at spaces.
std::string block(std::string_view text, std::size_t indent) {
    const std::string margin(indent, ' ');
    std::string out = margin;
    std::size_t column = indent;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(' '), text.size());
        if (column > indent && column + 1 + end > width) {
            out += '\n' + margin;
            column = indent;
        } else if (column > indent) {
            out += ' ';
            ++column;
        }
        out += text.substr(0, end);
        column += end;
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out + '\n';
}

std::string_view first_id(const profile_fact& fact) {
    return fact.ids.substr(0, fact.ids.find(','));
}

std::string bugs_of(const profile& version) {
    std::string ids;
    for (const profile_fact& fact : profile_facts()) {
        if (!has_bug(fact, version)) continue;
        if (!ids.empty()) ids += ", ";
        ids += first_id(fact);
    }
    return ids;
}

std::string owners_of(const profile_fact& fact) {
    std::string names;
    for (const profile& each : profiles()) {
        if (!has_bug(fact, each)) continue;
        if (!names.empty()) names += ", ";
        names += each.name;
    }
    return names.empty() ? "no profile" : names;
}

std::string bug_text(const profile_fact& fact) {
    return fmt::format("  {} ({})\n", fact.ids, fact.name) +
        block(fmt::format("Versions: {}; in {}.", fact.range, owners_of(fact)), 4) +
        block(fact.symptom, 4) + block(fmt::format("Repair: {}", fact.repair), 4);
}

ordered_json fact_json(const profile_fact& fact) {
    ordered_json told{{"ids", fact.ids},
                      {"name", fact.name},
                      {"range", fact.range},
                      {fact.is_bug() ? "symptom" : "meaning", fact.symptom}};
    if (fact.is_bug()) told["repair"] = fact.repair;
    return told;
}

bool differs(const profile_fact& fact, const profile& one, const profile& other) {
    return value_of(fact, one) != value_of(fact, other);
}

std::string bugs_of_one_alone(const profile& one, const profile& other) {
    std::string text;
    for (const profile_fact& fact : profile_facts()) {
        if (!has_bug(fact, one) || has_bug(fact, other)) continue;
        text += block(fmt::format("{} ({}; {}): {} Repair: {}", fact.ids, fact.name, fact.range,
                                  fact.symptom, fact.repair),
                      2);
    }
    if (text.empty()) return {};
    return fmt::format("\nBugs that {} has and {} has not:\n", one.name, other.name) + text;
}

}  // namespace

std::string profile_names() {
    std::string names;
    for (const profile& each : profiles()) {
        if (!names.empty()) names += ", ";
        names += each.name;
    }
    return names;
}

std::string profiles_to_text() {
    std::string text;
    for (const profile& each : profiles()) {
        text += fmt::format("{:<6} {}\n", each.name, each.summary);
        text += block(fmt::format("bugs: {}", bugs_of(each)), 7);
    }
    text += "\nBugs that the model can have:\n";
    for (const profile_fact& fact : profile_facts()) {
        if (fact.is_bug()) text += bug_text(fact);
    }
    text += "\nBugs that it cannot have:\n";
    for (const absent_bug& each : absent_bugs()) {
        text += block(fmt::format("{} ({}): {} Not here, for {}.", each.id, each.range,
                                  each.symptom, each.reason),
                      2);
    }
    return text;
}

std::string profiles_to_json() {
    ordered_json versions = ordered_json::array();
    for (const profile& each : profiles()) {
        ordered_json values;
        ordered_json bugs = ordered_json::array();
        for (const profile_fact& fact : profile_facts()) {
            if (!fact.is_bug()) values[std::string(fact.name)] = value_of(fact, each);
            if (has_bug(fact, each)) bugs.push_back(first_id(fact));
        }
        versions.push_back({{"name", each.name},
                            {"summary", each.summary},
                            {"switches", std::move(values)},
                            {"bugs", std::move(bugs)}});
    }
    ordered_json switches = ordered_json::array();
    ordered_json bugs = ordered_json::array();
    for (const profile_fact& fact : profile_facts()) {
        (fact.is_bug() ? bugs : switches).push_back(fact_json(fact));
    }
    ordered_json absent = ordered_json::array();
    for (const absent_bug& each : absent_bugs()) {
        absent.push_back({{"id", each.id},
                          {"range", each.range},
                          {"symptom", each.symptom},
                          {"reason", each.reason}});
    }
    const ordered_json all{{"profiles", std::move(versions)},
                           {"switches", std::move(switches)},
                           {"bugs", std::move(bugs)},
                           {"absent_bugs", std::move(absent)}};
    return all.dump(2) + '\n';
}

std::string difference_to_text(const profile& one, const profile& other) {
    std::string switches;
    for (const profile_fact& fact : profile_facts()) {
        if (fact.is_bug() || !differs(fact, one, other)) continue;
        const std::string id = fact.ids == "-" ? "" : fmt::format("{} ", fact.ids);
        switches += block(fmt::format("{}({}; {}): {} on {}, {} on {}. {}", id, fact.name,
                                      fact.range, value_of(fact, one), one.name,
                                      value_of(fact, other), other.name, fact.symptom),
                          2);
    }
    std::string text =
        fmt::format("{}: {}\n{}: {}\n", one.name, one.summary, other.name, other.summary);
    const std::string bugs = bugs_of_one_alone(one, other) + bugs_of_one_alone(other, one);
    if (!switches.empty()) text += "\nThey behave differently by design:\n" + switches;
    if (switches.empty() && bugs.empty()) text += "\nThey do not differ.\n";
    return text + bugs;
}

std::string difference_to_json(const profile& one, const profile& other) {
    ordered_json found = ordered_json::array();
    for (const profile_fact& fact : profile_facts()) {
        if (!differs(fact, one, other)) continue;
        ordered_json told = fact_json(fact);
        told["kind"] = fact.is_bug() ? "bug" : "switch";
        told["values"] = {{std::string(one.name), value_of(fact, one)},
                          {std::string(other.name), value_of(fact, other)}};
        found.push_back(std::move(told));
    }
    const ordered_json all{{"profiles", {one.name, other.name}}, {"differences", std::move(found)}};
    return all.dump(2) + '\n';
}

}  // namespace ringproof::sim
