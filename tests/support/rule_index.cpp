#include "tests/support/rule_index.hpp"

#include <algorithm>
#include <array>
#include <regex>
#include <set>
#include <sstream>
#include <utility>

#include "tests/support/tidy.hpp"

namespace ringproof::rules {

namespace {

constexpr std::string_view behaviours_folder = "corpus/behaviours/";
constexpr std::string_view behaviours_ending = ".trace";

/// Why a rule has no behaviour; the file of reasons knows no other words.
constexpr auto kinds = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"race", "it takes two threads at the right moment"},
    {"advice", "it says what to do, not what a kernel does"},
    {"source", "nothing that a program sees depends on it"},
    {"machine", "it needs a machine, a disk or a privilege that not everyone has"},
    {"memory", "it needs a kernel that is out of memory"},
    {"kernel", "only kernels that nobody runs have it"},
});

std::vector<std::string> ids_in(const std::string& text) {
    static const std::regex id("\\b[A-Z]{3,4}-\\d\\d\\b");
    std::vector<std::string> found;
    for (std::sregex_iterator it(text.begin(), text.end(), id), end; it != end; ++it) {
        found.push_back(it->str());
    }
    return found;
}

std::string family_of(const std::string& id) { return id.substr(0, id.find('-')); }

/// The ids of a behaviour's line "rule A-01 B-02".
std::vector<std::string> ids_of_behaviour(const std::string& text) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("rule ")) return ids_in(line);
    }
    return {};
}

class indexer {
public:
    explicit indexer(const texts& files) : files_(files) {}

    rule_index run() && {
        read_rules();
        for (const auto& [path, text] : files_) {
            if (path.starts_with(behaviours_folder) && path.ends_with(behaviours_ending)) {
                read_behaviour(path, text);
            } else if (path.ends_with(".cpp") || path.ends_with(".hpp")) {
                read_source(path, text);
            }
        }
        read_reasons();
        for (const coverage& each : made_.all) judge(each);
        return std::move(made_);
    }

private:
    const std::string& text_of(std::string_view path) {
        static const std::string nothing;
        const auto found = files_.find(path);
        return found == files_.end() ? nothing : found->second;
    }

    void read_rules() {
        static const std::regex head("^- \\*\\*([A-Z]{3,4}-\\d\\d)\\*\\*");
        std::istringstream lines(text_of(rules_path));
        for (std::string line; std::getline(lines, line);) {
            std::smatch found;
            if (!std::regex_search(line, found, head)) continue;
            made_.all.push_back({.id = found[1]});
            families_.insert(family_of(made_.all.back().id));
        }
        if (made_.all.empty()) made_.wrong.push_back(std::string(rules_path) + " has no rules");
    }

    coverage* find(const std::string& id) {
        const auto found = std::ranges::find(made_.all, id, &coverage::id);
        return found == made_.all.end() ? nullptr : &*found;
    }

    void unknown(std::string_view where, const std::string& id) {
        made_.wrong.push_back(std::string(where) + " cites " + id + ", which is no rule");
    }

    void read_behaviour(std::string_view path, const std::string& text) {
        std::string_view name = path.substr(behaviours_folder.size());
        name.remove_suffix(behaviours_ending.size());
        for (const std::string& id : ids_of_behaviour(text)) {
            coverage* it = find(id);
            if (it == nullptr) {
                unknown(path, id);
            } else {
                it->behaviours.emplace_back(name);
            }
        }
    }

    void read_source(const std::string& path, const std::string& text) {
        const std::vector<std::string> cited = ids_in(tidy::comments_only(text));
        for (const std::string& id : std::set<std::string>(cited.begin(), cited.end())) {
            coverage* it = find(id);
            if (it != nullptr) {
                it->tests.push_back(path);
            } else if (families_.contains(family_of(id))) {  // CRC-32 is no rule either
                unknown(path, id);
            }
        }
    }

    /// "MSH-09 race: the sentence."
    void read_reasons() {
        static const std::regex form("^([A-Z]{3,4}-\\d\\d) ([a-z]+): (.+\\.)$");
        std::istringstream lines(text_of(reasons_path));
        for (std::string line; std::getline(lines, line);) {
            if (line.empty() || line.starts_with('#')) continue;
            std::smatch part;
            if (!std::regex_match(line, part, form) || !is_kind(part[2].str())) {
                made_.wrong.push_back(std::string(reasons_path) + ": not understood: " + line);
                continue;
            }
            coverage* it = find(part[1]);
            if (it == nullptr) {
                unknown(reasons_path, part[1]);
            } else {
                it->kind = part[2];
                it->reason = part[3];
            }
        }
    }

    static bool is_kind(std::string_view word) {
        return std::ranges::any_of(kinds, [word](const auto& each) { return each.first == word; });
    }

    void judge(const coverage& it) {
        if (it.behaviours.empty() && it.reason.empty()) {
            made_.wrong.push_back(it.id +
                                  " is shown by no behaviour; write one, or say why not in " +
                                  std::string(reasons_path));
        }
        if (!it.behaviours.empty() && !it.reason.empty()) {
            made_.wrong.push_back(it.id + " has a reason in " + std::string(reasons_path) +
                                  ", but also the behaviour " + it.behaviours.front());
        }
    }

    const texts& files_;
    rule_index made_;
    std::set<std::string, std::less<>> families_;
};

void append_list(std::string& text, const std::vector<std::string>& names) {
    for (const std::string& each : names) text += (&each == &names.front() ? "" : "<br>") + each;
}

void append_totals(std::string& text, const rule_index& made) {
    const auto count = [&made](auto fits) {
        return std::to_string(std::ranges::count_if(made.all, fits));
    };
    const auto none = [](const coverage& it) { return it.behaviours.empty(); };
    text += "| rules | |\n| --- | ---: |\n";
    text += "| in all | " + std::to_string(made.all.size()) + " |\n";
    text +=
        "| shown by a behaviour | " + count([&](const coverage& it) { return !none(it); }) + " |\n";
    text += "| cited by a C++ test | " +
        count([](const coverage& it) { return !it.tests.empty(); }) + " |\n";
    text += "| shown by C++ tests alone | " +
        count([&](const coverage& it) { return none(it) && !it.tests.empty(); }) + " |\n";
    text += "| shown by neither | " +
        count([&](const coverage& it) { return none(it) && it.tests.empty(); }) + " |\n";
    text += "\nWhy some have no behaviour:\n\n";
    for (const auto& [kind, meaning] : kinds) {
        const auto fits = [&](const coverage& it) { return it.kind == kind; };
        text +=
            "- *" + std::string(kind) + "*, " + std::string(meaning) + ": " + count(fits) + "\n";
    }
}

}  // namespace

rule_index index_rules(const texts& files) { return indexer(files).run(); }

std::string to_markdown(const rule_index& made) {
    std::string text =
        "# Rules, and what shows them\n\n"
        "Made by `tests/behaviour_index_test.cpp`, which says how to make it anew; edit nothing\n"
        "here. Rules are those of `sim/kernel/rules.md`; reasons come from `without.txt`.\n\n";
    append_totals(text, made);
    std::string family;
    for (const coverage& it : made.all) {
        if (family_of(it.id) != family) {
            family = family_of(it.id);
            text +=
                "\n## " + family + "\n\n| rule | behaviours | C++ tests |\n| --- | --- | --- |\n";
        }
        text += "| " + it.id + " | ";
        if (it.reason.empty()) {
            append_list(text, it.behaviours);
        } else {
            text += "none, *" + it.kind + "*: " + it.reason;
        }
        text += " | ";
        append_list(text, it.tests);
        text += " |\n";
    }
    return text;
}

}  // namespace ringproof::rules
