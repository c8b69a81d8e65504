// The table as a page.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "sim/report/kernel_table.hpp"
#include "sim/report/markup.hpp"

namespace ringproof::sim {

namespace {

/// Contrast is at least 7:1 throughout, and every colour comes with a sign or a word.
constexpr std::string_view style = R"(
:root { --paper: #fff; --ink: #1a1a1a; --line: #c8c8c8; --head: #eef1f4;
  --a: #e3f3e6; --a-ink: #0b4218; --e: #fdeec4; --e-ink: #4d3300;
  --u: #a00018; --u-ink: #fff; --s: #f4f4f4; --s-ink: #4a4a4a; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #14171a; --ink: #ececec; --line: #454b52; --head: #22282e;
    --a: #12301b; --a-ink: #c5efcf; --e: #44350a; --e-ink: #ffe7a8;
    --u: #ffb3bd; --u-ink: #3d0009; --s: #1e2226; --s-ink: #c0c0c0; } }
body { margin: 1rem; background: var(--paper); color: var(--ink);
  font: 14px/1.4 system-ui, sans-serif; }
.frame { max-height: 85vh; overflow: auto; border: 1px solid var(--line); }
table { border-collapse: separate; border-spacing: 0; }
th, td { padding: .2rem .45rem; border: solid var(--line); border-width: 0 1px 1px 0; }
td { text-align: center; white-space: nowrap; }
thead th { position: sticky; top: 0; z-index: 2; background: var(--head); white-space: nowrap; }
tbody th { position: sticky; left: 0; z-index: 1; background: var(--paper); text-align: left;
  font-weight: normal; min-width: 20rem; max-width: 32rem; }
thead th:first-child { left: 0; z-index: 3; text-align: left; }
tbody tr.family th { background: var(--head); font-weight: bold; }
code { display: block; font-size: .85em; }
.a { background: var(--a); color: var(--a-ink); }
.e { background: var(--e); color: var(--e-ink); }
.u { background: var(--u); color: var(--u-ink); font-weight: bold; }
.s { background: var(--s); color: var(--s-ink); }
.legend span { padding: .1rem .4rem; margin-right: .6rem; }
)";

constexpr auto families = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"ABI", "Layout of the ring and of the structures"},
    {"BND", "Bundles"},
    {"BUG", "Repaired bugs"},
    {"CQE", "Fields of a completion"},
    {"ERR", "Who has the buffer after a failure, an end or a cancel"},
    {"INC", "Incremental rings"},
    {"LEG", "Legacy groups"},
    {"LEN", "Lengths"},
    {"MAP", "Rings in the kernel's memory"},
    {"MSH", "Multishot"},
    {"OVF", "A full completion queue"},
    {"REG", "Registering a ring"},
    {"RNG", "Arithmetic of the indices"},
    {"RUN", "When work runs"},
    {"SEL", "Selecting a buffer"},
    {"SND", "Sending from a group"},
    {"STA", "Asking for the head"},
    {"UNR", "Unregistering"},
    {"USR", "For applications"},
});

std::string family_title(std::string_view group) {
    for (const auto& [letters, title] : families) {
        if (letters == group) return fmt::format("{}: {}", group, title);
    }
    return std::string(group);
}

struct cell {
    char kind;
    std::string shown;
};

/// "BUG-15" of "BUG-15 (like v6_17)" and of "BUG-15: how", but "like v6_17" whole.
std::string_view short_reason(std::string_view reason) {
    return reason.substr(0, std::min(reason.find(" ("), reason.find(": ")));
}

cell shown_of(const judgement& it) {
    switch (it.what) {
        case conformity::as_expected:
            return {'a', "✓"};
        case conformity::explained:
            return {'e', escaped(short_reason(it.reason))};
        case conformity::unexplained:
            return {'u', "✗"};
        case conformity::skipped:
            break;
    }
    return {'s', "–"};
}

/// What the pointer, and a reader aloud, are told.
std::string title_of(const kernel_report& of, const judgement& it) {
    std::string out = fmt::format("{} (like {}): {}", short_name(of), of.like, name_of(it.what));
    if (!it.reason.empty()) out += fmt::format(": {}", it.reason);
    if (it.line != 0) {
        out += fmt::format("\nline {}\nexpected: {}\nseen: {}", it.line, it.expected, it.seen);
    } else {
        for (const std::string& each : it.all) out += fmt::format("\n{}", each);
    }
    return escaped(out);
}

}  // namespace

void kernel_table::append_html_row(std::string& out, std::size_t row) const {
    const behaviour& script = *columns_.front()->all[row].of;
    out += fmt::format("<tr><th scope=\"row\"><code>{}</code>{}</th>", escaped(script.name),
                       escaped(script.says));
    for (const kernel_report* each : columns_) {
        const judgement& it = each->all[row];
        const cell with = shown_of(it);
        out += fmt::format("<td class=\"{}\" title=\"{}\">{}</td>", with.kind, title_of(*each, it),
                           with.shown);
    }
    out += "</tr>\n";
}

std::string kernel_table::html() const {
    std::string out = fmt::format(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width\">\n"
        "<title>ringproof: kernels and rules</title>\n<style>{}</style>\n</head>\n<body>\n"
        "<h1>Kernels and rules</h1>\n<p>{}</p>\n<p class=\"legend\">"
        "<span class=\"a\">✓ as expected, as the nearest profile says</span>"
        "<span class=\"e\">BUG-15 explained by it</span>"
        "<span class=\"u\">✗ unexplained</span><span class=\"s\">– skipped</span></p>\n"
        "<div class=\"frame\" tabindex=\"0\">\n<table>\n<thead><tr><th scope=\"col\">Rule</th>",
        style, summary());
    for (const kernel_report* each : columns_) {
        const auto counted = each->counts();
        out += fmt::format(
            "<th scope=\"col\" title=\"{} {}&#10;{} as expected, {} explained, {} unexplained, "
            "{} skipped\">{}<br>{}</th>",
            escaped(each->kernel), escaped(each->build), counted[0], counted[1], counted[2],
            counted[3], escaped(short_name(*each)), escaped(each->like));
    }
    out += "</tr></thead>\n";
    std::string_view group;
    for (std::size_t row = 0; row < row_count(); ++row) {
        const judgement& first = columns_.front()->all[row];
        if (group_of(first) != group) {
            out += group.empty() ? "<tbody>\n" : "</tbody>\n<tbody>\n";
            group = group_of(first);
            out += fmt::format("<tr class=\"family\"><th scope=\"rowgroup\">{}</th>"
                               "<td colspan=\"{}\"></td></tr>\n",
                               escaped(family_title(group)), columns_.size());
        }
        append_html_row(out, row);
    }
    return out + (group.empty() ? "" : "</tbody>\n") + "</table>\n</div>\n</body>\n</html>\n";
}

}  // namespace ringproof::sim
