#include "sim/explore/code/session.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace ringproof::explore {

namespace {

thread_local session* on_this_thread = nullptr;

std::uint64_t value_at(const void* address, std::size_t size) {
    std::uint64_t value = 0;
    std::memcpy(&value, address, std::min(size, sizeof value));
    return value;
}

}  // namespace

session::session() : memory_(canonical_), agents_(agents_most) {}

session* session::current() noexcept { return on_this_thread; }

std::optional<finding> session::run(sim::choices& decides, std::vector<role> roles,
                                    const std::function<void(weak_memory&)>& prepare,
                                    bool keep_steps) {
    decides_ = &decides;
    memory_.start_over(decides);
    steps_.clear();
    found_.reset();
    keeps_steps_ = keep_steps;
    moves_ = 0;
    heard_ = 0;
    roles_ = roles.size();
    prepare(memory_);
    for (std::size_t i = 0; i < roles.size(); ++i) {
        agent_state& it = agents_[i];
        it.name = std::move(roles[i].name);
        it.serves = roles[i].serves;
        it.waits_for = nullptr;
        it.pending.reset();
        it.calls.clear();
        it.spins_on = nullptr;
        it.stack.start(std::move(roles[i].body));
    }
    next_ = agent_id{0};
    while (next_ && !found_) {
        running_ = *next_;
        agents_[running_].waits_for = nullptr;
        on_this_thread = this;
        agents_[running_].stack.resume();
        if (agents_[running_].stack.finished()) {
            settle();
            look_for_races();
            choose_next();
        }
        on_this_thread = nullptr;
    }
    return std::exchange(found_, std::nullopt);
}

/// Whose turn it is; nobody's when all that matter are done, or when none can go on.
void session::choose_next() {
    std::array<agent_id, agents_most> ready{};
    std::uint32_t count = 0;
    std::string waiting;
    const agent_id self = running_;
    for (std::size_t turn = 0; turn < roles_; ++turn) {
        // The one that runs comes first: answer 0 lets it go on.
        const auto who = static_cast<agent_id>((self + turn) % roles_);
        const agent_state& it = agents_[who];
        if (it.stack.finished()) continue;
        if (!it.serves) waiting += (waiting.empty() ? "" : " and ") + it.name;
        if (!it.waits_for || it.waits_for()) ready[count++] = who;
    }
    next_.reset();
    if (waiting.empty()) return;
    if (count > 0) {
        next_ = ready[decides_->choose(count, "who goes on")];
        return;
    }
    found_ = finding{.what = finding::kind::stuck,
                     .sentence = waiting + " waits for what nobody will do any more",
                     .calls = agents_[self].calls};
}

void session::stop_if_found() {
    settle();
    look_for_races();
    if (++moves_ > moves_most && !found_) {
        found_ = finding{.what = finding::kind::endless,
                         .sentence = "no end after " + std::to_string(moves_most) + " accesses",
                         .calls = agents_[running_].calls};
    }
    if (found_) agents_[running_].stack.pause();
}

void session::let_others() {
    stop_if_found();
    const agent_id self = running_;
    choose_next();
    if (next_ != self) agents_[self].stack.pause();
}

void session::wait_until(std::function<bool()> holds) {
    stop_if_found();
    const agent_id self = running_;
    agents_[self].waits_for = std::move(holds);
    choose_next();
    if (next_ != self) agents_[self].stack.pause();
    agents_[self].waits_for = nullptr;
}

void session::wait_for_news(const void* word) {
    const agent_id self = running_;
    wait_until([this, self, word] { return memory_.has_news(self, word); });
    agents_[self].spins_on = word;
    agents_[self].spins = spins_most;
}

/// What a hook before a store could not know: the value.
void session::settle() {
    auto& pending = agents_[running_].pending;
    if (!pending) return;
    const pending_store done = *std::exchange(pending, std::nullopt);
    write_words(done.address, done.size, done.at);
}

void session::look_for_races() {
    if (found_ || !memory_.found()) return;
    found_ = finding{.what = finding::kind::race,
                     .sentence = "two accesses that nothing orders",
                     .raced = memory_.found(),
                     .calls = agents_[running_].calls};
}

void session::fail(std::string sentence) {
    if (!found_) {
        found_ = finding{.what = finding::kind::wrong,
                         .sentence = std::move(sentence),
                         .calls = agents_[running_].calls};
    }
    stop_if_found();
}

void session::note(std::string_view does, order mo, const void* word, std::uint64_t value,
                   site at) {
    if (keeps_steps_) steps_.push_back({running_, does, mo, word, value, at});
}

std::uint64_t session::load(const void* address, std::size_t size, order mo, site at) {
    let_others();
    agent_state& self = agents_[running_];
    if (self.spins_on != address) {
        self.spins_on = address;
        self.spins = 0;
    }
    const bool insists = self.spins >= spins_most;
    if (insists && !memory_.has_news(running_, address)) wait_for_news(address);
    const std::uint64_t value = insists ? memory_.load_newest(running_, address, size, mo, at)
                                        : memory_.load(running_, address, size, mo, at);
    self.spins = value == self.spins_over && !insists ? self.spins + 1 : 0;
    self.spins_over = value;
    note("load", mo, address, value, at);
    return value;
}

void session::store(void* address, std::size_t size, std::uint64_t value, order mo, site at) {
    let_others();
    memory_.store(running_, address, size, value, mo, at);
    std::memcpy(address, &value, size);
    note("store", mo, address, value, at);
}

std::uint64_t session::modify(
    void* address, std::size_t size, order mo, site at,
    const std::function<std::optional<std::uint64_t>(std::uint64_t)>& change) {
    let_others();
    const std::uint64_t before = memory_.load_newest(running_, address, size, mo, at);
    if (const auto after = change(before)) {
        memory_.replace(running_, address, size, *after, mo, at);
        std::memcpy(address, &*after, size);
        note("modify", mo, address, *after, at);
    }
    return before;
}

void session::fence(order mo) {
    let_others();
    memory_.fence(running_, mo);
    note("fence", mo, nullptr, 0, nullptr);
}

// A store is not settled here: of `*to = *from` GCC tells the write first, then the read.
void session::read(const void* address, std::size_t size, site at) {
    if (agents_[running_].stack.owns(address)) return;
    memory_.read(running_, address, size, at);
}

void session::write(void* address, std::size_t size, site at, bool done) {
    settle();
    if (agents_[running_].stack.owns(address)) return;
    // Words are atomic for whoever loads them: only what lies between them can race.
    memory_.write(running_, address, size, at);
    if (!memory_.touches_words(address, size)) return;
    if (done) return write_words(address, size, at);
    let_others();
    agents_[running_].pending = pending_store{address, size, at};
}

/// A plain store that covers words is a store to each, with no order at all.
void session::write_words(void* address, std::size_t size, site at) {
    memory_.for_each_word(address, size, [&](const void* word, std::size_t length) {
        const std::uint64_t value = value_at(word, length);
        memory_.store(running_, word, length, value, order::plain, at);
        note("store", order::plain, word, value, at);
    });
}

}  // namespace ringproof::explore
