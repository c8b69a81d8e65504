#include "sim/telling.hpp"

#include <array>
#include <cstddef>

#include "sim/abi_names.hpp"

namespace ringproof::sim {

namespace {

/// How an event is told: its verb, and the names of what it carries; an empty name is left out.
struct telling {
    std::string_view verb;
    std::string_view subject;
    std::array<std::string_view, 3> details;
};

constexpr std::size_t kind_count = static_cast<std::size_t>(event_kind::chose) + 1;

constexpr std::array<telling, kind_count> tellings{{
    {"opened", "group", {"entries", "size", "flags"}},
    {"closed", "group", {}},
    {"published", "group", {"buffer", "length", "tail"}},
    {"submitted", "request", {"opcode", "group", "descriptor"}},
    {"completed", "request", {"result", "flags", ""}},
    {"took", "group", {"buffer", "offset", "bytes"}},
    {"returned", "group", {"buffer", "offset", ""}},
    {"was refused", "subject", {"error", "", ""}},
    {"fed", "descriptor", {"bytes", "", ""}},
    {"finished", "descriptor", {}},
    {"reset", "descriptor", {}},
    {"selected", "group", {"buffer", "head", "tail"}},
    {"recycled", "group", {"buffer", "", ""}},
    {"committed", "group", {"buffer", "bytes", "head"}},
    {"armed", "request", {}},
    {"woke", "request", {}},
    {"posted", "request", {"result", "flags", ""}},
    {"overflowed", "request", {"result", "flags", ""}},
    {"chose", "", {"answer", "of", ""}},
}};

/// The flag bits of a completion in words.
std::string flag_words(std::int64_t flags) {
    std::string out;
    const auto add = [&](std::int64_t bit, std::string_view name) {
        if ((flags & bit) == 0) return;
        if (!out.empty()) out += '|';
        out += name;
    };
    add(1, "BUFFER");
    add(2, "MORE");
    add(4, "SOCK_NONEMPTY");
    add(8, "NOTIF");
    add(16, "BUF_MORE");
    if (out.empty()) out = "0";
    if ((flags & 1) != 0) out += " buffer " + std::to_string((flags >> 16) & 0xffff);
    return out;
}

const telling& telling_of(const event& happened) noexcept {
    return tellings[static_cast<std::size_t>(happened.kind)];
}

std::string value_of(const event& happened, std::string_view name, std::int64_t value) {
    if (name == "flags" && happened.kind != event_kind::group_opened) return flag_words(value);
    if (name == "opcode") return opcode_name(value);
    return name == "result" ? describe_result(value) : std::to_string(value);
}

}  // namespace

std::string_view verb_of(const event& happened) noexcept { return telling_of(happened).verb; }

std::vector<event_detail> details_of(const event& happened) {
    const telling& told = telling_of(happened);
    std::vector<event_detail> found;
    if (!told.subject.empty()) {
        found.push_back({told.subject, static_cast<std::int64_t>(happened.subject)});
    }
    const std::array<std::int64_t, 3> values{happened.a, happened.b, happened.c};
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (!told.details[i].empty()) found.push_back({told.details[i], values[i]});
    }
    return found;
}

std::string sentence_of(const event& happened) {
    std::string out(verb_of(happened));
    std::string_view between = " ";
    for (const auto& [name, value] : details_of(happened)) {
        const bool subject = name == telling_of(happened).subject;
        out.append(between).append(name).append(" ");
        out += subject ? std::to_string(happened.subject) : value_of(happened, name, value);
        between = subject ? ": " : ", ";
    }
    return out;
}

}  // namespace ringproof::sim
