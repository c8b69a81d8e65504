#include "sim/explore/counterexample.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>

#include "sim/explore/canonical.hpp"

namespace ringproof::sim::explore {

namespace {

constexpr std::size_t column_width = 42;

const step& step_of(const program& of, const access_record& it) {
    return of.agents[it.agent].steps[it.step];
}

/// fmt::join makes GCC 12 warn at -O3.
template <class List>
std::string listed(const List& items, std::string_view between) {
    std::string text;
    for (const auto& each : items) text += fmt::format("{}{}", text.empty() ? "" : between, each);
    return text;
}

std::string show(value_type type, std::uint8_t value) {
    if (value == none) return "nothing";
    return fmt::format("{}{}", type.means == meaning::buffer ? "buffer " : "", value);
}

/// The store that a load saw; nothing for what was there before.
std::optional<std::size_t> source_of(const program& of, const counterexample& way,
                                     std::size_t load) {
    const access_record& seen = way.accesses[load];
    for (std::size_t i = 0; i < load; ++i) {
        const access_record& it = way.accesses[i];
        const step& made = step_of(of, it);
        const bool same = made.what == action::store && made.at == step_of(of, seen).at;
        if (same && it.number == seen.number) return i;
    }
    return {};
}

std::string show_load(const program& of, const counterexample& way, std::size_t number) {
    const access_record& it = way.accesses[number];
    const step& load = step_of(of, it);
    const word& from = of.words[load.at];
    std::string text = fmt::format("{} == {} {}", from.name, it.value, name_of(load.how));
    if (const auto source = source_of(of, way, number)) {
        const bool synchronises =
            step_of(of, way.accesses[*source]).how == order::release && load.how != order::relaxed;
        text += fmt::format(" {} {}", synchronises ? "<==" : "<--", *source + 1);
    }
    std::vector<std::uint8_t> others = it.visible;
    std::erase(others, it.value);
    return others.empty() ? text : fmt::format("{} (or {})", text, listed(others, ", "));
}

std::string show_access(const program& of, const counterexample& way, std::size_t number) {
    const access_record& it = way.accesses[number];
    const step& taken = step_of(of, it);
    switch (taken.what) {
        case action::load:
            return show_load(of, way, number);
        case action::store:
            return fmt::format("{} = {} {}", of.words[taken.at].name, it.value, name_of(taken.how));
        case action::read:
        case action::write: {
            const array& slots = of.arrays[taken.at];
            return fmt::format("{} {}[{}]: {}", taken.what == action::read ? "read" : "write",
                               slots.name, it.slot, show(slots.type, it.value));
        }
        default: {
            const std::string whole = describe(of, it.agent, taken);
            return whole.substr(whole.find(": ") + 2);
        }
    }
}

/// Of a race, the other access.
std::optional<std::size_t> rival_of(const program& of, const counterexample& way) {
    if (way.wrong.kind != fault_kind::race || way.accesses.empty()) return {};
    const std::size_t last = way.accesses.size() - 1;
    const std::uint8_t slots = step_of(of, way.accesses[last]).at;
    for (std::size_t i = last; i-- > 0;) {
        const access_record& it = way.accesses[i];
        const step& taken = step_of(of, it);
        const bool of_slot = taken.what == action::read || taken.what == action::write;
        const bool same = of_slot && taken.at == slots && it.slot == way.wrong.slot;
        if (same && it.agent == way.wrong.other) return i;
    }
    return {};
}

std::string slot_name(const program& of, const counterexample& way) {
    const step& taken = of.agents[way.wrong.agent].steps[way.wrong.step];
    return fmt::format("{}[{}]", of.arrays[taken.at].name, way.wrong.slot);
}

/// What each agent could still have seen when it was over, of the words that it loads.
std::string show_visible(const program& of, const counterexample& way) {
    std::string text;
    for (std::size_t a = 0; a < of.agents.size(); ++a) {
        for (std::size_t word = 0; word < of.words.size(); ++word) {
            if ((of.words[word].readers >> a & 1U) == 0) continue;
            text += fmt::format("  the {} can still see {}: {}\n", of.agents[a].name,
                                of.words[word].name, listed(way.visible[a][word], ", "));
        }
    }
    return text;
}

}  // namespace

counterexample retrace(const program& of, memory_model model, const search_result& found) {
    const machine short_lived(of, model);
    const machine whole(of, model, none);  // nothing is forgotten
    canonical_form form(short_lived);
    std::vector<std::uint8_t> compared(short_lived.where().size);
    std::vector<std::uint8_t> told(whole.where().size);
    counterexample made;
    renaming real;  // of each buffer by its name in the search
    std::iota(real.begin(), real.end(), std::uint8_t{0});
    const auto rename = [&] {
        renaming names;
        (void)form.apply(compared.data(), names);
        renaming now = real;
        for (std::size_t i = 0; i < of.buffers; ++i) now[names[i]] = real[i];
        real = now;
    };
    (void)short_lived.start(compared.data());
    made.wrong = whole.start(told.data(), &made.accesses);
    rename();
    for (const choice& each : found.way) {
        const step& at =
            of.agents[each.agent].steps[compared[short_lived.where().steps[each.agent]]];
        const unsigned meant = at.what == action::take ? real[each.number] : each.number;
        std::uint8_t reached = 0;
        (void)short_lived.perform(compared.data(), each.agent, each.number, reached);
        made.wrong = whole.perform(told.data(), each.agent, meant, reached, &made.accesses);
        if (!made.wrong) rename();
    }
    if (found.wrong.kind == fault_kind::stuck) made.wrong = found.wrong;
    const layout& at = whole.where();
    for (std::size_t a = 0; a < at.agents; ++a) {
        auto& words = made.visible.emplace_back();
        for (std::size_t word = 0; word < at.words; ++word) {
            const const_state values = told.data() + at.value(word, 0);
            words.emplace_back(values + told[at.known[a] + word],
                               values + told[at.histories[word]]);
        }
    }
    return made;
}

std::string sentence_of(const program& of, const search_result& found, const counterexample& way) {
    const fault& wrong = way.wrong;
    switch (wrong.kind) {
        case fault_kind::race:
            return fmt::format("the {} and the {} race for {}", of.agents[wrong.other].name,
                               of.agents[wrong.agent].name, slot_name(of, way));
        case fault_kind::stale:
            return fmt::format("the {} reads {}, where nothing new was written",
                               of.agents[wrong.agent].name, slot_name(of, way));
        case fault_kind::overwritten:
            return fmt::format("the {} writes {}, whose last value nobody has read",
                               of.agents[wrong.agent].name, slot_name(of, way));
        case fault_kind::given_twice:
            return fmt::format("buffer {} came back twice", wrong.slot);
        case fault_kind::failed:
            return of.failures[wrong.slot];
        case fault_kind::stuck:
            return fmt::format(
                "from here on nothing can be {} any more, and something waits for it",
                of.goals[found.goal].name);
        default:
            return "nothing is wrong";
    }
}

std::string diagram_of(const program& of, const counterexample& way) {
    std::string text = "     ";
    for (const agent& each : of.agents) text += fmt::format("{:<{}}", each.name, column_width);
    text.erase(text.find_last_not_of(' ') + 1);
    text += '\n';
    const auto rival = rival_of(of, way);
    for (std::size_t i = 0; i < way.accesses.size(); ++i) {
        text += fmt::format("{:>3}  ", i + 1);
        const std::size_t column = way.accesses[i].agent;
        for (std::size_t a = 0; a < column; ++a) text += fmt::format("{:<{}}", "|", column_width);
        const bool last = i + 1 == way.accesses.size() && way.wrong.kind != fault_kind::stuck;
        const bool bad = last || i == rival;
        const std::string what = fmt::format("{} {}", bad ? "X" : "o", show_access(of, way, i));
        text += fmt::format("{:<{}}", what, column_width);
        for (std::size_t a = column + 1; a < of.agents.size(); ++a) {
            text += fmt::format("{:<{}}", "|", column_width);
        }
        text.erase(text.find_last_not_of(' ') + 1);
        text += '\n';
    }
    return text + "\n  <== sees and learns what was before, <-- sees and learns nothing\n" +
        show_visible(of, way);
}

namespace {

/// One agent's accesses as a function of a litmus test.
class litmus_thread {
public:
    litmus_thread(const program& of, memory_model model, std::size_t agent)
        : of_(&of), lkmm_(model == memory_model::lkmm), agent_(agent) {}

    void add(const access_record& it) {
        const step& taken = step_of(*of_, it);
        switch (taken.what) {
            case action::load:
                return load(taken, it.value);
            case action::store:
                return store(taken, it.value);
            case action::read: {
                const std::string name = fmt::format("r{}", registers_++);
                return line(fmt::format("int {} = *{};", name, slot(taken, it.slot)));
            }
            case action::write:
                // Slots start as 0, so what is written must not be.
                return line(fmt::format("*{} = {};", slot(taken, it.slot),
                                        it.value == none ? 0 : it.value + 1));
            case action::fence:
                return line(lkmm_ ? "smp_mb();" : "atomic_thread_fence(memory_order_seq_cst);");
            default:
                return;
        }
    }

    [[nodiscard]] std::string text() const {
        std::string parameters;
        for (const auto& [type, name] : shared_) {
            parameters += fmt::format("{}{}* {}", parameters.empty() ? "" : ", ", type, name);
        }
        std::string closing;
        for (std::size_t depth = depth_; depth-- > 0;) {
            closing += std::string(2 * (depth + 1), ' ') + "}\n";
        }
        return fmt::format("P{}({}) {{\n{}{}}}\n", agent_, parameters, body_, closing);
    }
    [[nodiscard]] const std::vector<std::string>& seen() const { return seen_; }

private:
    void load(const step& taken, std::uint8_t value) {
        const std::string name = fmt::format("r{}", registers_++);
        const std::string from = word_name(taken);
        const bool acquires =
            taken.how == order::acquire || (taken.how == order::control && !lkmm_);
        if (lkmm_) {
            line(fmt::format("int {} = {}({});", name, acquires ? "smp_load_acquire" : "READ_ONCE",
                             acquires ? from : "*" + from));
        } else {
            line(fmt::format("int {} = atomic_load_explicit({}, memory_order_{});", name, from,
                             acquires ? "acquire" : "relaxed"));
        }
        // The branch that each load is followed by.
        line(fmt::format("if ({} == {}) {{", name, value));
        ++depth_;
        seen_.push_back(fmt::format("{}:{}={}", agent_, name, value));
    }
    void store(const step& taken, std::uint8_t value) {
        const std::string to = word_name(taken);
        const bool releases = taken.how == order::release;
        if (!lkmm_) {
            line(fmt::format("atomic_store_explicit({}, {}, memory_order_{});", to, value,
                             releases ? "release" : "relaxed"));
        } else if (releases) {
            line(fmt::format("smp_store_release({}, {});", to, value));
        } else {
            line(fmt::format("WRITE_ONCE(*{}, {});", to, value));
        }
    }

    std::string word_name(const step& taken) {
        return shared(lkmm_ ? "int" : "atomic_int", of_->words[taken.at].name);
    }
    std::string slot(const step& taken, std::uint8_t number) {
        return shared("int", fmt::format("{}_{}", of_->arrays[taken.at].name, number));
    }
    std::string shared(std::string type, std::string name) {
        std::ranges::replace(name, ' ', '_');
        std::pair<std::string, std::string> it{std::move(type), std::move(name)};
        if (std::ranges::find(shared_, it) == shared_.end()) shared_.push_back(it);
        return it.second;
    }
    void line(const std::string& text) {
        body_ += std::string(2 * (depth_ + 1), ' ') + text + '\n';
    }

    const program* of_;
    bool lkmm_;
    std::size_t agent_;
    std::size_t registers_ = 0;
    std::size_t depth_ = 0;
    std::string body_;
    std::vector<std::pair<std::string, std::string>> shared_;
    std::vector<std::string> seen_;
};

}  // namespace

std::string litmus_of(const program& of, memory_model model, const counterexample& way) {
    std::vector<litmus_thread> threads;
    for (std::size_t a = 0; a < of.agents.size(); ++a) threads.emplace_back(of, model, a);
    for (const access_record& each : way.accesses) threads[each.agent].add(each);
    std::string text = fmt::format("C {}\n\n(* {} *)\n\n{{}}\n", of.name,
                                   model == memory_model::lkmm ? "herd7 -conf linux-kernel.cfg"
                                                               : "herd7 -c11 true -cat c11.cat");
    std::vector<std::string> seen;
    for (const litmus_thread& each : threads) {
        text += '\n' + each.text();
        seen.insert(seen.end(), each.seen().begin(), each.seen().end());
    }
    const std::string condition = seen.empty() ? "true" : listed(seen, " /\\ ");
    return text + fmt::format("\nexists ({})\n", condition);
}

}  // namespace ringproof::sim::explore
