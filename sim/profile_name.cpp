#include "sim/profile_name.hpp"

#include <algorithm>
#include <variant>

namespace ringproof::sim {

namespace {

constexpr std::string_view bug_mark = "BUG-";

std::string_view id_of(const profile_fact& fact) { return fact.ids.substr(0, fact.ids.find(',')); }

bool is_base(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
    });
}

bool is_id(std::string_view text) {
    return text.starts_with(bug_mark) && text.size() == bug_mark.size() + 2 &&
        std::ranges::all_of(text.substr(bug_mark.size()),
                            [](char c) { return c >= '0' && c <= '9'; });
}

/// The two bugs that share a member: what a failed attempt does with its buffer.
failed_attempt failure_of(std::string_view id) {
    return id == "BUG-14" ? failed_attempt::consumed : failed_attempt::spurious_flag;
}

}  // namespace

std::string profile_name::text() const {
    std::string out = base;
    for (const std::string& id : with) out += "+" + id;
    for (const std::string& id : without) out += "-" + id;
    return out;
}

std::optional<profile_name> parse_profile_name(std::string_view text) {
    const std::size_t end = std::min(text.find_first_of("+-"), text.size());
    profile_name read{.base = std::string(text.substr(0, end))};
    if (text.size() > profile_name_most || !is_base(read.base)) return std::nullopt;
    const std::size_t size = 1 + bug_mark.size() + 2;
    for (text.remove_prefix(end); !text.empty(); text.remove_prefix(size)) {
        const std::string_view id = text.size() < size ? text : text.substr(1, size - 1);
        if (!is_id(id)) return std::nullopt;
        if (text.front() == '+' && read.without.empty()) {
            read.with.emplace_back(id);
        } else if (text.front() == '-') {
            read.without.emplace_back(id);
        } else {
            return std::nullopt;  // in two orders there would be two names for one thing
        }
    }
    return read;
}

std::optional<profile> profile_named(std::string_view text) {
    // The usual case first: a run asks once a trace.
    if (const profile* plain = find_profile(text)) return *plain;
    const auto read = parse_profile_name(text);
    if (!read) return std::nullopt;
    const profile* base = find_profile(read->base);
    if (base == nullptr) return std::nullopt;
    profile made = *base;
    for (const auto* ids : {&read->with, &read->without}) {
        for (const std::string& id : *ids) {
            const profile_fact* bug = find_bug(id);
            if (bug == nullptr) return std::nullopt;
            set_bug(*bug, made, ids == &read->with);
        }
    }
    return made;
}

const profile_fact* find_bug(std::string_view id) noexcept {
    for (const profile_fact& fact : profile_facts()) {
        if (fact.is_bug() && id_of(fact) == id) return &fact;
    }
    return nullptr;
}

void set_bug(const profile_fact& bug, profile& into, bool has) {
    if (const auto* member = std::get_if<bool profile_bugs::*>(&bug.member)) {
        into.bugs.*(*member) = has;
    } else if (const auto* change = std::get_if<bool profile::*>(&bug.member)) {
        into.*(*change) = has;
    } else {
        const failed_attempt how = failure_of(id_of(bug));
        for (failed_attempt* attempt : {&into.recv_would_block, &into.read_failed}) {
            if (has) *attempt = how;
            if (!has && *attempt == how) *attempt = failed_attempt::clean;
        }
    }
}

std::vector<std::string> bugs_of(const profile& of) {
    std::vector<std::string> found;
    for (const profile_fact& fact : profile_facts()) {
        if (has_bug(fact, of) && id_of(fact).starts_with(bug_mark)) found.emplace_back(id_of(fact));
    }
    return found;
}

}  // namespace ringproof::sim
