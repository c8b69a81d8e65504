#include "sim/report/film_page.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "sim/oracle/invariants.hpp"
#include "sim/report/markup.hpp"
#include "sim/telling.hpp"

namespace ringproof::sim {

namespace {

using nlohmann::json;

json violation_of(const film_violation& seen) {
    return {{"event", seen.event},
            {"id", seen.found.invariant},
            {"demands", meaning_of(seen.found.invariant)},
            {"seen", seen.found.sentence}};
}

/// What film.js plays. Of an event: step, actor, sentence, and how many changes it made.
json data_of(const film& shown) {
    json rings = json::array();
    for (const film_ring& each : shown.rings) {
        rings.push_back({each.group, each.entries, each.size, each.incremental});
    }
    json requests = json::array();
    for (const film_request& each : shown.requests) {
        requests.push_back({title_of(each), std::to_string(each.user)});  // beyond a double
    }
    json leases = json::array();
    for (const film_lease& each : shown.leases) {
        leases.push_back({each.ring, each.buffer, each.offset, each.bytes});
    }
    json events = json::array();
    for (std::size_t at = 0; at < shown.events.size(); ++at) {
        const event& it = shown.events[at];
        events.push_back({it.step, it.who, sentence_of(it), shown.changes_of(at).size()});
    }
    json changes = json::array();
    for (const film_change& each : shown.changes) {
        changes.push_back(each.what);
        changes.push_back(each.item);
        changes.push_back(each.index);
        changes.push_back(each.value);
    }
    json made{{"trace", shown.title.trace},
              {"kernel", shown.title.kernel},
              {"summary", shown.summary},
              {"operations", shown.operations},
              {"kernel_seen", shown.kernel_seen}};
    made["rings"] = std::move(rings);
    made["requests"] = std::move(requests);
    made["leases"] = std::move(leases);
    made["events"] = std::move(events);
    made["changes"] = std::move(changes);
    if (shown.violated) made["violation"] = violation_of(*shown.violated);
    return made;
}

/// JSON that may stand in a script element: no '<', so neither its end nor a comment.
std::string script_text(const json& data) {
    std::string out;
    for (const char each : data.dump(-1, ' ', true, json::error_handler_t::replace)) {
        if (each == '<') {
            out += "\\u003c";
        } else {
            out += each;
        }
    }
    return out;
}

/// For browsers without scripts: how it ended, and what led there.
std::string still_of(const film& shown) {
    constexpr std::size_t told_most = 200;
    std::string out = fmt::format("<h1>{} on {}</h1>\n<p>{}</p>\n", escaped(shown.title.trace),
                                  escaped(shown.title.kernel), escaped(shown.summary));
    std::size_t end = shown.events.size();
    if (shown.violated) {
        const auto& [at, found] = *shown.violated;
        out += fmt::format("<p><strong>{}, {}:</strong> {}</p>\n", escaped(found.invariant),
                           escaped(meaning_of(found.invariant)), escaped(found.sentence));
        end = std::min<std::size_t>(end, at + std::size_t{1});
    }
    const std::size_t first = end - std::min(end, told_most);
    out += fmt::format("<p>Stepping through it needs JavaScript. Events {} to {}:</p>\n<pre>",
                       first, end);
    for (std::size_t at = first; at < end; ++at) out += escaped(describe(shown.events[at])) + "\n";
    return out + "</pre>\n";
}

/// Puts each "@name@" of the page's own text in; what was put in is not looked at again.
std::string filled_in(std::string_view page,
                      std::span<const std::pair<std::string_view, std::string>> parts) {
    std::string out;
    while (!page.empty()) {
        const auto next = std::ranges::find_if(
            parts, [&](const auto& each) { return page.starts_with(each.first); });
        if (next == parts.end()) {
            out += page.front();
            page.remove_prefix(1);
        } else {
            out += next->second;
            page.remove_prefix(next->first.size());
        }
    }
    return out;
}

}  // namespace

std::string to_page(std::span<const film> films) {
    std::vector<const film*> order;
    for (const bool violated : {true, false}) {
        for (const film& each : films) {
            if (each.violated.has_value() == violated) order.push_back(&each);
        }
    }
    json data = json::array();
    std::string still;
    for (const film* each : order) {
        data.push_back(data_of(*each));
        still += still_of(*each);
    }
    const page_source own = film_page_source();
    const std::string title = order.empty() ? "ringproof" : "ringproof: " + order[0]->title.trace;
    const std::array<std::pair<std::string_view, std::string>, 5> parts{
        {{"@style@", std::string(own.css)},
         {"@title@", escaped(title)},
         {"@still@", still},
         {"@films@", script_text(data)},
         {"@script@", std::string(own.js)}}};
    return filled_in(own.html, parts);
}

}  // namespace ringproof::sim
