// Reports as JSON, out and in.

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "sim/report/kernel_report.hpp"

namespace ringproof::sim {

namespace {

constexpr std::string_view format = "ringproof-kernel 1";

/// Line and column of a byte, for people with an editor.
parse_error at_byte(std::string_view text, std::size_t byte, std::string expected,
                    std::string found) {
    const std::string_view before = text.substr(0, std::min(byte, text.size()));
    const auto line = std::ranges::count(before, '\n') + 1;
    const std::size_t start = before.rfind('\n');
    const std::size_t column =
        start == std::string_view::npos ? before.size() + 1 : before.size() - start;
    return {static_cast<unsigned>(line), static_cast<unsigned>(column), std::move(expected),
            std::move(found)};
}

std::string string_in(const nlohmann::json& object, const char* name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

recorded_behaviour behaviour_in(const nlohmann::json& object) {
    recorded_behaviour made{.name = string_in(object, "name"),
                            .says = string_in(object, "says"),
                            .verdict = string_in(object, "verdict"),
                            .reason = string_in(object, "reason"),
                            .seen = {}};
    const auto seen = object.find("seen");
    if (seen == object.end() || !seen->is_array()) return made;
    for (const auto& each : *seen) {
        if (each.is_string()) made.seen.push_back(each.get<std::string>());
    }
    return made;
}

}  // namespace

std::string to_json(const kernel_report& report) {
    nlohmann::ordered_json out;
    out["format"] = format;
    out["kernel"] = report.kernel;
    out["machine"] = report.machine;
    out["like"] = report.like;
    out["against"] = report.against;
    const auto counted = report.counts();
    for (unsigned i = 0; i < conformity_count; ++i) {
        out["counts"][std::string(name_of(static_cast<conformity>(i)))] = counted[i];
    }
    out["behaviours"] = nlohmann::ordered_json::array();
    for (const judgement& each : report.all) {
        nlohmann::ordered_json one;
        one["name"] = each.of->name;
        one["rules"] = each.of->rules;
        one["says"] = each.of->says;
        one["verdict"] = name_of(each.what);
        if (!each.reason.empty()) one["reason"] = each.reason;
        if (each.line != 0) {
            one["line"] = each.line;
            one["expected"] = each.expected;
        }
        one["seen"] = each.all;
        out["behaviours"].push_back(std::move(one));
    }
    return out.dump(1) + "\n";
}

std::expected<recorded_kernel, parse_error> from_json(std::string_view text) {
    nlohmann::json in;
    try {
        in = nlohmann::json::parse(text);
    } catch (const nlohmann::json::parse_error& wrong) {
        const std::size_t byte = wrong.byte == 0 ? 0 : wrong.byte - 1;
        return std::unexpected(at_byte(
            text, byte, "JSON",
            byte >= text.size() ? "the end of the text" : "'" + std::string(1, text[byte]) + "'"));
    }
    if (!in.is_object() || string_in(in, "format") != format) {
        return std::unexpected(at_byte(text, 0,
                                       "a report with \"format\": \"" + std::string(format) + "\"",
                                       "something else"));
    }
    recorded_kernel made{string_in(in, "kernel"), string_in(in, "like"), {}};
    const auto all = in.find("behaviours");
    if (all == in.end() || !all->is_array()) {
        return std::unexpected(at_byte(text, 0, "an array \"behaviours\"", "none"));
    }
    for (const auto& each : *all) {
        if (each.is_object()) made.all.push_back(behaviour_in(each));
    }
    return made;
}

}  // namespace ringproof::sim
