#include "sim/compare/comparer.hpp"

#include <algorithm>

#include "sim/compare/observed.hpp"

namespace ringproof::sim {

namespace {

/// What the kernel did at the first difference, and what the model would have done.
verdict forbidden(const explanation& found, std::span<const event> seen) {
    const bool ended = found.matched == seen.size();
    std::string instead;
    for (const event& each : found.instead) {
        instead += instead.empty() ? "" : "; or: ";
        instead += say_observed(each);
    }
    if (instead.empty()) instead = "nothing more";
    verdict wrong =
        blame("I21",
              say("the kernel showed: ", ended ? "nothing more" : say_observed(seen[found.matched]),
                  "; the model, after the same ", found.matched, " events: ", instead,
                  found.exhausted ? "" : " (not everything was tried)"));
    const std::size_t last = std::min(found.matched, seen.empty() ? 0 : seen.size() - 1);
    wrong->step = seen.empty() ? 0 : seen[last].step;
    return wrong;
}

/// How many completions a ring has posted, and has to post before anything that comes now.
std::size_t completions_ahead(machine& in) {
    if (in.rings.empty()) return 0;
    const ring_context& ring = *in.rings.front();
    return ring.cq_tail + ring.overflow.size() + ring.task_work.size() + ring.retry_work.size();
}

/// What the kernel seems to have answered: a worker is as late as its completion, which stands
/// behind those that it stands behind in the queue, and is read when it is read: not together with
/// one after which the application did something else before it.
std::uint32_t advise(const question& asked, std::span<const event> kernel, std::size_t ahead) {
    if (asked.subject == 0) return 0;
    std::size_t before = 0;
    bool read = false;
    bool left = false;
    for (std::size_t i = 0; i < kernel.size(); ++i) {
        const event& each = kernel[i];
        const bool completes = each.kind == event_kind::completed;
        if (completes && i >= asked.event && left) return 1;
        if (completes && each.subject == asked.subject) return before <= ahead ? 0 : 1;
        if (completes) ++before;
        if (i < asked.event) continue;
        read |= completes;
        left |= read && !completes && each.kind != event_kind::taken;
    }
    return 1;
}

}  // namespace

void comparison_tally::add(const comparison_tally& other) {
    traces += other.traces;
    operations += other.operations;
    events += other.events;
    required += other.required;
    allowed += other.allowed;
    forbidden += other.forbidden;
    recorded += other.recorded;
    runs += other.runs;
    for (const auto& [why, theirs] : other.open) {
        leeway& mine = open[why];
        for (std::size_t i = 0; i < leeway::answers_most; ++i) {
            mine.offered[i] += theirs.offered[i];
            mine.taken[i] += theirs.taken[i];
        }
    }
}

verdict comparer::compare(const trace& wanted, std::span<const event> seen,
                          std::span<const std::int64_t> writes, std::uint64_t operations) {
    kernel_ = observed(seen);
    const explanation found = explain(kernel_, [&](std::span<const std::uint8_t> answers) {
        return show_model(wanted, writes, answers);
    });
    ++tally_.traces;
    tally_.operations += operations;
    tally_.events += found.matched;
    tally_.runs += found.runs;
    if (!found.found) {
        ++tally_.forbidden;
        return forbidden(found, kernel_);
    }
    count(found);
    return {};
}

showing comparer::show_model(const trace& wanted, std::span<const std::int64_t> writes,
                             std::span<const std::uint8_t> answers) {
    history record;
    record.keep_events(true);
    machine* inside = nullptr;
    choices open = choices::advised(
        answers,
        [&](const question& asked) { return advise(asked, kernel_, completions_ahead(*inside)); },
        record);
    model_kernel kernel(open, {.kernel_profile = version_, .peers_share_task = true});
    inside = &kernel.inside();
    model_world around(kernel);
    around.impose_writes(writes);
    (void)player_.play(wanted, around, record);
    return {observed(record.events()), open.asked()};
}

void comparer::count(const explanation& found) {
    ++(found.asked.empty() ? tally_.required : tally_.allowed);
    constexpr std::uint32_t last = leeway::answers_most - 1;
    for (const question& each : found.asked) {
        leeway& open = tally_.open[each.why];
        for (std::uint32_t i = 0; i < std::min(each.bound, last + 1); ++i) ++open.offered[i];
        ++open.taken[std::min(each.answer, last)];
    }
}

}  // namespace ringproof::sim
