#include "sim/mutants/catalogue.hpp"

#include <algorithm>

namespace ringproof::mutants {

namespace {

constexpr std::array<std::string_view, 3> part_names{"kernel", "ring", "application"};

template <class Names>
std::optional<unsigned> index_of(const Names& names, std::string_view name) {
    const auto at = std::ranges::find(names, name);
    if (at == names.end()) return std::nullopt;
    return static_cast<unsigned>(at - names.begin());
}

class parser {
public:
    std::expected<std::vector<mutant>, std::string> run(std::string_view text) {
        while (!text.empty()) {
            const std::size_t end = std::min(text.find('\n'), text.size());
            ++line_;
            read(text.substr(0, end));
            if (!error_.empty()) return std::unexpected(error_);
            text.remove_prefix(std::min(end + 1, text.size()));
        }
        finish();
        if (!error_.empty()) return std::unexpected(error_);
        return std::move(all_);
    }

private:
    void fail(std::string_view expected) {
        if (error_.empty()) error_ = std::to_string(line_) + ": expected " + std::string(expected);
    }

    void read(std::string_view line) {
        if (line.empty() || line.starts_with('#')) return;
        const std::size_t space = std::min(line.find(' '), line.size());
        const std::string_view word = line.substr(0, space);
        const std::string_view rest = line.substr(std::min(space + 1, line.size()));
        if (word == "mutant") return begin(rest);
        if (all_.empty()) return fail("a line that begins with mutant");
        mutant& it = all_.back();
        if (word == "in") {
            const auto part = index_of(part_names, rest);
            if (!part) return fail("kernel, ring or application");
            it.part = static_cast<broken_part>(*part);
        } else if (word == "what") {
            it.what = rest;
        } else if (word == "from") {
            it.origin = rest;
        } else if (word == "order") {
            it.order = rest;
        } else if (word == "edit") {
            it.edits.push_back({line_, std::string(rest), {}, {}});
        } else if (word == "-" || word == "+") {
            change(it, word == "-", rest);
        } else if (word == "except") {
            excuse_one(it, rest);
        } else {
            fail("mutant, in, what, from, order, edit, -, + or except");
        }
    }

    void begin(std::string_view id) {
        finish();
        if (id.empty()) return fail("an id");
        if (std::ranges::count(all_, id, &mutant::id) > 0) return fail("an id that is new");
        all_.push_back({.id = std::string(id), .index = static_cast<unsigned>(all_.size() + 1)});
    }

    void change(mutant& it, bool before, std::string_view text) {
        if (it.edits.empty()) return fail("edit and a file above it");
        source_edit& edit = it.edits.back();
        if (before && !edit.after.empty()) return fail("another edit line above it");
        std::string& into = before ? edit.before : edit.after;
        if (!into.empty()) into += '\n';
        into += text;
    }

    void excuse_one(mutant& it, std::string_view rest) {
        const std::size_t space = std::min(rest.find(' '), rest.size());
        const std::string_view name = rest.substr(0, space);
        const std::string_view reason = rest.substr(std::min(space + 1, rest.size()));
        if (!reason.ends_with('.')) return fail("a reason, ending in a full stop");
        if (name == "plays") {
            for (const auto who : {detector::properties, detector::differential, detector::fuzzing})
                it.excuses.push_back({who, std::string(reason)});
            return;
        }
        const auto who = index_of(detector_names, name);
        if (!who) return fail("plays, or a detector");
        it.excuses.push_back({static_cast<detector>(*who), std::string(reason)});
    }

    /// What was read of a mutant is whole.
    void finish() {
        if (all_.empty()) return;
        const mutant& it = all_.back();
        for (const source_edit& edit : it.edits) {
            if (edit.before.empty() || edit.after.empty())
                fail("text to replace, and its new text");
        }
        if (!it.edits.empty() && it.what.empty()) fail("what is wrong in " + it.id + ", above");
    }

    std::vector<mutant> all_;
    std::string error_;
    unsigned line_ = 0;
};

}  // namespace

bool mutant::is_control() const noexcept {
    return edits.empty() && profile.find('+') == std::string::npos;
}

bool mutant::is_for(detector who) const noexcept {
    if (who == detector::proof || who == detector::code) return is_control() || !order.empty();
    const bool plays = who == detector::properties || who == detector::fuzzing;
    return plays || part == broken_part::kernel;
}

std::string_view mutant::excuse_from(detector who) const noexcept {
    for (const excuse& each : excuses) {
        if (each.from == who) return each.reason;
    }
    return {};
}

std::expected<std::vector<mutant>, std::string> parse_mutants(std::string_view text) {
    return parser().run(text);
}

}  // namespace ringproof::mutants
