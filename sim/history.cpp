#include "sim/history.hpp"

#include <array>
#include <cstddef>
#include <string_view>

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
    {"returned", "group", {"buffer", "", ""}},
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

constexpr std::array<std::string_view, 3> actors{"application", "kernel", "peer"};

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

}  // namespace

std::string describe(const event& happened) {
    const telling& told = tellings[static_cast<std::size_t>(happened.kind)];
    std::string out = std::to_string(happened.step);
    out.append(out.size() < 5 ? 5 - out.size() : 0, ' ');
    const std::string_view who = actors[static_cast<std::size_t>(happened.who)];
    out.append("  ").append(who).append(12 - who.size(), ' ').append(told.verb);
    if (!told.subject.empty()) {
        out.append(" ").append(told.subject).append(" ").append(std::to_string(happened.subject));
    }
    const std::array<std::int64_t, 3> values{happened.a, happened.b, happened.c};
    for (std::size_t i = 0; i < values.size(); ++i) {
        const std::string_view name = told.details[i];
        if (name.empty()) continue;
        out += i != 0 ? ", " : told.subject.empty() ? " " : ": ";
        out.append(name).append(" ");
        out += name == "flags" && happened.kind != event_kind::group_opened
            ? flag_words(values[i])
            : std::to_string(values[i]);
    }
    return out;
}

}  // namespace ringproof::sim
