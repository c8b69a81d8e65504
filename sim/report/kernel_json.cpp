// Reports as JSON, out and in. A line for each behaviour, so that two reports can be compared with
// tools for texts; and only what was seen, since what to make of it the behaviours say.

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "sim/report/json_reader.hpp"
#include "sim/report/kernel_report.hpp"

namespace ringproof::sim {

namespace {

constexpr std::string_view format = "ringproof-kernel 2";

std::string json_text(std::string_view text) { return nlohmann::json(text).dump(); }

std::string line_of(const judgement& it) {
    std::string out = fmt::format("{}: {{", json_text(it.of->name));
    if (it.what == conformity::skipped) {
        return out + fmt::format("\"skipped\": {}}}", json_text(it.reason));
    }
    out += fmt::format("\"script\": \"{}\"", fingerprint(*it.of));
    if (it.what != conformity::as_expected) {
        out += fmt::format(", \"verdict\": \"{}\"", name_of(it.what));
        if (!it.reason.empty()) out += fmt::format(", \"reason\": {}", json_text(it.reason));
    }
    if (!it.lost.empty()) return out + fmt::format(", \"lost\": {}}}", json_text(it.lost));
    std::string seen;
    for (const std::string& each : it.all) seen += (seen.empty() ? "" : ", ") + json_text(each);
    out += fmt::format(", \"seen\": [{}]", seen);
    std::string failed;
    for (const failed_statement& each : it.failed) {
        failed += fmt::format("{}\"{}\": {}", failed.empty() ? "" : ", ", each.number,
                              json_text(each.seen));
    }
    if (!failed.empty()) out += fmt::format(", \"failed\": {{{}}}", failed);
    return out + "}";
}

failed_statement read_failed(json_reader& in, const std::string& key) {
    const auto number = number_in(key);
    if (!number || *number == 0) in.refuse("a statement's number");
    return {static_cast<std::size_t>(number.value_or(0)), in.string()};
}

recorded_behaviour read_behaviour(json_reader& in, std::string name) {
    recorded_behaviour made;
    made.name = std::move(name);
    in.object([&](const std::string& key) {
        if (key == "script") {
            made.script = in.string();
        } else if (key == "verdict") {
            made.verdict = in.string();
        } else if (key == "reason") {
            made.reason = in.string();
        } else if (key == "skipped") {
            made.skipped = in.string();
        } else if (key == "lost") {
            made.lost = in.string();
        } else if (key == "seen") {
            in.array([&] { made.seen.push_back(in.string()); });
        } else if (key == "failed") {
            in.object([&](const std::string& of) { made.failed.push_back(read_failed(in, of)); });
        } else {
            in.refuse("a key of a behaviour");
        }
    });
    return made;
}

void read_member(json_reader& in, const std::string& key, recorded_kernel& into) {
    if (key == "format") {
        if (in.string() != format) in.refuse(fmt::format("the format '{}'", format));
    } else if (key == "kernel") {
        into.kernel = in.string();
    } else if (key == "build") {
        into.build = in.string();
    } else if (key == "machine") {
        into.machine = in.string();
    } else if (key == "like") {
        into.like = in.string();
    } else if (key == "against") {
        into.against = in.string();
    } else if (key == "counts") {
        in.object([&](const std::string&) { (void)in.number(); });
    } else if (key == "behaviours") {
        in.object([&](const std::string& name) { into.all.push_back(read_behaviour(in, name)); });
    } else {
        in.refuse("a key of a report");
    }
}

}  // namespace

std::string to_json(const kernel_report& report) {
    std::string out = fmt::format("{{\n\"format\": \"{}\"", format);
    const auto member = [&](std::string_view key, std::string_view value) {
        out += fmt::format(",\n\"{}\": {}", key, json_text(value));
    };
    member("kernel", report.kernel);
    member("build", report.build);
    member("machine", report.machine);
    member("like", report.like);
    member("against", report.against);
    const auto counted = report.counts();
    std::string counts;
    for (unsigned i = 0; i < conformity_count; ++i) {
        counts += fmt::format("{}\"{}\": {}", counts.empty() ? "" : ", ",
                              name_of(static_cast<conformity>(i)), counted[i]);
    }
    out += fmt::format(",\n\"counts\": {{{}}},\n\"behaviours\": {{\n", counts);
    for (const judgement& each : report.all) {
        out += line_of(each) + (&each == &report.all.back() ? "\n" : ",\n");
    }
    return out + "}\n}\n";
}

std::expected<recorded_kernel, parse_error> from_json(std::string_view text) {
    json_reader in(text);
    recorded_kernel made;
    std::vector<std::string> missing{"format", "kernel", "like", "behaviours"};
    in.object([&](const std::string& key) {
        if (missing.size() == 4 && key != "format") in.refuse("\"format\" first");
        std::erase(missing, key);
        read_member(in, key, made);
    });
    if (!missing.empty()) in.refuse(fmt::format("a report with \"{}\"", missing.front()));
    in.end();
    if (in.error()) return std::unexpected(*in.error());
    return made;
}

}  // namespace ringproof::sim
