#pragma once
// The peers of a world at work: each follows its script as far as it can, checks every byte that
// comes to it, and says when it wants its turn again. Virtual time is whatever the caller says.

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "sim/simulation/far_ends.hpp"
#include "sim/simulation/fault_source.hpp"
#include "sim/simulation/world_script.hpp"

namespace ringproof::sim {

/// What a peer saw that must not be.
struct complaint {
    bool wrong_bytes = false;  ///< else its connection was lost
    std::string sentence;
};

/// What all peers together have done.
struct peer_totals {
    std::uint64_t connected = 0;
    std::uint64_t ended = 0;
    std::uint64_t sent = 0;   ///< bytes
    std::uint64_t heard = 0;  ///< bytes, each of them checked

    friend bool operator==(const peer_totals&, const peer_totals&) = default;
};

class peers {
public:
    static constexpr std::uint64_t never = std::numeric_limits<std::uint64_t>::max();

    /// All must outlive this. The script is sound (validate()).
    peers(const world_script& script, far_ends& ends, fault_source& faults);

    /// When the next peer wants its turn, in nanoseconds; `never` if all wait to hear something.
    [[nodiscard]] std::uint64_t next_turn() const noexcept {
        return turns_.empty() ? never : turns_.front().at;
    }

    /// All that want their turn by now have it, in order.
    void act(std::uint64_t now);

    /// The application did something to that peer's connection.
    void heard(std::uint32_t peer, std::uint64_t now);

    [[nodiscard]] bool all_ended() const noexcept { return totals_.ended == people_.size(); }
    [[nodiscard]] const peer_totals& totals() const noexcept { return totals_; }

    /// The first; nothing while all goes well.
    [[nodiscard]] const std::optional<complaint>& wrong() const noexcept { return wrong_; }

    /// "peer 3 (peers 1) waits at step 2 (hear): 40 of 100 bytes came back". For one not ended.
    [[nodiscard]] std::string describe(std::uint32_t peer) const;
    [[nodiscard]] bool ended(std::uint32_t peer) const noexcept { return people_[peer].over; }
    /// It wants nothing but the application's end.
    [[nodiscard]] bool awaits_end(std::uint32_t peer) const noexcept;
    [[nodiscard]] bool finished(std::uint32_t peer) const noexcept {
        return people_[peer].finished;
    }
    [[nodiscard]] std::uint32_t size() const noexcept {
        return static_cast<std::uint32_t>(people_.size());
    }
    [[nodiscard]] const peer_script& script_of(std::uint32_t peer) const noexcept {
        return script_->peers[people_[peer].group];
    }

private:
    /// A turn that somebody wants. Of equal times the one wanted first comes first.
    struct turn {
        std::uint64_t at;
        std::uint64_t order;
        std::uint32_t peer;
        friend bool operator<(const turn& a, const turn& b) noexcept {
            return a.at != b.at ? a.at > b.at : a.order > b.order;  // a heap has the last in front
        }
    };
    /// What a script's speech consists of: texts, and pieces of the peer's pattern.
    struct piece {
        std::uint64_t begin;
        std::uint64_t end;
        const std::string* text;  // null: the pattern
    };
    struct lines {
        std::vector<piece> spoken;
        std::string expected;  // of expected_answer::script
    };
    struct person {
        std::uint32_t group = 0;  // of scripts
        std::uint32_t step = 0;
        std::uint64_t in_step = 0;  // bytes
        std::uint64_t sent = 0;
        std::uint64_t heard = 0;
        std::uint64_t hear_until = 0;  // texts of `hear` up to here
        std::uint64_t turn_at = never;
        std::uint64_t resume_at = 0;   // no step before that
        std::uint64_t deaf_until = 0;  // a slow reader leaves what is there
        bool connected = false;
        bool finished = false;  // will send no more
        bool cut = false;       // a fault made it finish or reset: what it wanted counts no more
        bool saw_end = false;
        bool over = false;
    };
    enum class progress : std::uint8_t { went_on, waits, over };

    void prepare_lines();
    void want_turn(std::uint32_t peer, std::uint64_t at);
    void take_turn(std::uint32_t peer, std::uint64_t now);
    bool connect(std::uint32_t peer, std::uint64_t now);
    void listen(std::uint32_t peer, std::uint64_t now);
    void check(std::uint32_t peer, std::span<const std::byte> bytes);
    [[nodiscard]] std::span<const std::byte> expected(const person& it, std::uint32_t peer,
                                                      std::size_t most) const;
    [[nodiscard]] std::string tell_wrong(std::uint32_t peer, std::span<const std::byte> right,
                                         std::span<const std::byte> bytes) const;
    [[nodiscard]] std::string origin(std::uint32_t peer, std::uint64_t at,
                                     std::span<const std::byte> bytes) const;
    [[nodiscard]] std::optional<std::uint64_t> find(std::uint32_t peer,
                                                    std::span<const std::byte> bytes) const;
    progress follow(std::uint32_t peer, std::uint64_t now);
    progress speak(std::uint32_t peer, const peer_step& step, std::uint64_t now);
    progress mirror(std::uint32_t peer, const peer_step& step);
    progress await(std::uint32_t peer, const peer_step& step);
    progress hear(std::uint32_t peer, const peer_step& step);
    bool disturb(std::uint32_t peer);
    [[nodiscard]] std::span<const std::byte> speech(const person& it, std::uint32_t peer,
                                                    std::uint64_t from, std::size_t most) const;
    void complain(std::uint32_t peer, bool wrong_bytes, const std::string& sentence);
    void leave(std::uint32_t peer);
    void next_step(person& it);

    const world_script* script_;
    far_ends* ends_;
    fault_source* faults_;
    std::vector<lines> lines_;  // by group
    std::vector<person> people_;
    std::vector<turn> turns_;  // a heap
    std::uint64_t order_ = 0;
    peer_totals totals_;
    std::optional<complaint> wrong_;
    std::vector<std::byte> ear_;                   // what receive() reads into
    std::vector<std::vector<std::byte>> mirrors_;  // by peer: heard and not sent back
};

}  // namespace ringproof::sim
