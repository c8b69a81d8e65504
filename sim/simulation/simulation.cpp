#include "sim/simulation/simulation.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <fmt/format.h>

#include "sim/kernel/completions.hpp"
#include "sim/profile_name.hpp"
#include "sim/simulation/plan_answers.hpp"
#include "sim/simulation/progress.hpp"

namespace ringproof::sim {

namespace {

constexpr std::uint64_t call_takes = 1'000;  // virtual nanoseconds
constexpr std::uint32_t idle_enters_most = 256;
constexpr std::uint32_t hopeless_most = 64;
constexpr std::uint64_t starved_most_each = 64;  // of each peer

model_options options_for(const scenario& wanted, history& record, page_arena& pages) {
    model_options made;
    made.kernel_profile = profile_named(wanted.profile).value_or(profile{});
    made.short_transfers = wanted.faults.has(fault::short_transfers);
    made.punts = wanted.faults.has(fault::punts);
    made.record = &record;
    made.pages = &pages;
    constexpr int usual = 1024;
    made.descriptors_max = usual + static_cast<int>(population(wanted.world));
    return made;
}

ring_context* ring_of(machine& in, int fd, std::uint32_t flags) {
    if ((flags & abi::ioring_enter_registered_ring) == 0) return in.ring_at(fd);
    const auto at = std::ranges::find(in.registered, in.caller, &registered_rings::owner);
    return at == in.registered.end() || fd < 0 || fd >= 16 ? nullptr : at->rings[fd];
}

}  // namespace

choices simulation::make_choices() {
    if (!wanted_->answers.empty()) return choices::from_bytes(wanted_->answers);
    if (wanted_->faults.kinds.none()) return {};
    return choices::advised(plan_answers(faults_, random_));
}

simulation::simulation(const scenario& wanted, const watching& how, page_arena& pages)
    : stage_setting(wanted),
      wanted_(&wanted),
      how_(how),
      random_(wanted.seed),
      answers_(make_choices()),
      faults_(wanted.faults, answers_),
      kernel_(answers_, options_for(wanted, record_, pages)),
      world_(kernel_),
      files_(population(wanted.world)),
      peers_(wanted.world, *this, faults_) {
    record_.keep_events(how.events);
    if (how.answers) answers_.keep_questions(record_);
    kernel_.inside().around = this;
    for (std::uint32_t i = 0; i < wanted.world.listeners; ++i) {
        listeners_.push_back(world_.listen().value());
    }
    open_channels();
    hear_each_look(faults_.may(fault::enobufs));
}

// --- The application -----------------------------------------------------------------------------

void simulation::perform(own_stack& on, const std::function<void()>& application) {
    stack_ = &on;
    const std::function<void()> guarded = [this, &application] {
        if (auto thrown = thrown_by(application)) {
            fail_with(failure::exception, std::move(*thrown));
        }
    };
    (void)on.run(guarded);
}

run_report simulation::finish() {
    machine& in = kernel_.inside();
    count_completions();
    if (!peers_.all_ended() && !may_give_up_) {
        fail_with(failure::gave_up,
                  fmt::format("the application returned although {} of {} peers "
                              "had not come to their end",
                              peers_.size() - peers_.totals().ended, peers_.size()));
    }
    // One more draw: a run that asked other questions is another run, whatever it recorded.
    report_.hash = record_.hash() ^ in.now ^ answers_.choose(256, "unseed");
    report_.played = *wanted_;
    if (how_.answers) {
        report_.played.answers.clear();
        for (const question& each : answers_.asked()) {
            report_.played.answers.push_back(static_cast<std::uint8_t>(each.answer));
        }
    }
    report_.events = record_.events();
    report_.done.peers = peers_.totals();
    report_.done.nanoseconds = in.now;
    report_.done.faults = faults_.counts();
    const std::size_t own = listeners_.size() + channels_.size();
    const auto open =
        static_cast<std::size_t>(std::ranges::count_if(in.descriptors, [](const descriptor& each) {
            return each.file != nullptr || each.ring != nullptr;
        }));
    report_.done.descriptors = open - std::min(own, open);
    in.around = nullptr;
    return std::move(report_);
}

void simulation::fail_with(failure what, std::string sentence) {
    if (report_.failed != failure::none) return;  // the first counts; others follow from it
    report_.failed = what;
    report_.sentence = std::move(sentence);
}

void simulation::abandon(failure what, std::string sentence) noexcept {
    fail_with(what, std::move(sentence));
    stack_->abandon();
}

// --- The kernel ----------------------------------------------------------------------------------

int simulation::refused(call_kind which) noexcept {
    const std::uint64_t number = ++report_.done.calls[static_cast<std::size_t>(which)];
    for (const refusal& each : wanted_->faults.refusals) {
        if (each.call != which || each.number != number) continue;
        ++report_.done.refusals;
        // Without a ring or its memory an application has a right to give up.
        may_give_up_ = may_give_up_ || which != call_kind::enter;
        return each.error;
    }
    return 0;
}

result<int> simulation::setup(std::uint32_t entries, abi::io_uring_params& params) noexcept {
    if (const int error = refused(call_kind::setup); error != 0) return fail(error);
    auto made = kernel_.setup(entries, params);
    if (const ring_context* ring = polled_ring()) let_overtake(ring->words.sq_flags);
    see_all();
    return made;
}

result<unsigned> simulation::register_(int fd, std::uint32_t opcode, void* argument,
                                       std::uint32_t count) noexcept {
    if (const int error = refused(call_kind::registration); error != 0) return fail(error);
    auto answer = kernel_.register_(fd, opcode, argument, count);
    see_all();
    return answer;
}

result<std::span<std::byte>> simulation::map(int fd, std::size_t size,
                                             std::uint64_t offset) noexcept {
    if (const int error = refused(call_kind::map); error != 0) return fail(error);
    auto mapped = kernel_.map(fd, size, offset);
    see_all();
    return mapped;
}

result<std::span<std::byte>> simulation::map_anonymous(const memory_request& wanted) noexcept {
    if (const int error = refused(call_kind::map); error != 0) return fail(error);
    auto mapped = kernel_.map_anonymous(wanted);
    see_all();
    return mapped;
}

result<void> simulation::unmap(std::span<std::byte> memory) noexcept {
    auto done = kernel_.unmap(memory);
    see_all();
    return done;
}

result<void> simulation::close(int fd) noexcept {
    auto done = kernel_.close(fd);
    see_all();
    return done;
}

result<unsigned> simulation::enter(int fd, std::uint32_t to_submit, std::uint32_t min_complete,
                                   std::uint32_t flags, const void* argument,
                                   std::size_t argument_size) noexcept {
    ++report_.done.enters;
    entered();
    looks_when_moved_ = 0;
    be_interrupted();
    see_all();
    fenced();
    if (const int error = refused(call_kind::enter); error != 0) return fail(error);
    look_at_rings();
    const std::uint64_t turns = next_event();
    const std::uint64_t completions = report_.done.completions;
    let_the_world_go_on(call_takes);
    if (const auto error = unwelcome(to_submit)) return fail(*error);
    const bool waits = (flags & abi::ioring_enter_getevents) != 0 && min_complete > 0;
    const bool late = is_late();
    const bool interrupted = waits && faults_.happens(fault::interruptions);
    const auto done = kernel_.enter(fd, to_submit, interrupted || late ? 0 : min_complete, flags,
                                    argument, argument_size);
    count_completions();
    look_at_the_starved();
    look_at_rings();
    if (!done && is_errno(done.error(), EDEADLK)) return at_rest();
    if (late && waits && done && *done == 0 && !enough(fd, min_complete, flags)) return at_rest();
    if (interrupted && done && *done == 0 && !enough(fd, min_complete, flags)) return fail(EINTR);
    const bool idle = done && *done == 0 && !waits && completions == report_.done.completions &&
        turns == next_event() && entries_taken() == taken_;
    taken_ = entries_taken();
    idle_enters_ = idle ? idle_enters_ + 1 : 0;
    if (idle_enters_ >= idle_enters_most) {  // it asks and never waits: then time is what passes
        idle_enters_ = 0;
        if (!jump_to_next_event()) return at_rest();
    }
    return done;
}

std::optional<int> simulation::unwelcome(std::uint32_t to_submit) {
    if (to_submit == 0 || !faults_.happens(fault::refusals)) return {};
    return faults_.amount(2) == 0 ? EAGAIN : EBUSY;
}

bool simulation::enough(int fd, std::uint32_t wanted, std::uint32_t flags) {
    const ring_context* ring = ring_of(kernel_.inside(), fd, flags);
    return ring == nullptr || unread_completions(*ring) >= std::min(wanted, ring->cq_entries);
}

/// All rings together; those of a ring that is gone were counted when it was there.
void simulation::count_completions() {
    std::uint64_t tails = 0;
    for (const auto& ring : kernel_.inside().rings) tails += ring->cq_tail;
    if (tails > cq_tails_) report_.done.completions += tails - cq_tails_;
    cq_tails_ = tails;
}

/// A receive that finds no buffer is no mistake. One after the other, and no byte goes anywhere:
/// they are started again before a buffer came back.
void simulation::look_at_the_starved() {
    std::uint64_t starved = 0;
    for (const auto& ring : kernel_.inside().rings) starved += ring->starved;
    if (starved > starved_) report_.done.starved += starved - starved_;
    starved_ = starved;
    const std::uint64_t moved = peers_.totals().sent + peers_.totals().heard;
    if (moved != moved_) {
        moved_ = moved;
        starved_when_moved_ = report_.done.starved;
    }
    const std::uint64_t in_vain = report_.done.starved - starved_when_moved_;
    if (in_vain < starved_most_each * (peers_.size() + 16)) return;
    report_.why = explain(kernel_.inside(), peers_, files_, record_);
    abandon(failure::busy,
            fmt::format("{} receives found no buffer (ENOBUFS) and were started again, "
                        "while no byte came or went",
                        in_vain));
}

result<unsigned> simulation::at_rest() {
    if (!peers_.all_ended() && report_.failed == failure::none) {
        fail_with(failure::stuck, "nothing can ever happen again, and peers wait");
        report_.why = explain(kernel_.inside(), peers_, files_, record_);
    }
    if (++hopeless_ > hopeless_most) {
        abandon(failure::goes_on,
                "the application was told EDEADLK, again and again, and waits on");
    }
    return fail(EDEADLK);
}

/// Before and after a call: what was published in between is still there to be seen.
void simulation::look_at_rings() {
    if (auto mistake = watch_.look(kernel_.inside())) {
        fail_with(failure::misuse, std::move(*mistake));
    }
}

/// The budget is gone: no call waits any more.
bool simulation::is_late() {
    if (kernel_.inside().now < to_nanoseconds(wanted_->budget)) return false;
    if (!peers_.all_ended() && report_.failed == failure::none) {
        fail_with(failure::out_of_time,
                  fmt::format("the budget of {} is gone, and peers wait", print(wanted_->budget)));
        report_.why = explain(kernel_.inside(), peers_, files_, record_);
    }
    return true;
}

/// By the kernel, out of all submission queues.
std::uint64_t simulation::entries_taken() noexcept {
    std::uint64_t taken = 0;
    for (const auto& ring : kernel_.inside().rings) taken += ring->sq_head;
    return taken;
}

}  // namespace ringproof::sim
