#include "sim/compare/comparer.hpp"

#include <algorithm>

#include "sim/compare/divergence.hpp"
#include "sim/compare/observed.hpp"

namespace ringproof::sim {

namespace {

/// Files in memory and IOSQE_ASYNC are for io-wq.
bool needs_workers(const trace& wanted) {
    return std::ranges::any_of(wanted.operations, [](const op& each) {
        const bool file = each.kind == op_kind::open &&
            static_cast<channel_kind>(each.word) == channel_kind::file;
        return file || each.has(modifier::async);
    });
}

/// What the kernel did at the first difference, and what the model would have done.
verdict forbidden(const explanation& found, std::span<const event> seen,
                  std::span<const event> happened) {
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
                  "; the model, after the same ", found.matched, " events: ", instead));
    // Waits that ran out of time are events of the one list only.
    std::size_t left = std::min(found.matched, seen.empty() ? 0 : seen.size() - 1);
    for (const event& each : happened) {
        wrong->step = each.step;
        if (!is_timed_out(each) && left-- == 0) break;
    }
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

bool can_be_compared(const trace& wanted) {
    return wanted.ring.mode != ring_mode::sqpoll &&
        std::ranges::none_of(wanted.operations, [](const op& each) {
               return each.kind == op_kind::timeout || each.kind == op_kind::pass;
           });
}

explanation comparer::explain_play(const trace& wanted, const kernel_play& played) {
    kernel_ = observed(played.record.events());
    wanted_ = timed_ ? kernel_ : without_timing(kernel_);
    return explain(wanted_, [&](std::span<const std::uint8_t> answers) {
        ++tally_.runs;
        return show_model(wanted, played.writes, answers);
    });
}

verdict comparer::compare(const trace& wanted, const kernel_play& first, const play_again& again) {
    ++tally_.traces;
    tally_.operations += first.operations;
    timed_ = !needs_workers(wanted);
    explanation found = explain_play(wanted, first);
    // Only a search that came to its end says that the model cannot do it.
    verdict wrong = found.exhausted ? forbidden(found, wanted_, first.record.events()) : verdict{};
    unsigned plays = 1;
    for (; !found.found && plays < plays_most; ++plays) {
        const auto next = again();
        if (!next) continue;
        found = explain_play(wanted, *next);
        if (found.exhausted && !wrong) wrong = forbidden(found, wanted_, next->record.events());
    }
    if (!found.found && !wrong) {
        ++tally_.undecided;
        return {};
    }
    if (!found.found) {
        const bool known =
            find_divergence(known_divergences(), version_.name, wrong->sentence) != nullptr;
        ++(known ? tally_.known : tally_.forbidden);
        return known ? verdict{} : std::move(wrong);
    }
    count(found, plays);
    return {};
}

showing comparer::show_model(const trace& wanted, std::span<const std::int64_t> writes,
                             std::span<const std::uint8_t> answers) {
    history record;
    record.keep_events(true);
    machine* inside = nullptr;
    // What a branch decided about a request last, "later" above all, it goes on deciding: a delay
    // of many occasions is one deviation, not many.
    choices open = choices::advised(
        answers,
        [&](const question& asked) {
            const auto& before = open.asked();
            const question* last = answers.empty() ? nullptr : &before[answers.size() - 1];
            if (last != nullptr && last->subject == asked.subject && asked.subject != 0) {
                return last->answer;
            }
            return advise(asked, kernel_, completions_ahead(*inside));
        },
        record);
    pages_.start_over();
    model_kernel kernel(open,
                        {.kernel_profile = version_, .peers_share_task = true, .pages = &pages_});
    inside = &kernel.inside();
    model_world around(kernel);
    around.impose_writes(writes);
    (void)player_.play(wanted, around, record);
    std::vector<event> seen = observed(record.events());
    return {timed_ ? std::move(seen) : without_timing(std::move(seen)), open.asked()};
}

void comparer::count(const explanation& found, unsigned plays) {
    tally_.events += found.matched;
    if (plays > 1) ++tally_.again;
    ++(found.asked.empty() ? tally_.required : tally_.allowed);
    constexpr std::uint32_t last = leeway::answers_most - 1;
    for (const question& each : found.asked) {
        leeway& open = tally_.open[each.why];
        for (std::uint32_t i = 0; i < std::min(each.bound, last + 1); ++i) ++open.offered[i];
        ++open.taken[std::min(each.answer, last)];
    }
}

}  // namespace ringproof::sim
