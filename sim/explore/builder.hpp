#pragma once
// Writes a program down, step by step, with names instead of numbers.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/explore/program.hpp"

namespace ringproof::sim::explore {

/// What the words and registers of a program are called by those who write it.
enum class word_id : std::uint8_t {};
enum class array_id : std::uint8_t {};
enum class bag_id : std::uint8_t {};
enum class family_id : std::uint8_t {};
enum class goal_id : std::uint8_t {};

struct reg {
    std::uint8_t agent = 0;
    std::uint8_t number = 0;
};

/// One agent's steps. Labels are resolved by finish(). Refers to its builder.
class agent_builder {
public:
    reg number(std::string name) { return add(std::move(name), {}); }
    reg buffer(std::string name) { return add(std::move(name), {meaning::buffer, none}); }
    reg position(std::string name, family_id in) {
        return add(std::move(name), {meaning::position, static_cast<std::uint8_t>(in)});
    }
    /// The position that the family's states are compared relative to.
    reg base(std::string name, family_id of);

    agent_builder& label(std::string_view name);
    agent_builder& load(word_id from, order how, reg into);
    agent_builder& store(word_id to, order how, reg from);
    agent_builder& read(array_id from, reg index, reg into);
    agent_builder& write(array_id to, reg index, reg from);
    agent_builder& fence() { return emit({.what = action::fence}); }
    agent_builder& doze(reg awake);
    agent_builder& await(reg awake);
    agent_builder& wake(reg awake);
    agent_builder& set(reg into, std::uint8_t value);
    agent_builder& copy(reg into, reg from);
    agent_builder& add(reg into, std::uint8_t value);
    agent_builder& when(reg value, std::uint8_t is, std::string_view target);
    agent_builder& when_apart(reg ahead, reg behind, std::uint8_t by, std::string_view target);
    agent_builder& jump(std::string_view target) { return to({.what = action::jump}, target); }
    agent_builder& fork(std::string_view target) { return to({.what = action::fork}, target); }
    agent_builder& take(bag_id from, reg into);
    agent_builder& give(bag_id to, reg buffer);
    agent_builder& if_empty(bag_id bag, std::string_view target);
    agent_builder& reclaim(array_id slots, bag_id into);
    agent_builder& reach(goal_id goal);
    agent_builder& fail(std::string reason);
    agent_builder& stop() { return emit({.what = action::stop}); }

private:
    friend class program_builder;
    agent_builder(program& into, std::uint8_t number) : into_(&into), number_(number) {}

    reg add(std::string name, value_type type);
    agent_builder& emit(step it);
    agent_builder& to(step it, std::string_view target);
    void resolve();
    agent& self() { return into_->agents[number_]; }

    program* into_;
    std::uint8_t number_;
    std::vector<std::pair<std::string, std::uint8_t>> labels_;
    std::vector<std::pair<std::size_t, std::string>> jumps_;
};

/// A program under construction.
class program_builder {
public:
    program_builder(std::string name, unsigned entries, unsigned buffers);

    family_id family(bool restarts = false);
    word_id counter(std::string name, family_id in);
    word_id flag(std::string name);
    array_id slots(std::string name, family_id in, meaning holds);
    array_id per_buffer(std::string name, meaning holds);
    /// The first bag holds every buffer in the beginning. What is in a bag belongs to one agent.
    bag_id bag(std::uint8_t owner = 0);
    /// \param ahead, behind  the goal must be reachable while they differ.
    goal_id goal(std::string name, reg ahead, reg behind);
    /// Its steps are added until finish(). At most max_agents.
    agent_builder& agent(std::string name);

    /// The program, with its labels resolved and its words' readers and writers found out.
    /// \pre every label that is used exists, and each word has at most one writer.
    [[nodiscard]] program finish();
    [[nodiscard]] program& under_construction() { return made_; }

private:
    program made_;
    std::vector<agent_builder> agents_;
};

}  // namespace ringproof::sim::explore
