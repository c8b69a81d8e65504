#pragma once
// A memory of views. Each word remembers the stores that somebody may still see; each agent has,
// for each word, the oldest store that it may still read. Slots are not atomic: an access to one
// must find the other agents' conflicting accesses among what the agent has acquired.
//
//   coherence   a load takes any store from the agent's view on, and moves the view there.
//   release     a store carries its agent's view and clocks; relaxed ones carry nothing.
//   acquire     a load takes over what the store it saw carries.
//   fence       joins the agent's view with one that all fences share. It carries no clocks: where
//               C11 lets fences order data, this machine asks for acquire and release.
//   race        vector clocks, ticked by each release; a slot keeps its last write and, for each
//               agent, its last read.
//
// Each word has one writer, so its stores are in program order, and there is nothing to guess.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sim/explore/knowledge.hpp"
#include "sim/explore/program.hpp"

namespace ringproof::sim::explore {

/// A state is a row of bytes, laid out by the machine; whoever searches owns it.
using state = std::uint8_t*;
using const_state = const std::uint8_t*;

/// Where everything lies in a state.
struct layout {
    std::size_t agents = 0;
    std::size_t words = 0;
    std::size_t buffers = 0;

    // Of each agent: the step it is at and its registers; what it knows (knowledge.hpp); the same
    // for what it stores, which is more where branches count.
    std::vector<std::size_t> steps;
    std::vector<std::size_t> known;
    std::vector<std::size_t> known_to_stores;
    knowledge clocks_only{};  ///< a mask
    std::size_t fenced = 0;   ///< what fences have told each other
    // Of each word: how many stores, and their values; and what each of them carries.
    std::vector<std::size_t> histories;
    std::vector<std::size_t> carried;
    std::vector<std::uint8_t> capacities;
    // Of each array, its first cell; a cell: value, writer, its clock, each agent's last read.
    std::vector<std::size_t> arrays;
    std::size_t first_cell = 0;
    std::size_t cell_size = 0;
    std::size_t bags = 0;  ///< of each buffer: the bag that it is in, or none
    std::size_t size = 0;  ///< of a state, in bytes: a multiple of 16, filled up with 0

    layout(const program& of, memory_model model, unsigned more_history);

    [[nodiscard]] std::size_t value(std::size_t word, std::size_t number) const {
        return histories[word] + 1 + number;
    }
    [[nodiscard]] std::size_t message(std::size_t word, std::size_t number) const {
        return carried[word] + number * knowledge_size;
    }
    [[nodiscard]] std::size_t cell(std::size_t array, std::size_t slot) const {
        return arrays[array] + slot * cell_size;
    }
};

enum class fault_kind : std::uint8_t {
    no_fault,
    race,         ///< two accesses to a slot, and nothing orders them
    stale,        ///< a slot was read whose value is not there, or was taken before
    overwritten,  ///< a value was replaced that nobody had taken
    given_twice,  ///< a buffer came back that was not out
    failed,       ///< the program says so
    exceeded,     ///< more stores can be seen than the machine keeps: a limit, no verdict
    stuck,        ///< a goal has come out of reach
};

/// What went wrong in a step, or nothing.
struct fault {
    fault_kind kind = fault_kind::no_fault;
    std::uint8_t agent = 0;
    std::uint8_t step = 0;
    std::uint8_t slot = 0;
    std::uint8_t other = none;  ///< of a race: who was there before

    explicit operator bool() const { return kind != fault_kind::no_fault; }
    bool operator==(const fault&) const = default;
};

/// One shared access as it went, for reports.
struct access_record {
    std::uint8_t agent = 0;
    std::uint8_t step = 0;
    std::uint8_t slot = 0;              ///< of an array
    std::uint8_t value = 0;             ///< that was loaded, stored, read or written
    std::uint8_t number = 0;            ///< of the store that was made or seen; 0 was there before
    std::vector<std::uint8_t> visible;  ///< of a load: all the values that it could have had

    bool operator==(const access_record&) const = default;
};

/// Runs programs. Immutable: states are the caller's. Refers to the program, which must outlive it.
class machine {
public:
    /// \param more_history  stores kept beyond what the program asks for, when none are forgotten.
    machine(const program& of, memory_model model, unsigned more_history = 0)
        : program_(&of), layout_(of, model, more_history), model_(model) {}

    /// Everything 0, all buffers in the first bag, and every agent before its first choice.
    fault start(state s, std::vector<access_record>* record = nullptr) const;

    /// The ways on for an agent that stands at a choice: a load's stores, a fork's two, a bag's
    /// buffers (by their numbers, so not all below the count are possible). 0: it has stopped.
    [[nodiscard]] unsigned choices(const_state s, std::size_t agent) const;
    [[nodiscard]] bool possible(const_state s, std::size_t agent, unsigned choice) const;
    /// True for choices that no other agent can see or influence.
    [[nodiscard]] bool is_private(const_state s, std::size_t agent) const;

    /// One choice, and then everything that needs none. `reached` collects the goals, a bit each.
    fault perform(state s, std::size_t agent, unsigned choice, std::uint8_t& reached,
                  std::vector<access_record>* record = nullptr) const;

    /// A bit for each goal that is outstanding.
    [[nodiscard]] std::uint8_t outstanding(const_state s) const;

    [[nodiscard]] std::uint8_t value_of(const_state s, std::size_t agent, std::size_t reg) const {
        return s[layout_.steps[agent] + 1 + reg];
    }
    [[nodiscard]] const layout& where() const { return layout_; }
    [[nodiscard]] const program& of() const { return *program_; }

private:
    struct running;
    bool alike(const_state s, std::size_t left, std::size_t right) const;
    fault settle(running& in, std::size_t agent) const;
    fault local(running& in, const step& it) const;
    void load(running& in, const step& it, unsigned choice) const;
    fault store(running& in, const step& it) const;
    void fence(running& in) const;
    fault access(running& in, const step& it) const;

    const program* program_;
    layout layout_;
    memory_model model_;
};

}  // namespace ringproof::sim::explore
