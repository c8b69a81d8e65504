#include "sim/explore/mutants.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace ringproof::sim::explore {

namespace {

constexpr std::string_view app = "application";
constexpr std::string_view kernel = "kernel";

constexpr std::string_view branch_is_enough =
    "what relies on it are stores behind a branch on it, and LKMM keeps a load before those";

constexpr auto table = std::to_array<mutant>({
    {.name = "tail-release",
     .summary = "the ring's tail is stored relaxed (liburing before 2.4, buf_ring_cq_advance)",
     .home = "publish-in-order",
     .which = {app, action::store, "tail"}},
    {.name = "tail-acquire",
     .summary = "the kernel loads the ring's tail relaxed",
     .home = "publish-in-order",
     .which = {kernel, action::load, "tail"}},
    {.name = "entry-before-tail",
     .summary = "the tail is stored before the entry is written",
     .home = "publish-in-order",
     .how = weakening::earlier,
     .which = {app, action::store, "tail"},
     .before = {app, action::write, "entries"}},
    {.name = "cq-tail-release",
     .summary = "the kernel stores the completion queue's tail relaxed",
     .home = "completion-queue",
     .which = {kernel, action::store, "CQ tail"}},
    {.name = "cq-tail-acquire",
     .summary = "the application loads the completion queue's tail relaxed",
     .home = "completion-queue",
     .which = {app, action::load, "CQ tail"}},
    {.name = "cq-head-release",
     .summary = "the application stores the completion queue's head relaxed",
     .home = "completion-queue",
     .which = {app, action::store, "CQ head"}},
    {.name = "cq-head-acquire",
     .summary = "the kernel loads the completion queue's head relaxed",
     .home = "completion-queue",
     .which = {kernel, action::load, "CQ head"},
     .equivalent_under_lkmm = branch_is_enough},
    {.name = "cqe-before-cq-head",
     .summary = "the head is stored before the completion is read",
     .home = "completion-queue",
     .how = weakening::earlier,
     .which = {app, action::store, "CQ head"},
     .before = {app, action::read, "completions"}},
    {.name = "ring-before-cq",
     .summary = "the completion queue's head is stored before the ring's tail",
     .home = "combined-advance",
     .how = weakening::earlier,
     .which = {app, action::store, "CQ head"},
     .before = {app, action::store, "tail"}},
    {.name = "sq-tail-release",
     .summary = "the submission queue's tail is stored relaxed",
     .home = "submission",
     .which = {app, action::store, "SQ tail"}},
    {.name = "sq-tail-acquire",
     .summary = "the kernel loads the submission queue's tail relaxed",
     .home = "submission",
     .which = {kernel, action::load, "SQ tail"}},
    {.name = "sq-head-release",
     .summary = "the kernel stores the submission queue's head relaxed",
     .home = "submission",
     .which = {kernel, action::store, "SQ head"}},
    {.name = "sq-head-acquire",
     .summary = "the application loads the submission queue's head relaxed",
     .home = "submission",
     .which = {app, action::load, "SQ head"},
     .equivalent_under_lkmm = branch_is_enough},
    {.name = "request-before-sq-tail",
     .summary = "the tail is stored before the request is written",
     .home = "submission",
     .how = weakening::earlier,
     .which = {app, action::store, "SQ tail"},
     .before = {app, action::write, "requests"}},
    {.name = "wake-up-fence",
     .summary = "no full fence between the tail's store and the flag's load (liburing #541)",
     .home = "sqpoll-wakeup",
     .how = weakening::dropped,
     .which = {app, action::fence, {}}},
    {.name = "poller-fence",
     .summary = "no full fence between the flag's store and the last look at the tail",
     .home = "sqpoll-wakeup",
     .how = weakening::dropped,
     .which = {kernel, action::fence, {}}},
    {.name = "flag-load",
     .summary = "the flag is loaded before the fence",
     .home = "sqpoll-wakeup",
     .how = weakening::earlier,
     .which = {app, action::load, "flags"},
     .before = {app, action::fence, {}}},
    {.name = "request-release",
     .summary = "the application asks to unregister without having stored what it did",
     .home = "unregister",
     .which = {app, action::store, "request"}},
    {.name = "request-acquire",
     .summary = "the kernel serves a call without having loaded what was done before",
     .home = "unregister",
     .which = {kernel, action::load, "request"}},
    {.name = "reply-release",
     .summary = "the kernel answers while it may still read entries",
     .home = "unregister",
     .which = {kernel, action::store, "reply"}},
    {.name = "reply-acquire",
     .summary = "the application goes on without having heard the answer",
     .home = "unregister",
     .which = {app, action::load, "reply"}},
    {.name = "lease-release",
     .summary = "a lease is handed over relaxed",
     .home = "lease-handover",
     .which = {app, action::store, "handed"}},
    {.name = "lease-acquire",
     .summary = "a lease is taken over relaxed",
     .home = "lease-handover",
     .which = {"reader", action::load, "handed"}},
    {.name = "lease-end-release",
     .summary = "the end of a lease is told relaxed",
     .home = "lease-handover",
     .which = {"reader", action::store, "done"}},
    {.name = "lease-end-acquire",
     .summary = "the end of a lease is heard relaxed",
     .home = "lease-handover",
     .which = {app, action::load, "done"}},
    {.name = "bytes-before-end",
     .summary = "the end of a lease is told before the bytes are read",
     .home = "lease-handover",
     .how = weakening::earlier,
     .which = {"reader", action::store, "done"},
     .before = {"reader", action::read, "bytes"}},
});

bool fits(const program& of, const agent& who, const step& it, const step_pattern& pattern) {
    if (who.name != pattern.agent || it.what != pattern.what) return false;
    switch (it.what) {
        case action::load:
        case action::store:
            return of.words[it.at].name == pattern.at;
        case action::read:
        case action::write:
            return of.arrays[it.at].name == pattern.at;
        default:
            return true;
    }
}

/// Jumps go on meaning the steps that they meant, but one that led to the step that is moved leads
/// behind where it was, and one to the other step takes both.
void move_step(std::vector<step>& steps, std::size_t from, std::size_t to) {
    const step moved = steps[from];
    steps.erase(steps.begin() + static_cast<std::ptrdiff_t>(from));
    steps.insert(steps.begin() + static_cast<std::ptrdiff_t>(to), moved);
    for (step& each : steps) {
        const bool jumps = each.what == action::jump || each.what == action::branch ||
            each.what == action::fork || each.what == action::if_empty;
        if (jumps && each.target > to && each.target <= from) ++each.target;
    }
}

}  // namespace

std::span<const mutant> mutants() { return table; }

const mutant* find_mutant(std::string_view name) {
    const auto found = std::ranges::find(table, name, &mutant::name);
    return found == table.end() ? nullptr : &*found;
}

std::optional<program> weakened(const program& of, const mutant& by) {
    program made = of;
    bool any = false;
    for (agent& who : made.agents) {
        std::optional<std::size_t> anchor;
        for (std::size_t i = 0; i < who.steps.size(); ++i) {
            step& it = who.steps[i];
            if (by.how == weakening::earlier && fits(of, who, it, by.before)) anchor = i;
            if (!fits(of, who, it, by.which)) continue;
            if (by.how == weakening::relaxed) {
                it.how = order::relaxed;
            } else if (by.how == weakening::dropped) {
                it = {.what = action::jump, .target = static_cast<std::uint8_t>(i + 1)};
            } else if (anchor) {
                move_step(who.steps, i, *std::exchange(anchor, {}));
            } else {
                continue;
            }
            any = true;
        }
    }
    if (!any) return {};
    return made;
}

}  // namespace ringproof::sim::explore
