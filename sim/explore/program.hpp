#pragma once
// A protocol as data: who does which access, in which order, on what. The machine runs it, mutants
// weaken it, reports print it, and a test compares it with what the code does.

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace ringproof::sim::explore {

/// Whose rules a verdict holds under. They differ in one thing here: LKMM lets a branch order the
/// stores behind it after the load that it depends on, C11 knows of no such thing.
enum class memory_model : std::uint8_t { c11, lkmm };

/// How a shared word is accessed. Slots are not atomic and have no order.
enum class order : std::uint8_t {
    relaxed,
    acquire,
    release,
    /// Loads only: relaxed, and a branch on it stands before each store that relies on it. What
    /// Linux does with READ_ONCE; judged as an acquire under C11, which could not say it otherwise.
    control,
};

enum class action : std::uint8_t {
    // Shared.
    load,   ///< a word's value into `into`; any that the agent's view leaves to be seen
    store,  ///< `from` into a word; each word has one writer
    read,   ///< takes a slot's value into `into`: it is read once
    write,  ///< `from` into a slot, whose last value was taken
    fence,  ///< sequentially consistent
    // A system call and a scheduler, by way of the sleeper's register.
    doze,   ///< `into` = 0: from here on a wake-up counts
    await,  ///< sleeps while `from` is 0
    wake,   ///< the register `into` of agent `at` = 1
    // The agent's own.
    set,       ///< `into` = constant
    copy,      ///< `into` = `from`
    add,       ///< `into` += constant
    branch,    ///< to `target` when `from` - `minus` == constant
    jump,      ///< to `target`
    fork,      ///< to `target` or onward: both are looked at
    take,      ///< any buffer of a bag into `into`: each is looked at
    give,      ///< the buffer in `from` into a bag
    if_empty,  ///< to `target` when a bag is empty
    reclaim,   ///< slots are emptied, and every buffer is put into a bag
    reach,     ///< goal number `constant` is met
    fail,      ///< what must never be reached; `constant` numbers the reason
    stop,      ///< nothing more, ever
};

/// No register, family, or value.
inline constexpr std::uint8_t none = std::numeric_limits<std::uint8_t>::max();

/// One step of one agent. `at` is the word, the array of slots, or the bag.
struct step {
    action what = action::stop;
    order how = order::relaxed;
    std::uint8_t at = 0;
    std::uint8_t index = none;  ///< register that says which slot
    std::uint8_t into = none;
    std::uint8_t from = none;
    std::uint8_t minus = none;
    std::uint8_t constant = 0;
    std::uint8_t target = 0;

    bool operator==(const step&) const = default;
};

/// What a value means, so that states that differ by a name alone are one state.
enum class meaning : std::uint8_t { number, position, buffer };

struct value_type {
    meaning means = meaning::number;
    std::uint8_t family = none;  ///< of positions
};

/// Free-running positions in one ring. States are compared relative to one agent's position.
struct family {
    std::uint8_t agent = 0;
    std::uint8_t base = 0;  ///< register
    bool restarts = false;  ///< positions are set back to 0 now and then: slot 0 is not any slot
};

/// An atomic word. Exactly one agent stores to it.
struct word {
    std::string name;
    value_type type;
    std::uint8_t writer = none;
    std::uint8_t readers = 0;   ///< a bit for each agent that loads it
    std::uint8_t capacity = 0;  ///< stores that some reader may still see at one time
};

/// Slots that are not atomic; one for each position of a family modulo the entries, or for each
/// buffer.
struct array {
    std::string name;
    value_type indexed_by;
    value_type type;
};

struct agent {
    std::string name;
    std::vector<step> steps{};
    std::vector<value_type> registers{};
    std::vector<std::string> register_names{};
};

/// What must stay reachable: while `ahead` - `behind` is not 0, some future meets the goal.
struct goal {
    std::string name;
    std::uint8_t ahead_agent = 0;
    std::uint8_t ahead = 0;
    std::uint8_t behind_agent = 0;
    std::uint8_t behind = 0;
};

/// \invariant every step's operands are in range; each agent ends in stop, jump or fail.
struct program {
    std::string name;
    std::uint8_t entries = 0;
    std::uint8_t buffers = 0;
    std::uint8_t counter_mask = 0xff;      ///< positions wrap at this plus one
    bool registers_are_seen = false;       ///< at the end of an agent; litmus tests look at them
    std::vector<std::uint8_t> bag_owners;  ///< agents
    std::vector<family> families;
    std::vector<word> words;
    std::vector<array> arrays;
    std::vector<agent> agents;
    std::vector<goal> goals;
    std::vector<std::string> failures;
};

inline constexpr std::size_t max_agents = 4;
inline constexpr std::size_t max_registers = 16;

/// The agent's name and its access, as in "kernel: load tail acquire".
[[nodiscard]] std::string describe(const program& of, std::size_t agent, const step& it);

[[nodiscard]] std::string_view name_of(order how);
[[nodiscard]] std::string_view name_of(memory_model model);

/// For each step of an agent, a bit for each register whose value may still be used there.
[[nodiscard]] std::vector<std::uint16_t> live_registers(const agent& of, bool seen_at_end);

}  // namespace ringproof::sim::explore
