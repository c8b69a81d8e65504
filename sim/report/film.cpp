#include "sim/report/film.hpp"

#include <algorithm>
#include <array>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "sim/abi_names.hpp"
#include "sim/report/film_projector.hpp"
#include "sim/trace/text.hpp"

namespace ringproof::sim {

namespace {

std::string summary_of(const outcome& came) {
    if (came.refused != 0) {
        return fmt::format("no ring: {}",
                           std::error_code(came.refused, std::system_category()).message());
    }
    return fmt::format("{} operations, {} completions, {} bytes{}", came.done.operations,
                       came.done.completions, came.done.bytes,
                       came.broken ? ", then a violation" : "");
}

/// Oracles judge what the application sees, and nothing goes on after a violation: the last event
/// of its step that is no kernel's, which go on while the ring is closed.
std::optional<film_violation> locate(const std::vector<event>& events, const outcome& came) {
    if (!came.broken) return std::nullopt;
    std::uint32_t last = 0;
    for (std::uint32_t at = 0; at < events.size() && events[at].step <= came.broken->step; ++at) {
        if (events[at].who != actor::kernel) last = at;
    }
    return film_violation{last, *came.broken};
}

}  // namespace

std::string_view name_of(owner who) noexcept {
    constexpr std::array<std::string_view, owner_count> names{"application", "published",
                                                              "selected", "filled", "leased"};
    return names[static_cast<std::size_t>(who)];
}

std::string operation_of(const film& shown, std::uint32_t step) {
    if (step == 0) return "the beginning";
    return step <= shown.operations.size() ? shown.operations[step - 1] : "the end";
}

std::string title_of(const film_request& request) {
    std::string title = request.opcode < 0 ? "request" : opcode_name(request.opcode);
    if (request.descriptor >= 0) title += fmt::format(", descriptor {}", request.descriptor);
    if (request.group >= 0) title += fmt::format(", group {}", request.group);
    return title;
}

film make_film(film_title title, const trace& played, const history& record, const outcome& came) {
    film made;
    made.title = std::move(title);
    made.summary = summary_of(came);
    made.events = record.events();
    made.operations.reserve(played.operations.size());
    for (const op& each : played.operations) made.operations.push_back(print(each));
    made.kernel_seen = std::ranges::any_of(
        made.events, [](const event& each) { return each.who == actor::kernel; });
    made.violated = locate(made.events, came);
    made.ends.reserve(made.events.size());
    projector shown(made);
    for (std::uint32_t at = 0; at < made.events.size(); ++at) shown.show(at);
    return made;
}

}  // namespace ringproof::sim
