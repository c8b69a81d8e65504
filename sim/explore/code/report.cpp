#include "sim/explore/code/report.hpp"

#include <fmt/format.h>

#include <charconv>
#include <nlohmann/json.hpp>

#include "sim/explore/code/source_lines.hpp"

namespace ringproof::explore {

namespace {

constexpr const char* sides[] = {"the application", "the kernel"};

std::string_view name_of(order mo) {
    switch (mo) {
        case order::relaxed:
            return "relaxed";
        case order::consume:
            return "consume";
        case order::acquire:
            return "acquire";
        case order::release:
            return "release";
        case order::acq_rel:
            return "acq_rel";
        case order::seq_cst:
            return "seq_cst";
        case order::plain:
            return "plain";
    }
    return "?";
}

std::string_view name_of(finding::kind what) {
    switch (what) {
        case finding::kind::race:
            return "race";
        case finding::kind::wrong:
            return "wrong";
        case finding::kind::stuck:
            return "stuck";
        case finding::kind::endless:
            return "endless";
    }
    return "?";
}

std::string place(const scene& names, const void* address) {
    const std::string name = names.name_of(address);
    return name.empty() ? fmt::format("memory at {}", address) : name;
}

std::string told(const race& it, const scene& names) {
    std::string text = fmt::format(
        "  {} {} {}\n      {}\n  which {} {}\n      {}\n", sides[it.later.agent],
        it.later.writes ? "writes" : "reads", place(names, it.address), describe(it.later.at),
        sides[it.earlier.agent], it.earlier.writes ? "wrote" : "read", describe(it.earlier.at));
    if (!it.missing) return text + "  and no store and load of a word stand between them\n";
    const race::hand_over& edge = *it.missing;
    text += fmt::format("  It came to know of that by {}, stored there ({})\n      {}\n",
                        place(names, edge.word), name_of(edge.stored), describe(edge.store));
    if (!releases(edge.stored)) {
        return text +
            fmt::format("  MISSING: that store has to be a release, and is {}\n",
                        name_of(edge.stored));
    }
    return text +
        fmt::format("  MISSING: its load has to be an acquire, and is {}\n      {}\n",
                    name_of(edge.loaded), describe(edge.load));
}

/// What each side did, one step a line, the kernel's to the right.
std::string diagram(const std::vector<step>& steps, const scene& names) {
    std::string text = fmt::format("  {:<44}{}\n", sides[0], sides[1]);
    for (const step& each : steps) {
        const std::string what = each.word == nullptr
            ? fmt::format("{} {}", each.does, name_of(each.mo))
            : fmt::format("{} {} {}", each.does, each.value, name_of(each.mo));
        const std::string where = each.word == nullptr ? "" : names.name_of(each.word);
        text += fmt::format("  {:<{}}{}\n", "", each.agent == 0 ? 0 : 44,
                            where.empty() ? what : where + ": " + what);
    }
    return text;
}

std::string replay_line(const explorer& by, const found_run& found) {
    return fmt::format("ringproof explore code --target {} --entries {} --publications {} --replay "
                       "{}",
                       by.of().name, by.in().options().entries, by.in().options().publications,
                       found.choices.empty() ? "-" : to_hex(found.choices));
}

}  // namespace

std::string to_hex(const std::vector<std::uint8_t>& choices) {
    std::string text;
    for (const std::uint8_t each : choices) text += fmt::format("{:02x}", each);
    return text;
}

std::optional<std::vector<std::uint8_t>> from_hex(std::string_view text) {
    std::vector<std::uint8_t> bytes;
    if (text == "-") return bytes;
    if (text.size() % 2 != 0) return std::nullopt;
    for (std::size_t i = 0; i < text.size(); i += 2) {
        std::uint8_t value = 0;
        const char* first = text.data() + i;
        const auto [end, error] = std::from_chars(first, first + 2, value, 16);
        if (error != std::errc() || end != first + 2) return std::nullopt;
        bytes.push_back(value);
    }
    return bytes;
}

std::string to_text(const explorer& by, const exploration& done) {
    std::string text = fmt::format(
        "{}: {}: {} runs{}, {} accesses, {:.1f} s\n", by.of().name, done.found ? "FOUND" : "clean",
        done.runs, done.complete ? ", which is every one" : "", done.accesses, done.seconds);
    if (!done.found) return text;
    const finding& what = done.found->what;
    text += fmt::format("  {}: {}\n", name_of(what.what), what.sentence);
    if (what.raced) text += told(*what.raced, by.in());
    text += diagram(done.found->steps, by.in());
    return text + "  " + replay_line(by, *done.found) + "\n";
}

std::string to_json(const explorer& by, const exploration& done) {
    nlohmann::ordered_json object{
        {"target", by.of().name},    {"entries", by.in().options().entries},
        {"runs", done.runs},         {"accesses", done.accesses},
        {"complete", done.complete}, {"seconds", done.seconds},
        {"found", nullptr}};
    if (done.found) {
        const finding& what = done.found->what;
        nlohmann::ordered_json found{{"kind", name_of(what.what)},
                                     {"sentence", what.sentence},
                                     {"replay", replay_line(by, *done.found)}};
        if (what.raced) {
            found["place"] = place(by.in(), what.raced->address);
            found["earlier"] = describe(what.raced->earlier.at);
            found["later"] = describe(what.raced->later.at);
        }
        if (what.raced && what.raced->missing) {
            found["word"] = place(by.in(), what.raced->missing->word);
            found["stored"] = name_of(what.raced->missing->stored);
            found["store"] = describe(what.raced->missing->store);
            found["loaded"] = name_of(what.raced->missing->loaded);
            found["load"] = describe(what.raced->missing->load);
        }
        object["found"] = std::move(found);
    }
    return object.dump(1);
}

}  // namespace ringproof::explore
