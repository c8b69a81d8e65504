#include "sim/explore/builder.hpp"

#include <algorithm>
#include <cassert>

namespace ringproof::sim::explore {

namespace {

constexpr std::uint8_t number_of(auto id) { return static_cast<std::uint8_t>(id); }

}  // namespace

reg agent_builder::base(std::string name, family_id of) {
    const reg made = position(std::move(name), of);
    into_->families[number_of(of)].agent = number_;
    into_->families[number_of(of)].base = made.number;
    return made;
}

agent_builder& agent_builder::label(std::string_view name) {
    labels_.emplace_back(name, static_cast<std::uint8_t>(self().steps.size()));
    return *this;
}
agent_builder& agent_builder::load(word_id from, order how, reg into) {
    return emit({.what = action::load, .how = how, .at = number_of(from), .into = into.number});
}
agent_builder& agent_builder::store(word_id to, order how, reg from) {
    return emit({.what = action::store, .how = how, .at = number_of(to), .from = from.number});
}
agent_builder& agent_builder::read(array_id from, reg index, reg into) {
    return emit(
        {.what = action::read, .at = number_of(from), .index = index.number, .into = into.number});
}
agent_builder& agent_builder::write(array_id to, reg index, reg from) {
    return emit(
        {.what = action::write, .at = number_of(to), .index = index.number, .from = from.number});
}
agent_builder& agent_builder::doze(reg awake) {
    return emit({.what = action::doze, .into = awake.number});
}
agent_builder& agent_builder::await(reg awake) {
    return emit({.what = action::await, .from = awake.number});
}
agent_builder& agent_builder::wake(reg awake) {
    return emit({.what = action::wake, .at = awake.agent, .into = awake.number});
}
agent_builder& agent_builder::set(reg into, std::uint8_t value) {
    return emit({.what = action::set, .into = into.number, .constant = value});
}
agent_builder& agent_builder::copy(reg into, reg from) {
    return emit({.what = action::copy, .into = into.number, .from = from.number});
}
agent_builder& agent_builder::add(reg into, std::uint8_t value) {
    return emit({.what = action::add, .into = into.number, .constant = value});
}
agent_builder& agent_builder::when(reg value, std::uint8_t is, std::string_view target) {
    return to({.what = action::branch, .from = value.number, .constant = is}, target);
}
agent_builder& agent_builder::when_apart(reg ahead, reg behind, std::uint8_t by,
                                         std::string_view target) {
    return to(
        {.what = action::branch, .from = ahead.number, .minus = behind.number, .constant = by},
        target);
}
agent_builder& agent_builder::take(bag_id from, reg into) {
    return emit({.what = action::take, .at = number_of(from), .into = into.number});
}
agent_builder& agent_builder::give(bag_id to, reg buffer) {
    return emit({.what = action::give, .at = number_of(to), .from = buffer.number});
}
agent_builder& agent_builder::if_empty(bag_id bag, std::string_view target) {
    return to({.what = action::if_empty, .at = number_of(bag)}, target);
}
agent_builder& agent_builder::reclaim(array_id slots, bag_id into) {
    return emit({.what = action::reclaim, .at = number_of(slots), .constant = number_of(into)});
}
agent_builder& agent_builder::reach(goal_id goal) {
    return emit({.what = action::reach, .constant = number_of(goal)});
}
agent_builder& agent_builder::fail(std::string reason) {
    into_->failures.push_back(std::move(reason));
    return emit(
        {.what = action::fail, .constant = static_cast<std::uint8_t>(into_->failures.size() - 1)});
}

reg agent_builder::add(std::string name, value_type type) {
    assert(self().registers.size() < max_registers);
    self().registers.push_back(type);
    self().register_names.push_back(std::move(name));
    return {number_, static_cast<std::uint8_t>(self().registers.size() - 1)};
}

agent_builder& agent_builder::emit(step it) {
    self().steps.push_back(it);
    return *this;
}

agent_builder& agent_builder::to(step it, std::string_view target) {
    jumps_.emplace_back(self().steps.size(), target);
    return emit(it);
}

void agent_builder::resolve() {
    for (const auto& [at, name] : jumps_) {
        const auto found =
            std::ranges::find(labels_, name, &std::pair<std::string, std::uint8_t>::first);
        assert(found != labels_.end());
        self().steps[at].target = found->second;
    }
}

program_builder::program_builder(std::string name, unsigned entries, unsigned buffers) {
    made_.name = std::move(name);
    made_.entries = static_cast<std::uint8_t>(entries);
    made_.buffers = static_cast<std::uint8_t>(buffers);
    agents_.reserve(max_agents);  // callers hold references
}

family_id program_builder::family(bool restarts) {
    made_.families.push_back({.restarts = restarts});
    return static_cast<family_id>(made_.families.size() - 1);
}
word_id program_builder::counter(std::string name, family_id in) {
    made_.words.push_back({.name = std::move(name),
                           .type = {meaning::position, number_of(in)},
                           .capacity = static_cast<std::uint8_t>(made_.entries + 2)});
    return static_cast<word_id>(made_.words.size() - 1);
}
word_id program_builder::flag(std::string name) {
    // For each entry that its writer gets through it is set and cleared at most twice.
    const auto capacity = static_cast<std::uint8_t>(4 * made_.entries + 6);
    made_.words.push_back({.name = std::move(name), .type = {}, .capacity = capacity});
    return static_cast<word_id>(made_.words.size() - 1);
}
array_id program_builder::slots(std::string name, family_id in, meaning holds) {
    made_.arrays.push_back({std::move(name), {meaning::position, number_of(in)}, {holds, none}});
    return static_cast<array_id>(made_.arrays.size() - 1);
}
array_id program_builder::per_buffer(std::string name, meaning holds) {
    made_.arrays.push_back({std::move(name), {meaning::buffer, none}, {holds, none}});
    return static_cast<array_id>(made_.arrays.size() - 1);
}
bag_id program_builder::bag(std::uint8_t owner) {
    made_.bag_owners.push_back(owner);
    return static_cast<bag_id>(made_.bag_owners.size() - 1);
}

goal_id program_builder::goal(std::string name, reg ahead, reg behind) {
    made_.goals.push_back(
        {std::move(name), ahead.agent, ahead.number, behind.agent, behind.number});
    return static_cast<goal_id>(made_.goals.size() - 1);
}

agent_builder& program_builder::agent(std::string name) {
    assert(made_.agents.size() < max_agents);
    made_.agents.push_back({.name = std::move(name)});
    agents_.push_back({made_, static_cast<std::uint8_t>(made_.agents.size() - 1)});
    return agents_.back();
}

program program_builder::finish() {
    for (agent_builder& each : agents_) each.resolve();
    for (std::size_t who = 0; who < made_.agents.size(); ++who) {
        for (const step& it : made_.agents[who].steps) {
            if (it.what == action::store) {
                assert(made_.words[it.at].writer == none || made_.words[it.at].writer == who);
                made_.words[it.at].writer = static_cast<std::uint8_t>(who);
            } else if (it.what == action::load) {
                made_.words[it.at].readers |= static_cast<std::uint8_t>(1U << who);
            }
        }
    }
    return std::move(made_);
}

}  // namespace ringproof::sim::explore
