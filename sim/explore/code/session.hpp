#pragma once
// One run of several agents on weak memory: who goes on is decided before every access to a word,
// since nothing else that an agent does can be noticed by another.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/choice.hpp"
#include "sim/explore/code/fiber.hpp"
#include "sim/explore/code/weak_memory.hpp"

namespace ringproof::explore {

/// What is wrong with a run.
struct finding {
    enum class kind : std::uint8_t { race, wrong, stuck, endless };
    kind what = kind::wrong;
    std::string sentence;
    std::optional<race> raced{};
    std::vector<site> calls{};  ///< of the agent that noticed, outermost first
};

/// One step of a run that another agent can notice, for the space-time diagram.
struct step {
    agent_id agent = 0;
    std::string_view does;  ///< "load", "store", ...
    order mo = order::relaxed;
    const void* word = nullptr;
    std::uint64_t value = 0;
    site at = nullptr;
};

class session {
public:
    struct role {
        std::string name;
        std::function<void()> body;
        bool serves = false;  ///< may be left waiting when the others are done
    };

    session();

    /// Runs the roles, agents 0, 1, ..., until those that do not serve are done.
    /// \param prepare  adds the words; called when memory is empty
    [[nodiscard]] std::optional<finding> run(sim::choices& decides, std::vector<role> roles,
                                             const std::function<void(weak_memory&)>& prepare,
                                             bool keep_steps = false);

    /// The one that runs on this thread; nullptr outside of agents.
    [[nodiscard]] static session* current() noexcept;

    // Called by agents.

    [[nodiscard]] agent_id agent() const noexcept { return running_; }
    std::uint64_t load(const void* address, std::size_t size, order mo, site at);
    void store(void* address, std::size_t size, std::uint64_t value, order mo, site at);
    /// Replaces the newest value by change(value), unless that is nothing. \return the value before
    std::uint64_t modify(void* address, std::size_t size, order mo, site at,
                         const std::function<std::optional<std::uint64_t>(std::uint64_t)>& change);
    void fence(order mo);
    void read(const void* address, std::size_t size, site at);
    /// `done`: the bytes are there already. Otherwise they are looked at when the agent is heard of
    /// next, since hooks come before what they tell of.
    void write(void* address, std::size_t size, site at, bool done);
    void called(site from) { agents_[running_].calls.push_back(from); }
    void returned() {
        if (!agents_[running_].calls.empty()) agents_[running_].calls.pop_back();
    }

    /// Lets others go on until it holds. If it never will, the run ends here, and when this agent
    /// is one that does not serve, as a finding.
    void wait_until(std::function<bool()> holds);
    /// Until there is a store to the word that this agent has not seen; the next load sees it.
    void wait_for_news(const void* word);
    void fail(std::string sentence);

    /// Accesses of agents that compiled code told of, in the last run.
    [[nodiscard]] std::uint64_t heard() const noexcept { return heard_; }
    void hear() noexcept { ++heard_; }
    [[nodiscard]] const std::vector<step>& steps() const noexcept { return steps_; }

private:
    struct pending_store {
        void* address;
        std::size_t size;
        site at;
    };
    struct agent_state {
        std::string name;
        bool serves = false;
        fiber stack;
        std::function<bool()> waits_for;
        std::optional<pending_store> pending;
        std::vector<site> calls;
        const void* spins_on = nullptr;  ///< the word that it loaded last,
        std::uint64_t spins_over = 0;    ///< and saw this in,
        unsigned spins = 0;              ///< so many times in a row
    };

    void let_others();
    void stop_if_found();
    void choose_next();
    void settle();
    void look_for_races();
    void write_words(void* address, std::size_t size, site at);
    void note(std::string_view does, order mo, const void* word, std::uint64_t value, site at);

    static constexpr unsigned moves_most = 100'000;
    static constexpr unsigned spins_most = 16;

    sim::choices* decides_ = nullptr;
    sim::choices canonical_;
    weak_memory memory_;
    std::vector<agent_state> agents_;
    std::vector<step> steps_;
    agent_id running_ = 0;
    std::optional<agent_id> next_;
    std::size_t roles_ = 0;
    bool keeps_steps_ = false;
    unsigned moves_ = 0;
    std::uint64_t heard_ = 0;
    std::optional<finding> found_;
};

}  // namespace ringproof::explore
